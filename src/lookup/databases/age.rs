//! How old the data is, by the platform's wall clock.

use std::time::Duration;

use serde::Serialize;

use super::bundled::{self, Built};

/// From this age on, in days, data is stale: three of the monthly updates have passed. Networks move, and every month about
/// one address in a hundred gets another place.
pub const STALE_AFTER_DAYS: u64 = 90;

/// The age of a database. Part of the document of `/health`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Age {
    /// The file's name.
    pub file: &'static str,
    /// The date of its data, YYYY-MM-DD.
    pub build_date: &'static str,
    /// The same as people read it; not part of the document.
    #[serde(skip)]
    pub words: &'static str,
    /// Its age in whole days (UTC); 0 if the clock is set to a time before the date.
    pub age_days: u64,
}

impl Age {
    fn new(file: &'static str, built: Built, now: Duration) -> Self {
        let age_days = (now.as_secs() / 86_400).saturating_sub(built.day);
        Self { file, build_date: built.date, words: built.words, age_days }
    }
}

/// The ages of the databases inside the component, at a time since the beginning of 1970.
pub fn of_bundled(now: Duration) -> [Age; 2] {
    [Age::new("geo.mmdb", bundled::GEO_BUILT, now), Age::new("asn.mmdb", bundled::ASN_BUILT, now)]
}

/// Whether even the newest of the databases is stale.
pub fn is_stale(ages: &[Age]) -> bool {
    ages.iter().map(|age| age.age_days).min().is_some_and(|newest| newest > STALE_AFTER_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_has_three_forms() {
        assert_eq!(
            bundled::GEO_BUILT,
            Built { date: "2026-01-01", words: "1 January 2026", day: 20_454 },
            "the fixture's"
        );
    }

    #[test]
    fn data_gets_old_day_by_day() {
        let day = |number: u64| Duration::from_secs(number * 86_400);
        for (now, age, reason) in [
            (day(20_454), 0, "the same day"),
            (day(20_455) - Duration::from_nanos(1), 0, "its end"),
            (day(20_455), 1, "the next day"),
            (day(20_000), 0, "a clock that is set wrong"),
            (Duration::ZERO, 0, "a clock that was never set"),
        ] {
            assert_eq!(of_bundled(now).map(|known| known.age_days), [age, age], "{reason}");
        }
    }

    #[test]
    fn the_newest_database_decides() {
        let age = |age_days| Age { age_days, ..Age::new("geo.mmdb", bundled::GEO_BUILT, Duration::ZERO) };
        for (ages, stale, reason) in [
            ([90, 91], false, "one of them is not older than 90 days"),
            ([91, 400], true, "both are"),
            ([0, 400], false, "one is new"),
        ] {
            assert_eq!(is_stale(&ages.map(age)), stale, "{reason}");
        }
    }
}
