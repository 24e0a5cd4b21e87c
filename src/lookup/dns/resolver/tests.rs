use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};

use super::*;
use crate::testing::{Reaction, World, config, ptr};

/// What a resolver does, by the name of it.
fn reaction(what: &str, question: &Message) -> Reaction {
    let good = || Reaction::records(question, 60, vec![ptr("good.example.")]);
    match what {
        "good" => good(),
        "slow" => good().after(400),
        "late" => good().after(2_000),
        "nxdomain" => Reaction::code(question, ResponseCode::NXDomain),
        "slow nxdomain" => Reaction::code(question, ResponseCode::NXDomain).after(500),
        "servfail" => Reaction::code(question, ResponseCode::ServFail),
        "slow servfail" => Reaction::code(question, ResponseCode::ServFail).after(300),
        "refused" => Reaction::code(question, ResponseCode::Refused),
        "garbage" => Reaction::bytes(vec![1]),
        "http 500" => Reaction::status(500),
        "dead" => Reaction::unreachable("connection refused"),
        "silent" => Reaction::silence(),
        other => panic!("{other}"),
    }
}

struct Seen {
    status: Status,
    by: String,
    after: u128,
    asked: Vec<String>,
    dropped: usize,
    detail: Option<String>,
}

fn seen(primary: &str, fallback: Option<&str>, change: impl FnOnce(&mut Config)) -> Seen {
    let world = World::new(|resolver, question| match resolver {
        "one.example" => reaction(primary, question),
        _ => reaction(fallback.unwrap(), question),
    });
    let mut config = config();
    if fallback.is_none() {
        config.fallback = None;
    }
    change(&mut config);
    let question = Question::ptr("8.8.8.8".parse().unwrap()).unwrap();
    let deadline = Deadline::after(&world, config.dns_timeout);
    let (after, verdict) = world.time(ask(&world, &config, &question, deadline, || {}));
    Seen {
        status: verdict.outcome.status,
        by: verdict.resolver.url.authority().unwrap().to_string(),
        after,
        asked: world.hosts(),
        dropped: world.dropped.get(),
        detail: verdict.outcome.detail,
    }
}

#[test]
fn two_resolvers() {
    use Status::{Malformed, Nxdomain, Ok, Refused, Servfail, Timeout, Unreachable};
    const ONE: &[&str] = &["one.example"];
    const BOTH: &[&str] = &["one.example", "two.example"];
    #[rustfmt::skip]
    let rows = [
        ("good", "good", Ok, "one", 0, ONE, 0, "the fallback is not bothered"),
        ("nxdomain", "good", Nxdomain, "one", 0, ONE, 0, "a name that is not there is an answer"),
        ("slow", "good", Ok, "two", 250, BOTH, 1, "past the hedge, the fallback wins and the primary is dropped"),
        ("slow", "silent", Ok, "one", 400, BOTH, 1, "the primary wins after all"),
        ("slow", "slow", Ok, "one", 400, BOTH, 1, "who was asked first is first"),
        ("slow", "servfail", Ok, "one", 400, BOTH, 0, "a failing fallback ends nothing"),
        ("silent", "slow nxdomain", Nxdomain, "two", 750, BOTH, 1, "from the hedge on"),
        ("servfail", "good", Ok, "two", 0, BOTH, 0, "at once"),
        ("refused", "good", Ok, "two", 0, BOTH, 0, "at once"),
        ("garbage", "nxdomain", Nxdomain, "two", 0, BOTH, 0, "at once"),
        ("http 500", "good", Ok, "two", 0, BOTH, 0, "at once"),
        ("dead", "slow", Ok, "two", 400, BOTH, 0, "at once, and the fallback takes its time"),
        ("slow servfail", "silent", Servfail, "one", 1500, BOTH, 1, "the primary fails past the hedge"),
        ("slow servfail", "slow", Ok, "two", 650, BOTH, 0, "and the fallback goes on"),
        ("silent", "dead", Unreachable, "two", 1500, BOTH, 1, "the primary has until the deadline"),
        ("silent", "silent", Timeout, "one", 1500, BOTH, 2, "one deadline over both"),
        ("late", "late", Timeout, "one", 1500, BOTH, 2, "after the deadline is never"),
        ("servfail", "silent", Servfail, "one", 1500, BOTH, 1, "what is known at the deadline"),
        ("dead", "dead", Unreachable, "one", 0, BOTH, 0, "nobody to wait for"),
        ("dead", "servfail", Servfail, "two", 0, BOTH, 0, "a resolver's word tells more than none"),
        ("refused", "servfail", Servfail, "two", 0, BOTH, 0, "it has tried"),
        ("garbage", "http 500", Malformed, "one", 0, BOTH, 0, "it has answered"),
        ("http 500", "garbage", Malformed, "two", 0, BOTH, 0, "the same the other way round"),
        ("refused", "garbage", Refused, "one", 0, BOTH, 0, "it has answered well"),
    ];
    for (primary, fallback, status, by, after, asked, dropped, why) in rows {
        let seen = seen(primary, Some(fallback), |_| {});
        let row = format!("{primary} x {fallback}: {why}: {:?}", seen.detail);
        assert_eq!((seen.status, seen.by), (status, format!("{by}.example")), "{row}");
        assert_eq!(seen.after, after, "{row}");
        assert_eq!(seen.asked, asked, "{row}");
        assert_eq!(seen.dropped, dropped, "{row}: given up");
        assert_eq!(seen.detail.is_some(), !status.is_conclusive(), "{row}");
    }
}

#[test]
fn one_resolver() {
    for (primary, status, after, detail, why) in [
        ("good", Status::Ok, 0, None, "an answer"),
        ("slow", Status::Ok, 400, None, "past the hedge, and nobody else to ask"),
        ("silent", Status::Timeout, 1500, Some("no answer within 1500 ms"), "the deadline"),
        ("servfail", Status::Servfail, 0, Some("servfail"), "the resolver's word"),
        ("http 500", Status::Unreachable, 0, Some("unreachable, HTTP 500"), "a failure"),
        ("dead", Status::Unreachable, 0, Some("unreachable, connection refused"), "a failure"),
    ] {
        let seen = seen(primary, None, |_| {});
        assert_eq!((seen.status, seen.after), (status, after), "{primary}: {why}");
        assert_eq!(seen.asked, ["one.example"], "{primary}: {why}");
        let detail = detail.map(|detail| format!("https://one.example: {detail}"));
        assert_eq!(seen.detail, detail, "{primary}: {why}");
    }
}

#[test]
fn two_failures_tell_two_stories() {
    let seen = seen("dead", Some("silent"), |_| {});
    assert_eq!(
        seen.detail.as_deref(),
        Some(
            "https://one.example: unreachable, connection refused; \
             https://two.example: no answer within 1500 ms"
        )
    );
}

#[test]
fn a_hedge_after_the_deadline_asks_nobody() {
    let seen = seen("silent", Some("good"), |config| config.dns_hedge = Duration::from_secs(20));
    assert_eq!((seen.status, seen.after), (Status::Timeout, 1500));
    assert_eq!(seen.asked, ["one.example"]);
}

#[test]
fn an_answer_in_the_last_moment_counts() {
    let world = World::new(|_, question| reaction("good", question));
    let question = Question::ptr("8.8.8.8".parse().unwrap()).unwrap();
    let deadline = Deadline::after(&world, Duration::ZERO);
    let verdict = world.run(ask(&world, &config(), &question, deadline, || {})).outcome;
    assert_eq!(verdict.status, Status::Ok);
}
