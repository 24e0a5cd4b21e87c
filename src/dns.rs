//! Reverse DNS: what an address is called, and what became of the question.

mod name;
pub mod resolver;
pub mod wire;

use serde::Serialize;

/// What became of a question. Part of the [report](crate::report): every key is always there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// How it ended.
    pub status: Status,
    /// The PTR names, in the order of the reply, without the root dot, each once.
    pub names: Vec<String>,
    /// Those of the names that point back to the address; `None` where that was not asked.
    pub confirmed: Option<Vec<String>>,
    /// Whether the resolver says that it has validated the answer with DNSSEC (the AD bit, RFC 4035 section 3.2.3).
    pub authenticated: bool,
    /// Seconds for which the answer holds: the least TTL along the way to it, or for a negative answer that of
    /// RFC 2308 section 5. `None` where no answer says.
    pub ttl: Option<u32>,
    /// What there is to say beyond the status.
    pub detail: Option<String>,
}

impl Answer {
    /// An answer without names.
    pub fn without_names(status: Status, detail: impl Into<Option<String>>) -> Self {
        Self { status, names: Vec::new(), confirmed: None, authenticated: false, ttl: None, detail: detail.into() }
    }
}

/// How a question ended. "There is no name" and "could not ask" are different facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// There are names.
    Ok,
    /// The name does not exist (RCODE 3, RFC 1035 section 4.1.1).
    Nxdomain,
    /// The name exists, and has no PTR record (RFC 2308 section 2.2).
    Nodata,
    /// The resolver could not find out (RCODE 2, and every other RCODE that is no answer).
    Servfail,
    /// The resolver does not want to answer (RCODE 5).
    Refused,
    /// No answer came within the deadline.
    Timeout,
    /// The resolver could not be reached, or took no question.
    Unreachable,
    /// The reply is no DNS message, or does not answer the question.
    Malformed,
    /// Nothing was asked: the names of special addresses are nobody else's business.
    Skipped,
}

impl Status {
    /// Whether the status tells something about the name: it holds for its TTL, where a failure may be gone in the
    /// next moment.
    pub fn is_conclusive(self) -> bool {
        matches!(self, Self::Ok | Self::Nxdomain | Self::Nodata | Self::Skipped)
    }
}
