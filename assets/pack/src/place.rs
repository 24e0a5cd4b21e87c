//! The data of the two databases about an address, and its records.

use crate::value::{Scalar, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A name in one language or several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// A name in English only.
    pub fn english(name: impl Into<String>) -> Self {
        Self(vec![("en".to_owned(), name.into())])
    }

    /// The name in a language.
    pub fn get(&self, language: &str) -> Option<&str> {
        self.0.iter().find(|(tag, _)| tag == language).map(|(_, name)| name.as_str())
    }

    /// Whether there is no name in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for Names {
    /// Language tags with names, in any order; a later name for the same language replaces the earlier one.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(names: I) -> Self {
        Self(names.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect())
    }
}

/// Where an address is. What is unknown is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The continent.
    pub continent: Option<Arc<Area>>,
    /// The country.
    pub country: Option<Arc<Area>>,
    /// The first-level subdivision of the country: state, province, region.
    pub region: Option<Names>,
    /// The city.
    pub city: Option<Names>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The coordinates.
    pub point: Option<Point>,
    /// The source's accuracy radius: the place lies within this many km of the coordinates. Meaningless, and not written
    /// into a record, without coordinates.
    pub accuracy_km: Option<u16>,
    /// The IANA name of the time zone.
    pub time_zone: Option<String>,
}

/// A country or a continent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Area {
    /// ISO 3166-1 alpha-2 for a country (and `XK`, Kosovo); the two letters of GeoIP2 for a continent.
    pub code: Option<String>,
    /// Its names.
    pub names: Names,
    /// Whether it is a member state of the European Union.
    pub is_in_european_union: bool,
}

/// A point on the globe (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Point {
    latitude: u64,
    longitude: u64,
}

/// The autonomous system that routes an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AutonomousSystem {
    /// The number of the autonomous system.
    pub number: u32,
    /// The name of the organization that holds it.
    pub organization: Option<String>,
}

impl Point {
    /// The point at these degrees; `None` if the latitude exceeds 90 degrees, the longitude 180, or
    /// either is not a number.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let is_valid = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        // Adding zero turns negative zero into positive zero, so that equal points have equal bits.
        let [latitude, longitude] = [latitude, longitude].map(|degrees| (degrees + 0.0).to_bits());
        is_valid.then_some(Self { latitude, longitude })
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        f64::from_bits(self.latitude)
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        f64::from_bits(self.longitude)
    }
}

impl Place {
    /// The same place with `km` added to its accuracy radius, in whole km, rounded up.
    ///
    /// This is how a simplified database states its error: a packed place may be up to `km` from the source's, so the
    /// address lies within the sum of the source's radius (0 if it has none) and `km`.
    pub fn widened(&self, km: f64) -> Self {
        if km == 0.0 {
            return self.clone();
        }
        let km = km.ceil().clamp(0.0, f64::from(u16::MAX)) as u16;
        let accuracy_km = self.point.map(|_| self.accuracy_km.unwrap_or(0).saturating_add(km));
        Self { accuracy_km, ..self.clone() }
    }

    /// The English name of the city without the district that DB-IP appends in parentheses: `Los Angeles (Hollywood)`.
    pub fn city_without_district(&self) -> Option<&str> {
        self.city.as_ref().and_then(|names| names.get("en")).map(without_district)
    }

    /// The record in the schema of GeoIP2 City.
    ///
    /// As in that schema, `is_in_european_union` is written only for member states: a country without it is not one.
    pub fn record(&self) -> Value {
        let accuracy_km = self.accuracy_km.filter(|_| self.point.is_some());
        let location = [
            ("accuracy_radius", accuracy_km.map(|km| Scalar::Uint16(km).into())),
            ("latitude", self.point.map(|point| Value::double(point.latitude()))),
            ("longitude", self.point.map(|point| Value::double(point.longitude()))),
            ("time_zone", self.time_zone.as_deref().map(Value::string)),
        ];
        let location_known = location.iter().any(|(_, value)| value.is_some());
        let postal = self.postal_code.as_deref().map(|code| Value::map([("code", Some(Value::string(code)))]));
        Value::map([
            ("city", self.city.as_ref().map(|names| named(None, names))),
            ("continent", self.continent.as_ref().map(|area| named(Some(("code", area)), &area.names))),
            ("country", self.country.as_ref().map(|area| named(Some(("iso_code", area)), &area.names))),
            ("location", location_known.then(|| Value::map(location))),
            ("postal", postal),
            ("subdivisions", self.region.as_ref().map(|names| Value::Array(vec![named(None, names)]))),
        ])
    }
}

/// A city's name without the district in parentheses at its end, if any.
pub fn without_district(name: &str) -> &str {
    name.split_once(" (").map_or(name, |(city, _)| city)
}

impl AutonomousSystem {
    /// The record in the schema of GeoLite2 ASN.
    pub fn record(&self) -> Value {
        Value::map([
            ("autonomous_system_number", Some(Scalar::Uint32(self.number).into())),
            ("autonomous_system_organization", self.organization.as_deref().map(Value::string)),
        ])
    }
}

fn named(code: Option<(&'static str, &Arc<Area>)>, names: &Names) -> Value {
    let spelled = names.0.iter().map(|(language, name)| (Cow::Owned(language.clone()), Value::string(name)));
    let names = (!names.is_empty()).then(|| Value::Map(spelled.collect()));
    let is_member = code.is_some_and(|(_, area)| area.is_in_european_union);
    let code = code.map(|(key, area)| (key, area.code.as_deref().map(Value::string)));
    let is_member = ("is_in_european_union", is_member.then_some(Scalar::Bool(true).into()));
    Value::map(code.into_iter().chain([is_member, ("names", names)]))
}
