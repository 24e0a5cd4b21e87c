//! Reverse DNS: the names of an address, and whether they point back to it.

use std::net::IpAddr;

use futures_util::future::join_all;
use hickory_proto::rr::{Name, RData, RecordType};
use serde::Serialize;

use super::outcome::Outcome;
use super::queries::Queries;
use super::wire::Query;
use super::{Status, bounded, detail, name};
use crate::platform::Platform;

/// How many names are listed. An address with more names hosts many sites, and a longer list is of no use.
pub const MAX_NAMES: usize = 32;

/// How many bytes the names may have as JSON: enough for 32 host names of the greatest length. A byte that is not
/// printable takes five (`\\DDD`).
const MAX_TEXT: usize = 8 * 1024;

/// How many names are verified. Each costs a query.
const MAX_CONFIRMED: usize = 8;

/// The names of an address: the outcome of the query for its PTR records. Part of the
/// [report](crate::lookup::report).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Names {
    /// How the query ended.
    pub status: Status,
    /// The names, in the order of the reply, without the root dot, each once; at most [`MAX_NAMES`], and 8 KiB of text.
    pub names: Vec<String>,
    /// The number of further names, and of records that cannot be read.
    pub omitted: usize,
    /// The names that point back to the address; `None` unless the request asks for it.
    pub confirmed: Option<Vec<String>>,
    /// The names that were checked and do not point back to the address. Not part of the document, whose `detail` tells
    /// which names were not checked.
    #[serde(skip)]
    pub refuted: Vec<String>,
    /// Whether the resolver reports that it has validated the answer with DNSSEC (the AD bit, RFC 4035 section 3.2.3).
    pub authenticated: bool,
    /// Seconds for which the answer holds: the least TTL of the CNAME chain and the records, or for a negative answer that
    /// of RFC 2308 section 5. `None` if the reply has none.
    pub ttl: Option<u32>,
    /// Details beyond the status: a reason, or what was omitted.
    pub detail: Option<String>,
}

impl Names {
    /// The names of an address for which no query is sent, for this reason.
    pub fn skipped(reason: String, verify: bool) -> Self {
        Self {
            status: Status::Skipped,
            names: Vec::new(),
            omitted: 0,
            confirmed: verify.then(Vec::new),
            refuted: Vec::new(),
            authenticated: false,
            ttl: None,
            detail: Some(reason),
        }
    }
}

/// The PTR names of `ip`; with `verify`, also which of them point back to it (forward-confirmed reverse DNS; RFC 1912
/// section 2.1 recommends it). A failure is a status with its reason, not an error.
pub async fn names<O: Platform>(queries: &Queries<'_, O>, ip: IpAddr, verify: bool) -> Names {
    let outcome = queries.outcome(Query::ptr(ip)).await;
    let (listed, mut names) = read(&outcome);
    if verify {
        confirm(queries, ip, &listed, &mut names).await;
    }
    names
}

impl From<&Outcome> for Names {
    /// The names in the outcome of a query for PTR records, none of them confirmed.
    fn from(outcome: &Outcome) -> Self {
        read(outcome).1
    }
}

/// The names that are listed, as names and as text, in the same order.
fn read(outcome: &Outcome) -> (Vec<&Name>, Names) {
    let targets = outcome.records.iter().filter_map(|data| match data {
        RData::PTR(target) => Some((&target.0, name::to_text(&target.0))),
        _ => None,
    });
    let (listed, over) = bounded::take(targets, |(_, text)| text, MAX_NAMES, MAX_TEXT);
    let (targets, texts) = listed.into_iter().unzip();
    let omitted = over + outcome.omitted;
    let names = Names {
        status: outcome.status,
        names: texts,
        omitted: omitted + outcome.unreadable,
        confirmed: None,
        refuted: Vec::new(),
        authenticated: outcome.authenticated,
        ttl: outcome.ttl,
        detail: detail::with_omitted(outcome.detail.clone(), omitted, outcome.unreadable, "name"),
    };
    (targets, names)
}

/// Queries the addresses of the names, all at the same time, and lists the names that point back to `ip`. A name whose query
/// fails is not confirmed, and the detail says so.
async fn confirm<O: Platform>(queries: &Queries<'_, O>, ip: IpAddr, listed: &[&Name], names: &mut Names) {
    let kind = if ip.is_ipv4() { RecordType::A } else { RecordType::AAAA };
    let asked = listed.iter().take(MAX_CONFIRMED).map(|name| queries.ask((*name).clone(), kind));
    let outcomes = join_all(asked).await;
    let mut confirmed = Vec::new();
    let mut failed = Vec::new();
    for (outcome, text) in outcomes.iter().zip(&names.names) {
        if outcome.records.iter().any(|data| data.ip_addr() == Some(ip)) {
            confirmed.push(text.clone());
        } else if outcome.status.is_conclusive() {
            names.refuted.push(text.clone());
        } else {
            failed.push(format!("{text} ({})", outcome.status));
        }
    }
    names.confirmed = Some(confirmed);
    let failed = detail::list(failed, ", ", "name").map(|failed| format!("not confirmed, the query failed: {failed}"));
    let unchecked = (listed.len() > MAX_CONFIRMED)
        .then(|| format!("only the first {MAX_CONFIRMED} of {} names were checked", listed.len() + names.omitted));
    names.detail = detail::join([names.detail.take(), failed, unchecked]);
}

#[cfg(test)]
mod tests;
