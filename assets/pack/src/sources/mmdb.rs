//! MaxMind DB files as a source: every network of a file, with the number of its record.

use crate::error::Error;
use crate::metadata::date_of_epoch;
use crate::network::{self, Network};
use crate::progress::Progress;
use crate::sources::input::Input;
use crate::sources::{Table, database_type};
use maxminddb::{Reader, WithinOptions};
use rustc_hash::FxHashMap;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;
use std::hash::Hash;
use std::path::Path;
use time::Date;

/// What a source is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Places.
    Locations,
    /// Autonomous systems.
    Systems,
}

/// The most networks in a file. Real ones have up to about 30 million; a search tree with shared nodes can have any
/// number.
const MOST_NETWORKS: usize = 1 << 26;

/// Opens a file, compressed or not.
pub fn open(input: &Input) -> Result<Reader<Vec<u8>>, Error> {
    let file = &input.path;
    let reader = Reader::from_source(input.read()?)
        .map_err(|error| Error::file(file, format!("{error}. Is it a complete MaxMind DB file?")))?;
    input.check_date(build_date(file, &reader)?)?;
    Ok(reader)
}

/// The day on which a file was built.
pub fn build_date(file: &Path, reader: &Reader<Vec<u8>>) -> Result<Date, Error> {
    let epoch = reader.metadata().build_epoch;
    date_of_epoch(epoch)
        .ok_or_else(|| Error::file(file, format!("the build epoch in its metadata, {epoch}, is not a date")))
}

/// The day on which the database in these bytes, unpacked, was built.
///
/// # Errors
///
/// When they are not a MaxMind DB file.
pub fn date_of(file: &Path, bytes: Vec<u8>) -> Result<Date, Error> {
    let reader = Reader::from_source(bytes).map_err(|error| Error::file(file, error.to_string()))?;
    build_date(file, &reader)
}

/// Reads the networks of a file into the table, each record decoded once as `R` and turned into a value. Returns the
/// number of records.
///
/// Networks that a file repeats under the IPv4 aliases are left out. A file without a single value is an error that
/// says what the file seems to be.
pub fn read<R, V>(
    file: &Path,
    reader: &Reader<Vec<u8>>,
    table: &mut Table<V>,
    need: Need,
    mut value: impl FnMut(R) -> Result<Option<V>, String>,
) -> Result<u64, Error>
where
    R: DeserializeOwned,
    V: Eq + Hash,
{
    let progress = Progress::new(format!("reading {}", file.display()), reader.metadata().node_count.into());
    let mut known: FxHashMap<usize, Option<u32>> = FxHashMap::default();
    let broken = |problem: String| Error::file(file, problem);
    let mut count = 0;
    let mut is_useful = false;
    for result in reader.networks(WithinOptions::default()).map_err(|error| broken(error.to_string()))? {
        let result = result.map_err(|error| broken(error.to_string()))?;
        progress.step();
        count += 1;
        if count > MOST_NETWORKS {
            return Err(broken(format!("it has over {MOST_NETWORKS} networks, more than any real database")));
        }
        let network = result.network().map_err(|error| broken(error.to_string()))?;
        let Some(offset) = result.offset() else { continue };
        let number = match known.get(&offset) {
            Some(&number) => number,
            None => {
                let in_record = |problem: String| broken(format!("the record of {network}: {problem}"));
                let record = result.decode().map_err(|error| in_record(error.to_string()))?;
                let value = record.map(&mut value).transpose().map_err(in_record)?.flatten();
                let number = value.map(|value| table.intern(value));
                known.insert(offset, number);
                number
            }
        };
        let Some(number) = number else { continue };
        is_useful = true;
        let (length, family) = (network.prefix(), if network.is_ipv4() { Network::IPV4 } else { Network::ALL });
        let network = Network::new(network::number(network.ip()), family.length() + length);
        let network = network.ok_or_else(|| broken("a network with bits set after its prefix".to_owned()))?;
        table.extend([(network, number)]);
    }
    if is_useful { Ok(known.len() as u64) } else { Err(broken(useless(reader, need))) }
}

/// Why a file without a single value is of no use, and what it seems to be.
fn useless(reader: &Reader<Vec<u8>>, need: Need) -> String {
    let kind = database_type::printable(&reader.metadata().database_type);
    let keys = first_keys(reader);
    let has = |names: &[&str]| keys.iter().any(|key| names.contains(&&**key));
    let (needed, option) = match need {
        Need::Locations => ("a location", "CITY= (--city) needs a location database"),
        Need::Systems => ("an AS number", "ASN= (--asn) needs an ASN database"),
    };
    let seems = match (keys.is_empty(), has(&ASN_KEYS), has(&LOCATION_KEYS)) {
        (true, ..) => "it has no records at all",
        (false, true, false) => "it seems to be an ASN database",
        (false, false, true) => "it seems to be a location database",
        (false, ..) => "it seems to be neither a location database nor an ASN database",
    };
    let listed: Vec<String> = keys.iter().take(8).map(|key| database_type::printable(key)).collect();
    let fields = if listed.is_empty() { String::new() } else { format!(" (fields: {})", listed.join(", ")) };
    format!("no record has {needed}. Its type is `{kind}`, and {seems}{fields}. {option}")
}

/// Fields of records with an autonomous system, in the schemas that pack reads.
const ASN_KEYS: [&str; 4] = ["autonomous_system_number", "asn", "as_name", "as_domain"];

/// Fields of records with a location, in the schemas that pack reads.
const LOCATION_KEYS: [&str; 8] =
    ["city", "continent", "country", "country_code", "location", "lat", "latitude", "registered_country"];

/// The keys of the first record.
fn first_keys(reader: &Reader<Vec<u8>>) -> Vec<String> {
    let results = reader.networks(WithinOptions::default()).into_iter().flatten().take(MOST_NETWORKS);
    let records = results.filter_map(|result| result.ok()?.decode::<BTreeMap<String, IgnoredAny>>().ok()?);
    records.map(|record| record.into_keys().collect()).find(|keys: &Vec<String>| !keys.is_empty()).unwrap_or_default()
}
