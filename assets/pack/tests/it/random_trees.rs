//! Random trees that pack writes, read back through maxminddb: equal for every kind of address, valid to the strictest
//! reader, and rejected when broken.

use fastrand::Rng;
use maxminddb::Reader;
use pack::graph::Graph;
use pack::metadata::Metadata;
use pack::network::Network;
use pack::reference::Reference;
use pack::value::{Scalar, Value};
use pack::writer;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use time::{Date, Month};

/// Random sorted networks of both families, with values that repeat.
struct World {
    ipv4: Vec<(Network, u32)>,
    ipv6: Vec<(Network, u32)>,
}

impl World {
    fn new(random: &mut Rng) -> Self {
        // Few values and many short prefixes make equal subtrees likely; long ones make the tree deep.
        let (size, values) = (random.usize(..300), random.u32(1..=20));
        let mut networks = |space: Network| {
            let networks = (0..size).map(|_| {
                let length = random.u8(space.length()..=128);
                let address = random.u128(..) >> space.length() | space.first();
                let mask = (!0_u128).checked_shl(128 - u32::from(length)).unwrap_or(0);
                (Network::new(address & mask, length).unwrap(), random.u32(..values))
            });
            let mut networks: Vec<_> = networks.collect();
            networks.sort_unstable();
            networks.dedup_by_key(|&mut (network, _)| network);
            networks
        };
        let ipv4 = networks(Network::IPV4);
        // Global unicast space in which IPv4 has no alias.
        let ipv6 = networks("2400::/6".parse().unwrap());
        Self { ipv4, ipv6 }
    }

    fn write(&self) -> Vec<u8> {
        let mut graph = Graph::default();
        let (ipv4, ipv6) = (graph.tree(Network::IPV4, &self.ipv4), graph.tree(Network::ALL, &self.ipv6));
        let root = graph.join(ipv4, ipv6, &Network::IPV4_ALIASES);
        let metadata = Metadata {
            database_type: "Test".to_owned(),
            description: "A random tree".to_owned(),
            languages: vec!["en".to_owned()],
            build_date: Date::from_calendar_date(1970, Month::January, 1).unwrap(),
        };
        writer::write(&graph, root, record, &metadata).unwrap().bytes
    }
}

fn record(value: u32) -> Value {
    Value::map([
        ("value", Some(Scalar::Uint32(value).into())),
        ("name", Some(Value::string(format!("the value {}", value % 7)))),
    ])
}

#[derive(serde::Deserialize)]
struct Record {
    value: u32,
    name: String,
}

fn look_up(reader: &Reader<Vec<u8>>, address: IpAddr) -> Option<u32> {
    let record: Record = reader.lookup(address).unwrap().decode().unwrap()?;
    assert_eq!(record.name, format!("the value {}", record.value % 7));
    Some(record.value)
}

#[test]
fn random_trees_read_back() {
    for seed in 0..200 {
        let mut random = Rng::with_seed(seed);
        let world = World::new(&mut random);
        let reader = Reader::from_source(world.write()).unwrap();
        reader.verify().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let (ipv4, ipv6) = (Reference::new(&world.ipv4), Reference::new(&world.ipv6));
        for _ in 0..500 {
            let near = if random.bool() { ipv4.draw(&mut random) } else { None };
            let address = near.map_or(random.u32(..), |address| address as u32);
            let expected = ipv4.at(address.into());
            let v4 = Ipv4Addr::from(address);
            let (at_home, mapped) = (Ipv6Addr::from(u128::from(address)), v4.to_ipv6_mapped());
            let six_to_four = Ipv6Addr::from(0x2002 << 112 | u128::from(address) << 80 | random.u128(..) >> 48);
            for address in [IpAddr::V4(v4), mapped.into(), at_home.into(), six_to_four.into()] {
                assert_eq!(look_up(&reader, address), expected, "seed {seed}: {address}");
            }
            let teredo = Ipv6Addr::from(0x2001_0000 << 96 | u128::from(address) << 64 | random.u128(..) >> 64);
            assert_eq!(look_up(&reader, teredo.into()), None, "seed {seed}: {address} is only the Teredo server");
            let near = if random.u8(..4) > 0 { ipv6.draw(&mut random) } else { None };
            let address = near.unwrap_or(0x2400 << 112 | random.u128(..) >> 6);
            let expected = ipv6.at(address);
            assert_eq!(look_up(&reader, Ipv6Addr::from(address).into()), expected, "seed {seed}: {address:x}");
        }
    }
}

#[test]
fn the_matched_network_is_the_one_that_was_written() {
    for seed in 0..50 {
        let mut random = Rng::with_seed(seed);
        let world = World::new(&mut random);
        let reader = Reader::from_source(world.write()).unwrap();
        for networks in [&world.ipv4, &world.ipv6] {
            let expected = Reference::new(networks);
            for _ in 0..100 {
                let Some(address) = expected.draw(&mut random) else { continue };
                let ip = u32::try_from(address).map_or(IpAddr::V6(address.into()), |v4| IpAddr::V4(v4.into()));
                let found: Network = reader.lookup(ip).unwrap().network().unwrap().to_string().parse().unwrap();
                assert!(found.holds(address));
                for edge in [found.first(), found.last()] {
                    assert_eq!(expected.at(edge), expected.at(address), "seed {seed}: all of {found} has one value");
                }
            }
        }
    }
}

#[test]
fn broken_files_are_rejected() {
    let mut random = Rng::with_seed(7);
    let world = World::new(&mut random);
    let whole = world.write();
    let nodes = Reader::from_source(&whole).unwrap().metadata().node_count as usize;
    let opens = |bytes: Vec<u8>| Reader::from_source(bytes).and_then(|reader| reader.verify());
    assert!(opens(whole.clone()).is_ok());

    let without_metadata = whole[..whole.len() - 200].to_vec();
    assert!(opens(without_metadata).is_err(), "the end is cut off");
    let without_nodes = whole[6 * nodes / 2..].to_vec();
    assert!(opens(without_nodes).is_err(), "the beginning is cut off");
    let mut bent = whole.clone();
    bent[3..6].copy_from_slice(&[0, 0, 0]);
    assert!(opens(bent).is_err(), "the root leads to itself");
    let mut far = whole.clone();
    far[3..6].copy_from_slice(&[0xff, 0xff, 0xff]);
    assert!(opens(far).is_err(), "a record leads out of the file");
    let mut dirty = whole;
    dirty[6 * nodes + 5] = 1;
    assert!(opens(dirty).is_err(), "the separator is not zero");
}
