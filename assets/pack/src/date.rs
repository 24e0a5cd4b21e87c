//! The days on which sources were built.

use std::fmt;

/// A day of the proleptic Gregorian calendar in UTC, from 1970-01-01 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    days: u64,
}

impl Date {
    /// The day in which a Unix time lies.
    pub fn from_epoch(seconds: u64) -> Self {
        Self { days: seconds / 86_400 }
    }

    /// A day by its numbers; `None` if there is no such day, or if it is before 1970.
    pub fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let date = Self { days: days(year.checked_sub(1970).map(|_| year)?, month, day)? };
        (date.parts() == (year.into(), month.into(), day.into())).then_some(date)
    }

    /// The Unix time at which it begins.
    pub fn epoch(self) -> u64 {
        self.days * 86_400
    }

    fn parts(self) -> (u64, u64, u64) {
        // Howard Hinnant's civil_from_days: eras of 400 years that begin on 1 March, so that leap days come last.
        let days = self.days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (era * 400 + year + u64::from(month <= 2), month, day)
    }
}

/// Days since 1970-01-01: Hinnant's days_from_civil.
fn days(year: u32, month: u32, day: u32) -> Option<u64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let [year, month, day] = [year, month, day].map(u64::from);
    let year = year - u64::from(month <= 2);
    let from_march = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    (365 * year + year / 4 - year / 100 + year / 400 + from_march).checked_sub(719_468)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_as_the_calendar_has_them() {
        for (date, epoch, text, reason) in [
            ((1970, 1, 1), 0, "1970-01-01", "the first"),
            ((2000, 2, 29), 951_782_400, "2000-02-29", "a leap day of a full century"),
            ((2026, 6, 5), 1_780_617_600, "2026-06-05", "an ordinary day"),
        ] {
            let date = Date::new(date.0, date.1, date.2).unwrap();
            assert_eq!((date.epoch(), date.to_string()), (epoch, text.to_owned()), "{reason}");
            assert_eq!(Date::from_epoch(epoch + 86_399), date, "{reason}");
        }
        for (date, reason) in [
            ((2026, 2, 29), "not a leap year"),
            ((2100, 2, 29), "not a leap year either"),
            ((2026, 13, 1), "no such month"),
            ((2026, 4, 31), "no such day"),
            ((1969, 12, 31), "before the epoch"),
        ] {
            assert_eq!(Date::new(date.0, date.1, date.2), None, "{reason}");
        }
    }
}
