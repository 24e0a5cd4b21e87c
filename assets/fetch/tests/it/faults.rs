//! Servers that err, and files and lock files that are wrong.

use crate::program::collect;
use crate::server::{Reply, Request, Server};
use crate::support::{WAITS, World, asn, geo, gzip, tar_gz};
use fetch::source::Source;
use pack::manifest::digest;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A server of IPinfo's file whose GET number 0, 1, … gets a reply of its own. HEAD and the checksum are in order.
fn ipinfo(replies: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::new(move |request| match (request.method.as_str(), request.target.ends_with("/checksums")) {
        (_, true) => Reply::status(404),
        ("HEAD", _) => Reply::ok(geo()),
        _ => replies(count.fetch_add(1, Ordering::Relaxed), request),
    })
}

/// The error of a fetch, and the files that it leaves.
fn failure(server: &Server) -> (String, Vec<String>) {
    let world = World::new();
    let error = world.get(server, Source::Ipinfo).unwrap_err().to_string();
    assert!(!world.store.lock.exists(), "no lock file: {error}");
    let files = world.files();
    assert!(files.iter().all(|name| name.contains(".part")), "only partial files: {files:?}");
    (error, files)
}

/// Makes the reply of a server that errs.
type Maker = Box<dyn Fn() -> Reply + Send + Sync>;

#[test]
fn what_cannot_be_used_is_an_error_that_says_why() {
    let cases: Vec<(Maker, &str, &str)> = vec![
        (Box::new(|| Reply::status(401)), "HTTP status 401: check IPINFO_TOKEN", "credentials refused"),
        (Box::new(|| Reply::status(403)), "HTTP status 403: check IPINFO_TOKEN", "not allowed"),
        (Box::new(|| Reply::status(400)), "HTTP status 400", "a status that does not pass"),
        (Box::new(|| Reply::status(204)), "HTTP status 204", "no content"),
        (Box::new(|| Reply::status(206)), "HTTP status 206 in response to a plain GET", "a part nobody asked for"),
        (Box::new(|| Reply::status(500)), "HTTP status 500, 3 times", "down"),
        (Box::new(|| Reply::status(425)), "HTTP status 425, 3 times", "too early, RFC 8470 section 5.2"),
        (Box::new(|| Reply::status(520)), "HTTP status 520, 3 times", "a proxy's own status of a failure behind it"),
        (Box::new(|| Reply::status(501)), "lite.mmdb: HTTP status 501", "it will not be implemented soon"),
        (
            Box::new(|| Reply::status(429).with("retry-after", "9999")),
            "the server asks to wait 9999 s, over 120 s",
            "a wait that is too long",
        ),
        (Box::new(|| Reply::ok("<html>")), "what was sent is not a MaxMind DB file", "a page"),
        (Box::new(|| Reply::ok("")), "what was sent is not a MaxMind DB file", "nothing"),
        (
            Box::new(|| Reply::ok(&gzip(&geo())[..900])),
            "the gzip data ends early",
            "a file that is damaged at its source",
        ),
        (
            Box::new(|| Reply::ok(geo()).with("content-length", "900")),
            "not a MaxMind DB file",
            "a length that is too small",
        ),
        (Box::new(|| Reply::ok(geo()).with("content-length", "99999999")), ", 3 times", "a length that is too large"),
        (
            Box::new(|| Reply::ok(geo()).with("content-length", "99999999999")),
            "the file has 99999999999 bytes; at most 536870912 are accepted",
            "a length beyond the bound",
        ),
        (Box::new(|| Reply::ok(geo()).with("content-length", "many")), "not valid HTTP", "no number"),
        (Box::new(|| Reply::redirect("/mirror/data/ipinfo_lite.mmdb".to_owned())), "more than 5 redirects", "a circle"),
        (Box::new(|| Reply::redirect("ftp://x/".to_owned())), "a redirect from https to something else", "not HTTP"),
        (Box::new(|| Reply::status(302)), "a redirect without a valid location", "nowhere"),
    ];
    for (reply, message, reason) in cases {
        let (error, _) = failure(&ipinfo(move |_, _| reply()));
        assert!(error.contains(message), "{reason}: {error}");
        assert!(error.contains("https://ipinfo.io/data/ipinfo_lite.mmdb"), "{reason}: {error}");
    }
}

