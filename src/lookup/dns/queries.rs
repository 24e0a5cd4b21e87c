//! The queries of one request: one deadline, one budget, and what the answers have in common.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use hickory_proto::rr::{Name, RecordType};

use super::outcome::{Answer, Outcome};
use super::resolver::{self, Limits};
use super::semaphore::Permit;
use super::wire::{Malformed, Query};
use super::{Shared, Status};
use crate::config::Config;
use crate::platform::Platform;
use crate::platform::clock::Deadline;

/// The queries of one request.
pub struct Queries<'a, O> {
    platform: &'a O,
    config: &'a Config,
    shared: &'a Shared,
    deadline: Deadline,
    limits: Limits<'a>,
    private: bool,
    summary: RefCell<Summary>,
}

/// Whom the queries are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// How many subjects the request has. They determine its budget of queries.
    pub subjects: usize,
    /// Whether the lookup is of the caller's own address. It then neither fills nor reads the cache of the instance, so
    /// that clients cannot find out who visited.
    pub private: bool,
}

/// What the answers to a request's queries have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// For how much longer all of them hold; `None` if nothing was queried.
    pub holds: Option<Duration>,
    /// The origin of the resolver that gave the last of them, cached ones included; `None` if no resolver answered.
    pub source: Option<String>,
    /// Whether they are for the caller alone.
    pub private: bool,
}

impl<'a, O: Platform> Queries<'a, O> {
    /// The queries that a request may send beyond those for its subjects.
    const BUDGET: usize = 64;
    /// The queries that a request may send for each subject, hedges and retries included.
    const BUDGET_PER_SUBJECT: usize = 4;

    /// The queries of a request whose deadline is [`Config::dns_timeout`] from now.
    pub fn new(platform: &'a O, config: &'a Config, shared: &'a Shared, scope: Scope) -> Self {
        let budget = scope.subjects.saturating_mul(Self::BUDGET_PER_SUBJECT).saturating_add(Self::BUDGET);
        Self {
            platform,
            config,
            shared,
            deadline: Deadline::after(platform, config.dns_timeout),
            limits: Limits {
                semaphore: &shared.semaphore,
                requester: shared.semaphore.requester(),
                backoff: &shared.backoff,
                budget: Cell::new(budget),
                is_private: scope.private,
            },
            private: scope.private,
            summary: RefCell::new(Summary { private: scope.private, ..Summary::default() }),
        }
    }

    /// What the answers so far have in common.
    pub fn summary(&self) -> Summary {
        self.summary.borrow().clone()
    }

    /// Queries for the records of one type at `name`. A failure is an [`Outcome`] with its reason, not an error.
    pub async fn ask(&self, name: Name, kind: RecordType) -> Arc<Outcome> {
        self.outcome(Query::new(name, kind)).await
    }

    /// The outcome of a query, with the TTL that is left.
    pub(super) async fn outcome(&self, query: Result<Query, Malformed>) -> Arc<Outcome> {
        let answer = match query {
            Ok(query) => self.resolve(&query).await,
            Err(error) => self.failed(Status::Malformed, error.to_string()),
        };
        let now = self.platform.now();
        let holds = answer.expires().saturating_sub(now);
        let mut summary = self.summary.borrow_mut();
        summary.holds = Some(summary.holds.map_or(holds, |least| least.min(holds)));
        if answer.source.is_some() {
            summary.source.clone_from(&answer.source);
        }
        drop(summary);
        answer.remaining(now)
    }

    async fn resolve(&self, query: &Query) -> Answer {
        let given = self.deadline.left(self.platform);
        let admit = async || {
            let time_is_up = pin!(self.platform.sleep(self.deadline.left(self.platform)));
            let permit = pin!(self.limits.semaphore.acquire(self.platform, self.limits.requester));
            match select(permit, time_is_up).await {
                Either::Left((permit, _)) => Some(permit),
                Either::Right(_) => None,
            }
        };
        let fetch = async |permit| self.fetch(query, permit).await;
        let answer = if self.private {
            match admit().await {
                Some(permit) => Some(fetch(permit).await),
                None => None,
            }
        } else {
            self.shared.in_flight.resolve_once(self.platform, query, self.deadline, admit, fetch).await
        };
        answer.unwrap_or_else(|| self.failed(Status::Timeout, resolver::silence(given)))
    }

    /// Sends the query, unless the permit has come at the moment when the time is up.
    async fn fetch(&self, query: &Query, permit: Permit<'_>) -> Answer {
        if self.deadline.left(self.platform).is_zero() {
            return self.failed(Status::Timeout, resolver::silence(Duration::ZERO));
        }
        resolver::resolve(self.platform, self.config, query, self.deadline, &self.limits, permit).await
    }

    /// A failure caused by this request, which is not shared.
    fn failed(&self, status: Status, why: String) -> Answer {
        Answer::of_one_request(Outcome::without_records(status, why), self.platform.now())
    }
}

#[cfg(test)]
mod tests;
