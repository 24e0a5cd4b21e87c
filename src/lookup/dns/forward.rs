//! The addresses and other records of a host name.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::{join, join5};
use hickory_proto::rr::rdata::{CAA, MX, SOA, TXT};
use hickory_proto::rr::{Name, RData, RecordType};
use serde::Serialize;

use super::name::{string_to_text, to_text};
use super::outcome::Outcome;
use super::queries::Queries;
use super::{Status, bounded, detail};
use crate::platform::Platform;

/// How many addresses of a name are reported on. IPv4 and IPv6 have half each; if one needs less, the other has the rest.
pub const MAX_ADDRESSES: usize = 16;

/// How many bytes a set of records may have as JSON. An SPF or DKIM record is below 1 KiB.
const MAX_TEXT: usize = 16 * 1024;

/// The addresses of a host name.
#[derive(Debug)]
pub struct Addresses {
    /// The name at the end of the CNAME chain, where there is a chain, without the root dot.
    pub canonical: Option<String>,
    /// The outcome of the query for A records.
    pub a: QueryOutcome,
    /// The outcome of the query for AAAA records.
    pub aaaa: QueryOutcome,
    /// The addresses, each once, in the order of the replies, IPv4 first; at most [`MAX_ADDRESSES`].
    pub addresses: Vec<IpAddr>,
    /// The number of further addresses, and of records that cannot be read.
    pub omitted: usize,
}

/// How a query ended, as a document shows it beside the records. Part of the [report](crate::lookup::report).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueryOutcome {
    /// How the query ended.
    pub status: Status,
    /// Whether the resolver reports that it has validated the answer with DNSSEC (the AD bit, RFC 4035 section 3.2.3).
    pub authenticated: bool,
    /// Seconds for which the answer holds; `None` if the reply has no TTL.
    pub ttl: Option<u32>,
    /// Details beyond the status: a reason, or what was omitted.
    pub detail: Option<String>,
}

impl QueryOutcome {
    /// `omitted` records of the outcome are not in the document.
    fn new(outcome: &Outcome, omitted: usize, what: &str) -> Self {
        Self {
            status: outcome.status,
            authenticated: outcome.authenticated,
            ttl: outcome.ttl,
            detail: detail::with_omitted(outcome.detail.clone(), omitted, outcome.unreadable, what),
        }
    }
}

/// Queries the IPv4 and IPv6 addresses of `name`, at the same time.
pub async fn addresses<O: Platform>(queries: &Queries<'_, O>, name: &Name) -> Addresses {
    let (a, aaaa) = join(queries.ask(name.clone(), RecordType::A), queries.ask(name.clone(), RecordType::AAAA)).await;
    let (mut v4, mut v6) = (ips(&a), ips(&aaaa));
    let half = MAX_ADDRESSES / 2;
    let v4_omitted = cut(&mut v4, MAX_ADDRESSES - v6.len().min(half)) + a.omitted;
    let v6_omitted = cut(&mut v6, MAX_ADDRESSES - v4.len()) + aaaa.omitted;
    Addresses {
        canonical: a.canonical.as_ref().or(aaaa.canonical.as_ref()).map(to_text),
        a: QueryOutcome::new(&a, v4_omitted, "address"),
        aaaa: QueryOutcome::new(&aaaa, v6_omitted, "address"),
        addresses: v4.into_iter().chain(v6).collect(),
        omitted: v4_omitted + v6_omitted + a.unreadable + aaaa.unreadable,
    }
}

/// The addresses of an outcome, each once.
fn ips(outcome: &Outcome) -> Vec<IpAddr> {
    let mut seen = BTreeSet::new();
    outcome.records.iter().filter_map(RData::ip_addr).filter(|ip| seen.insert(*ip)).collect()
}

/// Cuts the list to `most` items, and gives the number of those cut off.
fn cut<T>(list: &mut Vec<T>, most: usize) -> usize {
    let over = list.len().saturating_sub(most);
    list.truncate(most);
    over
}

/// Further records at a name. Part of the [report](crate::lookup::report).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Records {
    /// The name servers (RFC 1035 section 3.3.11).
    pub ns: Set<String>,
    /// The mail exchanges (RFC 1035 section 3.3.9), the most preferred first.
    pub mx: Set<MailExchange>,
    /// The texts (RFC 1035 section 3.3.14). A text is the strings of one record, joined.
    pub txt: Set<String>,
    /// The start of authority (RFC 1035 section 3.3.13), if the name is the top of a zone.
    pub soa: Set<Authority>,
    /// Who may issue certificates (RFC 8659).
    pub caa: Set<Authorization>,
}

/// The records of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Set<T> {
    /// The outcome of the query.
    #[serde(flatten)]
    pub outcome: QueryOutcome,
    /// The records, in the order of the reply unless said otherwise; at most 16 KiB of JSON.
    pub records: Vec<T>,
    /// The number of further records, and of records that cannot be read.
    pub omitted: usize,
}

/// An MX record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MailExchange {
    /// The lowest is tried first.
    pub preference: u16,
    /// The host's name; `.` if the domain accepts no mail (RFC 7505).
    pub exchange: String,
}

/// A SOA record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authority {
    /// The primary name server.
    pub mname: String,
    /// The mailbox of the person responsible, as a domain name.
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
    /// The property: `issue`, `issuewild`, `iodef` and others.
    pub tag: String,
    /// Its value: for `issue`, the issuer's domain name.
    pub value: String,
}

/// Queries the further records of `name`, of all types at the same time.
pub async fn records<O: Platform>(queries: &Queries<'_, O>, name: &Name) -> Records {
    let ask = |kind| queries.ask(name.clone(), kind);
    let (ns, mx, txt, soa, caa) = join5(
        ask(RecordType::NS),
        ask(RecordType::MX),
        ask(RecordType::TXT),
        ask(RecordType::SOA),
        ask(RecordType::CAA),
    )
    .await;
    let mut exchanges = read(&mx, |data| match data {
        RData::MX(MX { preference, exchange, .. }) => {
            Some(MailExchange { preference: *preference, exchange: to_text(exchange) })
        }
        _ => None,
    });
    exchanges.sort();
    Records {
        ns: Set::of(&ns, |data| match data {
            RData::NS(server) => Some(to_text(&server.0)),
            _ => None,
        }),
        mx: Set::new(&mx, exchanges),
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

impl<T: Serialize> Set<T> {
    fn of(outcome: &Outcome, of: impl Fn(&RData) -> Option<T>) -> Self {
        Self::new(outcome, read(outcome, of))
    }

    /// The set of these records of the outcome.
    fn new(outcome: &Outcome, records: Vec<T>) -> Self {
        // The number of records needs no separate bound: each record has three bytes or more.
        let (records, over) = bounded::take(records, |record| record, usize::MAX, MAX_TEXT);
        let omitted = over + outcome.omitted;
        Self { outcome: QueryOutcome::new(outcome, omitted, "record"), records, omitted: omitted + outcome.unreadable }
    }
}

fn read<T>(outcome: &Outcome, of: impl Fn(&RData) -> Option<T>) -> Vec<T> {
    outcome.records.iter().filter_map(of).collect()
}

/// The strings of a TXT record, joined without spaces (RFC 7208 section 3.3).
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
