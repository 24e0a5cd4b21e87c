//! Compares packed databases with their sources, address by address.

use crate::decoded::{DecodedPlace, DecodedSystem};
use crate::error::Error;
use crate::network::Network;
use crate::place::{AutonomousSystem, Place, Point, without_district};
use crate::reference::Reference;
use crate::sources::Table;
use crate::sphere::distance_km;
use fastrand::Rng;
use maxminddb::Reader;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The result of comparing a location database.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Locations {
    /// The number of addresses looked up: the edges of every network, and random ones.
    pub addresses: u64,
    /// Addresses that only one of the two has data for.
    pub presence_mismatches: u64,
    /// Addresses with different continents.
    pub continent_mismatches: u64,
    /// Addresses with different countries.
    pub country_mismatches: u64,
    /// Addresses with different membership of the European Union.
    pub eu_mismatches: u64,
    /// Addresses with different regions.
    pub region_mismatches: u64,
    /// Addresses with different time zones.
    pub timezone_mismatches: u64,
    /// Addresses that only one of the two has coordinates for.
    pub point_mismatches: u64,
    /// Addresses with different names of the city.
    pub city_mismatches: u64,
    /// The share of random addresses that are in the same city, though perhaps in another district of it.
    pub same_city: f64,
    /// Distances in km between the database's locations and the source's.
    pub error_km: Distribution,
}

/// Distances in km over addresses drawn uniformly by network. The maximum is over all addresses looked up.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Distribution {
    /// The median.
    pub p50: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// The maximum.
    pub max: f64,
}

/// The result of comparing an ASN database.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Systems {
    /// The number of addresses looked up: the edges of every network, and random ones.
    pub addresses: u64,
    /// Addresses whose number or organization differs, or that only one of the two has data for.
    pub mismatches: u64,
}

/// The bounds for the result.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The largest distance in km, as the manifest states it.
    pub max_km: f64,
    /// The 99th percentile of the distance in km.
    pub p99_km: f64,
}

impl Locations {
    /// The numbers of addresses with differences that no profile allows.
    pub fn mismatches(&self) -> [(&'static str, u64); 7] {
        [
            ("presence", self.presence_mismatches),
            ("continent", self.continent_mismatches),
            ("country", self.country_mismatches),
            ("EU membership", self.eu_mismatches),
            ("region", self.region_mismatches),
            ("time zone", self.timezone_mismatches),
            ("having coordinates", self.point_mismatches),
        ]
    }

    /// The faults: differences that are not allowed, and distances over the bounds.
    pub fn faults(&self, bounds: Bounds) -> Vec<String> {
        let mismatches = self.mismatches().into_iter().filter(|(_, count)| *count > 0);
        let mut faults: Vec<String> =
            mismatches.map(|(what, count)| format!("{count} addresses differ in {what}")).collect();
        if bounds.max_km == 0.0 && self.city_mismatches > 0 {
            faults.push(format!("{} addresses differ in city", self.city_mismatches));
        }
        // A millimetre of tolerance for floating-point errors.
        let distances =
            [(self.error_km.max, bounds.max_km, "the farthest"), (self.error_km.p99, bounds.p99_km, "99 in 100")];
        for (found, bound, which) in distances {
            if found > bound + 1e-6 {
                faults.push(format!("{which} is {found:.3} km off, over the bound of {bound} km"));
            }
        }
        faults
    }
}

impl Systems {
    /// The fault, if any address differs.
    pub fn faults(&self) -> Option<String> {
        (self.mismatches > 0).then(|| format!("{} addresses differ in their autonomous system", self.mismatches))
    }
}

/// Compares a location database with its source, at the edges of every network and `sample` random addresses.
pub fn locations(database: &[u8], source: &Table<Place>, sample: usize) -> Result<Locations, Error> {
    let places: Vec<DecodedPlace> = source.values.iter().map(|place| DecodedPlace::of(place)).collect();
    let mut found = Locations::default();
    let mut errors: Vec<f32> = Vec::with_capacity(sample);
    let mut same_city = 0_u64;
    compare(database, source, sample, |drawn, expected, decoded: Option<&DecodedPlace>| {
        found.addresses += 1;
        let (expected, decoded) = match (expected.map(|place| &places[place as usize]), decoded) {
            (None, None) => return,
            (Some(expected), Some(decoded)) => (expected, decoded),
            _ => return found.presence_mismatches += 1,
        };
        found.continent_mismatches += u64::from(expected.continent != decoded.continent);
        found.country_mismatches += u64::from(expected.country != decoded.country);
        found.eu_mismatches += u64::from(expected.is_in_european_union != decoded.is_in_european_union);
        found.region_mismatches += u64::from(expected.region != decoded.region);
        found.city_mismatches += u64::from(expected.city != decoded.city);
        found.timezone_mismatches += u64::from(expected.time_zone != decoded.time_zone);
        let error = match (expected.point, decoded.point) {
            (Some(from), Some(to)) => distance(from, to),
            (None, None) => 0.0,
            _ => return found.point_mismatches += 1,
        };
        found.error_km.max = found.error_km.max.max(error);
        if drawn {
            errors.push(error as f32);
            let [expected, decoded] =
                [expected, decoded].map(|location| location.city.as_deref().map(without_district));
            same_city += u64::from(expected == decoded);
        }
    })?;
    errors.sort_unstable_by(f32::total_cmp);
    let quantile = |share: f64| {
        let index = (errors.len() as f64 * share).ceil() as usize;
        errors.get(index.saturating_sub(1)).map_or(0.0, |&error| rounded(f64::from(error)))
    };
    let Distribution { max, .. } = found.error_km;
    found.error_km = Distribution { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), max: rounded(max) };
    found.same_city = rounded(same_city as f64 / errors.len().max(1) as f64);
    Ok(found)
}

