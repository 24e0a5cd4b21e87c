//! How long the parts of an answer took: the header `server-timing`.

use std::cell::RefCell;
use std::time::Duration;

use crate::clock::Clock;
use crate::dns::flights::Source;

/// How long what took, in the order in which it was done.
#[derive(Debug, Default)]
pub struct Timing(RefCell<Vec<(&'static str, Duration)>>);

impl Timing {
    /// Does `work`, and notes how long it took.
    pub fn of<T>(&self, clock: &impl Clock, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = clock.now();
        let output = work();
        self.note(name, clock.now().saturating_sub(start));
        output
    }

    /// Notes how long something took: one that is noted already took longer.
    pub fn note(&self, name: &'static str, time: Duration) {
        let mut list = self.0.borrow_mut();
        match list.iter_mut().find(|(known, _)| *known == name) {
            Some((_, total)) => *total += time,
            None => list.push((name, time)),
        }
    }

    /// The value of `server-timing` (W3C Server Timing, section 2): times in milliseconds; `dns` says who answered, a
    /// resolver or the cache.
    pub fn header(&self, source: Option<&Source>) -> String {
        let mut text = String::with_capacity(128);
        for (name, time) in self.0.borrow().iter() {
            let description = match source {
                Some(Source::Resolver(url)) if *name == "dns" => format!(";desc=\"{url}\""),
                Some(Source::Cache) if *name == "dns" => ";desc=\"cache\"".to_owned(),
                _ => String::new(),
            };
            let comma = if text.is_empty() { "" } else { ", " };
            let milliseconds = time.as_secs_f64() * 1_000.0;
            text.push_str(&format!("{comma}{name}{description};dur={milliseconds:.3}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let timing = Timing::default();
        assert_eq!(timing.header(None), "", "nothing was done");
        timing.note("geo", Duration::from_micros(12));
        timing.note("dns", Duration::from_millis(20));
        timing.note("geo", Duration::from_micros(1));
        let resolver = Source::Resolver("https://one.example/dns-query".to_owned());
        for (source, expected, why) in [
            (Some(&resolver), "geo;dur=0.013, dns;desc=\"https://one.example/dns-query\";dur=20.000", "a resolver"),
            (Some(&Source::Cache), "geo;dur=0.013, dns;desc=\"cache\";dur=20.000", "known already"),
            (None, "geo;dur=0.013, dns;dur=20.000", "nobody answered"),
        ] {
            assert_eq!(timing.header(source), expected, "{why}");
        }
    }
}
