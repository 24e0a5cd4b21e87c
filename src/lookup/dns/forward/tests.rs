use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::NS;
use serde_json::json;

use super::*;
use crate::lookup::dns::Shared;
use crate::lookup::dns::queries::Scope;
use crate::testing::{Reaction, World, address, cname, config, name};

/// One subject, not the caller.
const SCOPE: Scope = Scope { subjects: 1, private: false };

fn run<'a, T>(world: &'a World<'_>, ask: impl AsyncFnOnce(&Queries<'_, World<'_>>) -> T) -> T {
    let (config, shared) = (config(), Shared::default());
    let queries = Queries::new(world, &config, &shared, SCOPE);
    world.run(ask(&queries))
}

#[test]
fn both_versions_at_the_same_time() {
    let world = World::new(|_, query| {
        let records = match query.queries[0].query_type() {
            RecordType::A => vec![address("192.0.2.1"), address("192.0.2.2"), address("192.0.2.1")],
            _ => vec![address("2001:db8::1")],
        };
        Reaction::records(query, 60, records).after(100)
    });
    let (config, shared) = (config(), Shared::default());
    let queries = Queries::new(&world, &config, &shared, SCOPE);
    let (time, found) = world.time(addresses(&queries, &name("a.example.")));
    assert_eq!(time, 100);
    let expected = ["192.0.2.1", "192.0.2.2", "2001:db8::1"].map(|ip| ip.parse::<IpAddr>().unwrap());
    assert_eq!(found.addresses, expected, "each once");
    assert_eq!((found.a.status, found.a.ttl, found.omitted, found.canonical), (Status::Ok, Some(60), 0, None));
}

#[test]
fn one_version_may_fail() {
    let world = World::new(|_, query| match query.queries[0].query_type() {
        RecordType::A => Reaction::code(query, ResponseCode::ServFail),
        _ => Reaction::reply(query, |message| {
            let asked = message.queries[0].name().clone();
            let record = |owner: &Name, data| hickory_proto::rr::Record::from_rdata(owner.clone(), 60, data);
            message.answers = vec![
                record(&asked, cname("Target.example.")),
                record(&name("target.example."), address("2001:db8::1")),
            ];
        }),
    });
    let found = run(&world, async |queries| addresses(queries, &name("a.example.")).await);
    assert_eq!((found.a.status, found.aaaa.status), (Status::Servfail, Status::Ok));
    assert_eq!(found.canonical.as_deref(), Some("Target.example"));
    assert_eq!(found.addresses.len(), 1);
}

#[test]
fn both_versions_share_sixteen_addresses() {
    for (v4, v6, listed, omitted, why) in [
        (16, 0, (16, 0), 0, "IPv4 alone has all places"),
        (0, 16, (0, 16), 0, "IPv6 alone, too"),
        (20, 0, (16, 0), 4, "more than there are places"),
        (16, 16, (8, 8), 16, "half the places each"),
        (16, 3, (13, 3), 3, "IPv6 needs less than its half"),
        (3, 16, (3, 13), 3, "IPv4 needs less than its half"),
        (8, 8, (8, 8), 0, "exactly half each"),
        (9, 8, (8, 8), 1, "one IPv4 address more"),
        (100, 100, (8, 8), 184, "many of each"),
    ] {
        let world = World::new(|_, query| {
            let (number, prefix) = match query.queries[0].query_type() {
                RecordType::A => (v4, "192.0.2."),
                _ => (v6, "2001:db8::"),
            };
            // Each address twice: it counts once.
            let records = (1..=number).chain(1..=number).map(|n| address(&format!("{prefix}{n}"))).collect();
            Reaction::records(query, 1, records)
        });
        let found = run(&world, async |queries| addresses(queries, &name("a.example.")).await);
        let of_v4 = found.addresses.iter().take_while(|ip| ip.is_ipv4()).count();
        let of_v6 = found.addresses.iter().skip(of_v4).filter(|ip| ip.is_ipv6()).count();
        assert_eq!(((of_v4, of_v6), found.omitted), (listed, omitted), "{v4} and {v6}: {why}");
        assert_eq!(of_v4 + of_v6, found.addresses.len(), "IPv4 first: {why}");
        let cut = [&found.a.detail, &found.aaaa.detail].iter().any(|detail| detail.is_some());
        assert_eq!(cut, omitted > 0, "a detail says what is omitted: {why}");
    }
}

