use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};

use super::*;
use crate::testing::{Canned, Reaction, World, config, ptr};

/// What a resolver of this name does.
fn reaction(what: &str, query: &Message) -> Reaction {
    let good = || Reaction::records(query, 60, vec![ptr("good.example.")]);
    match what {
        "good" => good(),
        "slow" => good().after(400),
        "late" => good().after(2_000),
        "nxdomain" => Reaction::code(query, ResponseCode::NXDomain),
        "slow nxdomain" => Reaction::code(query, ResponseCode::NXDomain).after(500),
        "servfail" => Reaction::code(query, ResponseCode::ServFail),
        "slow servfail" => Reaction::code(query, ResponseCode::ServFail).after(300),
        "refused" => Reaction::code(query, ResponseCode::Refused),
        "garbage" => Reaction::bytes(vec![1]),
        "http 500" => Reaction::status(500),
        "dead" => Reaction::unreachable("connection refused"),
        "silent" => Reaction::silence(),
        "closed" => Reaction::closed(),
        "busy" => Reaction::http(Canned { status: 429, retry_after: Some("30"), ..Canned::default() }),
        other => panic!("{other}"),
    }
}

struct Seen {
    status: Status,
    by: Option<String>,
    after: u128,
    asked: Vec<String>,
    dropped: usize,
    detail: Option<String>,
    shared: bool,
}

/// An instance whose resolvers react like this.
struct Instance<'a> {
    world: World<'a>,
    config: Config,
    semaphore: Semaphore,
    backoff: Backoff,
}

impl<'a> Instance<'a> {
    fn new(primary: &'a str, fallback: Option<&'a str>) -> Self {
        let world = World::new(move |resolver, query| match resolver {
            "one.example" => reaction(primary, query),
            _ => reaction(fallback.unwrap(), query),
        });
        let mut config = config();
        if fallback.is_none() {
            config.fallback = None;
        }
        Self { world, config, semaphore: Semaphore::default(), backoff: Backoff::default() }
    }

    /// The result of one query with this much time and budget.
    fn query(&self, time: Duration, budget: usize) -> Seen {
        self.world.asked.borrow_mut().clear();
        let query = Query::ptr("8.8.8.8".parse().unwrap()).unwrap();
        let requester = self.semaphore.requester();
        let budget = Cell::new(budget);
        let limits =
            Limits { semaphore: &self.semaphore, requester, backoff: &self.backoff, budget, is_private: false };
        let permit = self.semaphore.try_acquire(requester).unwrap();
        let deadline = Deadline::after(&self.world, time);
        let resolved = resolve(&self.world, &self.config, &query, deadline, &limits, permit);
        let (after, Answer { outcome, source, shared, .. }) = self.world.time(resolved);
        assert_eq!(self.world.in_flight.get(), 0, "nothing is left in flight");
        Seen {
            status: outcome.status,
            by: source,
            after,
            asked: self.world.hosts(),
            dropped: self.world.dropped.get(),
            detail: outcome.detail.clone(),
            shared,
        }
    }
}

const TIMEOUT: Duration = Duration::from_millis(1_500);

fn seen(primary: &str, fallback: Option<&str>) -> Seen {
    Instance::new(primary, fallback).query(TIMEOUT, 9)
}

