//! One query to two resolvers, under one deadline.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use super::Status;
use super::backoff::Backoff;
use super::doh;
use super::outcome::{Answer, Outcome};
use super::semaphore::{Permit, Requester, Semaphore};
use super::wire::Query;
use crate::config::{Config, Resolver};
use crate::platform::Platform;
use crate::platform::clock::Deadline;

/// The detail of a query that was not sent for the sake of the budget.
const OVER_BUDGET: &str = "not queried: the request has used up its budget of DNS queries";

/// What limits the queries of one request.
pub(super) struct Limits<'a> {
    /// The permits of the instance.
    pub(super) semaphore: &'a Semaphore,
    /// The request among their holders.
    pub(super) requester: Requester,
    /// The resolvers that the instance does not query for now.
    pub(super) backoff: &'a Backoff,
    /// How many queries the request may still send.
    pub(super) budget: Cell<usize>,
}

impl Limits<'_> {
    /// Takes one query from the budget; false when none is left.
    fn spend(&self) -> bool {
        let rest = self.budget.get().checked_sub(1);
        rest.map(|rest| self.budget.set(rest)).is_some()
    }
}

/// What came of querying one resolver.
enum Attempt<'a> {
    /// It has not answered yet, and is given this long.
    Unanswered(&'a Resolver, Duration),
    /// It failed, or was not queried.
    Failed(&'a Resolver, Outcome),
}

/// Queries the primary resolver; and the fallback, as soon as the primary fails or has not answered within
/// [`Config::dns_hedge`]. The first conclusive answer counts and the other query is dropped. If there is none by the
/// deadline, the failure that says most counts, and its detail names all resolvers.
///
/// Each query in flight needs a permit: `permit` is for the first. Where none is free for a hedge, the fallback is
/// queried instead of the primary, not beside it: if the primary is dead, it would hold every permit until the deadline.
///
/// A resolver in a [`Backoff`] is not queried, and none is when the budget is spent.
///
/// Calls `begun` when the first query is on its way.
pub(super) async fn resolve<'a, O: Platform>(
    platform: &O,
    config: &'a Config,
    query: &Query,
    deadline: Deadline,
    limits: &Limits<'_>,
    permit: Permit<'_>,
    begun: impl FnOnce(),
) -> Answer {
    let started = platform.now();
    let has_full_time = has_full_time(config, deadline.left(platform));
    let begun = Cell::new(Some(begun));
    let send = async |number: usize, resolver: &'a Resolver| {
        let begun = || {
            if let Some(begun) = begun.take() {
                begun();
            }
        };
        let (outcome, pause) = doh::send(platform, resolver, query, || limits.spend(), begun).await;
        if let Some(time) = pause {
            limits.backoff.start(number, platform.now(), time);
        }
        (number, resolver, outcome)
    };
    let mut permits = vec![permit];
    let mut next = config.resolvers().enumerate().peekable();
    let mut attempts = Vec::with_capacity(2);
    let mut running = Vec::with_capacity(2);
    // What the request's own limits have brought about may not be shared, nor what was never asked.
    let (mut limited, mut sent) = (false, false);
    loop {
        // The next resolver is due: no query is in flight, or the hedge delay is over.
        if let Some((number, resolver)) = next.next() {
            if number > 0 && deadline.left(platform).is_zero() {
                break;
            }
            if let Some(left) = limits.backoff.left(number, platform.now()) {
                let why = format!("not queried for {} s, as its retry-after asks", left.as_secs().max(1));
                attempts.push(Attempt::Failed(resolver, Outcome::without_records(Status::Unreachable, why)));
            } else if !limits.spend() {
                limited = true;
                attempts.push(Attempt::Failed(resolver, Outcome::without_records(Status::Skipped, None)));
            } else {
                if permits.len() == running.len() {
                    permits.extend(limits.semaphore.try_acquire(limits.requester));
                }
                if permits.len() == running.len() {
                    limited = true;
                    running.clear();
                    for attempt in &mut attempts {
                        if let Attempt::Unanswered(_, given) = attempt {
                            *given = platform.now().saturating_sub(started);
                        }
                    }
                }
                attempts.push(Attempt::Unanswered(resolver, deadline.left(platform)));
                running.push(Box::pin(send(number, resolver)));
                sent = true;
            }
        }
        let more = next.peek().is_some();
        if running.is_empty() && !more {
            break;
        } else if running.is_empty() {
            continue;
        } else if !more {
            permits.truncate(running.len());
        }
        let left = deadline.left(platform);
        let hedge = config.dns_hedge.saturating_sub(platform.now().saturating_sub(started));
        let patience = if more { hedge.min(left) } else { left };
        // The queries stand first: they are polled first, and so on their way before anything else happens.
        match select(pin!(first(&mut running)), pin!(platform.sleep(patience))).await {
            Either::Left((Some((_, resolver, outcome)), _)) if outcome.status.is_conclusive() => {
                let source = Some(resolver.to_string());
                return Answer { outcome: Arc::new(outcome), source, received: platform.now(), shared: true };
            }
            Either::Left((Some((number, resolver, outcome)), _)) => {
                if let Some(attempt) = attempts.get_mut(number) {
                    *attempt = Attempt::Failed(resolver, outcome);
                }
            }
            Either::Left((None, _)) => {}
            Either::Right(((), _)) if deadline.left(platform).is_zero() => break,
            Either::Right(((), _)) => {}
        }
    }
    let unanswered = attempts.iter().any(|attempt| matches!(attempt, Attempt::Unanswered(..)));
    let shared = sent && !limited && (has_full_time || !unanswered);
    failure(attempts, shared, platform.now())
}

