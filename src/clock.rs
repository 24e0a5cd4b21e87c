//! Time: how it is told, and when it is up.

use std::time::Duration;

/// Tells time.
pub trait Clock {
    /// The time that has passed since some moment in the past, always the same one.
    fn now(&self) -> Duration;

    /// Done when `duration` has passed.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;
}

/// A moment by which something must be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Duration);

impl Deadline {
    /// In `time` from now.
    pub fn after(clock: &impl Clock, time: Duration) -> Self {
        Self(clock.now().saturating_add(time))
    }

    /// The time that is left; zero when it has passed.
    pub fn left(self, clock: &impl Clock) -> Duration {
        self.0.saturating_sub(clock.now())
    }
}
