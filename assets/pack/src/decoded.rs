//! Records as a reader decodes them, to compare with the source.

use crate::place::{AutonomousSystem, Place, Point};
use serde::{Deserialize, Deserializer};

/// A record of a location database, with the names in English.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedPlace {
    /// Code and name of the continent.
    pub continent: Option<(Option<String>, Option<String>)>,
    /// Code and name of the country.
    pub country: Option<(Option<String>, Option<String>)>,
    /// Whether the country is in the European Union.
    pub is_in_european_union: bool,
    /// The largest subdivision.
    pub region: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The point on the map.
    pub point: Option<Point>,
    /// The time zone.
    pub time_zone: Option<String>,
}

/// A record of an ASN database.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DecodedSystem {
    autonomous_system_number: u32,
    autonomous_system_organization: Option<String>,
}

impl DecodedPlace {
    /// The record that a reader should decode for this place.
    pub fn of(place: &Place) -> Self {
        let english = |names: &crate::place::Names| names.get("en").map(str::to_owned);
        let area = |area: &std::sync::Arc<crate::place::Area>| (area.code.clone(), english(&area.names));
        Self {
            continent: place.continent.as_ref().map(area),
            country: place.country.as_ref().map(area),
            is_in_european_union: place.country.as_ref().is_some_and(|country| country.is_in_european_union),
            region: place.region.as_ref().and_then(english),
            city: place.city.as_ref().and_then(english),
            point: place.point,
            time_zone: place.time_zone.clone(),
        }
    }
}

impl DecodedSystem {
    /// The record that a reader should decode for this system.
    pub fn of(system: &AutonomousSystem) -> Self {
        Self { autonomous_system_number: system.number, autonomous_system_organization: system.organization.clone() }
    }
}

impl<'de> Deserialize<'de> for DecodedPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = Record::deserialize(deserializer)?;
        let area = |area: Area| (area.code, area.names.en);
        let location = record.location.unwrap_or_default();
        Ok(Self {
            is_in_european_union: record.country.as_ref().is_some_and(|country| country.is_in_european_union),
            continent: record.continent.map(area),
            country: record.country.map(area),
            region: record.subdivisions.into_iter().next().and_then(|area| area.names.en),
            city: record.city.and_then(|area| area.names.en),
            point: location.latitude.zip(location.longitude).and_then(|(north, east)| Point::new(north, east)),
            time_zone: location.time_zone,
        })
    }
}

#[derive(Deserialize)]
struct Record {
    continent: Option<Area>,
    country: Option<Area>,
    #[serde(default)]
    subdivisions: Vec<Area>,
    city: Option<Area>,
    location: Option<Coordinates>,
}

#[derive(Deserialize)]
struct Area {
    #[serde(alias = "iso_code")]
    code: Option<String>,
    #[serde(default)]
    is_in_european_union: bool,
    #[serde(default)]
    names: English,
}

#[derive(Default, Deserialize)]
struct English {
    en: Option<String>,
}

#[derive(Default, Deserialize)]
struct Coordinates {
    latitude: Option<f64>,
    longitude: Option<f64>,
    time_zone: Option<String>,
}