#[test]
fn what_passes_is_tried_again() {
    let etag = "\"v1\"";
    let half = |request: &Request| Reply { cut: Some(1000), ..Reply::ranged(request, &geo(), etag) };
    for (first, range, waits, reason) in [
        (
            Box::new(|_: &Request| Reply::status(503)) as Box<dyn Fn(&Request) -> Reply + Send + Sync>,
            None,
            &[1][..],
            "503",
        ),
        (Box::new(|_: &Request| Reply::status(429).with("retry-after", "7")), None, &[7], "it says when"),
        (Box::new(half), Some("bytes=1000-"), &[1], "truncated: the rest is enough"),
        (
            Box::new(|_: &Request| Reply { cut: Some(1000), ..Reply::ok(geo()) }),
            None,
            &[1],
            "truncated, without a validator: all of it again",
        ),
    ] {
        WAITS.take();
        let server = ipinfo(move |number, request| match number {
            0 => first(request),
            _ => Reply::ranged(request, &geo(), etag),
        });
        let world = World::new();
        world.get(&server, Source::Ipinfo).unwrap_or_else(|error| panic!("{reason}: {error}"));
        let gets: Vec<_> = server.requests().into_iter().filter(|request| request.method == "GET").collect();
        assert_eq!(gets.last().unwrap().header("range"), range, "{reason}");
        assert_eq!(WAITS.take(), waits, "{reason}");
        assert_eq!(world.lock().files[0].sha256, digest(&geo()), "{reason}");
    }
}

#[test]
fn a_file_is_never_put_together_from_two_versions() {
    for (second, reason) in [
        (
            Box::new(|request: &Request| Reply::ranged(request, &asn(), "\"v2\""))
                as Box<dyn Fn(&Request) -> Reply + Send + Sync>,
            "a new version: the server sends all of it",
        ),
        (
            Box::new(|request: &Request| Reply::ranged(request, &vec![0; geo().len()], "\"v1\"")),
            "another version under the old tag: noticed by the check, and fetched again",
        ),
        (Box::new(|_: &Request| Reply::status(416)), "the rest does not exist: begun anew"),
    ] {
        let server = ipinfo(move |number, request| match number {
            0 => Reply { cut: Some(1000), ..Reply::ranged(request, &geo(), "\"v1\"") },
            1 => second(request),
            _ => Reply::ranged(request, &asn(), "\"v2\""),
        });
        let world = World::new();
        world.get(&server, Source::Ipinfo).unwrap_or_else(|error| panic!("{reason}: {error}"));
        assert_eq!(world.lock().files[0].sha256, digest(&asn()), "{reason}");
    }
}

/// Makes the reply to the second request.
type Second = Box<dyn Fn(&Request) -> Reply + Send + Sync>;

