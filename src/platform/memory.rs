//! Accounts of memory that the requests of an instance share.
//!
//! WebAssembly memory never shrinks, and a trap for want of it ends every request of the instance. So what a request
//! wants to hold is taken from a [`Pool`] first, and given back when it is dropped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Body, Platform, Unreachable, WakeOnDrop};

/// An amount of bytes that can be held at once.
#[derive(Default)]
pub struct Pool {
    size: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    used: usize,
    waiting: Vec<WakeOnDrop>,
}

impl Pool {
    /// A pool of `size` bytes.
    pub fn new(size: usize) -> Arc<Self> {
        Arc::new(Self { size, ..Self::default() })
    }

    /// Takes `bytes`, or nothing if the pool has not as many left.
    pub fn try_take(self: &Arc<Self>, bytes: usize) -> Option<Taken> {
        let mut taken = Taken { pool: Arc::clone(self), bytes: 0 };
        taken.grow(bytes).then_some(taken)
    }

    /// The bytes that are taken.
    pub fn used(&self) -> usize {
        self.state().used
    }

    /// Completes when some bytes have been given back after this call. Several can wait: each tries again then.
    pub fn freed<'a>(&self, platform: &'a impl Platform) -> impl Future<Output = ()> + 'a {
        let (wake, woken) = platform.wake_on_drop();
        self.state().waiting.push(wake);
        woken
    }

    /// Nothing panics while it holds the lock, so the state is whole even if the lock is poisoned.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes of a [`Pool`], given back when dropped.
pub struct Taken {
    pool: Arc<Pool>,
    bytes: usize,
}

impl Taken {
    /// Takes `bytes` more; `false`, and nothing is taken, if the pool has not as many left.
    #[must_use]
    pub fn grow(&mut self, bytes: usize) -> bool {
        let mut state = self.pool.state();
        let fits = bytes <= self.pool.size.saturating_sub(state.used);
        if fits {
            state.used += bytes;
            self.bytes += bytes;
        }
        fits
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // Otherwise one that failed to take anything would wake itself for ever.
        if self.bytes == 0 {
            return;
        }
        let mut state = self.pool.state();
        state.used = state.used.saturating_sub(self.bytes);
        let waiting = std::mem::take(&mut state.waiting);
        // Each wakes another request, which may take from the pool at once.
        drop(state);
        drop(waiting);
    }
}

/// A body whose bytes are taken from a pool while they arrive.
pub struct Metered<'a, B> {
    body: B,
    taken: &'a mut Taken,
    exhausted: &'a mut bool,
}

impl<'a, B: Body> Metered<'a, B> {
    /// The same body. Its bytes are added to `taken`; reading fails and sets `exhausted` when the pool has none left.
    pub fn new(body: B, taken: &'a mut Taken, exhausted: &'a mut bool) -> Self {
        Self { body, taken, exhausted }
    }
}

impl<B: Body> Body for Metered<'_, B> {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Unreachable> {
        let piece = self.body.read().await?;
        if !self.taken.grow(piece.as_ref().map_or(0, Vec::len)) {
            *self.exhausted = true;
            return Err(Unreachable::new("no memory is left for it"));
        }
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;
    use std::time::Duration;

    use futures_util::future::join;
    use futures_util::poll;

    use super::*;
    use crate::testing::{Reaction, World};

    #[test]
    fn a_pool_gives_what_it_has() {
        let pool = Pool::new(10);
        let mut first = pool.try_take(4).unwrap();
        assert!(pool.try_take(7).is_none(), "only 6 are left");
        assert!(!first.grow(7) && first.grow(6), "all of them");
        assert_eq!(pool.used(), 10);
        assert!(pool.try_take(1).is_none() && pool.try_take(0).is_some(), "nothing is always there");
        drop(first);
        assert_eq!(pool.used(), 0);
        assert!(pool.try_take(usize::MAX).is_none(), "no overflow");
    }

    #[test]
    fn a_request_waits_until_another_gives_back() {
        let world = World::new(|_, _| Reaction::silence());
        let pool = Pool::new(10);
        let done = Cell::new(0);
        let waiter = async || {
            while pool.try_take(5).is_none() {
                pool.freed(&world).await;
            }
            done.set(done.get() + 1);
        };
        let holder = async {
            let taken = pool.try_take(10).unwrap();
            world.sleep(Duration::from_millis(30)).await;
            assert_eq!(done.get(), 0);
            drop(taken);
        };
        world.run(async {
            // One that is gone does not keep the others from being woken.
            let mut gone = pin!(pool.freed(&world));
            assert!(poll!(&mut gone).is_pending());
        });
        let (time, _) = world.time(join(holder, join(waiter(), waiter())));
        assert_eq!((time, done.get(), pool.used()), (30, 2, 0));
    }

    #[test]
    fn a_body_is_metered() {
        let world = World::new(|_, _| Reaction::silence());
        let pool = Pool::new(10);
        for (size, expected, why) in [(10, true, "as much as there is"), (11, false, "more")] {
            let (mut taken, mut exhausted) = (pool.try_take(0).unwrap(), false);
            let pieces = vec![Ok(vec![0; 4]), Ok(vec![0; size - 4])].into_iter();
            let read = world.run(crate::platform::body::read_all(Metered::new(pieces, &mut taken, &mut exhausted), 99));
            assert_eq!((read.is_ok(), exhausted), (expected, !expected), "{why}");
        }
    }
}
