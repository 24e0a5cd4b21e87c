//! What an address is called, and whether the names agree.

use std::net::IpAddr;

use futures_util::future::join_all;
use hickory_proto::rr::{Name, RData, RecordType};

use super::session::Session;
use super::wire::{Outcome, Question};
use super::{Answer, Status, name};
use crate::platform::Platform;

/// How many names are asked back. An address with more is a host of many sites, and nobody reads on.
const MAX_CONFIRMED: usize = 8;

/// What `ip` is called: its PTR names; with `verify`, also which of them lead back to it (forward-confirmed reverse
/// DNS; RFC 1912 section 2.1 asks for it). Never an error: a failure is an [`Answer`] that says so.
pub async fn names<O: Platform>(session: &Session<'_, O>, ip: IpAddr, verify: bool) -> Answer {
    let outcome = session.put(Question::ptr(ip)).await;
    let mut answer = Answer::from(&*outcome);
    if verify {
        confirm(session, ip, &targets(&outcome), &mut answer).await;
    }
    answer
}

impl From<&Outcome> for Answer {
    /// What the outcome of a question for PTR records says; nothing of it is confirmed.
    fn from(outcome: &Outcome) -> Self {
        Self {
            status: outcome.status,
            names: targets(outcome).into_iter().map(name::to_text).collect(),
            confirmed: None,
            authenticated: outcome.authenticated,
            ttl: outcome.ttl,
            detail: outcome.detail.clone(),
        }
    }
}

/// The names that the PTR records of an outcome hold, each once (RFC 4343: in whatever case).
fn targets(outcome: &Outcome) -> Vec<&Name> {
    let mut seen = std::collections::BTreeSet::new();
    let names = outcome.records.iter().filter_map(|data| match data {
        RData::PTR(target) => Some(&target.0),
        _ => None,
    });
    names.filter(|name| seen.insert(*name)).collect()
}

/// Asks for the addresses of the names, all at the same time, and notes which lead back to `ip`. A name that could not
/// be asked for is not confirmed, and the detail says so.
async fn confirm<O: Platform>(session: &Session<'_, O>, ip: IpAddr, names: &[&Name], answer: &mut Answer) {
    let kind = if ip.is_ipv4() { RecordType::A } else { RecordType::AAAA };
    let asked = names.iter().take(MAX_CONFIRMED).map(|name| session.ask((*name).clone(), kind));
    let outcomes = join_all(asked).await;
    let mut confirmed = Vec::new();
    let mut open = Vec::new();
    for (outcome, text) in outcomes.iter().zip(&answer.names) {
        if outcome.records.iter().any(|data| data.ip_addr() == Some(ip)) {
            confirmed.push(text.clone());
        } else if !outcome.status.is_conclusive() {
            open.push(format!("{text} ({})", outcome.status));
        }
    }
    answer.confirmed = Some(confirmed);
    let mut details: Vec<_> = answer.detail.take().into_iter().collect();
    if !open.is_empty() {
        details.push(format!("not confirmed for want of an answer: {}", open.join(", ")));
    }
    if names.len() > MAX_CONFIRMED {
        details.push(format!("only the first {MAX_CONFIRMED} of {} names were asked back", names.len()));
    }
    answer.detail = (!details.is_empty()).then(|| details.join("; "));
}

impl Answer {
    /// The answer about an address whose name is nobody else's business.
    pub fn skipped(detail: String, verify: bool) -> Self {
        Self { confirmed: verify.then(Vec::new), ..Self::without_names(Status::Skipped, detail) }
    }
}

#[cfg(test)]
mod tests;
