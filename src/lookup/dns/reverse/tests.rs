use hickory_proto::op::ResponseCode;

use hickory_proto::rr::rdata::PTR;

use super::*;
use crate::lookup::dns::Shared;
use crate::lookup::dns::queries::Scope;
use crate::testing::{Reaction, World, address, config, name, ptr};

/// One subject, not the caller.
const SCOPE: Scope = Scope { subjects: 1, private: false };

fn answer(world: &World<'_>, ip: &str, verify: bool) -> Names {
    let (config, shared) = (config(), Shared::default());
    let queries = Queries::new(world, &config, &shared, SCOPE);
    world.run(names(&queries, ip.parse().unwrap(), verify))
}

#[test]
fn names_once_each_in_order() {
    let world = World::new(|_, query| {
        let names = ["b.example.", "a.example.", "B.Example.", "a.example."];
        Reaction::records(query, 60, names.map(ptr).to_vec())
    });
    let answer = answer(&world, "8.8.8.8", false);
    assert_eq!((answer.status, answer.ttl), (Status::Ok, Some(60)));
    assert_eq!(answer.names, ["b.example", "a.example"], "in the order of the reply, in the case of the first");
    assert_eq!(answer.confirmed, None, "not requested");
    assert_eq!(world.hosts().len(), 1);
}

#[test]
fn confirmation() {
    struct TestCase {
        ip: &'static str,
        names: &'static [&'static str],
        confirmed: &'static [&'static str],
        detail: Option<&'static str>,
        queries: usize,
        why: &'static str,
    }
    let many: &[&str] =
        &["1.good.", "2.good.", "3.good.", "4.good.", "5.good.", "6.good.", "7.good.", "8.good.", "9.good."];
    for case in [
        TestCase {
            ip: "8.8.8.8",
            names: &["a.good."],
            confirmed: &["a.good"],
            detail: None,
            queries: 2,
            why: "the name points back",
        },
        TestCase {
            ip: "2001:4860::1",
            names: &["a.good."],
            confirmed: &["a.good"],
            detail: None,
            queries: 2,
            why: "through an AAAA record",
        },
        TestCase {
            ip: "8.8.8.8",
            names: &["a.evil.", "b.good.", "c.gone."],
            confirmed: &["b.good"],
            detail: None,
            queries: 4,
            why: "a PTR record can have any name; one that points elsewhere or does not exist is not confirmed",
        },
        TestCase {
            ip: "8.8.8.8",
            names: &["a.good.", "b.broken."],
            confirmed: &["a.good"],
            detail: Some("not confirmed, the query failed: b.broken (servfail)"),
            queries: 4,
            why: "a failed query is reported",
        },
        TestCase { ip: "8.8.8.8", names: &[], confirmed: &[], detail: None, queries: 1, why: "no names" },
        TestCase {
            ip: "8.8.8.8",
            names: many,
            confirmed: &["1.good", "2.good", "3.good", "4.good", "5.good", "6.good", "7.good", "8.good"],
            detail: Some("only the first 8 of 9 names were checked"),
            queries: 9,
            why: "at most eight names are checked",
        },
    ] {
        let world = World::new(|_, query| {
            let asked = query.queries[0].name().to_lowercase().to_ascii();
            let zone = asked.trim_end_matches('.').rsplit('.').next().unwrap();
            match zone {
                "arpa" => Reaction::records(query, 60, case.names.iter().map(|name| ptr(name)).collect()),
                "good" => Reaction::records(query, 60, vec![address("192.0.2.1"), address(case.ip)]).after(100),
                "evil" => Reaction::records(query, 60, vec![address("192.0.2.1")]).after(100),
                "broken" => Reaction::code(query, ResponseCode::ServFail),
                _ => Reaction::code(query, ResponseCode::NXDomain),
            }
        });
        let answer = answer(&world, case.ip, true);
        assert_eq!(answer.confirmed.as_deref(), Some(owned(case.confirmed).as_slice()), "{}", case.why);
        assert_eq!(answer.detail.as_deref(), case.detail, "{}", case.why);
        assert_eq!(world.hosts().len(), case.queries, "{}", case.why);
    }
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn confirmation_is_one_round_within_the_same_deadline() {
    for (delay, expected, confirmed, why) in [
        (100, 200, 3, "the three names are checked at the same time"),
        (1_000, 1_500, 0, "they have the remaining half second"),
    ] {
        let world = World::new(|_, query| {
            let reverse = name("in-addr.arpa.").zone_of(query.queries[0].name());
            let records = if reverse { ["a.", "b.", "c."].map(ptr).to_vec() } else { vec![address("8.8.8.8")] };
            Reaction::records(query, 60, records).after(delay)
        });
        let (mut config, shared) = (config(), Shared::default());
        config.fallback = None;
        let queries = Queries::new(&world, &config, &shared, SCOPE);
        let (time, answer) = world.time(names(&queries, "8.8.8.8".parse().unwrap(), true));
        assert_eq!((time, answer.status), (expected, Status::Ok), "{why}");
        assert_eq!(answer.confirmed.map(|names| names.len()), Some(confirmed), "{why}");
        assert_eq!(answer.detail.is_some(), confirmed == 0, "{why}");
    }
}

