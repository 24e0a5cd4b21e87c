//! The queries of one request: one deadline, one budget, and what the answers have in common.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use hickory_proto::rr::{Name, RecordType};

use super::coalesce::{Answered, Fetched};
use super::resolver::{self, Limits};
use super::semaphore::Permit;
use super::wire::{Malformed, Outcome, Question};
use super::{Shared, Status};
use crate::config::Config;
use crate::platform::Platform;
use crate::platform::clock::Deadline;

/// The queries of one request.
pub struct Session<'a, O> {
    platform: &'a O,
    config: &'a Config,
    shared: &'a Shared,
    deadline: Deadline,
    limits: Limits<'a>,
    private: bool,
    /// Completes when the query that was sent last is on its way.
    previous: RefCell<Option<Pin<Box<dyn Future<Output = ()> + 'a>>>>,
    summary: RefCell<Summary>,
}

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// How many subjects the request has. They determine its budget of queries.
    pub subjects: usize,
    /// Whether the lookup is the caller's own. Then it neither fills nor reads what the requests of an instance share:
    /// nobody can find out that this visitor was here, nor can the visitor find out who else was asked about.
    pub private: bool,
}

/// What the answers of a session have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// For how much longer all of them hold; `None` where nothing was queried.
    pub holds: Option<Duration>,
    /// The origin of the resolver that gave them, of several the one that answered last, also where the answer was
    /// cached; `None` where none answered.
    pub source: Option<String>,
    /// Whether they are for the caller alone.
    pub private: bool,
}

impl<'a, O: Platform> Session<'a, O> {
    /// The queries that a request may send beyond those for its subjects.
    const BUDGET: usize = 64;
    /// The queries that a request may send for each subject, hedges and retries included.
    const BUDGET_PER_SUBJECT: usize = 4;
    /// Many times as long as a platform takes to send a query over an open connection.
    const TURN: Duration = Duration::from_millis(20);

    /// A session that ends [`Config::dns_timeout`] from now.
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
                rests: &shared.rests,
                budget: Cell::new(budget),
            },
            private: scope.private,
            previous: RefCell::default(),
            summary: RefCell::new(Summary { private: scope.private, ..Summary::default() }),
        }
    }

    /// What the answers so far have in common.
    pub fn summary(&self) -> Summary {
        self.summary.borrow().clone()
    }

    /// Queries for the records of one type at `name`. Never an error: a failure is an [`Outcome`] that says so.
    pub async fn ask(&self, name: Name, kind: RecordType) -> Arc<Outcome> {
        self.put(Question::new(name, kind)).await
    }

    /// The outcome of a query, with the TTL that is left.
    pub(super) async fn put(&self, question: Result<Question, Malformed>) -> Arc<Outcome> {
        let answer = match question {
            Ok(question) => self.resolve(&question).await,
            Err(error) => self.failed(Outcome::without_records(Status::Malformed, error.to_string())),
        };
        let now = self.platform.now();
        let holds = answer.until().saturating_sub(now);
        let mut summary = self.summary.borrow_mut();
        summary.holds = Some(summary.holds.map_or(holds, |least| least.min(holds)));
        if answer.source.is_some() {
            summary.source.clone_from(&answer.source);
        }
        drop(summary);
        answer.remaining(now)
    }

    async fn resolve(&self, question: &Question) -> Answered {
        let given = self.deadline.left(self.platform);
        let admit = async || {
            let time_is_up = pin!(self.platform.sleep(self.deadline.left(self.platform)));
            let permit = pin!(self.limits.semaphore.acquire(self.platform, self.limits.requester));
            match select(permit, time_is_up).await {
                Either::Left((permit, _)) => Some(permit),
                Either::Right(_) => None,
            }
        };
        let fetch = async |permit| self.fetch(question, permit).await;
        let answer = if self.private {
            match admit().await {
                Some(permit) => Some(Answered::new(fetch(permit).await, self.platform.now())),
                None => None,
            }
        } else {
            self.shared.in_flight.resolve_once(self.platform, question, self.deadline, admit, fetch).await
        };
        answer.unwrap_or_else(|| self.failed(Outcome::without_records(Status::Timeout, resolver::silence(given))))
    }

    /// Sends the query when it is its turn.
    ///
    /// The queries of a request are sent one after the other, because a platform to which several HTTP requests are
    /// given at once sends the heads of all before it looks for their bodies. A body that follows its head in a
    /// separate segment waits until the peer has acknowledged the head, which may take it 40 ms (RFC 896, RFC 1122
    /// section 4.2.3.2). A query that is not sent within [`Self::TURN`], such as one whose connection is still being
    /// established, holds up no other.
    async fn fetch(&self, question: &Question, permit: Permit<'_>) -> Fetched {
        let (on_its_way, next) = self.platform.wake_on_drop();
        let previous = self.previous.borrow_mut().replace(Box::pin(next));
        if let Some(previous) = previous {
            select(previous, pin!(self.platform.sleep(Self::TURN))).await;
        }
        if self.deadline.left(self.platform).is_zero() {
            let outcome = Outcome::without_records(Status::Timeout, resolver::silence(Duration::ZERO));
            return Fetched { outcome, source: None, shared: false };
        }
        let begun = || drop(on_its_way);
        resolver::query(self.platform, self.config, question, self.deadline, &self.limits, permit, begun).await
    }

    fn failed(&self, outcome: Outcome) -> Answered {
        Answered::new(Fetched { outcome, source: None, shared: false }, self.platform.now())
    }
}

#[cfg(test)]
mod tests;
