//! How many questions of one request may be on their way at once, and that they begin one after the other.
//!
//! For the futures of one task, which are dropped together or not at all. Nobody is woken where something is dropped:
//! that happens also when the whole task goes, which then must not be woken any more.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// A number of permits, and the right to begin.
#[derive(Debug)]
pub(super) struct Permits {
    free: Cell<usize>,
    beginning: Cell<bool>,
    for_permits: Queue,
    to_begin: Queue,
}

impl Permits {
    pub(super) fn new(number: usize) -> Self {
        let queue = Queue::default;
        Self { free: Cell::new(number), beginning: Cell::new(false), for_permits: queue(), to_begin: queue() }
    }

    /// A permit, as soon as one is free.
    pub(super) async fn acquire(&self) -> Permit<'_> {
        self.for_permits.wait(|| self.free.get().checked_sub(1).map(|rest| self.free.set(rest))).await;
        Permit(self)
    }

    /// Lets one go on who waits for a permit, if there is one to be had. To be called when whoever had one is done.
    pub(super) fn pass_on(&self) {
        if self.free.get() > 0 {
            self.for_permits.wake();
        }
    }
}

/// A permit, given back when it is dropped.
pub(super) struct Permit<'a>(&'a Permits);

impl Permit<'_> {
    /// Waits until what began before has told so. Whoever does not want to wait any longer may begin all the same.
    ///
    /// One begins after the other, because a platform to which several HTTP requests are given at once sends the heads of
    /// all before it looks for their bodies. A body that follows its head alone waits until the peer has acknowledged
    /// the head, which may take it 40 ms (RFC 896, RFC 1122 section 4.2.3.2).
    pub(super) async fn begin(&self) -> Begun<'_> {
        self.0.to_begin.wait(|| (!self.0.beginning.replace(true)).then_some(())).await;
        Begun(self.0)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.free.set(self.0.free.get() + 1);
    }
}

/// Held by the one that begins. Told or dropped, the next may begin.
pub(super) struct Begun<'a>(&'a Permits);

impl Begun<'_> {
    /// It has begun, or will not.
    pub(super) fn tell(self) {
        let permits = self.0;
        drop(self);
        permits.to_begin.wake();
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.beginning.set(false);
    }
}

/// Those who wait, in the order in which they came.
#[derive(Debug, Default)]
struct Queue {
    next: Cell<u64>,
    waiting: RefCell<BTreeMap<u64, Waker>>,
}

impl Queue {
    /// Waits until `get` gives something; it is tried at once, and then when [`wake`](Self::wake) says so.
    async fn wait<T>(&self, get: impl Fn() -> Option<T>) -> T {
        let place = Place { queue: self, number: self.next.replace(self.next.get() + 1) };
        poll_fn(|context| match get() {
            Some(got) => Poll::Ready(got),
            None => {
                self.waiting.borrow_mut().insert(place.number, context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }

    /// Wakes the first of those who wait.
    fn wake(&self) {
        let first = self.waiting.borrow_mut().pop_first();
        if let Some((_, waker)) = first {
            waker.wake();
        }
    }
}

/// A place in a queue, left when it is dropped.
struct Place<'a> {
    queue: &'a Queue,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.waiting.borrow_mut().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::{FutureExt as _, poll};

    use super::*;

    #[test]
    fn permits_run_out_and_come_back() {
        let test = async {
            let permits = Permits::new(2);
            let (first, second) = (permits.acquire().await, permits.acquire().await);
            let (mut third, mut fourth) = (pin!(permits.acquire()), pin!(permits.acquire()));
            assert!(poll!(&mut third).is_pending() && poll!(&mut fourth).is_pending(), "none is free");
            drop(first);
            permits.pass_on();
            let Poll::Ready(third) = poll!(&mut third) else { panic!("one is free") };
            assert!(poll!(&mut fourth).is_pending(), "one, and not two");
            drop((second, third));
            permits.pass_on();
            assert!(poll!(&mut fourth).is_ready());
        };
        test.now_or_never().expect("nothing to wait for");
    }

    #[test]
    fn one_begins_after_the_other() {
        let test = async {
            let permits = Permits::new(2);
            let (first, second) = (permits.acquire().await, permits.acquire().await);
            let begun = first.begin().await;
            {
                let mut gone = pin!(second.begin());
                assert!(poll!(&mut gone).is_pending(), "the first has not begun");
            }
            let mut next = pin!(second.begin());
            assert!(poll!(&mut next).is_pending(), "nor has whoever gave up left the way free");
            begun.tell();
            assert!(poll!(&mut next).is_ready(), "it has, and goes on");
        };
        test.now_or_never().expect("nothing to wait for");
    }
}