/// A name of bytes that are not printable: 247 on the wire, 967 as text, 1,207 as JSON.
fn escaped(n: u8) -> Name {
    let label = [1; 60].as_slice();
    Name::from_labels([&[b'a' + n][..], label, label, label, label]).unwrap()
}

#[test]
fn names_are_bounded_in_number_and_text() {
    // A name of 254 bytes on the wire has 253 characters, and 256 bytes in a list of JSON.
    let long = |n: usize| format!("{n}.{}.{}.example.", ["x".repeat(60).as_str(); 3].join("."), "y".repeat(57));
    let short = |n: usize| format!("{n}.example.");
    let long = |n| name(&long(n));
    let short = |n| name(&short(n));
    for (names, listed, omitted, why) in [
        ((100..132).map(short).collect::<Vec<_>>(), 32, 0, "32 names"),
        ((100..133).map(short).collect(), 32, 1, "one name more"),
        ((100..400).map(short).collect(), 32, 268, "many names"),
        ((100..132).chain(100..132).map(short).collect(), 32, 0, "each name counts once"),
        ((100..132).map(long).collect(), 32, 0, "32 of the longest host names"),
        ((0..10).map(escaped).collect(), 6, 4, "bytes that are not printable take five bytes of JSON each"),
        ((0..10).map(escaped).chain([short(1)]).collect(), 7, 4, "a short name after them is listed"),
        ((100..300).map(long).collect(), 32, 168, "more than fit into an outcome"),
    ] {
        let world = World::new(|_, query| {
            let records: Vec<_> = names.iter().map(|name| RData::PTR(PTR(name.clone()))).collect();
            Reaction::records(query, 60, records)
        });
        let answer = answer(&world, "8.8.8.8", false);
        assert_eq!((answer.status, answer.names.len(), answer.omitted), (Status::Ok, listed, omitted), "{why}");
        let detail = (omitted > 0).then(|| detail::omitted(omitted, "further", "name"));
        assert_eq!(answer.detail, detail, "{why}");
        let json = serde_json::to_string(&answer.names).unwrap().len();
        assert!(json <= MAX_TEXT + 2, "{why}: {json} bytes");
    }
}

#[test]
fn details_of_failed_checks_are_bounded() {
    let world = World::new(|_, query| match query.queries[0].query_type() {
        RecordType::PTR => Reaction::records(query, 60, (1..=3).map(|n| RData::PTR(PTR(escaped(n)))).collect()),
        _ => Reaction::code(query, ResponseCode::ServFail),
    });
    let answer = answer(&world, "8.8.8.8", true);
    assert_eq!(answer.confirmed, Some(vec![]));
    let detail = answer.detail.unwrap();
    assert!(detail.ends_with("2 further names omitted") && detail.len() < 1_100, "{detail}");
}