#[test]
fn what_is_not_the_rest_is_begun_anew() {
    let part = |range: &str| {
        let status = Reply { status: 206, body: vec![0; 10], ..Reply::default() };
        if range.is_empty() { status } else { status.with("content-range", range) }
    };
    // The rest as it should be, but for what the server says about its version.
    let rest = |request: &Request, name, value| {
        let mut reply = Reply::ranged(request, &geo(), "\"v1\"");
        reply.headers.retain(|(name, _)| *name != "etag");
        reply.with(name, value)
    };
    let date = "Mon, 05 Jan 2026 00:00:00 GMT";
    let cases: Vec<(Second, bool, &str)> = vec![
        (Box::new(move |_| part("bytes 0-9/10")), true, "from the beginning"),
        (Box::new(move |_| part("bytes 1000-1001/9999999")), true, "not up to the end"),
        (Box::new(move |_| part("bytes 1000-999999/1000000")), true, "of a file of another size"),
        (Box::new(move |_| part("bytes 1000-1009/many")), true, "a total that is not a number"),
        (Box::new(move |_| part("1000-")), true, "not a range"),
        (Box::new(move |_| part("")), true, "without a range"),
        (
            Box::new(move |request| {
                rest(request, "etag", "\"v1\"").with("content-type", "multipart/byteranges; boundary=x")
            }),
            true,
            "parts",
        ),
        (
            Box::new(move |request| rest(request, "etag", "\"v2\"")),
            true,
            "another version: the server ignores If-Range",
        ),
        (
            Box::new(move |request| rest(request, "last-modified", "Tue, 06 Jan 2026 00:00:00 GMT")),
            true,
            "another version, by its date",
        ),
        (Box::new(|_| Reply::status(400)), true, "no request with a range is accepted"),
        (Box::new(|_| Reply::status(403)), true, "the same"),
        (Box::new(|_| Reply::status(412)), true, "If-Range is taken for a condition of the request"),
        (Box::new(|_| Reply::status(416)), true, "the rest does not exist"),
        (Box::new(|_| Reply::status(501)), true, "ranges are not implemented"),
        (Box::new(move |request| rest(request, "etag", "\"v1\"")), false, "the rest: the control"),
        (Box::new(move |request| rest(request, "last-modified", date)), false, "the rest, with the date alone"),
        (Box::new(|_| Reply::status(503)), false, "it passes: the partial file stays"),
    ];
    for (second, is_anew, reason) in cases {
        WAITS.take();
        let server = ipinfo(move |number, request| match number {
            0 => Reply { cut: Some(1000), ..Reply::ranged(request, &geo(), "\"v1\"") }.with("last-modified", date),
            1 => second(request),
            _ => Reply::ranged(request, &geo(), "\"v1\""),
        });
        let world = World::new();
        world.get(&server, Source::Ipinfo).unwrap_or_else(|error| panic!("{reason}: {error}"));
        let gets = server
            .requests()
            .into_iter()
            .filter(|request| request.method == "GET" && !request.target.ends_with("/checksums"));
        let ranges: Vec<bool> = gets.map(|request| request.header("range").is_some()).collect();
        assert_eq!(ranges[..2], [false, true], "{reason}: it resumes");
        assert_eq!(ranges.get(2) == Some(&false), is_anew, "{reason}: {ranges:?}");
        if is_anew {
            assert_eq!(WAITS.take(), [1, 0], "{reason}: at once");
        }
        assert_eq!(world.lock().files[0].sha256, digest(&geo()), "{reason}");
    }
}

#[test]
fn a_key_is_not_kept_as_a_validator() {
    let date = "Mon, 05 Jan 2026 00:00:00 GMT";
    for (etag, date, reason) in [
        ("\"HEADER\"", date, "the header's value in the tag"),
        ("W/\"x-HEADER-x\"", date, "in the middle of a weak tag"),
        ("\"secret-token\"", "HEADER", "the token alone, and in the place of the date"),
        ("\"c2VjcmV0LXRva2Vu\"", "secret-token", "in Base64"),
        ("HEADER", "Mon, 05 Jan 2026 00:00:00 GMT secret-token", "not in the form of a tag or a date"),
    ] {
        // The other host: another port is another origin.
        let storage = Server::new(|_| Reply::status(503));
        let elsewhere = storage.origin.clone();
        let server = ipinfo(move |number, request| {
            let seen = request.header("authorization").unwrap().trim_start_matches("Bearer ");
            let echo = |text: &str| text.replace("HEADER", seen);
            let reply = Reply::ok(geo()).with("etag", echo(etag)).with("last-modified", echo(date));
            match number {
                0 => Reply { cut: Some(1000), ..reply },
                1 => Reply::redirect(format!("{elsewhere}/x")),
                2 => Reply { cut: Some(2000), ..reply },
                _ => reply,
            }
        });
        let mut world = World::new();
        let mut seen = String::new();
        // It ends when the partial file is there.
        world.patience.tries = 1;
        world.get(&server, Source::Ipinfo).unwrap_err();
        collect(&world.root, &mut seen);
        world.patience.tries = 3;
        world.get(&server, Source::Ipinfo).unwrap();
        collect(&world.root, &mut seen);
        let there = storage.requests();
        assert_eq!(there.len(), 1, "{reason}: the other host is asked");
        seen.push_str(&format!("{there:?}"));
        for secret in ["secret-token", "c2VjcmV0LXRva2Vu"] {
            assert!(!seen.contains(secret), "{reason}: {seen}");
        }
        assert_eq!(world.lock().files[0].etag, None, "{reason}");
    }
}

