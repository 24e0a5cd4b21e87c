//! The test fixture: turns a readable text file into databases.
//!
//! Columns are separated by `|`, `-` is an absent value, `#` begins a comment line. `[asn]` and `[geo]` begin the two
//! parts.

use crate::error::Error;
use crate::graph::Graph;
use crate::manifest::{Entry, Manifest, Source};
use crate::metadata::Metadata;
use crate::network::Network;
use crate::place::{Area, AutonomousSystem, Names, Place, Point};
use crate::value::Value;
use crate::writer::{self, Database};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use time::{Date, Month};

/// The databases of the tests, as bytes.
pub struct Databases {
    /// `geo.mmdb`.
    pub geo: Vec<u8>,
    /// `asn.mmdb`.
    pub asn: Vec<u8>,
    /// `manifest.json`.
    pub manifest: String,
}

/// Turns the text into databases. The same text gives the same bytes.
pub fn build(text: &str) -> Result<Databases, Error> {
    read(text)?.write()
}

/// Reads the text.
pub fn read(text: &str) -> Result<World, Error> {
    let mut world = World::default();
    let mut part = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        match line {
            "" => {}
            _ if line.starts_with('#') => {}
            "[asn]" => part = Some(Part::Asn),
            "[geo]" => part = Some(Part::Geo),
            _ => {
                let read = match part {
                    Some(Part::Asn) => world.read_asn(line),
                    Some(Part::Geo) => world.read_geo(line),
                    None => Err("a row before `[asn]` or `[geo]`".to_owned()),
                };
                read.map_err(|problem| Error::line(Path::new("fixture"), number, problem))?;
            }
        }
    }
    Ok(world)
}

/// The types of the real databases, so that strict readers accept the fixture too: a type names the structure of the
/// records.
const GEO_TYPE: &str = "DBIP-City-Lite";
const ASN_TYPE: &str = "DBIP-ASN-Lite (compat=GeoLite2-ASN)";

#[derive(Clone, Copy)]
enum Part {
    Asn,
    Geo,
}

/// The contents of the text.
#[derive(Default)]
pub struct World {
    /// The rows below `[asn]`.
    pub asn: Vec<(Network, AutonomousSystem)>,
    /// The rows below `[geo]`.
    pub geo: Vec<(Network, Place)>,
}

impl World {
    fn read_asn(&mut self, line: &str) -> Result<(), String> {
        let [network, number, organization] = columns(line)?;
        let number = parse(number)?.ok_or("a row without a number")?;
        let system = AutonomousSystem { number, organization: present(organization).map(str::to_owned) };
        self.asn.push((network.parse()?, system));
        Ok(())
    }

    fn read_geo(&mut self, line: &str) -> Result<(), String> {
        let [
            network,
            continent_code,
            continent,
            code,
            country,
            eu,
            region,
            city,
            postal,
            latitude,
            longitude,
            km,
            zone,
        ] = columns(line)?;
        let is_in_european_union = match eu {
            "yes" => true,
            "no" => false,
            _ => return Err(format!("EU is `yes` or `no`, not `{eu}`")),
        };
        let point = match (parse(latitude)?, parse(longitude)?) {
            (Some(latitude), Some(longitude)) => {
                Some(Point::new(latitude, longitude).ok_or_else(|| format!("{latitude}, {longitude} is not a point"))?)
            }
            (None, None) => None,
            _ => return Err("a latitude without a longitude, or a longitude without a latitude".to_owned()),
        };
        let place = Place {
            continent: area(continent_code, continent, false),
            country: area(code, country, is_in_european_union),
            region: name(region),
            city: name(city),
            postal_code: present(postal).map(str::to_owned),
            point,
            accuracy_km: parse(km)?,
            time_zone: present(zone).map(str::to_owned),
        };
        self.geo.push((network.parse()?, place));
        Ok(())
    }

    fn write(self) -> Result<Databases, Error> {
        let date = Date::from_calendar_date(2026, Month::January, 1).expect("a day of the calendar");
        let source = Source {
            name: "The test fixture".to_owned(),
            package: None,
            version: None,
            build_date: Some(date.to_string()),
            licence: "CC0-1.0".to_owned(),
            licence_url: "https://creativecommons.org/publicdomain/zero/1.0/".to_owned(),
            attribution: "Invented for the tests of ipedge".to_owned(),
            licence_text: "Invented for the tests of ipedge; not true of any address.".to_owned(),
        };
        let metadata = |kind: &str, what: &str| Metadata {
            database_type: kind.to_owned(),
            description: format!("{what} for the tests of ipedge"),
            languages: vec!["en".to_owned()],
            build_date: date,
        };
        let (geo_metadata, asn_metadata) =
            (metadata(GEO_TYPE, "Invented places"), metadata(ASN_TYPE, "Invented autonomous systems"));
        let (geo, asn) = (
            database(self.geo, Place::record, &geo_metadata)?,
            database(self.asn, AutonomousSystem::record, &asn_metadata)?,
        );
        let entry = |file: &str, metadata: &Metadata, database: &Database| {
            Entry::new(file, &metadata.database_type, date, database, vec![source.clone()])
        };
        let databases = vec![entry("geo.mmdb", &geo_metadata, &geo), entry("asn.mmdb", &asn_metadata, &asn)];
        let manifest = Manifest::new("fixture", databases);
        Ok(Databases { geo: geo.bytes, asn: asn.bytes, manifest: manifest.to_json() })
    }
}

fn database<V>(
    mut rows: Vec<(Network, V)>,
    record: impl Fn(&V) -> Value,
    metadata: &Metadata,
) -> Result<Database, Error> {
    rows.sort_by_key(|&(network, _)| network);
    let numbered: Vec<_> = (0..).zip(&rows).map(|(number, &(network, _))| (network, number)).collect();
    let (ipv4, ipv6): (Vec<_>, Vec<_>) = numbered.iter().partition(|(network, _)| Network::IPV4.contains(*network));
    let mut graph = Graph::default();
    let (ipv4, ipv6) = (graph.tree(Network::IPV4, &ipv4), graph.tree(Network::ALL, &ipv6));
    let root = graph.join(ipv4, ipv6, &Network::IPV4_ALIASES);
    writer::write(&graph, root, |leaf| record(&rows[leaf as usize].1), metadata)
}

fn columns<const N: usize>(line: &str) -> Result<[&str; N], String> {
    let columns: Vec<&str> = line.split('|').map(str::trim).collect();
    let found = columns.len();
    columns.try_into().map_err(|_| format!("{N} columns expected, {found} found"))
}

fn present(column: &str) -> Option<&str> {
    (column != "-").then_some(column)
}

fn parse<T: FromStr>(column: &str) -> Result<Option<T>, String> {
    present(column).map(|text| text.parse().map_err(|_| format!("`{text}` is not a valid number"))).transpose()
}

fn name(column: &str) -> Option<Names> {
    present(column).map(Names::english)
}

fn area(code: &str, column: &str, is_in_european_union: bool) -> Option<Arc<Area>> {
    let code = present(code)?.to_owned();
    Some(Arc::new(Area { code: Some(code), names: name(column).unwrap_or_default(), is_in_european_union }))
}