/// Compares an ASN database with its source, at the edges of every network and `sample` random addresses.
pub fn systems(database: &[u8], source: &Table<AutonomousSystem>, sample: usize) -> Result<Systems, Error> {
    let systems: Vec<DecodedSystem> = source.values.iter().map(|system| DecodedSystem::of(system)).collect();
    let mut found = Systems::default();
    compare(database, source, sample, |_, expected, decoded: Option<&DecodedSystem>| {
        found.addresses += 1;
        found.mismatches += u64::from(expected.map(|system| &systems[system as usize]) != decoded);
    })?;
    Ok(found)
}

/// Looks up every address on both sides, and passes on whether it is a random one and the data of each side.
fn compare<V, R: DeserializeOwned>(
    database: &[u8],
    source: &Table<V>,
    sample: usize,
    mut judge: impl FnMut(bool, Option<u32>, Option<&R>),
) -> Result<(), Error> {
    let broken = |error: maxminddb::MaxMindDbError| Error::unfit(format!("the packed database: {error}"));
    let reader = Reader::from_source(database).map_err(broken)?;
    let mut records: FxHashMap<usize, R> = FxHashMap::default();
    let total = source.ipv4.len() + source.ipv6.len();
    for (family, networks) in [(Network::IPV4, &source.ipv4), (Network::ALL, &source.ipv6)] {
        let expected = Reference::new(networks);
        let share = (sample as u128 * networks.len() as u128 / total.max(1) as u128) as usize;
        let mut random = Rng::with_seed(share as u64);
        let drawn = (0..share).filter_map(|_| expected.draw(&mut random)).map(|address| (true, address));
        let edges = expected.edges().map(|address| (false, address));
        for (is_drawn, address) in edges.chain(drawn) {
            let expected = expected.at(address);
            // An address beside the networks of one family can belong to the other, or to an alias of it.
            if expected.is_none() && !belongs(family, address) {
                continue;
            }
            let result = reader.lookup(ip(family, address)).map_err(broken)?;
            let decoded = match result.offset() {
                None => None,
                Some(offset) => {
                    if !records.contains_key(&offset) {
                        let record = result.decode().map_err(broken)?;
                        records.extend(record.map(|record| (offset, record)));
                    }
                    records.get(&offset)
                }
            };
            judge(is_drawn, expected, decoded);
        }
    }
    Ok(())
}

fn belongs(family: Network, address: u128) -> bool {
    match family {
        Network::IPV4 => Network::IPV4.holds(address),
        _ => !Network::IPV4.holds(address) && !Network::IPV4_ALIASES.iter().any(|alias| alias.holds(address)),
    }
}

fn ip(family: Network, address: u128) -> IpAddr {
    match u32::try_from(address) {
        Ok(address) if family == Network::IPV4 => Ipv4Addr::from(address).into(),
        _ => Ipv6Addr::from(address).into(),
    }
}

fn distance(from: Point, to: Point) -> f64 {
    if from == to { 0.0 } else { distance_km(from, to) }
}

/// Rounds to three decimal places: km to metres.
fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