/// A set is measured as JSON, with its escapes.
#[test]
fn sets_are_bounded_in_text() {
    let text = |byte: u8, length: usize| RData::TXT(TXT::from_bytes(vec![byte; length].chunks(255).collect()));
    for (texts, listed, omitted, why) in [
        (vec![text(b'x', 16_200)], 1, 0, "a text that fits"),
        (vec![text(b'x', 16_200), text(b'x', 200)], 1, 1, "a second text that does not fit"),
        (vec![text(1, 3_276)], 1, 0, "control characters take five bytes of JSON each"),
        (vec![text(1, 3_277)], 0, 1, "one character more: omitted, and still ok"),
        (vec![text(b'\\', 4_096)], 0, 1, "a backslash takes four bytes: it is escaped twice"),
        (vec![text(1, 4_000), text(b'x', 9)], 1, 1, "the texts after a large one are listed"),
        (vec![text(b'x', 20_000), text(b'x', 9)], 1, 1, "so are those after one that is too large for an outcome"),
        (vec![text("\u{202e}".as_bytes()[0], 9)], 1, 0, "a byte that is not UTF-8"),
    ] {
        let world = World::new(|_, query| match query.queries[0].query_type() {
            RecordType::TXT => Reaction::records(query, 300, texts.clone()),
            _ => Reaction::code(query, ResponseCode::NXDomain),
        });
        let found = run(&world, async |queries| records(queries, &name("a.example.")).await).txt;
        assert_eq!((found.outcome.status, found.outcome.ttl), (Status::Ok, Some(300)), "{why}");
        assert_eq!((found.records.len(), found.omitted), (listed, omitted), "{why}");
        assert!(serde_json::to_string(&found.records).unwrap().len() <= MAX_TEXT + 2, "{why}");
        let detail = (omitted > 0).then(|| "1 further record omitted".to_owned());
        assert_eq!(found.outcome.detail, detail, "{why}");
    }
}

/// The most preferred mail exchanges are kept, in any order of the reply.
#[test]
fn the_preferred_exchanges_are_kept() {
    let long = || Name::from_labels([[1; 60].as_slice(); 4]).unwrap();
    let world = World::new(|_, query| match query.queries[0].query_type() {
        RecordType::MX => {
            let records = (0..40).rev().map(|n| RData::MX(MX::new(n, long()))).collect();
            Reaction::records(query, 300, records)
        }
        _ => Reaction::code(query, ResponseCode::NXDomain),
    });
    let found = run(&world, async |queries| records(queries, &name("a.example.")).await).mx;
    let preferences: Vec<_> = found.records.iter().map(|exchange| usize::from(exchange.preference)).collect();
    assert_eq!(preferences, (0..preferences.len()).collect::<Vec<_>>());
    assert!(preferences.len() + found.omitted == 40 && found.omitted > 0, "{preferences:?}, {}", found.omitted);
}

#[test]
fn further_records() {
    let world = World::new(|_, query| match query.queries[0].query_type() {
        RecordType::NS => Reaction::records(query, 1, vec![RData::NS(NS(name("ns.example.")))]),
        RecordType::MX => {
            let mx = |preference, host| RData::MX(MX::new(preference, name(host)));
            Reaction::records(query, 1, vec![mx(20, "b.example."), mx(10, "a.example.")])
        }
        RecordType::TXT => {
            let text = TXT::new(vec!["v=spf1 ".to_owned(), "-all".to_owned()]);
            Reaction::records(query, 1, vec![RData::TXT(text)])
        }
        RecordType::SOA => {
            let soa = SOA::new(name("ns.example."), name("admin.example."), 7, 3_600, -1, 86_400, 60);
            Reaction::records(query, 1, vec![RData::SOA(soa)])
        }
        _ => Reaction::code(query, ResponseCode::Refused),
    });
    let found = run(&world, async |queries| records(queries, &name("a.example.")).await);
    let set = |records| json!({ "status": "ok", "authenticated": false, "ttl": 1, "detail": null, "records": records, "omitted": 0 });
    let found = serde_json::to_value(found).unwrap();
    assert_eq!(found["ns"], set(json!(["ns.example"])));
    assert_eq!(
        found["mx"],
        set(json!([
            { "preference": 10, "exchange": "a.example" },
            { "preference": 20, "exchange": "b.example" },
        ])),
        "the most preferred first"
    );
    assert_eq!(found["txt"], set(json!(["v=spf1 -all"])), "one text per record");
    let soa = &found["soa"]["records"][0];
    assert_eq!((&soa["serial"], &soa["retry"]), (&json!(7), &json!(u32::MAX)), "32 bits, unsigned");
    assert_eq!((&found["caa"]["status"], &found["caa"]["records"]), (&json!("refused"), &json!([])));
}
