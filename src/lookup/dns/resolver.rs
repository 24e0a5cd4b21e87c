//! One question to two resolvers, under one deadline.

use std::pin::pin;

use futures_util::future::{Either, select};

use super::Status;
use super::exchange::exchange;
use super::wire::{Outcome, Question};
use crate::config::{Config, Resolver};
use crate::platform::Platform;
use crate::platform::clock::Deadline;

/// What came of a question, and whose word it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict<'a> {
    /// What came of it.
    pub outcome: Outcome,
    /// Who said so, or whose failure it is.
    pub resolver: &'a Resolver,
}

/// Asks the primary resolver; and the fallback, as soon as the primary fails or has kept silent for
/// [`Config::dns_hedge`]. The first conclusive answer counts and the other is dropped. If there is none by the
/// deadline, the failure counts that tells more, and its detail names both resolvers.
///
/// Calls `begun` when the question to the primary is on its way.
pub async fn ask<'a, O>(
    platform: &O,
    config: &'a Config,
    question: &Question,
    deadline: Deadline,
    begun: impl FnOnce(),
) -> Verdict<'a>
where
    O: Platform,
{
    let from = |resolver| move |outcome| Verdict { outcome, resolver };
    let (by_primary, by_fallback) = (from(&config.primary), from(config.fallback.as_ref().unwrap_or(&config.primary)));
    let silent = || Outcome::without_records(Status::Timeout, None);

    // The exchange stands first: it is polled first, and so on its way before anything else happens.
    let primary = pin!(exchange(platform, &config.primary, question, begun));
    let patience = match &config.fallback {
        Some(_) => config.dns_hedge.min(deadline.left(platform)),
        None => deadline.left(platform),
    };
    let first = match select(primary, pin!(platform.sleep(patience))).await {
        Either::Left((outcome, _)) if outcome.status.is_conclusive() => return by_primary(outcome),
        Either::Left((failure, _)) => Either::Left(failure),
        Either::Right(((), primary)) => Either::Right(primary),
    };

    let Some(fallback) = &config.fallback else {
        return match first {
            Either::Left(failure) => told(by_primary(failure), config),
            Either::Right(_) => told(by_primary(silent()), config),
        };
    };
    let left = deadline.left(platform);
    if left.is_zero() && matches!(first, Either::Right(_)) {
        return told(by_primary(silent()), config);
    }
    let fallback = pin!(exchange(platform, fallback, question, || {}));
    let time_is_up = pin!(platform.sleep(left));
    match first {
        Either::Left(failure) => match select(fallback, time_is_up).await {
            Either::Left((outcome, _)) => better(by_primary(failure), by_fallback(outcome), config),
            Either::Right(_) => better(by_primary(failure), by_fallback(silent()), config),
        },
        Either::Right(primary) => match select(select(primary, fallback), time_is_up).await {
            Either::Left((Either::Left((outcome, fallback)), time_is_up)) => {
                if outcome.status.is_conclusive() {
                    return by_primary(outcome);
                }
                match select(fallback, time_is_up).await {
                    Either::Left((other, _)) => better(by_primary(outcome), by_fallback(other), config),
                    Either::Right(_) => better(by_primary(outcome), by_fallback(silent()), config),
                }
            }
            Either::Left((Either::Right((outcome, primary)), time_is_up)) => {
                if outcome.status.is_conclusive() {
                    return by_fallback(outcome);
                }
                match select(primary, time_is_up).await {
                    Either::Left((other, _)) => better(by_primary(other), by_fallback(outcome), config),
                    Either::Right(_) => better(by_primary(silent()), by_fallback(outcome), config),
                }
            }
            Either::Right(_) => better(by_primary(silent()), by_fallback(silent()), config),
        },
    }
}

/// Of two verdicts, the one that tells more; of two failures, with the story of both.
fn better<'a>(primary: Verdict<'a>, fallback: Verdict<'a>, config: &Config) -> Verdict<'a> {
    let both = [&primary, &fallback].map(|verdict| story(verdict, config)).join("; ");
    let best = if fallback.outcome.status.weight() > primary.outcome.status.weight() { fallback } else { primary };
    if best.outcome.status.is_conclusive() {
        return best;
    }
    Verdict { outcome: Outcome { detail: Some(both), ..best.outcome }, ..best }
}

/// A failure whose detail says whose it is.
fn told<'a>(verdict: Verdict<'a>, config: &Config) -> Verdict<'a> {
    let detail = Some(story(&verdict, config));
    Verdict { outcome: Outcome { detail, ..verdict.outcome }, ..verdict }
}

fn story(Verdict { outcome, resolver }: &Verdict<'_>, config: &Config) -> String {
    match (&outcome.detail, outcome.status) {
        (_, Status::Timeout) => format!("{resolver}: no answer within {} ms", config.dns_timeout.as_millis()),
        (Some(detail), status) => format!("{resolver}: {status}, {detail}"),
        (None, status) => format!("{resolver}: {status}"),
    }
}

#[cfg(test)]
mod tests;
