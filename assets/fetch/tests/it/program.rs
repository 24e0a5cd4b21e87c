//! The program as make runs it: killed at any time, and with a key that must not be seen.

use crate::server::{Reply, Server};
use crate::support::{World, asn, geo, gzip};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const KEY: &str = "K3y-that-nobody-may-see";
/// `42:K3y-that-nobody-may-see` in Base64.
const ENCODED: &str = "NDI6SzN5LXRoYXQtbm9ib2R5LW1heS1zZWU";

fn start(world: &World, server: &Server, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_fetch"))
        .args(arguments)
        .args(["--origin", &server.origin, "--today", "2026-02-03", "--lock"])
        .arg(&world.store.lock)
        .arg("--store")
        .arg(&world.store.directory)
        .env("MAXMIND_ACCOUNT_ID", "42")
        .env("MAXMIND_LICENSE_KEY", KEY)
        .env("IPINFO_TOKEN", KEY)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Whether it succeeded, and all that it printed.
fn finish(child: Child) -> (bool, String) {
    let output = child.wait_with_output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(printed).unwrap())
}

#[test]
fn killed_it_leaves_what_was_there_and_continues_later() {
    let held = Server::new(|request| {
        let whole = Reply::ranged(request, &gzip(&geo()), "\"city\"");
        if request.method == "HEAD" { whole } else { Reply { cut: Some(1000), is_held: true, ..whole } }
    });
    let world = World::new();
    let mut child = start(&world, &held, &["get", "dbip"]);
    // HEAD, then the half of GET.
    held.written.recv().unwrap();
    held.written.recv().unwrap();
    let part = world.store.directory.join("dbip/dbip-city-lite-2026-02.mmdb.gz.part");
    while fs::metadata(&part).map_or(0, |found| found.len()) < 1000 {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!world.store.lock.exists(), "no lock file");
    let files = world.files();
    assert!(files.iter().all(|name| name.contains(".part")), "no file has its final name: {files:?}");

    let server = Server::new(|request| match request.target.contains("city") {
        true => Reply::ranged(request, &gzip(&geo()), "\"city\""),
        false => Reply::ranged(request, &gzip(&asn()), "\"asn\""),
    });
    let (succeeded, printed) = finish(start(&world, &server, &["get", "dbip"]));
    assert!(succeeded, "{printed}");
    let requests = server.requests();
    let ranges: Vec<_> = requests.iter().filter(|request| request.method == "GET").map(|r| r.header("range")).collect();
    assert_eq!(ranges, [Some("bytes=1000-"), None], "what was there is not fetched again");
    assert_eq!(world.files(), ["dbip-asn-lite-2026-02.mmdb.gz", "dbip-city-lite-2026-02.mmdb.gz"]);
}

#[test]
fn two_fetches_do_not_run_at_once() {
    let held = Server::new(|_| Reply { is_held: true, ..Reply::ok(geo()).with("content-length", "999999") });
    let world = World::new();
    let mut first = start(&world, &held, &["get", "dbip"]);
    held.written.recv().unwrap();
    let (succeeded, printed) = finish(start(&world, &held, &["get", "dbip"]));
    assert!(!succeeded && printed.contains("another fetch into"), "{printed}");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn the_key_is_nowhere() {
    // A hostile mirror that repeats what it got wherever it can.
    let echo = |request: &crate::server::Request| request.header("authorization").unwrap_or("-").to_owned();
    for source in ["geolite2", "ipinfo"] {
        for kind in 0..5 {
            let server = Server::new(move |request| {
                let seen = echo(request);
                match kind {
                    0 => {
                        Reply { status: 401, body: seen.clone().into_bytes(), ..Reply::default() }.with("x-echo", seen)
                    }
                    1 => Reply::redirect(format!("/{seen}?token={seen}")),
                    2 => Reply { status: 400, body: seen.into_bytes(), ..Reply::default() },
                    3 => Reply::ok(seen.clone()).with("etag", format!("\"{}\"", "x".repeat(9))),
                    _ => Reply { status: 500, ..Reply::ok(seen) }.with("retry-after", "0"),
                }
            });
            let world = World::new();
            let child = start(&world, &server, &["get", source]);
            let arguments = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
            let (succeeded, mut seen) = finish(child);
            assert!(!succeeded, "{source} {kind}");
            assert!(server.requests()[0].header("authorization").is_some(), "{source}: the maker gets the key");
            seen.push_str(&String::from_utf8_lossy(&arguments));
            collect(&world.root, &mut seen);
            for secret in [KEY, ENCODED] {
                assert!(!seen.contains(secret), "{source} {kind}: {seen}");
            }
        }
    }
}

#[test]
fn a_socks_proxy_is_used() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("socks5h://{}", listener.local_addr().unwrap());
    let (send, host) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // RFC 1928 sections 3 to 6: no authentication, then the host's name.
            let mut greeting = [0; 2];
            stream.read_exact(&mut greeting).unwrap();
            stream.read_exact(&mut vec![0; greeting[1].into()]).unwrap();
            stream.write_all(&[5, 0]).unwrap();
            let mut request = [0; 5];
            stream.read_exact(&mut request).unwrap();
            let mut name = vec![0; usize::from(request[4]) + 2];
            stream.read_exact(&mut name).unwrap();
            stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
            stream.write_all(b"HTTP/1.1 404 Test\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            name.truncate(name.len() - 2);
            send.send(String::from_utf8(name).unwrap()).unwrap();
        }
    });
    let world = World::new();
    let child = Command::new(env!("CARGO_BIN_EXE_fetch"))
        .args(["get", "dbip", "--month", "2026-02", "--origin", "http://mirror.example", "--lock"])
        .arg(&world.store.lock)
        .arg("--store")
        .arg(&world.store.directory)
        .env("ALL_PROXY", proxy)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (succeeded, printed) = finish(child);
    assert!(!succeeded && printed.contains("not found: has the source moved"), "{printed}");
    assert_eq!(host.recv().unwrap(), "mirror.example");
}

/// Everything in the files of a directory, and their names.
pub fn collect(directory: &Path, text: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        text.push_str(&path.to_string_lossy());
        match path.is_dir() {
            true => collect(&path, text),
            false => text.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap())),
        }
    }
}

#[test]
fn wrong_settings_are_named() {
    let (server, world) = (Server::new(|_| Reply::status(404)), World::new());
    for (arguments, message) in [
        (&["get", "maxmind"][..], "`maxmind` is not a source that can be fetched: dbip, ip-location-db"),
        (&["get", "npm"], "`npm` is not a source that can be fetched"),
        (&["get", "dbip", "--month", "2026-13"], "MONTH=`2026-13` is not YYYY-MM"),
        (&["get", "ipinfo", "--month", "2026-11"], "MONTH= is for SOURCE=dbip"),
    ] {
        let (succeeded, printed) = finish(start(&world, &server, arguments));
        assert!(!succeeded && printed.contains(message), "{printed}");
    }
    assert_eq!(server.lines(), [""; 0], "nothing was requested");
}
