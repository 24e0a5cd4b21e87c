//! Resolvers that asked not to be queried for a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Until when each resolver rests: the primary, then the fallback. Lives as long as the instance.
#[derive(Default)]
pub(super) struct Rests(Mutex<[Duration; 2]>);

impl Rests {
    /// The longest rest. A longer one would outlive most instances, and a resolver that recovers early is missed.
    pub(super) const LONGEST: Duration = Duration::from_secs(60);

    /// Lets a resolver rest from `now` for the time that its `Retry-After` asks for (RFC 9110 section 10.2.3), at most
    /// [`Self::LONGEST`].
    pub(super) fn begin(&self, resolver: usize, now: Duration, time: Duration) {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until.get_mut(resolver) {
            *until = (*until).max(now.saturating_add(time.min(Self::LONGEST)));
        }
    }

    /// How much longer a resolver rests; `None` where it may be queried.
    pub(super) fn left(&self, resolver: usize, now: Duration) -> Option<Duration> {
        let until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(resolver).map(|until| until.saturating_sub(now)).filter(|left| !left.is_zero())
    }
}
