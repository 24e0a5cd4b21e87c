//! Resolvers and variables for the cases.

use super::*;

/// A world without failures. The caller is 8.8.8.8, whose name is good.com; other names have no alias.
pub(super) fn somewhere() -> World<'static> {
    World::new(|_, question| {
        let asked = question.queries[0].name().clone();
        let answer = match question.queries[0].query_type() {
            RecordType::PTR => ptr("good.com."),
            RecordType::A if asked == name("good.com.") => {
                return Reaction::reply(question, |message| {
                    let alias = name("alias.good.com.");
                    message.answers = vec![
                        Record::from_rdata(asked, 300, cname("alias.good.com.")),
                        Record::from_rdata(alias, 300, address("8.8.8.8")),
                    ];
                });
            }
            RecordType::A => address("8.8.8.8"),
            RecordType::NS => RData::NS(NS(name("ns.good.com."))),
            RecordType::MX => RData::MX(MX::new(0, name("."))),
            RecordType::TXT => RData::TXT(TXT::new(vec!["v=spf1 -all".to_owned()])),
            RecordType::SOA => RData::SOA(SOA::new(name("ns.good.com."), name("me.good.com."), 1, 2, 3, 4, 5)),
            RecordType::CAA => RData::CAA(CAA::new_issue(true, Some(name("ca.good.com.")), Vec::new())),
            _ => return Reaction::reply(question, |_| {}),
        };
        Reaction::records(question, 300, vec![answer])
    })
}

/// A world without resolvers.
pub(super) fn nowhere() -> World<'static> {
    World::new(|_, _| Reaction::unreachable("connection refused"))
}

/// A world whose operator has turned host names off.
pub(super) fn without_host_names() -> World<'static> {
    let mut world = somewhere();
    world.variables = vec![("host_names", "false")];
    world
}

/// A world whose operator has turned batches off.
pub(super) fn without_batches() -> World<'static> {
    let mut world = somewhere();
    world.variables = vec![("batch_limit", "0")];
    world
}

/// A world with a bad variable.
pub(super) fn misconfigured() -> World<'static> {
    let mut world = somewhere();
    world.variables = vec![("dns_timeout_ms", "soon")];
    world
}
