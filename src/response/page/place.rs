//! Where an address is, in words.

use super::text::{Text, decimal, join};
use crate::lookup::databases::geo::Place;

/// The words about a place.
#[derive(Clone, Debug)]
pub(super) struct Words<'a> {
    /// The country's flag: two letters that many systems draw as one. Windows shows the letters.
    pub(super) flag: Option<String>,
    /// City, region and country, as far as they are known and differ.
    pub(super) line: String,
    /// The coordinates, with their directions.
    pub(super) coordinates: Option<String>,
    /// What the database has.
    pub(super) place: &'a Place<'a>,
}

impl<'a> Words<'a> {
    pub(super) fn new(place: &'a Place<'a>) -> Self {
        let coordinates = place
            .latitude
            .zip(place.longitude)
            .map(|(latitude, longitude)| format!("{}, {}", degrees(latitude, "N", "S"), degrees(longitude, "E", "W")));
        Self { flag: place.country_code.and_then(flag), line: line(place), coordinates, place }
    }
}

/// City, region and country, from the narrowest to the widest. Where none is known, the continent.
fn line(place: &Place<'_>) -> String {
    let country = place.country.or(place.country_code).or(place.continent);
    let region = place.region.filter(|region| Some(*region) != place.city);
    join([place.city, region, country].map(|name| name.map(|name| Text(name).to_string())))
}

/// The regional indicator symbols (Unicode, annex C of UTS #51) of a country code.
fn flag(code: &str) -> Option<String> {
    let symbol =
        |letter: u8| letter.is_ascii_uppercase().then(|| char::from_u32(0x1f1e6 + u32::from(letter - b'A'))).flatten();
    match code.as_bytes() {
        [first, second] => Some([symbol(*first)?, symbol(*second)?].iter().collect()),
        _ => None,
    }
}

/// Degrees with their direction: `37.4225° N`.
fn degrees(number: f64, positive: &str, negative: &str) -> String {
    let direction = if number < 0.0 { negative } else { positive };
    format!("{}° {direction}", decimal(number.abs(), 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
        for (code, expected, why) in [
            ("DE", Some("🇩🇪"), "as usual"),
            ("XK", Some("🇽🇰"), "Kosovo"),
            ("de", None, "not in capitals"),
            ("DEU", None, "three letters"),
            ("É", None, "two bytes, and not two letters"),
            ("", None, "nothing"),
        ] {
            assert_eq!(flag(code).as_deref(), expected, "{code}: {why}");
        }
    }

    #[test]
    fn coordinates() {
        for (number, expected, why) in [
            (37.4225, "37.4225° N", "north"),
            (-122.085, "122.085° S", "the sign is a direction"),
            (0.0, "0° N", "zero"),
            (-0.0, "0° N", "minus zero"),
        ] {
            assert_eq!(degrees(number, "N", "S"), expected, "{why}");
        }
    }
}
