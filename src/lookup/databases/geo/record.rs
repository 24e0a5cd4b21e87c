//! Records of the GeoIP2 City schema.
//!
//! One visitor reads all of their maps. With a type for each map and a derived `Deserialize`, the decoder would be compiled
//! into the component once for each of them.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

/// The parts of a record that are read. Strings borrow from the database.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Record<'a> {
    /// `continent.code`.
    pub(super) continent_code: Option<&'a str>,
    /// `continent.names.en`.
    pub(super) continent: Option<&'a str>,
    /// `country.iso_code`.
    pub(super) country_code: Option<&'a str>,
    /// `country.names.en`.
    pub(super) country: Option<&'a str>,
    /// `country.is_in_european_union`.
    pub(super) is_eu: bool,
    /// `subdivisions.0.names.en`: GeoIP2 lists them from the largest to the smallest.
    pub(super) region: Option<&'a str>,
    /// `city.names.en`.
    pub(super) city: Option<&'a str>,
    /// `postal.code`.
    pub(super) postal_code: Option<&'a str>,
    /// `location.latitude`.
    pub(super) latitude: Option<f64>,
    /// `location.longitude`.
    pub(super) longitude: Option<f64>,
    /// `location.accuracy_radius`.
    pub(super) accuracy_km: Option<u32>,
    /// `location.time_zone`.
    pub(super) timezone: Option<&'a str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Record<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut record = Record::default();
        Value { record: &mut record, part: Part::Record }.deserialize(deserializer)?;
        Ok(record)
    }
}

/// What a value of the schema is.
#[derive(Clone, Copy)]
enum Part {
    Record,
    Continent,
    Country,
    Subdivisions,
    /// The map of the first subdivision, or of the city.
    Named(Text),
    /// Names by language.
    Names(Text),
    Postal,
    Location,
    Text(Text),
    Coordinate(Coordinate),
    Radius,
    IsEu,
}

type Text = for<'r, 'a> fn(&'r mut Record<'a>) -> &'r mut Option<&'a str>;
type Coordinate = for<'r, 'a> fn(&'r mut Record<'a>) -> &'r mut Option<f64>;

impl Part {
    /// The member of this map that has this key, if it is read.
    fn member(self, key: &str) -> Option<Self> {
        Some(match (self, key) {
            (Self::Record, "continent") => Self::Continent,
            (Self::Record, "country") => Self::Country,
            (Self::Record, "subdivisions") => Self::Subdivisions,
            (Self::Record, "city") => Self::Named(|record| &mut record.city),
            (Self::Record, "postal") => Self::Postal,
            (Self::Record, "location") => Self::Location,
            (Self::Continent, "code") => Self::Text(|record| &mut record.continent_code),
            (Self::Continent, "names") => Self::Names(|record| &mut record.continent),
            (Self::Country, "iso_code") => Self::Text(|record| &mut record.country_code),
            (Self::Country, "is_in_european_union") => Self::IsEu,
            (Self::Country, "names") => Self::Names(|record| &mut record.country),
            (Self::Named(text), "names") => Self::Names(text),
            (Self::Names(text), "en") => Self::Text(text),
            (Self::Postal, "code") => Self::Text(|record| &mut record.postal_code),
            (Self::Location, "latitude") => Self::Coordinate(|record| &mut record.latitude),
            (Self::Location, "longitude") => Self::Coordinate(|record| &mut record.longitude),
            (Self::Location, "accuracy_radius") => Self::Radius,
            (Self::Location, "time_zone") => Self::Text(|record| &mut record.timezone),
            _ => return None,
        })
    }
}

/// A value, which is read into its place in a record.
struct Value<'r, 'a> {
    record: &'r mut Record<'a>,
    part: Part,
}

