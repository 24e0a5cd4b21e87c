//! One query to two resolvers, under one deadline (hedged requests).

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::Status;
use super::backoff::Backoff;
use super::doh;
use super::outcome::{Answer, Outcome};
use super::semaphore::{Permit, Requester, Semaphore};
use super::wire::Query;
use crate::config::{Config, Resolver};
use crate::platform::Platform;
use crate::platform::clock::Deadline;

/// The detail of a query that was not sent because of the budget.
const OVER_BUDGET: &str = "not queried: the request has used up its budget of DNS queries";

/// What limits the queries of one request.
pub(super) struct Limits<'a> {
    /// The permits of the instance.
    pub(super) semaphore: &'a Semaphore,
    /// The request, as the semaphore knows it.
    pub(super) requester: Requester,
    /// The resolvers that the instance does not query for now.
    pub(super) backoff: &'a Backoff,
    /// How many queries the request may still send.
    pub(super) budget: Cell<usize>,
    /// Whether the queries may not use HTTP caches on the way to a resolver.
    pub(super) is_private: bool,
}

impl Limits<'_> {
    /// Takes one query from the budget; false if none is left.
    fn spend(&self) -> bool {
        let rest = self.budget.get().checked_sub(1);
        rest.map(|rest| self.budget.set(rest)).is_some()
    }
}

/// The result of querying one resolver, so far.
enum Attempt<'a> {
    /// It has not answered yet, and has this long.
    Unanswered(&'a Resolver, Duration),
    /// It failed, or was not queried.
    Failed(&'a Resolver, Outcome),
}

/// Queries the primary resolver, and the fallback as soon as the primary fails or has not answered within
/// [`Config::dns_hedge`]. The first conclusive answer counts, and the other query is dropped. If there is none by the
/// deadline, the failure of the greatest weight counts, and its detail names all resolvers.
///
/// Each query in flight needs a permit: `permit` is for the first. If none is free for a hedge, the query to the primary
/// is dropped, and the fallback is queried with its permit: a dead primary must not hold every permit until the deadline.
///
/// A resolver in a [`Backoff`] is not queried, and none is when the budget is spent.
pub(super) async fn resolve<'a, O: Platform>(
    platform: &O,
    config: &'a Config,
    query: &Query,
    deadline: Deadline,
    limits: &Limits<'_>,
    permit: Permit<'_>,
) -> Answer {
    let started = platform.now();
    let has_full_time = has_full_time(config, deadline.left(platform));
    let send = async |number: usize, resolver: &'a Resolver| {
        let (outcome, pause) = doh::send(platform, resolver, query, limits.is_private, || limits.spend()).await;
        if let Some(time) = pause {
            limits.backoff.start(number, platform.now(), time);
        }
        (number, resolver, outcome)
    };
    let mut permits = vec![permit];
    let mut next = config.resolvers().enumerate().peekable();
    let mut attempts = Vec::with_capacity(2);
    let mut running = Vec::with_capacity(2);
    // A failure caused by the limits of this request may not be shared, nor one for which no query was sent.
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
        match first_before(platform.sleep(patience), &mut running).await {
            Some((_, resolver, outcome)) if outcome.status.is_conclusive() => {
                let source = Some(resolver.to_string());
                return Answer { outcome: Arc::new(outcome), source, received: platform.now(), shared: true };
            }
            Some((number, resolver, outcome)) => {
                if let Some(attempt) = attempts.get_mut(number) {
                    *attempt = Attempt::Failed(resolver, outcome);
                }
            }
            None if deadline.left(platform).is_zero() => break,
            None => {}
        }
    }
    let unanswered = attempts.iter().any(|attempt| matches!(attempt, Attempt::Unanswered(..)));
    let shared = sent && !limited && (has_full_time || !unanswered);
    failure(attempts, shared, platform.now())
}

/// The output of the first query that completes, which is removed from `running`; `None` if `timer` completes before.
async fn first_before<F: Future + Unpin>(timer: impl Future<Output = ()>, running: &mut Vec<F>) -> Option<F::Output> {
    let mut timer = pin!(timer);
    poll_fn(|context| {
        // The queries first, so that they are on their way before anything else happens.
        for (index, query) in running.iter_mut().enumerate() {
            if let Poll::Ready(output) = query.poll_unpin(context) {
                running.remove(index);
                return Poll::Ready(Some(output));
            }
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}

/// Whether a query with this much time counts as one with all of [`Config::dns_timeout`]. A request takes some time until
/// it sends its first query: 2 % of the timeout are allowed for that.
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

/// The detail of a query without an answer, after the time that it had.
pub(super) fn silence(given: Duration) -> String {
    match given.as_micros().div_ceil(1_000) {
        0 => "not queried: no time was left".to_owned(),
        milliseconds => format!("no answer within {milliseconds} ms"),
    }
}

#[cfg(test)]
mod tests;
