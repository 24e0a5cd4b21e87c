//! The test fixture, from text to bytes and back.

use maxminddb::Reader;
use pack::fixture;
use serde_json::{Value as Json, json};

const WORLD: &str = include_str!("../../../../tests/fixtures/world.txt");

fn look_up(database: &[u8], address: &str) -> (Option<Json>, String) {
    let reader = Reader::from_source(database).unwrap();
    let result = reader.lookup(address.parse().unwrap()).unwrap();
    (result.decode().unwrap(), result.network().unwrap().to_string())
}

#[test]
fn the_world_reads_back() {
    let world = fixture::build(WORLD).unwrap();
    let bog = json!({
        "city": {"names": {"en": "Bog City"}},
        "continent": {"code": "NA", "names": {"en": "North America"}},
        "country": {"iso_code": "XE", "names": {"en": "Elbonia"}},
        "location": {
            "accuracy_radius": 25, "latitude": 37.422, "longitude": -122.085, "time_zone": "America/Bog_City"
        },
        "postal": {"code": "94043"},
        "subdivisions": [{"names": {"en": "Mudlands"}}],
    });
    let nowhere = json!({
        "continent": {"code": "AS", "names": {"en": "Asia"}},
        "country": {"iso_code": "XA", "names": {"en": "Agrabah"}},
    });
    for (address, record, network, reason) in [
        ("8.8.8.8", Some(&bog), "8.8.8.0/25", "IPv4; a longer prefix has the other half"),
        ("::ffff:8.8.8.8", Some(&bog), "::ffff:8.8.8.0/121", "IPv4-mapped"),
        ("2002:808:808::1", Some(&bog), "2002:808:800::/41", "6to4"),
        ("2606:4700:4700::1111", Some(&bog), "2606:4700::/32", "IPv6, with the record of an IPv4 network"),
        ("46.1.1.1", Some(&nowhere), "46.0.0.0/8", "what is unknown is absent"),
        ("47.0.0.1", None, "47.0.0.0/8", "nothing known"),
    ] {
        assert_eq!(look_up(&world.geo, address), (record.cloned(), network.to_owned()), "{reason}");
    }
    let systems = [
        ("45.45.1.1", json!(64501), "45.45.0.0/16", "inside"),
        ("45.46.1.1", json!(64500), "45.46.0.0/15", "around"),
        ("203.0.114.1", json!(4_294_967_294_u32), "203.0.114.0/24", "a number of all 32 bits"),
    ];
    for (address, number, network, reason) in systems {
        let (record, found) = look_up(&world.asn, address);
        assert_eq!(record.unwrap()["autonomous_system_number"], number, "{reason}");
        assert_eq!(found, network, "{reason}");
    }
}

#[test]
fn the_world_is_valid() {
    let world = fixture::build(WORLD).unwrap();
    for database in [&world.geo, &world.asn] {
        Reader::from_source(database).unwrap().verify().unwrap();
    }
    let manifest: Json = serde_json::from_str(&world.manifest).unwrap();
    assert_eq!(manifest["databases"][0]["file"], "geo.mmdb");
    assert_eq!(manifest["databases"][0]["bytes"], world.geo.len());
    assert_eq!(manifest["databases"][1]["networks"], 40, "a /8 around a /16 takes 8 networks, a /12 around a /32 20");
}

#[test]
fn a_bad_row_is_named() {
    for (text, message) in [
        ("1.0.0.0/24 | 1 | A", "fixture:1: a row before `[asn]` or `[geo]`"),
        ("[asn]\n1.0.0.0/24 | 1", "fixture:2: 3 columns expected, 2 found"),
        ("[asn]\n\n1.0.0.0/24 | one | A", "fixture:3: `one` is not a valid number"),
        ("[asn]\n1.0.0.1/24 | 1 | A", "fixture:2: `1.0.0.1/24` has bits set after its prefix"),
        ("[geo]\n::/1|-|-|-|-|maybe|-|-|-|-|-|-|-", "fixture:2: EU is `yes` or `no`, not `maybe`"),
        (
            "[geo]\n::/1|-|-|-|-|no|-|-|-|1|-|-|-",
            "fixture:2: a latitude without a longitude, or a longitude without a latitude",
        ),
        ("[geo]\n::/1|-|-|-|-|no|-|-|-|91|0|-|-", "fixture:2: 91, 0 is not a point"),
    ] {
        assert_eq!(fixture::build(text).err().unwrap().to_string(), message);
    }
}
