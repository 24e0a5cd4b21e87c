//! How long the parts of an answer took: the header `server-timing`.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::lookup::dns::queries::Summary;
use crate::platform::Platform;

/// How long each part of the work took, in the order in which it was done.
#[derive(Debug, Default)]
pub struct Timing {
    work: RefCell<Vec<(&'static str, Duration)>>,
    /// When the first DNS query began, and when the last one ended: they overlap.
    dns: Cell<Option<(Duration, Duration)>>,
}

impl Timing {
    /// Does `work`, and notes how long it took.
    pub fn of<T>(&self, platform: &impl Platform, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = platform.now();
        let output = work();
        self.note(name, platform.now().saturating_sub(start));
        output
    }

    /// Waits for DNS, and notes when the wait began and ended.
    pub async fn of_dns<T>(&self, platform: &impl Platform, wait: impl Future<Output = T>) -> T {
        let start = platform.now();
        let output = wait.await;
        let (first, last) = self.dns.get().unwrap_or((start, start));
        self.dns.set(Some((first.min(start), last.max(platform.now()))));
        output
    }

    /// Adds to the time of a part of the work.
    fn note(&self, name: &'static str, time: Duration) {
        let mut list = self.work.borrow_mut();
        match list.iter_mut().find(|(known, _)| *known == name) {
            Some((_, total)) => *total += time,
            None => list.push((name, time)),
        }
    }

    /// How long DNS took, from the first query to the last reply; `None` where there was no query.
    pub fn dns(&self) -> Option<Duration> {
        self.dns.get().map(|(first, last)| last.saturating_sub(first))
    }

    /// The value of `server-timing` (W3C Server Timing, section 2): times in milliseconds; `dns` names the resolver that
    /// answered.
    ///
    /// Only answers for the caller alone have the time of DNS. In others it would show which answers were cached, and so
    /// what other clients looked up.
    pub fn header(&self, summary: &Summary) -> String {
        let mut entries: Vec<_> =
            self.work.borrow().iter().map(|(name, time)| format!("{name};{}", milliseconds(*time))).collect();
        if let Some((first, last)) = self.dns.get() {
            let mut entry = "dns".to_owned();
            // An origin has no character that a quoted string would have to escape (RFC 9110 section 5.6.4).
            if let Some(origin) = &summary.source {
                entry.push_str(&format!(";desc=\"{origin}\""));
            }
            if summary.private {
                entry.push_str(&format!(";{}", milliseconds(last.saturating_sub(first))));
            }
            entries.push(entry);
        }
        entries.join(", ")
    }
}

/// In whole microseconds: to print a floating-point number costs more than the lookup that it measures.
fn milliseconds(time: Duration) -> String {
    let microseconds = (time + Duration::from_nanos(500)).as_micros();
    format!("dur={}.{:03}", microseconds / 1_000, microseconds % 1_000)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join;

    use super::*;
    use crate::testing::{Reaction, World};

    #[test]
    fn headers() {
        let timing = Timing::default();
        let summary =
            |source: Option<&str>, private| Summary { source: source.map(str::to_owned), private, holds: None };
        assert_eq!(timing.header(&summary(None, true)), "", "no lookups");
        timing.note("geo", Duration::from_micros(12));
        let world = World::new(|_, _| Reaction::silence());
        let wait = |ms| timing.of_dns(&world, world.sleep(Duration::from_millis(ms)));
        world.run(join(wait(20), wait(15)));
        timing.note("geo", Duration::from_micros(1));
        let one = Some("https://one.example");
        for (source, private, expected, why) in [
            (one, true, "geo;dur=0.013, dns;desc=\"https://one.example\";dur=20.000", "the caller's own"),
            (one, false, "geo;dur=0.013, dns;desc=\"https://one.example\"", "others do not see whether it was cached"),
            (None, false, "geo;dur=0.013, dns", "no resolver answered"),
        ] {
            assert_eq!(timing.header(&summary(source, private)), expected, "{why}");
        }
    }
}