#[test]
fn a_key_that_was_kept_is_not_sent() {
    // As a version before this rule could have left it.
    for (etag, resumes, reason) in [("secret-token", false, "with the key"), ("v1", true, "the control")] {
        let (server, world) = (ipinfo(|_, _| Reply::ok(geo())), World::new());
        let folder = world.store.directory.join("ipinfo");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("ipinfo_lite.mmdb.part"), &geo()[..1000]).unwrap();
        let begun = format!(
            r#"{{"url": "https://ipinfo.io/data/ipinfo_lite.mmdb", "version": {{"etag": "\"{etag}\"", "bytes": {}}}}}"#,
            geo().len()
        );
        std::fs::write(folder.join("ipinfo_lite.mmdb.part.json"), begun).unwrap();
        world.get(&server, Source::Ipinfo).unwrap();
        let sent = server.requests();
        assert!(sent.iter().all(|request| request.header("if-range").is_none_or(|tag| !tag.contains("secret"))));
        assert_eq!(sent.iter().any(|request| request.header("if-range").is_some()), resumes, "{reason}");
    }
}

#[test]
fn nothing_is_kept_of_a_file_that_is_too_large() {
    let server = ipinfo(move |number, request| match number {
        0 => Reply { cut: Some(1000), ..Reply::ranged(request, &geo(), "\"v1\"") },
        _ => Reply::ok(geo()).with("content-length", "536870913"),
    });
    let (error, files) = failure(&server);
    assert!(error.contains("the file has 536870913 bytes; at most 536870912 are accepted"), "{error}");
    assert_eq!(files, [""; 0]);
}

#[test]
fn a_body_that_trickles_is_tried_again() {
    thread_local! {
        static CALLS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }
    static BEGIN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    for (seconds, is_slow, reason) in
        [(60, false, "within the grace"), (61, true, "a byte over the grace: it is too slow")]
    {
        CALLS.set(0);
        let mut world = World::new();
        world.patience.least_rate = 1 << 30;
        world.patience.grace = Duration::from_secs(60);
        // The second call is that after the first bytes.
        world.patience.clock = match seconds {
            60 => || *BEGIN + Duration::from_secs(60) * u32::from(CALLS.replace(CALLS.get() + 1) > 0),
            _ => || *BEGIN + Duration::from_secs(61) * u32::from(CALLS.replace(CALLS.get() + 1) == 1),
        };
        let server = ipinfo(|_, request| Reply::ranged(request, &geo(), "\"v1\""));
        world.get(&server, Source::Ipinfo).unwrap_or_else(|error| panic!("{reason}: {error}"));
        let gets = server.lines().iter().filter(|line| *line == "GET /mirror/data/ipinfo_lite.mmdb").count();
        assert_eq!(gets, if is_slow { 2 } else { 1 }, "{reason}");
    }
}

#[test]
fn a_server_that_never_sends_the_rest_is_given_up() {
    let server = ipinfo(move |number, request| match number % 2 {
        0 => Reply { cut: Some(1000), ..Reply::ranged(request, &geo(), "\"v1\"") },
        _ => Reply::status(400),
    });
    let (error, _) = failure(&server);
    assert!(error.contains(" times"), "{error}");
}

#[test]
fn the_rest_of_a_file_must_be_all_of_the_rest() {
    let server = ipinfo(move |number, request| match number {
        0 => Reply { cut: Some(1000), ..Reply::ranged(request, &geo(), "\"v1\"") },
        // The range goes to the end, and the body has a length of its own.
        _ => Reply { body: Vec::new(), ..Reply::ranged(request, &geo(), "\"v1\"") },
    });
    let (error, files) = failure(&server);
    assert!(error.contains(&format!("the body ends after 1000 of {} bytes", geo().len())), "{error}");
    assert_eq!(files.len(), 2, "what is here is kept for the next run: {files:?}");
}

