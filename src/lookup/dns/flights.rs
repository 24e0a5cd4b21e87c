//! Questions in flight: equal ones are asked once, and their answers are kept.
//!
//! The requests of an instance are tasks of their own to the platform, and a task can be woken by nothing but the
//! platform. So whoever asks first, asks; the others wait for its [`WakeOnDrop`].

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};

use super::cache::{Cache, Kept, Key};
use super::wire::{Outcome, Question};
use crate::platform::clock::Deadline;
use crate::platform::{Platform, WakeOnDrop};

/// What an instance knows: answers that still hold, and questions that are being asked.
#[derive(Default)]
pub struct Flights(Mutex<State>);

#[derive(Default)]
struct State {
    cache: Cache,
    flying: BTreeMap<Key, Arc<Flight>>,
}

/// A question on its way.
#[derive(Default)]
struct Flight {
    landed: OnceLock<Landed>,
    waiting: Mutex<Vec<WakeOnDrop>>,
}

/// What came of asking.
#[derive(Debug)]
pub struct Asked {
    /// What came of it.
    pub outcome: Outcome,
    /// Who said so; `None` where nobody answered.
    pub source: Option<Source>,
    /// Whether it is anybody else's business: a question that was given little time says little by a timeout.
    pub shared: bool,
}

/// The answer to a question.
#[derive(Clone, Debug)]
pub struct Landed {
    /// What came of it.
    pub outcome: Arc<Outcome>,
    /// For how much longer it holds.
    pub holds: Duration,
    /// Who said so; `None` where nobody answered.
    pub source: Option<Source>,
}

/// Where an answer is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The resolver with this URL.
    Resolver(String),
    /// It was known already.
    Cache,
}

impl Flights {
    /// The answer to `question`: as it is known, from somebody who is asking it already, or else by asking. `None` where
    /// somebody else is asking it and the deadline passes.
    ///
    ///
    /// Only who asks needs a permit, from `admit`. It is there before the question counts as on its way: nobody is to
    /// wait for what has not been sent.
    pub async fn land<O: Platform, P>(
        &self,
        platform: &O,
        question: &Question,
        deadline: Deadline,
        admit: impl AsyncFn() -> P,
        ask: impl AsyncFn(P) -> Asked,
    ) -> Option<Landed> {
        let key = Key::new(question);
        let mut permit = None;
        loop {
            let flight = match self.board(&key, platform.now(), &mut permit) {
                Boarding::Known(landed) => return Some(landed),
                Boarding::Wait(flight) => flight,
                Boarding::Lead(flight, permit) => {
                    let leader = Leader { flights: self, key, flight };
                    let asked = ask(permit).await;
                    return Some(leader.land(asked, platform.now()));
                }
                Boarding::Free => {
                    permit = Some(admit().await);
                    continue;
                }
            };
            let (ring, rung) = platform.wake_on_drop();
            lock(&flight.waiting).push(ring);
            if let Either::Right(_) = select(pin!(rung), pin!(platform.sleep(deadline.left(platform)))).await {
                return None;
            }
            if let Some(landed) = flight.landed.get() {
                return Some(landed.clone());
            }
            // A leader that went away without an answer for others has rung, too: then the question is asked anew, if
            // there is time.
            if deadline.left(platform).is_zero() {
                return None;
            }
        }
    }

    fn board<P>(&self, key: &Key, now: Duration, permit: &mut Option<P>) -> Boarding<P> {
        let mut state = lock(&self.0);
        if let Some(Kept { outcome, until }) = state.cache.find(key, now) {
            let (outcome, holds) = (Arc::clone(outcome), until.saturating_sub(now));
            return Boarding::Known(Landed { outcome, holds, source: Some(Source::Cache) });
        }
        if let Some(flight) = state.flying.get(key) {
            return Boarding::Wait(Arc::clone(flight));
        }
        let Some(permit) = permit.take() else { return Boarding::Free };
        let flight = Arc::<Flight>::default();
        state.flying.insert(key.clone(), Arc::clone(&flight));
        Boarding::Lead(flight, permit)
    }
}

enum Boarding<P> {
    Known(Landed),
    Wait(Arc<Flight>),
    /// Nobody asks, and whoever wants to needs a permit.
    Free,
    Lead(Arc<Flight>, P),
}

/// Whoever asks the question. Dropped, it rings for those who wait, whether there is an answer or not.
struct Leader<'a> {
    flights: &'a Flights,
    key: Key,
    flight: Arc<Flight>,
}

impl Leader<'_> {
    fn land(self, asked: Asked, now: Duration) -> Landed {
        let Asked { outcome, source, shared } = asked;
        let landed = Landed { holds: outcome.holds(), outcome: Arc::new(outcome), source };
        if !shared {
            return landed;
        }
        let mut state = lock(&self.flights.0);
        state.cache.keep(self.key.clone(), Arc::clone(&landed.outcome), now, landed.holds);
        drop(state);
        // Nobody else sets it: there is one leader to a flight.
        self.flight.landed.get_or_init(|| landed).clone()
    }
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        lock(&self.flights.0).flying.remove(&self.key);
        let waiting = std::mem::take(&mut *lock(&self.flight.waiting));
        drop(waiting);
    }
}

/// Nothing here panics while it holds a lock; and were it so, what it guards is whole between any two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
