//! Where the data comes from: the pinned npm packages, files fetched from their makers, or custom files.

pub mod archive;
pub mod asn;
pub mod city;
pub mod csv;
pub mod database_type;
pub mod field;
pub mod input;
pub mod licence;
pub mod mmdb;

use crate::manifest::Source;
use crate::network::Network;
use crate::sources::field::Discarded;
use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::sync::Arc;
use time::Date;

/// A source that has been read.
pub struct Loaded<V> {
    /// Its networks with their data.
    pub table: Table<V>,
    /// The day on which it was built.
    pub build_date: Date,
    /// The `database_type` of the packed database.
    pub database_type: String,
    /// The number of records that were decoded: those whose values `discarded` counts. Several records can have the same
    /// value.
    pub records: u64,
    /// Invalid values that were left out.
    pub discarded: Discarded,
    /// Its makers and their terms.
    pub sources: Vec<Source>,
}

/// Networks with the numbers of their values.
pub struct Table<V> {
    /// The distinct values.
    pub values: Vec<Arc<V>>,
    /// IPv4 networks, under `::/96`.
    pub ipv4: Vec<(Network, u32)>,
    /// IPv6 networks.
    pub ipv6: Vec<(Network, u32)>,
    known: FxHashMap<Arc<V>, u32>,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { values: Vec::new(), ipv4: Vec::new(), ipv6: Vec::new(), known: FxHashMap::default() }
    }
}

impl<V: Eq + Hash> Table<V> {
    /// The number of a value.
    pub(crate) fn intern(&mut self, value: V) -> u32 {
        if let Some(&number) = self.known.get(&value) {
            return number;
        }
        let (number, value) = (self.values.len(), Arc::new(value));
        let number = u32::try_from(number).expect("fewer values than 32 bits can number");
        self.values.push(value.clone());
        self.known.insert(value, number);
        number
    }

    pub(crate) fn extend(&mut self, networks: impl IntoIterator<Item = (Network, u32)>) {
        for (network, value) in networks {
            let family = if Network::IPV4.contains(network) { &mut self.ipv4 } else { &mut self.ipv6 };
            family.push((network, value));
        }
    }

    /// Sorts the networks, and frees the memory that only reading needs.
    pub(crate) fn sort(&mut self) {
        self.ipv4.sort_unstable();
        self.ipv6.sort_unstable();
        self.known = FxHashMap::default();
    }

    /// Makes a table of these rows, in any order.
    pub fn of(rows: impl IntoIterator<Item = (Network, V)>) -> Self {
        let mut table = Self::default();
        for (network, value) in rows {
            let number = table.intern(value);
            table.extend([(network, number)]);
        }
        table.sort();
        table
    }

    /// The networks of both families.
    pub fn networks(&self) -> impl Iterator<Item = (Network, u32)> {
        self.ipv4.iter().chain(&self.ipv6).copied()
    }
}
