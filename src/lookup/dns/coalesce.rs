//! Coalescing: equal queries of an instance are sent once, and their answers are cached.
//!
//! The requests of an instance are separate tasks of the platform, and one task can wake another only through
//! [`WakeOnDrop`]. The first request that needs an answer sends the query. The others leave a [`WakeOnDrop`] with it and
//! wait.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};

use super::cache::{Cache, Key};
use super::outcome::Answer;
use super::wire::Query;
use crate::platform::clock::Deadline;
use crate::platform::{Platform, WakeOnDrop};

/// The cache and the queries in flight, shared by the requests of an instance.
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
    answer: OnceLock<Answer>,
    waiting: Mutex<Vec<WakeOnDrop>>,
}

impl InFlight {
    /// The answer to `query`: from the cache, from an equal query in flight, or from `fetch`. `None` when the deadline
    /// passes while an equal query is in flight, or `admit` gives no permit.
    ///
    /// `fetch` needs a permit from `admit`. It is acquired before the query counts as in flight, so that no
    /// request waits for a query that itself waits in a queue. It is returned before this waits for an equal query.
    pub(super) async fn resolve_once<O: Platform, P>(
        &self,
        platform: &O,
        query: &Query,
        deadline: Deadline,
        admit: impl AsyncFn() -> Option<P>,
        fetch: impl AsyncFn(P) -> Answer,
    ) -> Option<Answer> {
        let key = Key::new(query);
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
                    return Some(leader.publish(fetch(permit).await));
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
            // A leader without an answer for others wakes them, too. The query is then sent anew, if there is time.
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

/// What a request that needs an answer does next.
enum Claim<P> {
    /// It takes the answer from the cache.
    Cached(Answer),
    /// It waits for the equal query in flight.
    Join(Arc<Pending>),
    /// It acquires a permit: no equal query is in flight.
    NeedsPermit,
    /// It sends the query, which is in flight from now on.
    Leader(Arc<Pending>, P),
}

/// The request that sends a query. Dropping it wakes the requests that wait, with or without an answer for them.
struct Leader<'a> {
    in_flight: &'a InFlight,
    key: Key,
    pending: Arc<Pending>,
}

impl Leader<'_> {
    /// Gives the answer to the cache and to those who wait, if it may be shared.
    fn publish(self, answer: Answer) -> Answer {
        if !answer.shared {
            return answer;
        }
        lock(&self.in_flight.0).cache.keep(self.key.clone(), answer.clone());
        // A pending query has one leader, so it is not set yet.
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
