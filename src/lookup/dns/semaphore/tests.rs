use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::*;
use crate::testing::{Reaction, World};

/// A task of the platform: a future with a separate waker, polled again only when it was woken.
struct Task<'a, T> {
    future: Pin<Box<dyn Future<Output = T> + 'a>>,
    woken: Arc<Flag>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<'a, T> Task<'a, T> {
    fn new(future: impl Future<Output = T> + 'a) -> Self {
        Self { future: Box::pin(future), woken: Arc::new(Flag(AtomicBool::new(true))) }
    }

    /// What the future gives, if it was woken and is ready.
    fn run(&mut self) -> Option<T> {
        if !self.woken.0.swap(false, Ordering::Relaxed) {
            return None;
        }
        match self.future.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&self.woken)))) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

fn world() -> World<'static> {
    World::new(|_, _| Reaction::silence())
}

/// This many permits, held by two new requesters.
fn take(semaphore: &Semaphore, number: usize) -> Vec<Permit<'_>> {
    let (one, two) = (semaphore.requester(), semaphore.requester());
    let mut permits: Vec<_> = (0..number).filter_map(|_| semaphore.try_acquire(one)).collect();
    permits.extend((permits.len()..number).filter_map(|_| semaphore.try_acquire(two)));
    assert_eq!(permits.len(), number);
    permits
}

#[test]
fn permits_are_limited_for_all_and_for_each() {
    let semaphore = Semaphore::default();
    let (one, two) = (semaphore.requester(), semaphore.requester());
    let first: Vec<_> = std::iter::from_fn(|| semaphore.try_acquire(one)).collect();
    assert_eq!(first.len(), Semaphore::SHARE, "one request leaves some to the others");
    let second: Vec<_> = std::iter::from_fn(|| semaphore.try_acquire(two)).collect();
    assert_eq!(first.len() + second.len(), Semaphore::PERMITS, "the limit for all requests together");
    drop(first);
    assert!(semaphore.try_acquire(two).is_some(), "returned permits can be acquired");
    drop(second);
    assert!(semaphore.lock().held.is_empty(), "no trace of finished requests");
}

#[test]
fn a_waiter_in_another_task_is_woken() {
    let (world, semaphore) = (world(), Semaphore::default());
    let mut permits = take(&semaphore, Semaphore::PERMITS);
    let requester = semaphore.requester();
    let mut waiter = Task::new(semaphore.acquire(&world, requester));
    assert!(waiter.run().is_none(), "no permit is free");
    permits.pop();
    assert!(
        semaphore.try_acquire(semaphore.requester()).is_none(),
        "it is assigned, so no request overtakes the waiter"
    );
    assert!(waiter.run().is_some());
}

#[test]
fn a_dropped_waiter_passes_its_permit_on() {
    struct TestCase {
        released_before: bool,
        why: &'static str,
    }
    for TestCase { released_before, why } in [
        TestCase { released_before: true, why: "woken, and dropped before it ran" },
        TestCase { released_before: false, why: "dropped while it waited" },
    ] {
        let (world, semaphore) = (world(), Semaphore::default());
        let mut permits = take(&semaphore, Semaphore::PERMITS);
        let mut first = Task::new(semaphore.acquire(&world, semaphore.requester()));
        let mut second = Task::new(semaphore.acquire(&world, semaphore.requester()));
        assert!(first.run().is_none() && second.run().is_none(), "{why}");
        if released_before {
            permits.pop();
        }
        drop(first);
        if !released_before {
            permits.pop();
        }
        let got = second.run();
        assert!(got.is_some(), "{why}: the next waiter gets it");
        drop((got, permits));
        assert!(semaphore.lock().held.is_empty() && semaphore.lock().assigned.is_empty(), "{why}: no permit is lost");
    }
}

#[test]
fn requests_take_turns() {
    let (world, semaphore) = (world(), Semaphore::default());
    let mut permits = take(&semaphore, Semaphore::PERMITS);
    let (batch, single) = (semaphore.requester(), semaphore.requester());
    let order = std::cell::RefCell::new(Vec::new());
    let wait = |requester, name| {
        let (semaphore, world, order) = (&semaphore, &world, &order);
        Task::new(async move {
            let permit = semaphore.acquire(world, requester).await;
            order.borrow_mut().push(name);
            permit
        })
    };
    let mut tasks =
        vec![wait(batch, "batch 1"), wait(batch, "batch 2"), wait(batch, "batch 3"), wait(single, "single")];
    for task in &mut tasks {
        assert!(task.run().is_none());
    }
    let mut held = Vec::new();
    for _ in 0..4 {
        permits.pop();
        held.extend(tasks.iter_mut().filter_map(Task::run));
    }
    assert_eq!(*order.borrow(), ["batch 1", "single", "batch 2", "batch 3"]);
}

#[test]
fn a_request_at_its_share_does_not_block_the_queue() {
    let (world, semaphore) = (world(), Semaphore::default());
    let (batch, single) = (semaphore.requester(), semaphore.requester());
    let mut held: Vec<_> = std::iter::from_fn(|| semaphore.try_acquire(batch)).collect();
    let mut more = Task::new(semaphore.acquire(&world, batch));
    assert!(more.run().is_none(), "its share is used up");
    let mut other = pin!(semaphore.acquire(&world, single));
    assert!(
        other.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready(),
        "other requests do not wait behind it"
    );
    held.pop();
    assert!(more.run().is_some());
}
