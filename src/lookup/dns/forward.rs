//! What a host name leads to.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::{join, join5};
use hickory_proto::rr::rdata::{CAA, MX, SOA, TXT};
use hickory_proto::rr::{Name, RData, RecordType};
use serde::Serialize;

use super::Status;
use super::name::{string_to_text, to_text};
use super::session::Session;
use super::wire::Outcome;
use crate::platform::Platform;

/// How many addresses of a name are reported on.
pub const MAX_ADDRESSES: usize = 16;

/// What a host name leads to.
#[derive(Debug)]
pub struct Addresses {
    /// The name at the end of the CNAME chain, where there is a chain, without the root dot.
    pub canonical: Option<String>,
    /// What became of the question for A records.
    pub a: Found,
    /// What became of the question for AAAA records.
    pub aaaa: Found,
    /// The addresses, each once, in the order of the replies, those of version 4 first; at most [`MAX_ADDRESSES`].
    pub addresses: Vec<IpAddr>,
    /// How many more there are.
    pub omitted: usize,
}

/// What became of a question for records. Part of the [report](crate::lookup::report): every key is always there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How it ended.
    pub status: Status,
    /// Whether the resolver says that it has validated the answer with DNSSEC (the AD bit, RFC 4035 section 3.2.3).
    pub authenticated: bool,
    /// Seconds for which the answer held when the resolver gave it; `None` where no answer says.
    pub ttl: Option<u32>,
    /// What there is to say beyond the status.
    pub detail: Option<String>,
}

impl Found {
    fn new(outcome: &Outcome) -> Self {
        Self {
            status: outcome.status,
            authenticated: outcome.authenticated,
            ttl: outcome.ttl,
            detail: outcome.detail.clone(),
        }
    }
}

/// Asks for the addresses of `name`, of both versions at the same time.
pub async fn addresses<O: Platform>(session: &Session<'_, O>, name: &Name) -> Addresses {
    let (a, aaaa) = join(session.ask(name.clone(), RecordType::A), session.ask(name.clone(), RecordType::AAAA)).await;
    let mut seen = BTreeSet::new();
    let mut addresses: Vec<_> = a.records.iter().chain(&aaaa.records).filter_map(RData::ip_addr).collect();
    addresses.retain(|ip| seen.insert(*ip));
    let omitted = addresses.len().saturating_sub(MAX_ADDRESSES);
    addresses.truncate(MAX_ADDRESSES);
    let canonical = a.canonical.as_ref().or(aaaa.canonical.as_ref()).map(to_text);
    Addresses { canonical, a: Found::new(&a), aaaa: Found::new(&aaaa), addresses, omitted }
}

/// Further records at a name. Part of the [report](crate::lookup::report): every key is always there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Records {
    /// The name servers (RFC 1035 section 3.3.11).
    pub ns: Set<String>,
    /// The mail exchanges (RFC 1035 section 3.3.9), the most preferred first.
    pub mx: Set<MailExchange>,
    /// The texts (RFC 1035 section 3.3.14): each the strings of one record, joined.
    pub txt: Set<String>,
    /// The start of authority (RFC 1035 section 3.3.13), where the name is the top of a zone.
    pub soa: Set<Authority>,
    /// Who may issue certificates (RFC 8659).
    pub caa: Set<Authorization>,
}

impl Records {
    /// What became of each of the questions.
    pub fn found_mut(&mut self) -> impl Iterator<Item = &mut Found> {
        let Self { ns, mx, txt, soa, caa } = self;
        [&mut ns.found, &mut mx.found, &mut txt.found, &mut soa.found, &mut caa.found].into_iter()
    }
}

/// The records of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Set<T> {
    /// What became of the question.
    #[serde(flatten)]
    pub found: Found,
    /// The records, in the order of the reply unless said otherwise.
    pub records: Vec<T>,
}

/// An MX record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MailExchange {
    /// The lower, the better.
    pub preference: u16,
    /// The host's name; `.` says that the domain takes no mail (RFC 7505).
    pub exchange: String,
}

/// A SOA record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authority {
    /// The primary name server.
    pub mname: String,
    /// The mailbox of who is responsible, as a domain name.
    pub rname: String,
    /// The version of the zone.
    pub serial: u32,
    /// Seconds between the secondaries' checks.
    pub refresh: u32,
    /// Seconds until a failed check is repeated.
    pub retry: u32,
    /// Seconds after which secondaries stop answering without the primary.
    pub expire: u32,
    /// Seconds for which a negative answer holds at most (RFC 2308 section 4).
    pub minimum: u32,
}

/// A CAA record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authorization {
    /// Whether an issuer that does not know the tag must not issue (RFC 8659 section 4.1, the flag of value 128).
    pub critical: bool,
    /// What is said: `issue`, `issuewild`, `iodef` and others.
    pub tag: String,
    /// About whom.
    pub value: String,
}

/// Asks for the further records of `name`, of all types at the same time.
pub async fn records<O: Platform>(session: &Session<'_, O>, name: &Name) -> Records {
    let ask = |kind| session.ask(name.clone(), kind);
    let (ns, mx, txt, soa, caa) = join5(
        ask(RecordType::NS),
        ask(RecordType::MX),
        ask(RecordType::TXT),
        ask(RecordType::SOA),
        ask(RecordType::CAA),
    )
    .await;
    let mut mx = Set::of(&mx, |data| match data {
        RData::MX(MX { preference, exchange, .. }) => {
            Some(MailExchange { preference: *preference, exchange: to_text(exchange) })
        }
        _ => None,
    });
    mx.records.sort();
    Records {
        ns: Set::of(&ns, |data| match data {
            RData::NS(server) => Some(to_text(&server.0)),
            _ => None,
        }),
        mx,
        txt: Set::of(&txt, |data| match data {
            RData::TXT(text) => Some(joined(text)),
            _ => None,
        }),
        soa: Set::of(&soa, |data| match data {
            RData::SOA(soa) => Some(Authority::new(soa)),
            _ => None,
        }),
        caa: Set::of(&caa, |data| match data {
            RData::CAA(caa) => Some(Authorization::new(caa)),
            _ => None,
        }),
    }
}

impl<T> Set<T> {
    fn of(outcome: &Outcome, read: impl Fn(&RData) -> Option<T>) -> Self {
        Self { found: Found::new(outcome), records: outcome.records.iter().filter_map(read).collect() }
    }
}

/// The strings of a TXT record, joined as the users of such records do it (RFC 7208 section 3.3).
fn joined(text: &TXT) -> String {
    string_to_text(&text.txt_data.concat())
}

impl Authority {
    fn new(soa: &SOA) -> Self {
        Self {
            mname: to_text(&soa.mname),
            rname: to_text(&soa.rname),
            serial: soa.serial,
            refresh: soa.refresh.cast_unsigned(),
            retry: soa.retry.cast_unsigned(),
            expire: soa.expire.cast_unsigned(),
            minimum: soa.minimum,
        }
    }
}

impl Authorization {
    fn new(caa: &CAA) -> Self {
        Self {
            critical: caa.issuer_critical,
            tag: string_to_text(caa.tag.as_bytes()),
            value: string_to_text(&caa.value),
        }
    }
}

#[cfg(test)]
mod tests;
