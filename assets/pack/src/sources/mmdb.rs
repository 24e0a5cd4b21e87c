//! MaxMind DB files as a source: every network in one, with the number of its record.

use crate::error::Error;
use crate::network::{self, Network};
use crate::progress::Progress;
use crate::sources::Table;
use maxminddb::{Reader, WithinOptions};
use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use std::hash::Hash;
use std::path::Path;

/// Opens a file.
pub fn open(file: &Path) -> Result<Reader<Vec<u8>>, Error> {
    let bytes = std::fs::read(file).map_err(|source| Error::io(file, source))?;
    Reader::from_source(bytes).map_err(|error| Error::file(file, error.to_string()))
}

/// Reads the networks of a file into the table, each record decoded once as `R` and turned into a value.
///
/// What a file repeats under the IPv4 aliases is left out.
pub fn read<R, V>(
    file: &Path,
    reader: &Reader<Vec<u8>>,
    table: &mut Table<V>,
    mut value: impl FnMut(R) -> Result<Option<V>, String>,
) -> Result<(), Error>
where
    R: DeserializeOwned,
    V: Eq + Hash,
{
    let progress = Progress::new(format!("reading {}", file.display()), reader.metadata().node_count.into());
    let mut known: FxHashMap<usize, Option<u32>> = FxHashMap::default();
    let broken = |problem: String| Error::file(file, problem);
    for result in reader.networks(WithinOptions::default()).map_err(|error| broken(error.to_string()))? {
        let result = result.map_err(|error| broken(error.to_string()))?;
        progress.step();
        let network = result.network().map_err(|error| broken(error.to_string()))?;
        let Some(offset) = result.offset() else { continue };
        let number = match known.get(&offset) {
            Some(&number) => number,
            None => {
                let record = result.decode().map_err(|error| broken(format!("the record of {network}: {error}")))?;
                let value = record.map(&mut value).transpose();
                let value = value.map_err(|problem| broken(format!("the record of {network}: {problem}")))?.flatten();
                let number = value.map(|value| table.intern(value));
                known.insert(offset, number);
                number
            }
        };
        let Some(number) = number else { continue };
        let (length, home) = (network.prefix(), if network.is_ipv4() { Network::IPV4 } else { Network::ALL });
        let network = Network::new(network::number(network.ip()), length + home.length());
        let network = network.ok_or_else(|| broken("a network with bits set after its prefix".to_owned()))?;
        table.extend([(network, number)]);
    }
    Ok(())
}
