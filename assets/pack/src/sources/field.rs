//! Fields of a source's records. Sources write the same value in different types, and some values are invalid.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

/// A number of any numeric type of the MaxMind DB format, or a text that holds one. An empty text is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub Option<f64>);

/// A text, or an integer in its place: postal codes and AS numbers are written as either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextOrInteger(pub String);

/// The number of records in which a kind of value was invalid and was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discarded(BTreeMap<&'static str, Kind>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Kind {
    records: u64,
    /// The first value.
    example: String,
}

/// The longest text in bytes. The longest names of real sources have about 170 bytes.
const LONGEST_TEXT: usize = 256;

impl Discarded {
    /// Counts a value that was left out.
    pub fn add(&mut self, kind: &'static str, value: &str) {
        let example = || value.chars().take(40).flat_map(char::escape_default).collect();
        self.0.entry(kind).or_insert_with(|| Kind { records: 0, example: example() }).records += 1;
    }

    /// A text without blanks around it; `None` if it is empty or `-`, which some sources write for "unknown".
    ///
    /// A text that is too long or has control characters is invalid: `None`, and counted.
    pub fn text(&mut self, text: Option<String>) -> Option<String> {
        let text = text?;
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed == "-" {
            return None;
        }
        if trimmed.len() > LONGEST_TEXT || trimmed.chars().any(char::is_control) {
            self.add("text over 256 bytes or with control characters", trimmed);
            return None;
        }
        Some(if trimmed.len() == text.len() { text } else { trimmed.to_owned() })
    }

    /// Prints what was left out of a source.
    pub fn report(&self, source: &Path) {
        self.to_string().lines().for_each(|line| eprintln!("{}: {line}", source.display()));
    }

    /// The kinds with their numbers of records, as the manifest has them.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.0.iter().map(|(&kind, found)| (kind.to_owned(), found.records)).collect()
    }
}

impl fmt::Display for Discarded {
    /// One line per kind.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|(kind, Kind { records, example })| {
            writeln!(f, "discarded in {records} records: {kind}, such as `{example}`")
        })
    }
}

impl Number {
    /// The value rounded up to a whole number from 0 to `most`. The error says what is wrong with it.
    pub fn whole(self, most: u32, what: &str) -> Result<Option<u32>, String> {
        let Some(number) = self.0 else { return Ok(None) };
        let whole = number.ceil();
        if !(0.0..=f64::from(most)).contains(&whole) {
            return Err(format!("{what} is {number}; it must be from 0 to {most}"));
        }
        Ok(Some(whole as u32))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfAnyType(PhantomData))
    }
}

impl<'de> Deserialize<'de> for TextOrInteger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfAnyType(PhantomData))
    }
}

/// A field that is made from a value of any numeric type, or from text.
trait Field: Sized {
    /// What is expected, for errors.
    const EXPECTED: &str;

    fn of_text<E: Error>(text: &str) -> Result<Self, E>;

    fn of_integer<E: Error>(number: i128) -> Result<Self, E>;

    fn of_float<E: Error>(number: f64) -> Result<Self, E>;
}

impl Field for Number {
    const EXPECTED: &str = "a number, or a text with a number";

    fn of_text<E: Error>(text: &str) -> Result<Self, E> {
        match text.trim() {
            "" => Ok(Self(None)),
            text => text
                .parse()
                .map(|number| Self(Some(number)))
                .map_err(|_| E::custom(format!("`{}` is not a number", text.chars().take(40).collect::<String>()))),
        }
    }

    fn of_integer<E: Error>(number: i128) -> Result<Self, E> {
        Ok(Self(Some(number as f64)))
    }

    fn of_float<E: Error>(number: f64) -> Result<Self, E> {
        Ok(Self(Some(number)))
    }
}

impl Field for TextOrInteger {
    const EXPECTED: &str = "a text or an integer";

    fn of_text<E: Error>(text: &str) -> Result<Self, E> {
        Ok(Self(text.to_owned()))
    }

    fn of_integer<E: Error>(number: i128) -> Result<Self, E> {
        Ok(Self(number.to_string()))
    }

    /// Some writers store every number as a float.
    fn of_float<E: Error>(number: f64) -> Result<Self, E> {
        match number.fract() == 0.0 && number.abs() < 1e15 {
            true => Ok(Self(format!("{number:.0}"))),
            false => Err(E::custom(format!("{number} is not an integer"))),
        }
    }
}

struct OfAnyType<F>(PhantomData<F>);

impl<F: Field> Visitor<'_> for OfAnyType<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(F::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<F, E> {
        F::of_text(text)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<F, E> {
        F::of_float(number)
    }

    /// The shortest decimal of this float: 37.422, not the 37.42200088500977 of a plain conversion.
    fn visit_f32<E: Error>(self, number: f32) -> Result<F, E> {
        F::of_float(number.to_string().parse().map_err(E::custom)?)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<F, E> {
        F::of_integer(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<F, E> {
        F::of_integer(number.into())
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<F, E> {
        F::of_integer(i128::try_from(number).map_err(|_| E::custom(format!("{number} is too large")))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_checked() {
        let long = "x".repeat(LONGEST_TEXT + 1);
        for (text, kept, discarded, reason) in [
            ("Bog City", Some("Bog City"), 0, "an ordinary name"),
            (" Bog City\t", Some("Bog City"), 0, "blanks around it"),
            ("", None, 0, "empty"),
            (" ", None, 0, "blank"),
            ("-", None, 0, "a placeholder"),
            (&long, None, 1, "too long"),
            (&long[1..], Some(&long[1..]), 0, "the longest"),
            ("Bog\u{1b}[2J", None, 1, "an escape sequence for terminals"),
            ("Bog\ncargo::rustc-env=A=B", None, 1, "a line break"),
        ] {
            let mut found = Discarded::default();
            assert_eq!(found.text(Some(text.to_owned())).as_deref(), kept, "{reason}");
            assert_eq!(found.counts().values().sum::<u64>(), discarded, "{reason}");
        }
    }

    #[test]
    fn whole_numbers_are_in_range() {
        for (number, expected, reason) in [
            (None, Ok(None), "absent"),
            (Some(0.0), Ok(Some(0)), "zero"),
            (Some(2.5), Ok(Some(3)), "a radius is rounded up"),
            (Some(10.0), Ok(Some(10)), "the largest"),
            (Some(10.1), Err("n is 10.1; it must be from 0 to 10"), "too large"),
            (Some(-1.0), Err("n is -1; it must be from 0 to 10"), "negative"),
            (Some(f64::NAN), Err("n is NaN; it must be from 0 to 10"), "not a number"),
        ] {
            let expected = expected.map_err(str::to_owned);
            assert_eq!(Number(number).whole(10, "n"), expected, "{reason}");
        }
    }
}
