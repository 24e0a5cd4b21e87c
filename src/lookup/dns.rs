//! DNS: what an address is called, what a name leads to, and what became of each question.
//!
//! From the bytes up: [`wire`] encodes questions and reads replies, [`exchange`] carries them over HTTPS, [`resolver`]
//! asks two resolvers under a deadline, [`session`] keeps answers and puts the questions of one request, and
//! [`reverse`] and [`forward`] ask for what the service wants to know.

mod cache;
pub mod exchange;
mod extended_error;
pub mod flights;
pub mod forward;
mod name;
mod permits;
pub mod resolver;
pub mod reverse;
pub mod session;
pub mod wire;

use serde::Serialize;

/// What became of a question for an address's names. Part of the [report](crate::lookup::report): every key is always there.
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
    /// Seconds for which the answer held when the resolver gave it: the least TTL along the way to it, or for a
    /// negative answer that of RFC 2308 section 5. `None` where no answer says.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// There are records.
    Ok,
    /// The name does not exist (RCODE 3, RFC 1035 section 4.1.1).
    Nxdomain,
    /// The name exists, and has no record of the type (RFC 2308 section 2.2).
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

    /// How much the status tells, for the choice between two: a fact before a failure, a failure that a resolver
    /// stated before one that was only seen.
    fn weight(self) -> u8 {
        match self {
            Self::Ok | Self::Nxdomain | Self::Nodata | Self::Skipped => 5,
            Self::Servfail => 4,
            Self::Refused => 3,
            Self::Malformed => 2,
            Self::Unreachable => 1,
            Self::Timeout => 0,
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Nxdomain => "nxdomain",
            Self::Nodata => "nodata",
            Self::Servfail => "servfail",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Malformed => "malformed",
            Self::Skipped => "skipped",
        })
    }
}
