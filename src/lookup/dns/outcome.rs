//! How a query ended, and where and when its answer came from.

use std::sync::Arc;
use std::time::Duration;

use hickory_proto::rr::{Name, RData};

use super::Status;

/// How a query ended, and the records that it found.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How the query ended.
    pub status: Status,
    /// The records of the type in the query, at the end of the CNAME chain, each once, in the order of the reply: as many
    /// as fit into 16 KiB. Empty unless the status is [`Status::Ok`].
    pub records: Vec<RData>,
    /// How many further records did not fit.
    pub omitted: usize,
    /// How many records of the type cannot be read.
    pub unreadable: usize,
    /// The name at the end of the CNAME chain, if there is a chain.
    pub canonical: Option<Name>,
    /// Whether the resolver reports that it has validated the answer with DNSSEC (the AD bit, RFC 4035 section 3.2.3).
    pub authenticated: bool,
    /// Seconds for which this holds: the least TTL of the CNAME chain and the records, omitted ones included; for a negative
    /// answer that of RFC 2308 section 5. `None` if the reply has no TTL.
    pub ttl: Option<u32>,
    /// Details beyond the status: extended errors (RFC 8914), or why there is no answer. Short and printable.
    pub detail: Option<String>,
    /// The length of the reply, in bytes.
    pub size: usize,
}

impl Outcome {
    /// An outcome without records.
    pub fn without_records(status: Status, detail: impl Into<Option<String>>) -> Self {
        Self {
            status,
            records: Vec::new(),
            omitted: 0,
            unreadable: 0,
            canonical: None,
            authenticated: false,
            ttl: None,
            detail: detail.into(),
            size: 0,
        }
    }

    /// For how long the outcome holds: its TTL, at most a day, because a resolver can send any TTL. A failure, and a
    /// negative answer without a TTL, hold for a short time only.
    pub(super) fn lifetime(&self) -> Duration {
        const LONGEST: u32 = 86_400;
        const WITHOUT_TTL: u32 = 5;
        let ttl = self.ttl.filter(|_| self.status.is_conclusive());
        Duration::from_secs(ttl.map_or(WITHOUT_TTL, |ttl| ttl.min(LONGEST)).into())
    }
}

/// An outcome, with the resolver that gave it, the time of its arrival, and whether other requests may have it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The outcome, with its TTL as received. A failure is an answer, too.
    pub(super) outcome: Arc<Outcome>,
    /// The origin of the resolver that answered; `None` if none did.
    pub(super) source: Option<String>,
    /// When it arrived, on the platform's clock.
    pub(super) received: Duration,
    /// Whether it may be cached and shared. A failure caused by the limits of one request may not.
    pub(super) shared: bool,
}

impl Answer {
    /// A failure caused by the limits of one request, at the time `now`.
    pub(super) fn of_one_request(outcome: Outcome, now: Duration) -> Self {
        Self { outcome: Arc::new(outcome), source: None, received: now, shared: false }
    }

    /// The time until which it holds.
    pub(super) fn expires(&self) -> Duration {
        self.received.saturating_add(self.outcome.lifetime())
    }

    /// The outcome with the TTL that is left at the time `now`, in whole seconds.
    pub(super) fn remaining(self, now: Duration) -> Arc<Outcome> {
        let age = u32::try_from(now.saturating_sub(self.received).as_secs()).unwrap_or(u32::MAX);
        match self.outcome.ttl {
            Some(ttl) if age > 0 => {
                Arc::new(Outcome { ttl: Some(ttl.saturating_sub(age)), ..Arc::unwrap_or_clone(self.outcome) })
            }
            _ => self.outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes() {
        for (status, ttl, seconds, why) in [
            (Status::Ok, Some(300), 300, "the TTL"),
            (Status::Ok, Some(0), 0, "a TTL of 0: for one use"),
            (Status::Ok, Some(u32::MAX), 86_400, "a day at most"),
            (Status::Nxdomain, Some(60), 60, "the TTL of a negative answer"),
            (Status::Nodata, None, 5, "a negative answer without a TTL"),
            (Status::Timeout, None, 5, "a failure"),
            (Status::Servfail, Some(300), 5, "a failure does not hold for a TTL"),
        ] {
            let outcome = Outcome { ttl, ..Outcome::without_records(status, None) };
            assert_eq!(outcome.lifetime(), Duration::from_secs(seconds), "{why}");
        }
    }

    #[test]
    fn the_ttl_runs_down() {
        let received = Duration::from_secs(1_000);
        for (ttl, milliseconds, expected, why) in [
            (Some(60), 0, Some(60), "at once"),
            (Some(60), 999, Some(60), "in whole seconds, as max-age"),
            (Some(60), 1_000, Some(59), "a second later"),
            (Some(60), 61_000, Some(0), "never below 0"),
            (None, 5_000, None, "no TTL"),
        ] {
            let outcome = Arc::new(Outcome { ttl, ..Outcome::without_records(Status::Nxdomain, None) });
            let answer = Answer { outcome, source: None, received, shared: true };
            assert_eq!(answer.remaining(received + Duration::from_millis(milliseconds)).ttl, expected, "{why}");
        }
    }
}
