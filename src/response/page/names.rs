//! What DNS says, in sentences.

use std::time::Duration;

use super::text::{Text, count, duration};
use crate::lookup::dns::Status;
use crate::lookup::dns::forward::QueryOutcome;
use crate::lookup::dns::reverse;
use crate::lookup::report::Report;

/// The names of an address.
#[derive(Clone, Debug)]
pub(super) struct Names<'a> {
    /// How the query ended; `None` where it was not wanted.
    pub(super) status: Option<Status>,
    pub(super) list: Vec<Name<'a>>,
    /// What there is to say beyond the list.
    pub(super) sentence: String,
    /// Whether the names were checked.
    pub(super) is_verified: bool,
    /// How long it took, how long the answer holds, and the like.
    pub(super) notes: Vec<String>,
    /// Details beyond the status.
    pub(super) detail: Option<Text<&'a str>>,
}

/// A name of an address.
#[derive(Clone, Debug)]
pub(super) struct Name<'a> {
    pub(super) text: Text<&'a str>,
    /// The result of the check, if there was one.
    pub(super) check: Option<Check>,
}

/// Whether a name points back to the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Confirmed,
    Refuted,
    /// Its query failed, or there were too many names.
    NotChecked,
}

/// The names of an address, and what is known of each.
pub(super) fn listed(dns: &reverse::Names) -> Vec<Name<'_>> {
    let check = |name| match &dns.confirmed {
        None => None,
        Some(confirmed) if confirmed.contains(name) => Some(Check::Confirmed),
        Some(_) if dns.refuted.contains(name) => Some(Check::Refuted),
        Some(_) => Some(Check::NotChecked),
    };
    dns.names.iter().map(|name| Name { text: Text(name.as_str()), check: check(name) }).collect()
}

impl<'a> Names<'a> {
    /// Whether the names can be checked.
    pub(super) fn can_verify(&self) -> bool {
        !self.list.is_empty() && !self.is_verified
    }

    /// The names of a report; `time` is how long DNS took, where that may be shown.
    pub(super) fn new(report: &'a Report<'_>, time: Option<Duration>) -> Self {
        let Some(dns) = &report.dns else {
            let sentence = "The names of this address were not looked up.".to_owned();
            return Self {
                status: None,
                list: Vec::new(),
                sentence,
                is_verified: false,
                notes: Vec::new(),
                detail: None,
            };
        };
        let list = listed(dns);
        let is_private = report.special.is_some_and(|special| special.globally_reachable == Some(false));
        let sentence = match dns.status {
            Status::Ok if list.is_empty() => "There are names, but none of them can be read.".to_owned(),
            Status::Ok => String::new(),
            Status::Skipped if is_private => {
                "No query was sent: the names of such addresses are private, and must not leave their network."
                    .to_owned()
            }
            Status::Skipped if report.special.is_some() || report.embedded.is_some() => {
                "No query was sent, as for all special addresses.".to_owned()
            }
            status => sentence(status).to_owned(),
        };
        let notes = [
            time.map(|time| format!("DNS took {} ms.", time.as_millis())),
            dns.ttl.map(|ttl| format!("The answer holds for {}.", duration(ttl))),
            dns.authenticated.then(|| "The resolver has validated it with DNSSEC.".to_owned()),
        ];
        Self {
            status: Some(dns.status),
            is_verified: !list.is_empty() && dns.confirmed.is_some(),
            list,
            sentence,
            notes: notes.into_iter().flatten().collect(),
            // What is skipped because the address is special has its sentence.
            detail: dns.detail.as_deref().filter(|_| dns.status != Status::Skipped).map(Text),
        }
    }
}

/// Why an address has no name to show.
fn sentence(status: Status) -> &'static str {
    match status {
        Status::Ok => "The address has names.",
        Status::Nxdomain => "The address has no name: nobody has registered one for it.",
        Status::Nodata => "The address has no name: its entry in the reverse DNS has no PTR record.",
        Status::Servfail => {
            "It is not known whether the address has a name: the name servers of its network did not answer properly."
        }
        Status::Refused => "It is not known whether the address has a name: the resolver refused to answer.",
        Status::Timeout => "It is not known whether the address has a name: no answer came in time.",
        Status::Unreachable => "It is not known whether the address has a name: the resolver could not be reached.",
        Status::Malformed => "It is not known whether the address has a name: the answer could not be read.",
        Status::Skipped => "It is not known whether the address has a name: no query was sent.",
    }
}

/// The outcome of the query for the addresses of a host name.
#[derive(Clone, Debug)]
pub(super) struct Outcome<'a> {
    pub(super) status: Status,
    pub(super) sentence: String,
    pub(super) detail: Option<Text<&'a str>>,
}

impl<'a> Outcome<'a> {
    /// `shown` is the number of addresses of this version that are shown; there may be more.
    pub(super) fn new(outcome: &'a QueryOutcome, shown: usize, more: bool) -> Self {
        let sentence = match outcome.status {
            Status::Ok if more => format!("{} shown.", count(shown, "address")),
            Status::Ok => count(shown, "address"),
            Status::Nodata => "None: the name has no address of this version.".to_owned(),
            status => no_records(status).to_owned(),
        };
        Self { status: outcome.status, sentence, detail: outcome.detail.as_deref().map(Text) }
    }
}

/// Why there is no record of a type to show.
pub(super) fn no_records(status: Status) -> &'static str {
    match status {
        Status::Ok => "None that can be read.",
        Status::Nxdomain => "The name does not exist.",
        Status::Nodata => "None.",
        Status::Servfail => "Not known: the name servers of this name did not answer properly.",
        Status::Refused => "Not known: the resolver refused to answer.",
        Status::Timeout => "Not known: no answer came in time.",
        Status::Unreachable => "Not known: the resolver could not be reached.",
        Status::Malformed => "Not known: the answer could not be read.",
        Status::Skipped => "Not known: no query was sent.",
    }
}
