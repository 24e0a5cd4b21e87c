//! DNS: the names of an address, the addresses of a name, and the outcome of each query.
//!
//! From the request to the bytes:
//!
//! - [`reverse`] and [`forward`] send the queries that a report needs, and make the parts of the report from the outcomes.
//! - [`queries`] has the queries of one request: their deadline, their budget, and what the answers have in common.
//! - [`coalesce`] sends equal queries of an instance once, and keeps the answers in the [`cache`].
//! - [`resolver`] queries two resolvers under one deadline. [`semaphore`] limits how many queries of an instance are in
//!   flight; [`backoff`] knows the resolvers that asked not to be queried for a while.
//! - [`doh`] sends one query to one resolver over HTTPS.
//! - [`wire`] encodes queries and reads replies. [`name`] turns names and character strings into printable text,
//!   [`extended_error`] the resolver's reasons (RFC 8914). [`detail`] and [`bounded`] keep texts and lists short.
//!
//! What is passed between them:
//!
//! | type | what it is |
//! |---|---|
//! | [`wire::Query`] | a name and a record type, and the message that asks for them |
//! | [`outcome::Outcome`] | how a query ended: a [`Status`], the records, their TTL, a reason |
//! | [`outcome::Answer`] | an outcome in an instance: from which resolver, since when, and whether others may have it |
//! | [`reverse::Names`], [`forward::Addresses`], [`forward::Records`] | parts of the report |

mod backoff;
mod bounded;
mod cache;
mod coalesce;
mod detail;
pub mod doh;
mod extended_error;
pub mod forward;
mod name;
mod outcome;
pub mod queries;
mod resolver;
pub mod reverse;
mod semaphore;
pub mod wire;

use serde::Serialize;

use backoff::Backoff;
use coalesce::InFlight;
use semaphore::Semaphore;

/// What the requests of an instance share: cached answers, queries in flight, permits, and the resolvers that are not
/// queried for now.
#[derive(Default)]
pub struct Shared {
    in_flight: InFlight,
    semaphore: Semaphore,
    backoff: Backoff,
}

/// How a query ended. "There is no name" and "could not ask" are different facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Records were found. Some or all may be omitted; the document has their number.
    Ok,
    /// The name does not exist (RCODE 3, RFC 1035 section 4.1.1).
    Nxdomain,
    /// The name exists, and has no record of the type (RFC 2308 section 2.2).
    Nodata,
    /// The resolver failed (RCODE 2, and every RCODE without a status here).
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
    /// Whether the status is a fact about the name, which holds for its TTL. A failure is not: the next query may succeed.
    pub fn is_conclusive(self) -> bool {
        matches!(self, Self::Ok | Self::Nxdomain | Self::Nodata)
    }

    /// The rank of the status, to choose between two: a fact ranks before a failure, a failure that a resolver reported
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
