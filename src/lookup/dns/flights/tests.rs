use std::cell::Cell;

use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};

use super::*;
use crate::lookup::dns::Status;
use crate::testing::{Reaction, World};

const SECOND: Duration = Duration::from_secs(1);

/// A test's instance: what it knows, and how often it has asked.
struct Instance<'a> {
    world: World<'a>,
    flights: Flights,
    asked: Cell<usize>,
}

impl Instance<'_> {
    fn new() -> Self {
        Self { world: World::new(|_, _| Reaction::silence()), flights: Flights::default(), asked: Cell::new(0) }
    }

    /// Puts the question for an address; asking takes a tenth of a second.
    async fn put(&self, ip: &str, status: Status, ttl: u32, shared: bool) -> Option<Landed> {
        let question = Question::ptr(ip.parse().unwrap()).unwrap();
        let ask = async |()| {
            self.asked.set(self.asked.get() + 1);
            self.world.sleep(SECOND / 10).await;
            let outcome = Outcome { ttl: Some(ttl), ..Outcome::without_records(status, None) };
            Asked { outcome, source: Some(Source::Resolver("one".to_owned())), shared }
        };
        self.flights.land(&self.world, &question, Deadline::after(&self.world, SECOND), async || (), ask).await
    }

    fn is_idle(&self) -> bool {
        lock(&self.flights.0).flying.is_empty()
    }
}

#[test]
fn equal_questions_are_asked_once() {
    let instance = Instance::new();
    let ips = ["1.1.1.1", "8.8.8.8", "1.1.1.1", "1.1.1.1", "8.8.8.8"];
    // TTL 0: even what may not be kept is good for all who ask at the same time.
    let (time, answers) = instance.world.time(join_all(ips.map(|ip| instance.put(ip, Status::Nxdomain, 0, true))));
    assert!(answers.iter().all(Option::is_some));
    assert_eq!((instance.asked.get(), time), (2, 100), "two questions, neither waits for the other");
    assert!(instance.is_idle());
    instance.world.run(instance.put("1.1.1.1", Status::Nxdomain, 0, true));
    assert_eq!(instance.asked.get(), 3, "afterwards it is asked anew");
}

#[test]
fn answers_are_kept_for_their_ttl() {
    let instance = Instance::new();
    for (status, ttl, wait, expected, why) in [
        (Status::Ok, 60, 0, 1, "the first"),
        (Status::Ok, 60, 59, 1, "it holds"),
        (Status::Timeout, 60, 2, 2, "it held for a minute; now it fails"),
        (Status::Ok, 60, 4, 2, "a failure holds, too"),
        (Status::Ok, 60, 1, 3, "for five seconds, whatever the TTL"),
    ] {
        instance.world.run(instance.world.sleep(SECOND * wait));
        let landed = instance.world.run(instance.put("1.1.1.1", status, ttl, true)).unwrap();
        assert_eq!(instance.asked.get(), expected, "{why}");
        if wait == 59 {
            assert_eq!((landed.source, landed.holds), (Some(Source::Cache), SECOND), "{why}: for the rest of its time");
        }
    }
}

#[test]
fn a_leader_that_goes_away_is_followed_by_another() {
    let instance = Instance::new();
    let mut first = Box::pin(instance.put("1.1.1.1", Status::Ok, 60, true));
    assert!((&mut first).now_or_never().is_none(), "asking");
    let second = instance.put("1.1.1.1", Status::Ok, 60, true);
    let go = async {
        instance.world.sleep(SECOND / 20).await;
        drop(first);
    };
    let (time, (answer, ())) = instance.world.time(join(second, go));
    assert!(answer.is_some());
    assert_eq!((instance.asked.get(), time), (2, 150), "asked anew when the first went away");
    assert!(instance.is_idle());
}

#[test]
fn a_timeout_of_little_time_is_nobody_elses() {
    let instance = Instance::new();
    let put = || instance.put("1.1.1.1", Status::Timeout, 60, false);
    let (time, _) = instance.world.time(join(put(), put()));
    assert_eq!((instance.asked.get(), time), (2, 200), "the second asks for itself");
    assert!(instance.is_idle());
}

#[test]
fn a_follower_has_a_deadline_of_its_own() {
    let instance = Instance::new();
    let first = instance.put("1.1.1.1", Status::Ok, 60, true);
    let question = Question::ptr("1.1.1.1".parse().unwrap()).unwrap();
    let never = async |()| -> Asked { panic!("somebody else is asking") };
    let second = async {
        instance.world.sleep(SECOND / 100).await;
        let deadline = Deadline::after(&instance.world, SECOND / 100);
        instance.flights.land(&instance.world, &question, deadline, async || (), never).await
    };
    let (first, second) = instance.world.run(join(first, second));
    assert!(first.is_some() && second.is_none());
}
