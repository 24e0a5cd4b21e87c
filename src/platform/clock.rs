//! Deadlines.

use std::time::Duration;

use super::Platform;

/// The time by which something must be done, on the platform's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Duration);

impl Deadline {
    /// In `time` from now.
    pub fn after(platform: &impl Platform, time: Duration) -> Self {
        Self(platform.now().saturating_add(time))
    }

    /// The time that is left; zero after the deadline.
    pub fn left(self, platform: &impl Platform) -> Duration {
        self.0.saturating_sub(platform.now())
    }
}