#[test]
fn two_resolvers() {
    use Status::{Malformed, Nxdomain, Ok, Refused, Servfail, Timeout, Unreachable};
    const ONE: &[&str] = &["one.example"];
    const BOTH: &[&str] = &["one.example", "two.example"];
    #[rustfmt::skip]
    let rows = [
        ("good", "good", Ok, "one", 0, ONE, 0, "the fallback is not queried"),
        ("nxdomain", "good", Nxdomain, "one", 0, ONE, 0, "NXDOMAIN is an answer"),
        ("slow", "good", Ok, "two", 250, BOTH, 1, "after the hedge delay the fallback wins, and the primary is dropped"),
        ("slow", "silent", Ok, "one", 400, BOTH, 1, "the primary answers first"),
        ("slow", "slow", Ok, "one", 400, BOTH, 1, "the primary was queried first"),
        ("slow", "servfail", Ok, "one", 400, BOTH, 0, "the primary is not dropped when the fallback fails"),
        ("silent", "slow nxdomain", Nxdomain, "two", 750, BOTH, 1, "counted from the hedge"),
        ("servfail", "good", Ok, "two", 0, BOTH, 0, "a failure starts the fallback at once"),
        ("refused", "good", Ok, "two", 0, BOTH, 0, "a failure starts the fallback at once"),
        ("garbage", "nxdomain", Nxdomain, "two", 0, BOTH, 0, "a failure starts the fallback at once"),
        ("http 500", "good", Ok, "two", 0, BOTH, 0, "a failure starts the fallback at once"),
        ("dead", "slow", Ok, "two", 400, BOTH, 0, "at once, and the fallback is slow"),
        ("slow servfail", "silent", Servfail, "one", 1500, BOTH, 1, "the primary fails after the hedge delay"),
        ("slow servfail", "slow", Ok, "two", 650, BOTH, 0, "the fallback is not dropped when the primary fails"),
        ("silent", "dead", Unreachable, "two", 1500, BOTH, 1, "the primary has time until the deadline"),
        ("silent", "silent", Timeout, "one", 1500, BOTH, 2, "one deadline for both"),
        ("late", "late", Timeout, "one", 1500, BOTH, 2, "answers after the deadline do not count"),
        ("servfail", "silent", Servfail, "one", 1500, BOTH, 1, "the failure known at the deadline"),
        ("dead", "dead", Unreachable, "one", 0, BOTH, 0, "no reason to wait"),
        ("dead", "servfail", Servfail, "two", 0, BOTH, 0, "a reported failure ranks before an observed one"),
        ("refused", "servfail", Servfail, "two", 0, BOTH, 0, "servfail ranks before refused"),
        ("garbage", "http 500", Malformed, "one", 0, BOTH, 0, "a reply that cannot be read ranks before none"),
        ("http 500", "garbage", Malformed, "two", 0, BOTH, 0, "the same with the roles exchanged"),
        ("refused", "garbage", Refused, "one", 0, BOTH, 0, "refused ranks before a reply that cannot be read"),
    ];
    for (primary, fallback, status, by, after, asked, dropped, why) in rows {
        let seen = seen(primary, Some(fallback));
        let row = format!("{primary} x {fallback}: {why}: {:?}", seen.detail);
        let by = (!matches!(status, Timeout | Unreachable)).then(|| format!("https://{by}.example"));
        assert_eq!((seen.status, seen.by), (status, by), "{row}");
        assert!(seen.shared, "{row}: the query had the full time");
        assert_eq!(seen.after, after, "{row}");
        assert_eq!(seen.asked, asked, "{row}");
        assert_eq!(seen.dropped, dropped, "{row}: dropped queries");
        assert_eq!(seen.detail.is_some(), !status.is_conclusive(), "{row}");
    }
}

#[test]
fn one_resolver() {
    for (primary, status, after, detail, why) in [
        ("good", Status::Ok, 0, None, "an answer"),
        ("slow", Status::Ok, 400, None, "after the hedge delay, without a fallback"),
        ("silent", Status::Timeout, 1500, Some("no answer within 1500 ms"), "the deadline"),
        ("servfail", Status::Servfail, 0, Some("servfail"), "a reported failure"),
        ("http 500", Status::Unreachable, 0, Some("unreachable, HTTP 500"), "a failure"),
        ("dead", Status::Unreachable, 0, Some("unreachable, connection refused"), "a failure"),
    ] {
        let seen = seen(primary, None);
        assert_eq!((seen.status, seen.after), (status, after), "{primary}: {why}");
        assert_eq!(seen.asked, ["one.example"], "{primary}: {why}");
        let detail = detail.map(|detail| format!("https://one.example: {detail}"));
        assert_eq!(seen.detail, detail, "{primary}: {why}");
    }
}

#[test]
fn a_failure_names_all_resolvers_and_their_time() {
    for (primary, fallback, expected) in [
        (
            "dead",
            "silent",
            "https://one.example: unreachable, connection refused; https://two.example: no answer within 1500 ms",
        ),
        (
            "silent",
            "silent",
            "https://one.example: no answer within 1500 ms; https://two.example: no answer within 1250 ms",
        ),
        ("slow servfail", "silent", "https://one.example: servfail; https://two.example: no answer within 1250 ms"),
    ] {
        assert_eq!(seen(primary, Some(fallback)).detail.as_deref(), Some(expected));
    }
}

#[test]
fn a_hedge_after_the_deadline_sends_no_query() {
    let mut instance = Instance::new("silent", Some("good"));
    instance.config.dns_hedge = Duration::from_secs(20);
    let seen = instance.query(TIMEOUT, 9);
    assert_eq!((seen.status, seen.after), (Status::Timeout, 1500));
    assert_eq!(seen.asked, ["one.example"]);
}

