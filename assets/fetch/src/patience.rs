//! How long to wait for a server, and how often to try again.

use std::time::{Duration, Instant, SystemTime};

/// Bounds for time and tries. The tests have others, and do not wait.
#[derive(Clone, Copy)]
pub struct Patience {
    /// The longest time for a connection.
    pub connect: Duration,
    /// The longest time without a byte.
    pub idle: Duration,
    /// The longest time for a whole body.
    pub body: Duration,
    /// For how long a body may be slower than `least_rate`.
    pub grace: Duration,
    /// The least number of bytes of a body per second, on average, after the grace.
    pub least_rate: u64,
    /// How many times a request is sent that makes no progress.
    pub tries: u32,
    /// The wait before the second try; it doubles with every further one.
    pub first_wait: Duration,
    /// The longest wait that a server can ask for.
    pub longest_wait: Duration,
    /// Waits.
    pub sleep: fn(Duration),
    /// The wall clock.
    pub now: fn() -> SystemTime,
    /// A clock that only goes forward.
    pub clock: fn() -> Instant,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            idle: Duration::from_secs(30),
            body: Duration::from_secs(7200),
            grace: Duration::from_secs(60),
            least_rate: 1 << 10,
            tries: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(120),
            sleep: std::thread::sleep,
            now: SystemTime::now,
            clock: Instant::now,
        }
    }
}

impl Patience {
    /// The wait after failed try number `tried`, from 1: it doubles each time. A random part keeps machines that failed at
    /// the same time from coming back at the same time.
    pub(crate) fn wait(&self, tried: u32) -> Duration {
        let doubled = self.first_wait.saturating_mul(1 << tried.saturating_sub(1).min(10));
        let spread = (self.now)().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.subsec_nanos() % 1000);
        doubled.saturating_add(doubled.saturating_mul(spread) / 2000).min(self.longest_wait)
    }

    /// Whether a body of which so many bytes have arrived since `begin` is too slow.
    pub(crate) fn is_trickle(&self, begin: Instant, bytes: u64) -> bool {
        let elapsed = (self.clock)().saturating_duration_since(begin);
        elapsed > self.grace && bytes < self.least_rate.saturating_mul(elapsed.as_secs())
    }

    /// The wait that a `Retry-After` asks for (RFC 9110 section 10.2.3): seconds or a date. `None` if it is neither.
    pub(crate) fn asked(&self, retry_after: &str) -> Option<Duration> {
        if let Ok(seconds) = retry_after.trim().parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = httpdate::parse_http_date(retry_after.trim()).ok()?;
        Some(date.duration_since((self.now)()).unwrap_or(Duration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> SystemTime {
        // 2026-11-24 12:00:00 UTC
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_521_600)
    }

    #[test]
    fn waits_grow_up_to_a_bound() {
        let patience = Patience { now: noon, ..Patience::default() };
        let waits: Vec<u64> = (1..=9).map(|tried| patience.wait(tried).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
    }

    #[test]
    fn servers_ask_in_two_forms() {
        let patience = Patience { now: noon, ..Patience::default() };
        for (text, seconds, reason) in [
            ("7", Some(7), "seconds"),
            (" 0 ", Some(0), "at once"),
            ("Tue, 24 Nov 2026 12:01:30 GMT", Some(90), "a date"),
            ("Tue, 24 Nov 2026 11:00:00 GMT", Some(0), "a date in the past"),
            ("soon", None, "neither"),
            ("-1", None, "negative"),
        ] {
            assert_eq!(patience.asked(text).map(|wait| wait.as_secs()), seconds, "{reason}");
        }
    }
}
