//! From sources to finished databases.

use crate::data::Value;
use crate::error::Error;
use crate::graph::Graph;
use crate::manifest::{Entry, Manifest};
use crate::metadata::Metadata;
use crate::network::Network;
use crate::place::{AutonomousSystem, Place};
use crate::sources::{Loaded, Table};
use crate::writer::{self, Database};

/// What goes into a component.
pub struct Packed {
    /// `geo.mmdb`.
    pub geo: Vec<u8>,
    /// `asn.mmdb`.
    pub asn: Vec<u8>,
    /// What `manifest.json` says about them.
    pub manifest: Manifest,
}

/// Packs without loss.
pub fn exact(city: &Loaded<Place>, asn: &Loaded<AutonomousSystem>, languages: &[String]) -> Result<Packed, Error> {
    let geo_metadata = Metadata {
        database_type: "ipedge-City".to_owned(),
        description: "ipedge: where an address is".to_owned(),
        languages: languages.to_vec(),
        build_date: city.build_date,
    };
    let asn_metadata = Metadata {
        database_type: "ipedge-ASN".to_owned(),
        description: "ipedge: who routes an address".to_owned(),
        languages: vec!["en".to_owned()],
        build_date: asn.build_date,
    };
    let geo = database(&city.table, Place::record, &geo_metadata)?;
    let asn_database = database(&asn.table, AutonomousSystem::record, &asn_metadata)?;
    let manifest = Manifest {
        profile: "exact".to_owned(),
        attribution: city.sources.iter().map(|source| &*source.attribution).collect::<Vec<_>>().join("; "),
        databases: vec![
            Entry::new("geo.mmdb", &geo_metadata.database_type, city.build_date, &geo, city.sources.clone()),
            Entry::new("asn.mmdb", &asn_metadata.database_type, asn.build_date, &asn_database, asn.sources.clone()),
        ],
    };
    Ok(Packed { geo: geo.bytes, asn: asn_database.bytes, manifest })
}

fn database<V>(table: &Table<V>, record: impl Fn(&V) -> Value, metadata: &Metadata) -> Result<Database, Error> {
    let mut graph = Graph::default();
    let ipv4 = graph.tree(Network::IPV4, &table.ipv4);
    let ipv6 = graph.tree(Network::ALL, &table.ipv6);
    let root = graph.join(ipv4, ipv6, &aliases(&table.ipv6));
    writer::write(&graph, root, |leaf| record(&table.values[leaf as usize]), metadata)
}

/// The prefixes under which the IPv4 tree is repeated: those about which the source says nothing of its own.
///
/// A source that has data for 6to4 or Teredo means it: lossless is lossless.
fn aliases(ipv6: &[(Network, u32)]) -> Vec<Network> {
    let is_free =
        |alias: &Network| !ipv6.iter().any(|&(network, _)| network.contains(*alias) || alias.contains(network));
    Network::IPV4_ALIASES.into_iter().filter(is_free).collect()
}