#[test]
fn a_server_that_stops_sending_is_given_up() {
    for (reply, message, reason) in [
        (Reply { cut: Some(1000), is_held: true, ..Reply::ok(geo()) }, "the body ends after 1000 bytes", "in the body"),
        (Reply { cut: Some(0), is_held: true, ..Reply::ok(geo()) }, "the body ends after 0 bytes", "after the head"),
    ] {
        let server = ipinfo(move |_, _| reply.clone());
        let mut world = World::new();
        // The only test that waits: for silence there is no event.
        world.patience.idle = Duration::from_millis(100);
        world.patience.tries = 1;
        let error = world.get(&server, Source::Ipinfo).unwrap_err().to_string();
        assert!(error.contains(message), "{reason}: {error}");
    }
}

#[test]
fn a_wrong_checksum_is_an_error_with_both_sums() {
    let server = Server::new(|request| match request.target.as_str() {
        target if target.ends_with(".sha256") => Reply::ok(format!("{}  x.tar.gz", digest(b"another file"))),
        target if target.contains("City") => Reply::ok(tar_gz("GeoLite2-City", &geo())),
        _ => Reply::status(404),
    });
    let world = World::new();
    let error = world.get(&server, Source::Geolite2).unwrap_err().to_string();
    for part in [digest(b"another file"), digest(&tar_gz("GeoLite2-City", &geo())), "the checksum is wrong".to_owned()]
    {
        assert!(error.contains(&part), "{part}: {error}");
    }
    assert_eq!(world.files(), [""; 0], "nothing of it is left");

    let server = Server::new(|request| match request.target.ends_with(".sha256") {
        true => Reply::ok("<html>not found</html>"),
        false => Reply::ok(tar_gz("GeoLite2-City", &geo())),
    });
    let error = World::new().get(&server, Source::Geolite2).unwrap_err().to_string();
    assert!(error.contains("it is not a SHA-256"), "{error}");
}

#[test]
fn an_edited_lock_file_is_noticed() {
    let server = || {
        Server::new(|request| match request.target.ends_with("/checksums") {
            true => Reply::status(404),
            false => Reply::ok(geo()),
        })
    };
    let sum = digest(&geo());
    let size = geo().len().to_string();
    let other = digest(b"another file");
    for (from, to, is_here, message, reason) in [
        (sum.as_str(), other.as_str(), true, other.as_str(), "the sum of another file: both are shown"),
        (&sum, &other, false, &sum, "the same, where the file must be fetched"),
        (&sum[12..], &other[12..], true, &sum, "only the end of the sum: the file in the store differs from it"),
        (&size, "17", true, "locked: 17 bytes", "another size"),
        ("2026-01-01", "2026-02-02", false, "it is of 2026-01-01, but the lock file states 2026-02-02", "another date"),
        (
            "https://ipinfo.io/",
            "https://evil.example/",
            false,
            "does not begin with https://ipinfo.io/",
            "another host",
        ),
        (
            "https://ipinfo.io/",
            "https://ipinfo.io.evil.example/",
            false,
            "does not begin with",
            "a host that looks alike",
        ),
        ("\"ipinfo_lite.mmdb\"", "\"../../x\"", false, "is not the name of a source's file", "a path"),
        ("\"bytes\"", "\"byte\"", true, "unknown field", "a misspelt key"),
    ] {
        let (server, world) = (server(), World::new());
        world.get(&server, Source::Ipinfo).unwrap();
        server.requests();
        let text = std::fs::read_to_string(&world.store.lock).unwrap();
        let edited = text.replacen(from, to, 1);
        assert_ne!(text, edited, "{reason}");
        std::fs::write(&world.store.lock, &edited).unwrap();
        if !is_here {
            std::fs::remove_dir_all(world.store.directory.join("ipinfo")).unwrap();
        }
        let error = world.get(&server, Source::Ipinfo).unwrap_err().to_string();
        assert!(error.contains(message), "{reason}: {error}");
        assert!(!error.contains("evil") && server.requests().iter().all(|request| !request.target.contains("evil")));
        assert_eq!(std::fs::read_to_string(&world.store.lock).unwrap(), edited, "{reason}: nobody writes over it");
    }
}