/// The output of the first query that completes, which is taken out; `None` where there is none.
async fn first<F: Future + Unpin>(running: &mut Vec<F>) -> Option<F::Output> {
    poll_fn(|context| {
        for (index, query) in running.iter_mut().enumerate() {
            if let Poll::Ready(output) = query.poll_unpin(context) {
                running.remove(index);
                return Poll::Ready(Some(output));
            }
        }
        if running.is_empty() { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

/// Whether this much time is as good as all of [`Config::dns_timeout`]: the time that a request takes until its first
/// query is not counted.
fn has_full_time(config: &Config, time: Duration) -> bool {
    time >= config.dns_timeout.saturating_sub(config.dns_timeout / 50)
}

/// The failure of the greatest weight, of equals the first. Its detail names all resolvers.
fn failure(attempts: Vec<Attempt<'_>>, shared: bool, received: Duration) -> Answer {
    let failures: Vec<_> = attempts
        .into_iter()
        .map(|attempt| match attempt {
            Attempt::Failed(resolver, outcome) => (resolver, outcome),
            Attempt::Unanswered(resolver, given) => {
                (resolver, Outcome::without_records(Status::Timeout, silence(given)))
            }
        })
        .collect();
    if failures.iter().all(|(_, outcome)| outcome.status == Status::Skipped) {
        let outcome = Outcome::without_records(Status::Skipped, OVER_BUDGET.to_owned());
        return Answer::of_one_request(outcome, received);
    }
    let details: Vec<_> = failures.iter().map(|(resolver, outcome)| detail(resolver, outcome)).collect();
    let best = failures.into_iter().reduce(
        |best, other| {
            if other.1.status.weight() > best.1.status.weight() { other } else { best }
        },
    );
    let (source, outcome) = match best {
        Some((resolver, outcome)) => {
            let answered = !matches!(outcome.status, Status::Timeout | Status::Unreachable | Status::Skipped);
            (answered.then(|| resolver.to_string()), outcome)
        }
        None => (None, Outcome::without_records(Status::Timeout, None)),
    };
    let outcome = Arc::new(Outcome { detail: Some(details.join("; ")), ..outcome });
    Answer { outcome, source, received, shared }
}

fn detail(resolver: &Resolver, outcome: &Outcome) -> String {
    match (outcome.status, &outcome.detail) {
        (Status::Timeout, Some(detail)) => format!("{resolver}: {detail}"),
        (Status::Skipped, _) => format!("{resolver}: {OVER_BUDGET}"),
        (status, Some(detail)) => format!("{resolver}: {status}, {detail}"),
        (status, None) => format!("{resolver}: {status}"),
    }
}

/// What is said where no answer came within the time that was given.
pub(super) fn silence(given: Duration) -> String {
    match given.as_micros().div_ceil(1_000) {
        0 => "not queried: no time was left".to_owned(),
        milliseconds => format!("no answer within {milliseconds} ms"),
    }
}

#[cfg(test)]
mod tests;
