//! The names of an address, and whether they point back to it.

use std::net::IpAddr;

use futures_util::future::join_all;
use hickory_proto::rr::{Name, RData, RecordType};

use super::session::Session;
use super::wire::{Outcome, Question};
use super::{Answer, Status, bounded, detail, name};
use crate::platform::Platform;

/// How many names are listed. An address with more is a host of many sites, and nobody reads further.
pub const MAX_NAMES: usize = 32;

/// How many bytes the names may have as JSON: 32 names of the greatest length, as host names have them. Bytes that are not
/// printable take five each (`\\DDD`).
const MAX_TEXT: usize = 8 * 1024;

/// How many names are checked. Each costs a query.
const MAX_CONFIRMED: usize = 8;

/// The PTR names of `ip`; with `verify`, also which of them point back to it (forward-confirmed reverse DNS; RFC 1912
/// section 2.1 recommends it). Never an error: a failure is an [`Answer`] that says so.
pub async fn names<O: Platform>(session: &Session<'_, O>, ip: IpAddr, verify: bool) -> Answer {
    let outcome = session.put(Question::ptr(ip)).await;
    let (names, mut answer) = read(&outcome);
    if verify {
        confirm(session, ip, &names, &mut answer).await;
    }
    answer
}

impl From<&Outcome> for Answer {
    /// The answer that the outcome of a query for PTR records gives; nothing of it is confirmed.
    fn from(outcome: &Outcome) -> Self {
        read(outcome).1
    }
}

/// The names that are listed, and the answer that lists them, in the same order.
fn read(outcome: &Outcome) -> (Vec<&Name>, Answer) {
    let targets = outcome.records.iter().filter_map(|data| match data {
        RData::PTR(target) => Some((&target.0, name::to_text(&target.0))),
        _ => None,
    });
    let (listed, over) = bounded::take(targets, |(_, text)| text, MAX_NAMES, MAX_TEXT);
    let (targets, names) = listed.into_iter().unzip();
    let omitted = over + outcome.omitted;
    let answer = Answer {
        status: outcome.status,
        names,
        omitted: omitted + outcome.unreadable,
        confirmed: None,
        authenticated: outcome.authenticated,
        ttl: outcome.ttl,
        detail: detail::with_omitted(outcome.detail.clone(), omitted, outcome.unreadable, "name"),
    };
    (targets, answer)
}

/// Queries the addresses of the names, all at the same time, and lists the names that point back to `ip`. A name whose query
/// fails is not confirmed, and the detail says so.
async fn confirm<O: Platform>(session: &Session<'_, O>, ip: IpAddr, names: &[&Name], answer: &mut Answer) {
    let kind = if ip.is_ipv4() { RecordType::A } else { RecordType::AAAA };
    let asked = names.iter().take(MAX_CONFIRMED).map(|name| session.ask((*name).clone(), kind));
    let outcomes = join_all(asked).await;
    let mut confirmed = Vec::new();
    let mut failed = Vec::new();
    for (outcome, text) in outcomes.iter().zip(&answer.names) {
        if outcome.records.iter().any(|data| data.ip_addr() == Some(ip)) {
            confirmed.push(text.clone());
        } else if !outcome.status.is_conclusive() {
            failed.push(format!("{text} ({})", outcome.status));
        }
    }
    answer.confirmed = Some(confirmed);
    let failed = detail::list(failed, ", ", "name").map(|failed| format!("not confirmed, the query failed: {failed}"));
    let unchecked = (names.len() > MAX_CONFIRMED)
        .then(|| format!("only the first {MAX_CONFIRMED} of {} names were checked", names.len() + answer.omitted));
    answer.detail = detail::join([answer.detail.take(), failed, unchecked]);
}

impl Answer {
    /// The answer about an address whose names are not queried.
    pub fn skipped(detail: String, verify: bool) -> Self {
        Self { confirmed: verify.then(Vec::new), ..Self::without_names(Status::Skipped, detail) }
    }
}

#[cfg(test)]
mod tests;
