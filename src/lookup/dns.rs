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

mod bounded;
mod cache;
mod coalesce;
mod detail;
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
    /// How the query ended.
    pub status: Status,
    /// The PTR names, in the order of the reply, without the root dot, each once; at most [`reverse::MAX_NAMES`], and 8 KiB
    /// of text.
    pub names: Vec<String>,
    /// The number of further names that the reply has, and of records that cannot be read.
    pub omitted: usize,
    /// Those of the names that point back to the address; `None` unless the request asks for it.
    pub confirmed: Option<Vec<String>>,
    /// Whether the resolver says that it has validated the answer with DNSSEC (the AD bit, RFC 4035 section 3.2.3).
    pub authenticated: bool,
    /// Seconds for which the answer holds: the least TTL of the CNAME chain and the records, or for a negative answer that
    /// of RFC 2308 section 5. `None` if the reply does not say.
    pub ttl: Option<u32>,
    /// Details beyond the status: a reason, or what was omitted.
    pub detail: Option<String>,
}

impl Answer {
    /// An answer without names.
    pub fn without_names(status: Status, detail: impl Into<Option<String>>) -> Self {
        Self {
            status,
            names: Vec::new(),
            omitted: 0,
            confirmed: None,
            authenticated: false,
            ttl: None,
            detail: detail.into(),
        }
    }
}

/// How a query ended. "There is no name" and "could not ask" are different facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Records were found. Some or all may be omitted; the document says how many.
    Ok,
    /// The name does not exist (RCODE 3, RFC 1035 section 4.1.1).
    Nxdomain,
    /// The name exists, and has no record of the type (RFC 2308 section 2.2).
    Nodata,
    /// The resolver failed (RCODE 2, and every RCODE that is not listed here).
    Servfail,
    /// The resolver refuses to answer (RCODE 5).
    Refused,
    /// No answer came within the deadline.
    Timeout,
    /// The resolver could not be reached, or did not accept the query.
    Unreachable,
    /// The reply is not a DNS message, does not answer the query, or has only records that cannot be read.
    Malformed,
    /// No query was sent: the names of special addresses must not leak, and a request has a budget of queries.
    Skipped,
}

impl Status {
    /// Whether the status is a fact about the name, which holds for its TTL. A failure may be over at the next query.
    pub fn is_conclusive(self) -> bool {
        matches!(self, Self::Ok | Self::Nxdomain | Self::Nodata)
    }

    /// The rank of the status, for the choice between two: a fact before a failure, a failure that a resolver reported
    /// before one that was only observed.
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
