//! How long the parts of an answer took: the header `server-timing`.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::lookup::dns::session::Summary;
use crate::platform::Platform;

/// How long what took, in the order in which it was done.
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

    /// Waits for DNS, and notes from when to when.
    pub async fn of_dns<T>(&self, platform: &impl Platform, wait: impl Future<Output = T>) -> T {
        let start = platform.now();
        let output = wait.await;
        let (first, last) = self.dns.get().unwrap_or((start, start));
        self.dns.set(Some((first.min(start), last.max(platform.now()))));
        output
    }

    /// Notes how long something took: one that is noted already took longer.
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
    /// The time of DNS stands in answers that are for the caller alone. Elsewhere it would show which answers were
    /// cached, and so what others have asked for.
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

fn milliseconds(time: Duration) -> String {
    format!("dur={:.3}", time.as_secs_f64() * 1_000.0)
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
        assert_eq!(timing.header(&summary(None, true)), "", "nothing was done");
        timing.note("geo", Duration::from_micros(12));
        let world = World::new(|_, _| Reaction::silence());
        let wait = |ms| timing.of_dns(&world, world.sleep(Duration::from_millis(ms)));
        world.run(join(wait(20), wait(15)));
        timing.note("geo", Duration::from_micros(1));
        let one = Some("https://one.example");
        for (source, private, expected, why) in [
            (one, true, "geo;dur=0.013, dns;desc=\"https://one.example\";dur=20.000", "the caller's own"),
            (one, false, "geo;dur=0.013, dns;desc=\"https://one.example\"", "cached or not, others do not see"),
            (None, false, "geo;dur=0.013, dns", "nobody answered"),
        ] {
            assert_eq!(timing.header(&summary(source, private)), expected, "{why}");
        }
    }
}
