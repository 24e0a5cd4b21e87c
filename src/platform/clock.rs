//! Deadlines, and the wall clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

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

/// The time since the beginning of 1970 (UTC); zero if the clock is set to a time before that. The standard library's
/// clock is that of WASI in a component, whatever the version of WASI.
pub fn wall_clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
}
