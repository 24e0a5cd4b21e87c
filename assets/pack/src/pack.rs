//! Packs sources into databases: lossless, or within a budget.

use crate::candidates;
use crate::error::Error;
use crate::graph::{Child, Graph};
use crate::manifest::{Entry, Manifest};
use crate::metadata::Metadata;
use crate::network::Network;
use crate::place::{AutonomousSystem, Place};
use crate::progress::Progress;
use crate::simplify::simplify;
use crate::sources::{Loaded, Table};
use crate::value::Value;
use crate::writer::{self, Database};

/// The results of packing.
pub struct Packed {
    /// `geo.mmdb`.
    pub geo: Vec<u8>,
    /// `asn.mmdb`.
    pub asn: Vec<u8>,
    /// The contents of `manifest.json`.
    pub manifest: Manifest,
}

/// How the databases are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Equal to the sources.
    Exact,
    /// Both databases together within a budget: places are moved as little as that requires.
    Edge {
        /// The budget in bytes.
        budget: usize,
    },
}

/// The largest application that Akamai Functions accepts, in bytes.
const LARGEST_APPLICATION: usize = 50 << 20;

/// The size in bytes that is reserved for the component without its databases.
const COMPONENT: usize = 2 << 20;

/// The budget in bytes for both databases.
pub const DEFAULT_BUDGET: usize = LARGEST_APPLICATION - COMPONENT;

/// The largest error bound in km, whatever the budget.
pub const LARGEST_ERROR_KM: f64 = 50.0;

/// Packs the sources, with names in `languages`. The same sources and profile give the same bytes.
pub fn pack(
    profile: Profile,
    city: &Loaded<Place>,
    asn: &Loaded<AutonomousSystem>,
    languages: &[String],
) -> Result<Packed, Error> {
    let asn_metadata = Metadata {
        database_type: asn.database_type.clone(),
        description: "ipedge: the autonomous system that routes an address".to_owned(),
        languages: vec!["en".to_owned()],
        build_date: asn.build_date,
    };
    let asn_database = {
        let _progress = Progress::new("writing asn.mmdb", 1);
        let tree = Tree::of(&asn.table);
        tree.write(|system| asn.table.values[system as usize].record(), &asn_metadata)?
    };
    let (geo, error_bound_km) = match profile {
        Profile::Exact => (write_exact(city, languages)?, None),
        Profile::Edge { budget } => {
            let left = budget.checked_sub(asn_database.bytes.len());
            let left = left.ok_or_else(|| {
                Error::unfit(format!(
                    "asn.mmdb alone takes {} bytes, over the budget of {budget}: raise it with --budget",
                    asn_database.bytes.len()
                ))
            })?;
            let (geo, radius_km) = fit(city, languages, left)?;
            (geo, Some(radius_km))
        }
    };
    let geo_entry = Entry::new("geo.mmdb", &city.database_type, city.build_date, &geo, city.sources.clone());
    let asn_entry =
        Entry::new("asn.mmdb", &asn_metadata.database_type, asn.build_date, &asn_database, asn.sources.clone());
    let databases = vec![
        Entry { error_bound_km, discarded: city.discarded.counts(), ..geo_entry },
        Entry { discarded: asn.discarded.counts(), ..asn_entry },
    ];
    let manifest = Manifest::new(profile.name(), databases);
    Ok(Packed { geo: geo.bytes, asn: asn_database.bytes, manifest })
}

impl Profile {
    /// Its name in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Edge { .. } => "edge",
        }
    }
}

fn geo_metadata(city: &Loaded<Place>, languages: &[String], radius_km: Option<f64>) -> Metadata {
    let bound = radius_km.map(|km| format!(", at most {km} km from its source's location"));
    Metadata {
        database_type: city.database_type.clone(),
        description: format!("ipedge: where an address is{}", bound.unwrap_or_default()),
        languages: languages.to_vec(),
        build_date: city.build_date,
    }
}

fn write_exact(city: &Loaded<Place>, languages: &[String]) -> Result<Database, Error> {
    let _progress = Progress::new("writing geo.mmdb", 1);
    let tree = Tree::of(&city.table);
    tree.write(|place| city.table.values[place as usize].record(), &geo_metadata(city, languages, None))
}

/// The search tree of a table, before its two halves are joined.
struct Tree {
    graph: Graph,
    roots: [Child; 2],
    aliases: Vec<Network>,
}

