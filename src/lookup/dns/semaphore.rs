//! The semaphore: how many queries of an instance may be in flight at once.
//!
//! The requests of an instance are separate tasks of the platform, and one task can wake another only through
//! [`WakeOnDrop`]. A waiter leaves one in the queue, and the return of a permit drops it.
//!
//! **No wake-up is lost.** A returned permit is assigned to one waiter, under the lock, before that waiter is woken. If
//! the waiter is dropped after that, woken or not, its destructor returns the permit, which assigns it to the next
//! waiter. If it is dropped earlier, it leaves the queue.
//!
//! **No request starves.** Permits go to the requests in turn (round robin), and within a request to its queries in
//! their order. So a query waits for at most one permit of each other request, however long its batch is. A single
//! request holds at most [`Semaphore::SHARE`] permits: if all of its queries hang until the deadline, the others share
//! the rest.
//!
//! **No deadlock.** A query with a permit waits only for its resolvers, never for another query or permit.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::platform::{Platform, WakeOnDrop};

/// A number of permits, for the life of an instance.
#[derive(Default)]
pub(super) struct Semaphore(Mutex<State>);

/// A request, as a holder of permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Requester(u64);

#[derive(Default)]
struct State {
    /// The number of the next requester.
    next_requester: u64,
    /// The number of the next waiter.
    next_waiter: u64,
    /// The permits in use, by requester. Requesters without permits are not in the map.
    held: BTreeMap<Requester, usize>,
    /// The requesters that wait, each once, in the order of their turns.
    turns: VecDeque<Requester>,
    /// The waiters of each of `turns`, in their order.
    waiting: BTreeMap<Requester, VecDeque<(u64, WakeOnDrop)>>,
    /// Waiters to which a permit was assigned, and that have not taken it yet.
    assigned: BTreeMap<u64, Requester>,
}

impl Semaphore {
    /// The most queries in flight at once. Resolvers ban clients that flood them.
    pub(super) const PERMITS: usize = 32;
    /// The most of them that one request holds. A batch of 100 takes four rounds with 28 permits, as it does with 32.
    pub(super) const SHARE: usize = 28;

    /// A new requester.
    pub(super) fn requester(&self) -> Requester {
        let mut state = self.lock();
        state.next_requester += 1;
        Requester(state.next_requester)
    }

    /// Waits for a permit.
    pub(super) async fn acquire(&self, platform: &impl Platform, requester: Requester) -> Permit<'_> {
        let (waiter, woken) = {
            let mut state = self.lock();
            // This overtakes no waiter: while a requester has waiters, it is at its share, or no permit is free.
            if state.take(requester) {
                return Permit { semaphore: self, requester };
            }
            let (wake, woken) = platform.wake_on_drop();
            let number = state.next_waiter;
            state.next_waiter += 1;
            let queue = state.waiting.entry(requester).or_default();
            queue.push_back((number, wake));
            if queue.len() == 1 {
                state.turns.push_back(requester);
            }
            (Waiter { semaphore: self, requester, number }, woken)
        };
        woken.await;
        waiter.take()
    }

    /// A permit, if one is free.
    pub(super) fn try_acquire(&self, requester: Requester) -> Option<Permit<'_>> {
        let taken = self.lock().take(requester);
        // Not `then_some`: a permit that was not taken must not be dropped either.
        taken.then(|| Permit { semaphore: self, requester })
    }

    /// Changes the state, assigns the permits that became free, and wakes their waiters after the lock is released.
    fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        change(&mut state);
        let woken = state.assign();
        drop(state);
        drop(woken);
    }

    /// Nothing here panics while it holds the lock; and if it did, the state would be whole between any two statements.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a permit, if this requester may have one.
    fn take(&mut self, requester: Requester) -> bool {
        let all: usize = self.held.values().sum();
        let own = self.held.entry(requester).or_default();
        let available = all < Semaphore::PERMITS && *own < Semaphore::SHARE;
        if available {
            *own += 1;
        } else if *own == 0 {
            self.held.remove(&requester);
        }
        available
    }

    fn give_back(&mut self, requester: Requester) {
        if let Some(own) = self.held.get_mut(&requester) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                self.held.remove(&requester);
            }
        }
    }

    /// Assigns free permits to waiters, until no permit is free or no waiter may have one.
    fn assign(&mut self) -> Vec<WakeOnDrop> {
        let mut woken = Vec::new();
        let mut passed_over = 0;
        while passed_over < self.turns.len() {
            let Some(requester) = self.turns.pop_front() else { break };
            if !self.take(requester) {
                // It is at its share, or no permit is free. It keeps its place in the order of turns.
                self.turns.push_back(requester);
                passed_over += 1;
                continue;
            }
            passed_over = 0;
            let queue = self.waiting.entry(requester).or_default();
            match queue.pop_front() {
                Some((number, wake)) => {
                    self.assigned.insert(number, requester);
                    woken.push(wake);
                }
                None => self.give_back(requester),
            }
            if self.waiting.get(&requester).is_some_and(|queue| !queue.is_empty()) {
                self.turns.push_back(requester);
            } else {
                self.waiting.remove(&requester);
            }
        }
        woken
    }

    /// Takes a waiter out of its queue.
    fn leave(&mut self, requester: Requester, number: u64) {
        if let Some(queue) = self.waiting.get_mut(&requester) {
            queue.retain(|(other, _)| *other != number);
            if queue.is_empty() {
                self.waiting.remove(&requester);
                self.turns.retain(|other| *other != requester);
            }
        }
    }
}

/// A permit, returned when it is dropped.
pub(super) struct Permit<'a> {
    semaphore: &'a Semaphore,
    requester: Requester,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.update(|state| state.give_back(self.requester));
    }
}

/// A place in the queue, left when it is dropped.
struct Waiter<'a> {
    semaphore: &'a Semaphore,
    requester: Requester,
    number: u64,
}

impl<'a> Waiter<'a> {
    /// Takes the assigned permit. There is one, because nothing else wakes a waiter.
    fn take(self) -> Permit<'a> {
        self.semaphore.lock().assigned.remove(&self.number);
        Permit { semaphore: self.semaphore, requester: self.requester }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.semaphore.update(|state| {
            if let Some(requester) = state.assigned.remove(&self.number) {
                state.give_back(requester);
            } else {
                state.leave(self.requester, self.number);
            }
        });
    }
}

#[cfg(test)]
mod tests;
