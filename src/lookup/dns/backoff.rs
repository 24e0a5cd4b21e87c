//! Backoff: resolvers that asked not to be queried for a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Until when each resolver is not to be queried: the primary, then the fallback. Lives as long as the instance.
#[derive(Default)]
pub(super) struct Backoff(Mutex<[Duration; 2]>);

impl Backoff {
    /// The longest pause. A longer one would outlive most instances, and a resolver may recover early.
    pub(super) const LONGEST: Duration = Duration::from_secs(60);

    /// Starts a pause at the time `now`, as long as the resolver's `Retry-After` asks for (RFC 9110 section 10.2.3), at
    /// most [`Self::LONGEST`]. A shorter pause does not end a longer one.
    pub(super) fn start(&self, resolver: usize, now: Duration, time: Duration) {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until.get_mut(resolver) {
            *until = (*until).max(now.saturating_add(time.min(Self::LONGEST)));
        }
    }

    /// How much of a resolver's pause is left; `None` if it may be queried.
    pub(super) fn left(&self, resolver: usize, now: Duration) -> Option<Duration> {
        let until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(resolver).map(|until| until.saturating_sub(now)).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_bounded() {
        let backoff = Backoff::default();
        let now = Duration::from_secs(1_000);
        backoff.start(0, now, Duration::MAX);
        assert_eq!((backoff.left(0, now), backoff.left(1, now)), (Some(Backoff::LONGEST), None));
        backoff.start(0, now, Duration::from_secs(1));
        assert_eq!(backoff.left(0, now), Some(Backoff::LONGEST), "a shorter one does not end it");
        assert_eq!(backoff.left(0, now + Backoff::LONGEST), None);
    }
}