impl Tree {
    fn of<V>(table: &Table<V>) -> Self {
        let mut graph = Graph::default();
        let roots = [graph.tree(Network::IPV4, &table.ipv4), graph.tree(Network::ALL, &table.ipv6)];
        Self { graph, roots, aliases: aliases(&table.ipv6) }
    }

    fn write(mut self, record: impl Fn(u32) -> Value, metadata: &Metadata) -> Result<Database, Error> {
        let [ipv4, ipv6] = self.roots;
        let root = self.graph.join(ipv4, ipv6, &self.aliases);
        writer::write(&self.graph, root, record, metadata)
    }
}

/// The prefixes under which the IPv4 tree is repeated: those about which the source says nothing of its own.
///
/// A source that has data for 6to4 or Teredo means it: lossless is lossless.
fn aliases(ipv6: &[(Network, u32)]) -> Vec<Network> {
    let is_free =
        |alias: &Network| !ipv6.iter().any(|&(network, _)| network.contains(*alias) || alias.contains(network));
    Network::IPV4_ALIASES.into_iter().filter(is_free).collect()
}

/// The database with the least radius, in steps of 100 m, with which it fits in the budget; and the radius in km.
fn fit(city: &Loaded<Place>, languages: &[String], budget: usize) -> Result<(Database, f64), Error> {
    let exact = Tree::of(&city.table);
    let mut networks = vec![0_u32; city.table.values.len()];
    for (_, place) in city.table.networks() {
        networks[place as usize] += 1;
    }
    let write = |steps: u32| {
        let radius_km = f64::from(steps) / 10.0;
        let _progress = Progress::new(format!("simplifying with a radius of {radius_km} km"), 1);
        let mut candidates = candidates::find(&city.table.values, &networks, radius_km);
        let simplified = simplify(&exact.graph, exact.roots, &mut candidates);
        drop(candidates);
        let tree = Tree { graph: simplified.graph, roots: simplified.roots, aliases: exact.aliases.clone() };
        let record = |place: u32| city.table.values[place as usize].widened(radius_km).record();
        tree.write(record, &geo_metadata(city, languages, Some(radius_km)))
    };
    let (steps, database) = least(budget, (LARGEST_ERROR_KM * 10.0) as u32, write)?;
    Ok((database, f64::from(steps) / 10.0))
}

/// The least number of steps with which a database fits. Its size falls roughly with the logarithm of the steps, from
/// which the next try is estimated.
fn least(budget: usize, most: u32, write: impl Fn(u32) -> Result<Database, Error>) -> Result<(u32, Database), Error> {
    let mut too_large: Option<(u32, usize)> = None;
    let mut fitting: Option<(u32, Database)> = None;
    loop {
        let next = match (too_large, &fitting) {
            (None, None) => most / 5,
            (None, Some((0, _))) => break,
            (None, Some((high, _))) => high / 2,
            (Some((low, _)), None) if low == most => break,
            (Some((low, _)), None) => (low * 2).min(most),
            (Some((low, _)), Some((high, _))) if high - low <= 1 => break,
            (Some(low), Some((high, database))) => between(low, (*high, database.bytes.len()), budget),
        };
        let database = write(next)?;
        let bytes = database.bytes.len();
        eprintln!("{}.{} km: {bytes} of {budget} bytes", next / 10, next % 10);
        match bytes <= budget {
            true => fitting = Some((next, database)),
            false => too_large = Some((next, bytes)),
        }
    }
    fitting.ok_or_else(|| {
        let bytes = too_large.map_or(0, |(_, bytes)| bytes);
        let within = format!("it takes {bytes} to keep every location within {LARGEST_ERROR_KM} km");
        Error::unfit(format!("the budget leaves {budget} bytes to geo.mmdb, and {within}"))
    })
}

/// The number of steps, between one that is too large and one that fits, with which the budget is probably met.
fn between((low, low_bytes): (u32, usize), (high, high_bytes): (u32, usize), budget: usize) -> u32 {
    let share = (low_bytes - budget) as f64 / (low_bytes - high_bytes) as f64;
    let from = f64::from(low.max(1));
    let likely = from * (f64::from(high) / from).powf(share);
    (likely.round() as u32).clamp(low + 1, high - 1)
}
