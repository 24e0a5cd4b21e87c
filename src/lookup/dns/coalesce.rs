//! Queries in flight: equal ones are sent once, and their answers are kept.
//!
//! The requests of an instance are separate tasks of the platform, and one task can wake another through [`WakeOnDrop`]
//! only. So the first to need an answer fetches it, and the others leave a [`WakeOnDrop`] with that query.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};

use super::cache::{Cache, Key};
use super::wire::{Outcome, Question};
use crate::platform::clock::Deadline;
use crate::platform::{Platform, WakeOnDrop};

/// What the requests of an instance share: answers that still hold, and queries in flight.
#[derive(Default)]
pub(super) struct InFlight(Mutex<State>);

#[derive(Default)]
struct State {
    cache: Cache,
    pending: BTreeMap<Key, Arc<Pending>>,
}

/// A query in flight.
#[derive(Default)]
struct Pending {
    answer: OnceLock<Answered>,
    waiting: Mutex<Vec<WakeOnDrop>>,
}

/// The outcome of a query that was sent, or was not.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fetched {
    /// The outcome.
    pub(super) outcome: Outcome,
    /// The origin of the resolver that answered; `None` where none did.
    pub(super) source: Option<String>,
    /// Whether the result may be cached and shared. A failure that comes from this request's own limits may not.
    pub(super) shared: bool,
}

/// An outcome, and when it was received.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    /// The outcome, with its TTL as received.
    pub(super) outcome: Arc<Outcome>,
    /// The origin of the resolver that answered; `None` where none did.
    pub(super) source: Option<String>,
    /// When it was received, on the platform's clock.
    pub(super) received: Duration,
}

impl Answered {
    /// A result received at the time `now`.
    pub(super) fn new(Fetched { outcome, source, .. }: Fetched, now: Duration) -> Self {
        Self { outcome: Arc::new(outcome), source, received: now }
    }

    /// Until when it holds.
    pub(super) fn until(&self) -> Duration {
        self.received.saturating_add(self.outcome.holds())
    }

    /// The outcome with the TTL that is left at the time `now`, in whole seconds.
    pub(super) fn remaining(self, now: Duration) -> Arc<Outcome> {
        let age = u32::try_from(now.saturating_sub(self.received).as_secs()).unwrap_or(u32::MAX);
        match self.outcome.ttl {
            Some(ttl) if age > 0 => {
                Arc::new(Outcome { ttl: Some(ttl.saturating_sub(age)), ..Arc::unwrap_or_clone(self.outcome) })
            }
            _ => self.outcome,
        }
    }
}

impl InFlight {
    /// The answer to `question`: from the cache, from another request's query in flight, or from `fetch`. `None` when
    /// the deadline passes while another request's query is in flight, or `admit` gives no permit.
    ///
    /// `fetch` needs a permit from `admit`. It is acquired before the query counts as in flight: nobody is to wait for
    /// a query that itself waits in a queue. And it is returned before this waits for another's query.
    pub(super) async fn resolve_once<O: Platform, P>(
        &self,
        platform: &O,
        question: &Question,
        deadline: Deadline,
        admit: impl AsyncFn() -> Option<P>,
        fetch: impl AsyncFn(P) -> Fetched,
    ) -> Option<Answered> {
        let key = Key::new(question);
        let mut permit = None;
        loop {
            let pending = match self.claim(&key, platform.now(), &mut permit) {
                Claim::Cached(answer) => return Some(answer),
                Claim::Join(pending) => pending,
                Claim::NeedsPermit => {
                    permit = Some(admit().await?);
                    continue;
                }
                Claim::Leader(pending, permit) => {
                    let leader = Leader { in_flight: self, key, pending };
                    let fetched = fetch(permit).await;
                    return Some(leader.publish(fetched, platform.now()));
                }
            };
            drop(permit.take());
            let (wake, woken) = platform.wake_on_drop();
            lock(&pending.waiting).push(wake);
            if let Either::Right(_) = select(pin!(woken), pin!(platform.sleep(deadline.left(platform)))).await {
                return None;
            }
            if let Some(answer) = pending.answer.get() {
                return Some(answer.clone());
            }
            // A leader that went away without an answer for others wakes them, too. Then the query is sent anew, if
            // there is time.
            if deadline.left(platform).is_zero() {
                return None;
            }
        }
    }

    fn claim<P>(&self, key: &Key, now: Duration, permit: &mut Option<P>) -> Claim<P> {
        let mut state = lock(&self.0);
        if let Some(answer) = state.cache.find(key, now) {
            return Claim::Cached(answer.clone());
        }
        if let Some(pending) = state.pending.get(key) {
            return Claim::Join(Arc::clone(pending));
        }
        let Some(permit) = permit.take() else { return Claim::NeedsPermit };
        let pending = Arc::<Pending>::default();
        state.pending.insert(key.clone(), Arc::clone(&pending));
        Claim::Leader(pending, permit)
    }
}

enum Claim<P> {
    /// The answer is known.
    Cached(Answered),
    /// Another query for it is in flight.
    Join(Arc<Pending>),
    /// Nobody has asked, and to do so takes a permit.
    NeedsPermit,
    /// This query is the one in flight from now on.
    Leader(Arc<Pending>, P),
}

/// The one that fetches an answer. When it is dropped, those who wait are woken, whether there is an answer or not.
struct Leader<'a> {
    in_flight: &'a InFlight,
    key: Key,
    pending: Arc<Pending>,
}

impl Leader<'_> {
    fn publish(self, fetched: Fetched, now: Duration) -> Answered {
        let shared = fetched.shared;
        let answer = Answered::new(fetched, now);
        if !shared {
            return answer;
        }
        lock(&self.in_flight.0).cache.keep(self.key.clone(), answer.clone(), now);
        // Nobody else sets it: a pending query has one leader.
        self.pending.answer.get_or_init(|| answer).clone()
    }
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        lock(&self.in_flight.0).pending.remove(&self.key);
        let waiting = std::mem::take(&mut *lock(&self.pending.waiting));
        drop(waiting);
    }
}

/// Nothing here panics while it holds a lock; and if it did, the state would be whole between any two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
