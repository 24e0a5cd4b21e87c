//! The metadata section: what a database says about itself.

use crate::value::{Scalar, Value};
use time::{Date, Month, OffsetDateTime};

/// What pack decides about a database, as opposed to what follows from its contents.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// The structure of the records, by which readers check that they opened the right kind of file.
    pub database_type: String,
    /// What the database is, in English.
    pub description: String,
    /// The languages of the names in the records.
    pub languages: Vec<String>,
    /// The date of the source, not of packing: the same sources give the same bytes at any time.
    pub build_date: Date,
}

impl Metadata {
    /// The map that the format prescribes.
    pub(crate) fn value(&self, node_count: u32, record_size: u16) -> Value {
        let languages = self.languages.iter().map(Value::string).collect();
        let members: [(&str, Value); 9] = [
            ("binary_format_major_version", Scalar::Uint16(2).into()),
            ("binary_format_minor_version", Scalar::Uint16(0).into()),
            ("build_epoch", Scalar::Uint64(epoch(self.build_date)).into()),
            ("database_type", Value::string(&self.database_type)),
            ("description", Value::map([("en", Some(Value::string(&self.description)))])),
            ("ip_version", Scalar::Uint16(6).into()),
            ("languages", Value::Array(languages)),
            ("node_count", Scalar::Uint32(node_count).into()),
            ("record_size", Scalar::Uint16(record_size).into()),
        ];
        Value::map(members.map(|(key, value)| (key, Some(value))))
    }
}

/// The Unix time in seconds at which a day begins in UTC; 0 for days before 1970.
pub fn epoch(date: Date) -> u64 {
    u64::try_from(date.midnight().assume_utc().unix_timestamp()).unwrap_or(0)
}

/// The day in UTC in which a Unix time in seconds lies; `None` after the year 9999.
pub fn date_of_epoch(seconds: u64) -> Option<Date> {
    let time = OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).ok()?).ok()?;
    Some(time.date())
}

/// A date in the form 2026-11-01.
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| {
        let part = parts.next()?;
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok())?
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_epochs_convert_both_ways() {
        for (seconds, day, reason) in [
            (0, Some("1970-01-01"), "the first day"),
            (951_782_400, Some("2000-02-29"), "a leap day of a full century"),
            (1_780_617_600, Some("2026-06-05"), "an ordinary day"),
            (253_402_214_400, Some("9999-12-31"), "the last day with a year of four digits"),
            (253_402_300_800, None, "the year 10000"),
            (u64::MAX, None, "a hostile file"),
        ] {
            let date = date_of_epoch(seconds);
            assert_eq!(date.map(|date| date.to_string()).as_deref(), day, "{reason}");
            assert!(date.is_none_or(|date| epoch(date) == seconds), "{reason}");
            assert_eq!(date_of_epoch(seconds.saturating_add(86_399)), date, "{reason}: its last second");
        }
    }

    #[test]
    fn dates_have_one_form() {
        for (text, is_date, reason) in [
            ("2026-11-01", true, "as the manifest has it"),
            ("2024-02-29", true, "a leap day"),
            ("2026-02-29", false, "no leap year"),
            ("2026-13-01", false, "no such month"),
            ("2026-00-01", false, "nor this"),
            ("2026-11-1", false, "one digit"),
            ("2026-11", false, "no day"),
            ("+026-11-01", false, "a sign"),
            ("2026-11-01T00", false, "a time"),
        ] {
            let date = date(text).map(|date| date.to_string());
            assert_eq!(date.as_deref(), is_date.then_some(text), "{reason}");
        }
    }
}
