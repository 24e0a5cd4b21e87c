use std::cell::Cell;

use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};

use super::*;
use crate::lookup::dns::Status;
use crate::lookup::dns::outcome::Outcome;
use crate::testing::{Reaction, World};

const SECOND: Duration = Duration::from_secs(1);

/// An outcome that has just arrived.
fn answer(outcome: Outcome, world: &World<'_>, shared: bool) -> Answer {
    Answer { outcome: Arc::new(outcome), source: None, received: world.now(), shared }
}

/// A test's instance: what it shares, and how many queries it has sent.
struct Instance<'a> {
    world: World<'a>,
    in_flight: InFlight,
    sent: Cell<usize>,
}

impl Instance<'_> {
    fn new() -> Self {
        Self { world: World::new(|_, _| Reaction::silence()), in_flight: InFlight::default(), sent: Cell::new(0) }
    }

    /// Resolves the query for an address, whose answer takes a tenth of a second.
    async fn resolve(&self, ip: &str, status: Status, ttl: u32, shared: bool) -> Option<Answer> {
        let query = Query::ptr(ip.parse().unwrap()).unwrap();
        let fetch = async |()| {
            self.sent.set(self.sent.get() + 1);
            self.world.sleep(SECOND / 10).await;
            let outcome = Outcome { ttl: Some(ttl), ..Outcome::without_records(status, None) };
            answer(outcome, &self.world, shared)
        };
        let deadline = Deadline::after(&self.world, SECOND);
        self.in_flight.resolve_once(&self.world, &query, deadline, async || Some(()), fetch).await
    }

    fn is_idle(&self) -> bool {
        lock(&self.in_flight.0).pending.is_empty()
    }
}

#[test]
fn equal_queries_are_sent_once() {
    let instance = Instance::new();
    let ips = ["1.1.1.1", "8.8.8.8", "1.1.1.1", "1.1.1.1", "8.8.8.8"];
    // With a TTL of 0 an answer is not cached, but the requests that wait for it still share it.
    let (time, answers) = instance.world.time(join_all(ips.map(|ip| instance.resolve(ip, Status::Nxdomain, 0, true))));
    assert!(answers.iter().all(Option::is_some));
    assert_eq!((instance.sent.get(), time), (2, 100), "two queries at the same time");
    assert!(instance.is_idle());
    instance.world.run(instance.resolve("1.1.1.1", Status::Nxdomain, 0, true));
    assert_eq!(instance.sent.get(), 3, "later the query is sent anew");
}

#[test]
fn answers_are_kept_for_their_ttl() {
    let instance = Instance::new();
    for (status, ttl, wait, expected, why) in [
        (Status::Ok, 60, 0, 1, "the first query"),
        (Status::Ok, 60, 59, 1, "the answer is cached"),
        (Status::Timeout, 60, 2, 2, "the answer has expired, and the query now fails"),
        (Status::Ok, 60, 4, 2, "a failure is cached, too"),
        (Status::Ok, 60, 1, 3, "for five seconds, with any TTL"),
    ] {
        instance.world.run(instance.world.sleep(SECOND * wait));
        instance.world.run(instance.resolve("1.1.1.1", status, ttl, true)).unwrap();
        assert_eq!(instance.sent.get(), expected, "{why}");
    }
}

#[test]
fn a_dropped_leader_is_replaced() {
    let instance = Instance::new();
    let mut first = Box::pin(instance.resolve("1.1.1.1", Status::Ok, 60, true));
    assert!((&mut first).now_or_never().is_none(), "in flight");
    let second = instance.resolve("1.1.1.1", Status::Ok, 60, true);
    let drop_first = async {
        instance.world.sleep(SECOND / 20).await;
        drop(first);
    };
    let (time, (answer, ())) = instance.world.time(join(second, drop_first));
    assert!(answer.is_some());
    assert_eq!((instance.sent.get(), time), (2, 150), "sent anew when the first request was dropped");
    assert!(instance.is_idle());
}

#[test]
fn a_failure_that_may_not_be_shared_is_not() {
    let instance = Instance::new();
    let resolve = || instance.resolve("1.1.1.1", Status::Timeout, 60, false);
    let (time, _) = instance.world.time(join(resolve(), resolve()));
    assert_eq!((instance.sent.get(), time), (2, 200), "the second request sends its own query");
    assert!(instance.is_idle());
}

#[test]
fn a_follower_keeps_its_deadline() {
    let instance = Instance::new();
    let first = instance.resolve("1.1.1.1", Status::Ok, 60, true);
    let query = Query::ptr("1.1.1.1".parse().unwrap()).unwrap();
    let never = async |()| -> Answer { panic!("the query is in flight") };
    let second = async {
        instance.world.sleep(SECOND / 100).await;
        let deadline = Deadline::after(&instance.world, SECOND / 100);
        instance.in_flight.resolve_once(&instance.world, &query, deadline, async || Some(()), never).await
    };
    let (first, second) = instance.world.run(join(first, second));
    assert!(first.is_some() && second.is_none());
}

/// Both requests find no query in flight and wait for a permit. The one that gets its permit later finds the query of the
/// other in flight.
#[test]
fn a_follower_returns_its_permit_before_it_waits() {
    let instance = Instance::new();
    let held = Cell::new(0_usize);
    struct Held<'a>(&'a Cell<usize>);
    impl Drop for Held<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }
    let query = Query::ptr("1.1.1.1".parse().unwrap()).unwrap();
    let resolve = || async {
        let admit = async || {
            instance.world.sleep(SECOND / 100).await;
            held.set(held.get() + 1);
            Some(Held(&held))
        };
        let fetch = async |_permit: Held<'_>| {
            instance.world.sleep(SECOND / 100).await;
            assert_eq!(held.get(), 1, "only the query in flight has a permit");
            let outcome = Outcome { ttl: Some(60), ..Outcome::without_records(Status::Ok, None) };
            answer(outcome, &instance.world, true)
        };
        let deadline = Deadline::after(&instance.world, SECOND);
        instance.in_flight.resolve_once(&instance.world, &query, deadline, admit, fetch).await
    };
    let (first, second) = instance.world.run(join(resolve(), resolve()));
    assert!(first.is_some() && second.is_some());
    assert_eq!(held.get(), 0);
}
