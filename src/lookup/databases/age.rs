//! How old the data is, by the platform's wall clock.

use std::time::Duration;

use serde::Serialize;

use super::bundled;

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
    /// Its age in whole days; 0 if the clock is set to a time before the date.
    pub age_days: u64,
}

/// The ages of the databases inside the component, at a time since the beginning of 1970.
pub fn of_bundled(now: Duration) -> [Age; 2] {
    let age = |file, build_date| Age { file, build_date, age_days: in_days(build_date, now) };
    [age("geo.mmdb", bundled::GEO_BUILD_DATE), age("asn.mmdb", bundled::ASN_BUILD_DATE)]
}

/// Whether even the newest of the databases is stale.
pub fn is_stale(ages: &[Age]) -> bool {
    ages.iter().map(|age| age.age_days).min().is_some_and(|newest| newest > STALE_AFTER_DAYS)
}

/// The whole days from the beginning of a date, YYYY-MM-DD, to a time since the beginning of 1970 (UTC). 0 if the time is
/// before the date. A text that is not a date, which `pack` does not write, counts as 1970.
pub fn in_days(date: &str, now: Duration) -> u64 {
    (now.as_secs() / 86_400).saturating_sub(day_number(date).unwrap_or(0))
}

/// The number of days from 1970-01-01 to a date in the Gregorian calendar; `None` before 1970.
fn day_number(date: &str) -> Option<u64> {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years from March to February: then the leap day is the last, and the months before have a regular pattern.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    days.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (date, number, reason) in [
            ("1970-01-01", Some(0), "the beginning"),
            ("1970-12-31", Some(364), "the end of a year"),
            ("2000-02-29", Some(11_016), "a leap day of a century that has one"),
            ("2000-03-01", Some(11_017), "the day after"),
            ("2026-01-01", Some(20_454), "the fixture"),
            ("2100-03-01", Some(47_541), "after a century without a leap day"),
            ("1969-12-31", None, "before the beginning"),
            ("2026-13-01", None, "no such month"),
            ("2026-01", None, "no day"),
            ("today", None, "no date"),
        ] {
            assert_eq!(day_number(date), number, "{date}: {reason}");
        }
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
            assert_eq!(in_days("2026-01-01", now), age, "{reason}");
        }
    }

    #[test]
    fn the_newest_database_decides() {
        let age = |age_days| Age { file: "geo.mmdb", build_date: "2026-01-01", age_days };
        for (ages, stale, reason) in [
            ([90, 91], false, "one of them is not older than 90 days"),
            ([91, 400], true, "both are"),
            ([0, 400], false, "one is new"),
        ] {
            assert_eq!(is_stale(&ages.map(age)), stale, "{reason}");
        }
    }
}
