//! DNS: the names of an address, the addresses of a name, and the outcome of each query.
//!
//! From the bytes up:
//!
//! - [`wire`] encodes queries and reads replies; [`name`] turns names and texts into printable text, [`extended_error`]
//!   the resolver's reasons (RFC 8914).
//! - [`exchange`] sends one query to one resolver over HTTPS.
//! - [`resolver`] queries two resolvers under one deadline. [`semaphore`] limits how many queries of an instance are in
//!   flight, [`rests`] knows the resolvers that asked not to be queried for a while.
//! - [`coalesce`] sends equal queries once and keeps their answers in the [`cache`].
//! - [`session`] has the queries of one request: its deadline, its budget, and what the answers have in common.
//! - [`reverse`] and [`forward`] query for what the service wants to know.

mod cache;
mod coalesce;
pub mod exchange;
mod extended_error;
pub mod forward;
mod name;
mod resolver;
mod rests;
pub mod reverse;
mod semaphore;
pub mod session;
pub mod wire;

use serde::Serialize;

use coalesce::InFlight;
use rests::Rests;
use semaphore::Semaphore;

/// What the requests of an instance share: answers and queries in flight, permits, and which resolvers rest.
#[derive(Default)]
pub struct Shared {
    in_flight: InFlight,
    semaphore: Semaphore,
    rests: Rests,
}

/// The outcome of the query for an address's names. Part of the [report](crate::lookup::report): every key is always there.
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
    /// Seconds for which the answer still holds: what is left of the least TTL along the way to it, or for a negative
    /// answer of that of RFC 2308 section 5. `None` where no answer says.
    pub ttl: Option<u32>,
    /// Why the query failed or was not sent, the extended errors of the resolver, or null.
    pub detail: Option<String>,
}

impl Answer {
    /// An answer without names.
    pub fn without_names(status: Status, detail: impl Into<Option<String>>) -> Self {
        Self { status, names: Vec::new(), confirmed: None, authenticated: false, ttl: None, detail: detail.into() }
    }
}

/// How a query ended. "There is no name" and "could not ask" are different facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// There are records.
    Ok,
    /// The name does not exist (RCODE 3, RFC 1035 section 4.1.1).
    Nxdomain,
    /// The name exists, and has no record of the type (RFC 2308 section 2.2).
    Nodata,
    /// The resolver could not find out (RCODE 2, and every other RCODE that is not an answer).
    Servfail,
    /// The resolver does not want to answer (RCODE 5).
    Refused,
    /// No answer came within the deadline.
    Timeout,
    /// The resolver could not be reached, or refused the HTTP request.
    Unreachable,
    /// The reply is not a DNS message, or does not answer the query.
    Malformed,
    /// No query was sent: the names of special addresses are private, and a request has a budget of queries.
    Skipped,
}

impl Status {
    /// Whether the status is a fact about the name: it holds for its TTL, where a failure may soon be over.
    pub fn is_conclusive(self) -> bool {
        matches!(self, Self::Ok | Self::Nxdomain | Self::Nodata)
    }

    /// How much the status says, for the choice between two: a fact before a failure, a failure that a resolver
    /// stated before one that was only observed.
    fn weight(self) -> u8 {
        match self {
            Self::Ok | Self::Nxdomain | Self::Nodata => 5,
            Self::Servfail => 4,
            Self::Refused => 3,
            Self::Malformed => 2,
            Self::Unreachable => 1,
            Self::Timeout | Self::Skipped => 0,
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
