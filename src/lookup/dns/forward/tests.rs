use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::NS;
use serde_json::json;

use super::*;
use crate::lookup::dns::Shared;
use crate::lookup::dns::session::Scope;
use crate::testing::{Reaction, World, address, cname, config, name};

/// One subject, in public.
const SCOPE: Scope = Scope { subjects: 1, private: false };

fn run<'a, T>(world: &'a World<'_>, ask: impl AsyncFnOnce(&Session<'_, World<'_>>) -> T) -> T {
    let (config, shared) = (config(), Shared::default());
    let session = Session::new(world, &config, &shared, SCOPE);
    world.run(ask(&session))
}

#[test]
fn both_versions_at_the_same_time() {
    let world = World::new(|_, question| {
        let records = match question.queries[0].query_type() {
            RecordType::A => vec![address("192.0.2.1"), address("192.0.2.2"), address("192.0.2.1")],
            _ => vec![address("2001:db8::1")],
        };
        Reaction::records(question, 60, records).after(100)
    });
    let (config, shared) = (config(), Shared::default());
    let session = Session::new(&world, &config, &shared, SCOPE);
    let (time, found) = world.time(addresses(&session, &name("a.example.")));
    assert_eq!(time, 100);
    let expected = ["192.0.2.1", "192.0.2.2", "2001:db8::1"].map(|ip| ip.parse::<IpAddr>().unwrap());
    assert_eq!(found.addresses, expected, "each once");
    assert_eq!((found.a.status, found.a.ttl, found.omitted, found.canonical), (Status::Ok, Some(60), 0, None));
}

#[test]
fn one_version_may_fail() {
    let world = World::new(|_, question| match question.queries[0].query_type() {
        RecordType::A => Reaction::code(question, ResponseCode::ServFail),
        _ => Reaction::reply(question, |message| {
            let asked = message.queries[0].name().clone();
            let record = |owner: &Name, data| hickory_proto::rr::Record::from_rdata(owner.clone(), 60, data);
            message.answers = vec![
                record(&asked, cname("Target.example.")),
                record(&name("target.example."), address("2001:db8::1")),
            ];
        }),
    });
    let found = run(&world, async |session| addresses(session, &name("a.example.")).await);
    assert_eq!((found.a.status, found.aaaa.status), (Status::Servfail, Status::Ok));
    assert_eq!(found.canonical.as_deref(), Some("Target.example"));
    assert_eq!(found.addresses.len(), 1);
}

#[test]
fn sixteen_addresses_at_most() {
    let world = World::new(|_, question| match question.queries[0].query_type() {
        RecordType::A => {
            Reaction::records(question, 1, (1..=20).chain(1..=20).map(|n| address(&format!("192.0.2.{n}"))).collect())
        }
        _ => Reaction::code(question, ResponseCode::NoError),
    });
    let found = run(&world, async |session| addresses(session, &name("a.example.")).await);
    assert_eq!((found.addresses.len(), found.omitted), (16, 4));
    assert_eq!(found.aaaa.status, Status::Nodata);
}

#[test]
fn further_records() {
    let world = World::new(|_, question| match question.queries[0].query_type() {
        RecordType::NS => Reaction::records(question, 1, vec![RData::NS(NS(name("ns.example.")))]),
        RecordType::MX => {
            let mx = |preference, host| RData::MX(MX::new(preference, name(host)));
            Reaction::records(question, 1, vec![mx(20, "b.example."), mx(10, "a.example.")])
        }
        RecordType::TXT => {
            let text = TXT::new(vec!["v=spf1 ".to_owned(), "-all".to_owned()]);
            Reaction::records(question, 1, vec![RData::TXT(text)])
        }
        RecordType::SOA => {
            let soa = SOA::new(name("ns.example."), name("admin.example."), 7, 3_600, -1, 86_400, 60);
            Reaction::records(question, 1, vec![RData::SOA(soa)])
        }
        _ => Reaction::code(question, ResponseCode::Refused),
    });
    let found = run(&world, async |session| records(session, &name("a.example.")).await);
    let set = |records| json!({ "status": "ok", "authenticated": false, "ttl": 1, "detail": null, "records": records });
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
    assert_eq!(found["txt"], set(json!(["v=spf1 -all"])), "one text a record");
    let soa = &found["soa"]["records"][0];
    assert_eq!((&soa["serial"], &soa["retry"]), (&json!(7), &json!(u32::MAX)), "32 bits without sign");
    assert_eq!((&found["caa"]["status"], &found["caa"]["records"]), (&json!("refused"), &json!([])));
}