#[test]
fn an_answer_at_the_deadline_counts() {
    assert_eq!(Instance::new("good", Some("good")).query(Duration::ZERO, 9).status, Status::Ok);
}

#[test]
fn failures_that_may_be_shared() {
    let seconds = Duration::from_secs;
    for (primary, fallback, time, budget, status, shared, why) in [
        ("silent", "silent", TIMEOUT, 9, Status::Timeout, true, "the full time"),
        ("silent", "silent", Duration::from_millis(1_471), 9, Status::Timeout, true, "counts as the full time"),
        ("silent", "silent", Duration::from_millis(1_400), 9, Status::Timeout, false, "other requests have more time"),
        ("servfail", "silent", seconds(1), 9, Status::Servfail, false, "the fallback may answer other requests"),
        ("servfail", "refused", seconds(1), 9, Status::Servfail, true, "time made no difference"),
        ("slow", "slow", seconds(1), 9, Status::Ok, true, "a conclusive answer"),
        ("good", "good", TIMEOUT, 0, Status::Skipped, false, "both over budget"),
        ("servfail", "good", TIMEOUT, 1, Status::Servfail, false, "the fallback was over budget"),
        ("silent", "good", TIMEOUT, 1, Status::Timeout, false, "the hedge was over budget"),
        ("closed", "dead", TIMEOUT, 2, Status::Unreachable, false, "the repeated query used up the budget"),
    ] {
        let seen = Instance::new(primary, Some(fallback)).query(time, budget);
        let row = format!("{primary} x {fallback}: {why}: {:?}", seen.detail);
        assert_eq!((seen.status, seen.shared), (status, shared), "{row}");
        assert!(seen.asked.len() <= budget, "{row}: {:?}", seen.asked);
    }
}

#[test]
fn a_query_over_budget_is_skipped() {
    let seen = Instance::new("good", Some("good")).query(TIMEOUT, 0);
    assert_eq!((seen.status, seen.detail.as_deref()), (Status::Skipped, Some(OVER_BUDGET)));
    let seen = Instance::new("servfail", Some("good")).query(TIMEOUT, 1);
    let expected = format!("https://one.example: servfail; https://two.example: {OVER_BUDGET}");
    assert_eq!(seen.detail, Some(expected));
}

#[test]
fn a_resolver_that_asks_for_a_pause_gets_it() {
    let instance = Instance::new("busy", Some("good"));
    let pass = |seconds| instance.world.run(instance.world.sleep(Duration::from_secs(seconds)));
    for (wait, expected, why) in [
        (0, &["one.example", "two.example"][..], "before the first reply"),
        (0, &["two.example"], "only the fallback"),
        (29, &["two.example"], "until the pause ends"),
        (1, &["one.example", "two.example"], "after the pause"),
    ] {
        pass(wait);
        let seen = instance.query(TIMEOUT, 9);
        assert_eq!((seen.status, seen.after), (Status::Ok, 0), "{why}");
        assert_eq!(seen.asked, expected, "{why}");
    }
    let instance = Instance::new("busy", Some("busy"));
    instance.query(TIMEOUT, 9);
    let seen = instance.query(TIMEOUT, 9);
    assert_eq!((seen.status, seen.asked.len(), seen.shared), (Status::Unreachable, 0, false), "both pause");
    assert_eq!(
        seen.detail.as_deref(),
        Some(
            "https://one.example: unreachable, not queried for 30 s, as its retry-after asks; \
             https://two.example: unreachable, not queried for 30 s, as its retry-after asks"
        )
    );
}

#[test]
fn without_a_permit_the_fallback_replaces_the_primary() {
    for (primary, fallback, status, after, why) in [
        ("silent", "good", Status::Ok, 250, "a dead primary does not hold every permit"),
        ("slow", "silent", Status::Timeout, 1_500, "the primary was dropped"),
    ] {
        let instance = Instance::new(primary, Some(fallback));
        let other = [instance.semaphore.requester(), instance.semaphore.requester()];
        let permits = std::iter::repeat_n(other, Semaphore::PERMITS).flatten();
        let mut held: Vec<_> = permits.filter_map(|requester| instance.semaphore.try_acquire(requester)).collect();
        held.pop();
        let seen = instance.query(TIMEOUT, 9);
        assert_eq!((seen.status, seen.after), (status, after), "{why}");
        assert_eq!(instance.world.most_in_flight.get(), 1, "{why}");
        assert!(!seen.shared || status == Status::Ok, "{why}: other requests may have a permit");
    }
}
