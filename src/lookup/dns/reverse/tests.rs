use hickory_proto::op::ResponseCode;

use super::*;
use crate::lookup::dns::Shared;
use crate::lookup::dns::session::Scope;
use crate::testing::{Reaction, World, address, config, name, ptr};

/// One subject, in public.
const SCOPE: Scope = Scope { subjects: 1, private: false };

fn answer(world: &World<'_>, ip: &str, verify: bool) -> Answer {
    let (config, shared) = (config(), Shared::default());
    let session = Session::new(world, &config, &shared, SCOPE);
    world.run(names(&session, ip.parse().unwrap(), verify))
}

#[test]
fn names_once_each_in_order() {
    let world = World::new(|_, question| {
        let names = ["b.example.", "a.example.", "B.Example.", "a.example."];
        Reaction::records(question, 60, names.map(ptr).to_vec())
    });
    let answer = answer(&world, "8.8.8.8", false);
    assert_eq!((answer.status, answer.ttl), (Status::Ok, Some(60)));
    assert_eq!(answer.names, ["b.example", "a.example"], "in the order of the reply, in the case of the first");
    assert_eq!(answer.confirmed, None, "not asked for");
    assert_eq!(world.hosts().len(), 1);
}

#[test]
fn confirmation() {
    struct TestCase {
        ip: &'static str,
        names: &'static [&'static str],
        confirmed: &'static [&'static str],
        detail: Option<&'static str>,
        questions: usize,
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
            questions: 2,
            why: "the name leads back",
        },
        TestCase {
            ip: "2001:4860::1",
            names: &["a.good."],
            confirmed: &["a.good"],
            detail: None,
            questions: 2,
            why: "by an AAAA record",
        },
        TestCase {
            ip: "8.8.8.8",
            names: &["a.evil.", "b.good.", "c.gone."],
            confirmed: &["b.good"],
            detail: None,
            questions: 4,
            why: "anybody can claim a name; one that leads elsewhere, or nowhere, is not confirmed",
        },
        TestCase {
            ip: "8.8.8.8",
            names: &["a.good.", "b.broken."],
            confirmed: &["a.good"],
            detail: Some("not confirmed for want of an answer: b.broken (servfail)"),
            questions: 4,
            why: "what could not be asked is told",
        },
        TestCase {
            ip: "8.8.8.8",
            names: &[],
            confirmed: &[],
            detail: None,
            questions: 1,
            why: "there is nothing to confirm",
        },
        TestCase {
            ip: "8.8.8.8",
            names: many,
            confirmed: &["1.good", "2.good", "3.good", "4.good", "5.good", "6.good", "7.good", "8.good"],
            detail: Some("only the first 8 of 9 names were asked back"),
            questions: 9,
            why: "eight at most",
        },
    ] {
        let world = World::new(|_, question| {
            let asked = question.queries[0].name().to_lowercase().to_ascii();
            let zone = asked.trim_end_matches('.').rsplit('.').next().unwrap();
            match zone {
                "arpa" => Reaction::records(question, 60, case.names.iter().map(|name| ptr(name)).collect()),
                "good" => Reaction::records(question, 60, vec![address("192.0.2.1"), address(case.ip)]).after(100),
                "evil" => Reaction::records(question, 60, vec![address("192.0.2.1")]).after(100),
                "broken" => Reaction::code(question, ResponseCode::ServFail),
                _ => Reaction::code(question, ResponseCode::NXDomain),
            }
        });
        let answer = answer(&world, case.ip, true);
        assert_eq!(answer.confirmed.as_deref(), Some(owned(case.confirmed).as_slice()), "{}", case.why);
        assert_eq!(answer.detail.as_deref(), case.detail, "{}", case.why);
        assert_eq!(world.hosts().len(), case.questions, "{}", case.why);
    }
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn confirmation_is_one_round_within_the_same_deadline() {
    for (delay, expected, confirmed, why) in [
        (100, 200, 3, "the three names are asked back at the same time"),
        (1_000, 1_500, 0, "half a second is left to them"),
    ] {
        let world = World::new(|_, question| {
            let reverse = name("in-addr.arpa.").zone_of(question.queries[0].name());
            let records = if reverse { ["a.", "b.", "c."].map(ptr).to_vec() } else { vec![address("8.8.8.8")] };
            Reaction::records(question, 60, records).after(delay)
        });
        let (mut config, shared) = (config(), Shared::default());
        config.fallback = None;
        let session = Session::new(&world, &config, &shared, SCOPE);
        let (time, answer) = world.time(names(&session, "8.8.8.8".parse().unwrap(), true));
        assert_eq!((time, answer.status), (expected, Status::Ok), "{why}");
        assert_eq!(answer.confirmed.map(|names| names.len()), Some(confirmed), "{why}");
        assert_eq!(answer.detail.is_some(), confirmed == 0, "{why}");
    }
}