impl<'de> DeserializeSeed<'de> for Value<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.part {
            Part::Text(_) => "a string",
            Part::Coordinate(_) => "a coordinate",
            Part::Radius => "a radius in kilometres",
            Part::IsEu => "true or false",
            Part::Subdivisions => "a list of subdivisions",
            _ => "a map",
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { record, part } = self;
        if matches!(part, Part::Text(_) | Part::Coordinate(_) | Part::Radius | Part::IsEu | Part::Subdivisions) {
            return Err(A::Error::invalid_type(Unexpected::Map, &Self { record, part }));
        }
        while let Some(key) = map.next_key::<&str>()? {
            match part.member(key) {
                Some(part) => map.next_value_seed(Value { record, part })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Part::Subdivisions = self.part else { return Err(A::Error::invalid_type(Unexpected::Seq, &self)) };
        let part = Part::Named(|record| &mut record.region);
        list.next_element_seed(Value { record: self.record, part })?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        let Part::Text(field) = self.part else { return Err(E::invalid_type(Unexpected::Str(text), &self)) };
        *field(self.record) = Some(text);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        let Part::Coordinate(field) = self.part else {
            return Err(E::invalid_type(Unexpected::Float(number), &self));
        };
        *field(self.record) = Some(number);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        match (self.part, u32::try_from(number)) {
            (Part::Radius, Ok(km)) => self.record.accuracy_km = Some(km),
            _ => return Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        let Part::IsEu = self.part else { return Err(E::invalid_type(Unexpected::Bool(value), &self)) };
        self.record.is_eu = value;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Record<'_>, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_record_of_the_schema() {
        let json = r#"{
            "continent": {"code": "EU", "geoname_id": 1, "names": {"de": "Europa", "en": "Europe"}},
            "country": {"iso_code": "NO", "is_in_european_union": false, "names": {"en": "Norway"}},
            "registered_country": {"iso_code": "SE"},
            "subdivisions": [{"iso_code": "03", "names": {"en": "Oslo"}}, {"names": {"en": "Frogner"}}],
            "city": {"names": {"en": "Oslo City", "no": "Oslo"}},
            "postal": {"code": "0150", "confidence": 3},
            "location": {"latitude": 59.5, "longitude": 10.25, "accuracy_radius": 70000, "time_zone": "Europe/Oslo"},
            "traits": {"is_anycast": true, "list": [1, {"a": 2}]}
        }"#;
        let expected = Record {
            continent_code: Some("EU"),
            continent: Some("Europe"),
            country_code: Some("NO"),
            country: Some("Norway"),
            is_eu: false,
            region: Some("Oslo"),
            city: Some("Oslo City"),
            postal_code: Some("0150"),
            latitude: Some(59.5),
            longitude: Some(10.25),
            accuracy_km: Some(70_000),
            timezone: Some("Europe/Oslo"),
        };
        assert_eq!(read(json), Ok(expected));
    }

    #[test]
    fn what_is_missing_is_none() {
        for json in ["{}", r#"{"country": {}, "subdivisions": [], "city": {"names": {}}, "location": {}}"#] {
            assert_eq!(read(json), Ok(Record::default()), "{json}");
        }
    }

    #[test]
    fn values_of_another_type_are_errors() {
        for (json, expected) in [
            ("[]", "expected a map"),
            (r#"{"country": "NO"}"#, "expected a map"),
            (r#"{"country": {"iso_code": 47}}"#, "expected a string"),
            (r#"{"country": {"iso_code": {}}}"#, "expected a string"),
            (r#"{"country": {"is_in_european_union": 1}}"#, "expected true or false"),
            (r#"{"subdivisions": {}}"#, "expected a list of subdivisions"),
            (r#"{"location": {"latitude": "north"}}"#, "expected a coordinate"),
            (r#"{"location": {"latitude": [1.5]}}"#, "expected a coordinate"),
            (r#"{"location": {"accuracy_radius": 4294967296}}"#, "expected a radius in kilometres"),
            (r#"{"location": {"accuracy_radius": -1}}"#, "expected a radius in kilometres"),
            (r#"{"postal": {"code": null}}"#, "expected a string"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }
}
