//! The service as a whole, with resolvers that follow a script.

mod batches;
mod caching;
mod caller;
mod media_types;
mod members;
mod pages;
mod reports;

use futures_util::StreamExt as _;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use serde_json::{Value, json};

use super::*;
use crate::response::reply::Body;
use crate::testing::{Reaction, VARIABLES, World, address, ptr};

/// A world without resolvers.
fn nowhere() -> World<'static> {
    World::new(|_, _| Reaction::unreachable("connection refused"))
}

/// A request with these headers and this body.
struct Sent<'a> {
    method: &'a str,
    path: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

impl Request for Sent<'_> {
    type Body = std::vec::IntoIter<Result<Vec<u8>, crate::platform::Unreachable>>;

    fn method(&self) -> &str {
        self.method
    }

    fn path_with_query(&self) -> &str {
        self.path
    }

    fn header(&self, name: &str) -> Vec<Vec<u8>> {
        self.headers.iter().filter(|(key, _)| *key == name).map(|(_, value)| value.as_bytes().to_vec()).collect()
    }

    fn body(&self) -> Self::Body {
        vec![Ok(self.body.as_bytes().to_vec())].into_iter()
    }
}

/// A reply, with its body whole.
struct Got {
    status: u16,
    headers: Vec<(&'static str, std::borrow::Cow<'static, str>)>,
    body: Vec<u8>,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl std::fmt::Debug for Got {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.body))
    }
}

fn request(service: &Service, platform: &World<'_>, sent: &Sent<'_>) -> Got {
    platform.run(async {
        let Reply { status, headers, body } = service.answer(sent, platform).await;
        let body = match body {
            Body::Whole(bytes) => bytes,
            Body::Pieces(pieces) => pieces.collect::<Vec<_>>().await.concat(),
        };
        Got { status, headers, body }
    })
}

fn send(service: &Service, platform: &World<'_>, method: &str, path: &str, callers: &[&str]) -> Got {
    let headers: Vec<_> = callers.iter().map(|value| ("spin-client-addr", *value)).collect();
    request(service, platform, &Sent { method, path, headers: &headers, body: "" })
}

fn get(path: &str) -> (u16, Value) {
    let reply = send(&Service::open(), &nowhere(), "GET", path, &["192.0.2.7:1234"]);
    (reply.status, reply.json())
}

fn field<'a>(reply: &'a Got, name: &str) -> Option<&'a str> {
    reply.headers.iter().find(|field| field.0 == name).map(|field| field.1.as_ref())
}

#[test]
fn errors_are_problem_documents() {
    for (method, path, status) in [
        ("GET", "/nonsense", 400),
        ("GET", "/999.1.1.1", 400),
        ("GET", "/8.8.8.8?dns=maybe", 400),
        ("GET", "/8.8.8.8/nothing/here", 404),
        ("POST", "/8.8.8.8", 405),
    ] {
        let reply = send(&Service::open(), &nowhere(), method, path, &[]);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status, &body["status"]), (status, &json!(status)), "{method} {path}");
        assert_eq!(field(&reply, "content-type"), Some("application/problem+json"), "{method} {path}");
        assert!(body["title"].is_string() && body["detail"].is_string(), "{method} {path}");
        assert_eq!(
            field(&reply, "access-control-allow-origin"),
            Some("*"),
            "{method} {path}: pages may read errors, too"
        );
    }
}

#[test]
fn variables_are_read_once_and_only_when_needed() {
    let service = Service::open();
    let platform = nowhere();
    send(&service, &platform, "GET", "/8.8.8.8?dns=false", &[]);
    assert_eq!(platform.variables_read.get(), 0, "without DNS no variable is needed");
    for _ in 0..2 {
        send(&service, &platform, "GET", "/8.8.8.8", &[]);
        assert_eq!(platform.variables_read.get(), VARIABLES.len(), "each variable is read once");
    }
}

#[test]
fn a_bad_variable_is_named() {
    for bad in ["doh_primary", "doh_path", "dns_timeout_ms"] {
        for path in ["/8.8.8.8", "/health", "/about"] {
            let service = Service::open();
            let mut platform = nowhere();
            platform.variables = vec![(bad, "nonsense")];
            let reply = send(&service, &platform, "GET", path, &[]);
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(reply.status, 500, "{bad} {path}");
            assert!(body["detail"].as_str().unwrap().contains(bad), "{bad} {path}: {body}");
        }
    }
}

#[test]
fn pretty_changes_only_the_layout() {
    assert_eq!(get("/8.8.8.8?dns=false"), get("/8.8.8.8?dns=false&pretty=true"));
    let reply = send(&Service::open(), &nowhere(), "GET", "/8.8.8.8?pretty=true", &[]);
    assert!(reply.body.starts_with(b"{\n  \"ip\": \"8.8.8.8\",\n") && reply.body.ends_with(b"}\n"));
}

#[test]
fn about_names_the_sources_and_the_resolvers() {
    let (status, about) = get("/about");
    assert_eq!((status, &about["name"], &about["profile"]), (200, &json!("ipedge"), &json!("fixture")));
    assert_eq!(about["resolvers"], json!(["https://one.example", "https://two.example"]));
    assert_eq!(about["databases"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_age_of_the_data_is_reported() {
    // The fixture is of 2026-01-01, day 20,454 since 1970.
    for (day, age_days, stale, reason) in [
        (20_484, 30, false, "a month"),
        (20_544, 90, false, "90 days"),
        (20_545, 91, true, "over 90 days"),
        (20_000, 0, false, "a clock that is set wrong"),
    ] {
        let world = nowhere();
        world.wall_clock.set(std::time::Duration::from_secs(day * 86_400));
        let health = send(&Service::open(), &world, "GET", "/health", &[]);
        let ages = ["geo.mmdb", "asn.mmdb"]
            .map(|file| json!({ "file": file, "build_date": "2026-01-01", "age_days": age_days }));
        assert_eq!(health.status, 200, "{reason}: old data is not a failure");
        assert_eq!(health.json(), json!({ "status": "ok", "stale": stale, "databases": ages }), "{reason}");
        let about = send(&Service::open(), &world, "GET", "/about", &[]).json();
        let found = about["databases"].as_array().map(|list| list.iter().map(|entry| &entry["age_days"]).collect());
        assert_eq!(found, Some(vec![&json!(age_days); 2]), "{reason}");
    }
}

/// A world in which the names `*.good.` and 8.8.8.8 point to each other, and no other name exists.
fn somewhere() -> World<'static> {
    World::new(|_, query| {
        let (name, kind) = (query.queries[0].name().to_string(), query.queries[0].query_type());
        match kind {
            RecordType::PTR => Reaction::records(query, 300, vec![ptr("dns.good.")]),
            RecordType::A if name.ends_with("good.com.") || name.ends_with("good.") => {
                Reaction::records(query, 60, vec![address("8.8.8.8")])
            }
            _ => Reaction::code(query, ResponseCode::NXDomain),
        }
        .after(20)
    })
}

fn with(platform: &World<'_>, path: &str, headers: &[(&str, &str)]) -> Got {
    let sent = Sent { method: "GET", path, headers, body: "" };
    request(&Service::open(), platform, &sent)
}

#[test]
fn head_is_get_without_the_body() {
    for path in
        ["/8.8.8.8", "/8.8.8.8/asn/number", "/dns.good.com", "/about", "/openapi.json", "/robots.txt", "/nonsense"]
    {
        let (get, head) = ["GET", "HEAD"].map(|method| send(&Service::open(), &somewhere(), method, path, &[])).into();
        assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(field(&head, "content-length"), Some(get.body.len().to_string().as_str()), "{path}");
        for name in ["content-type", "cache-control", "etag", "vary"] {
            assert_eq!(field(&head, name), field(&get, name), "{path}: {name}");
        }
    }
    let head = send(&Service::open(), &somewhere(), "HEAD", "/batch", &[]);
    assert_eq!((head.status, field(&head, "allow")), (405, Some("POST, OPTIONS")));
}

#[test]
fn requests_of_browsers_and_crawlers_cost_no_query() {
    for (path, status, media_type, why) in [
        ("/favicon.ico", 200, "image/svg+xml", "browsers, for every page"),
        ("/icon.svg", 200, "image/svg+xml", "the page's link"),
        ("/robots.txt", 200, "text/plain; charset=utf-8", "a crawler"),
        ("/apple-touch-icon.png", 404, "application/problem+json", "Safari"),
        ("/wp-login.php", 404, "application/problem+json", "a scanner"),
        ("/.well-known/security.txt", 404, "application/problem+json", "RFC 9116"),
        ("/8.8.8.8/", 308, "text/plain; charset=utf-8", "a slash at the end"),
        ("/country", 307, "text/plain; charset=utf-8", "a path of another service"),
        ("/nas.lan", 400, "application/problem+json", "a name of a private network"),
    ] {
        let platform = somewhere();
        let got = with(&platform, path, &[("accept", "image/avif,image/webp,*/*;q=0.8")]);
        assert_eq!((got.status, field(&got, "content-type")), (status, Some(media_type)), "{path}: {why}");
        assert_eq!((platform.hosts().len(), platform.variables_read.get()), (0, 0), "{path}: {why}");
        assert_eq!(field(&got, "access-control-allow-origin"), Some("*"), "{path}: {why}");
    }
}

#[test]
fn features_that_the_operator_turns_off() {
    let off = |variable, sent: &Sent<'_>| {
        let mut platform = somewhere();
        platform.variables = vec![variable];
        (request(&Service::open(), &platform, sent), platform.hosts().len())
    };
    let get = |path| Sent { method: "GET", path, headers: &[], body: "" };
    let post = |body| Sent { method: "POST", path: "/batch", headers: &[], body };
    let (got, queries) = off(("host_names", "false"), &get("/dns.good.com"));
    assert_eq!((got.status, queries), (403, 0), "{got:?}");
    let detail = got.json()["detail"].clone();
    let (got, _) = off(("host_names", "false"), &post("dns.good.com\n10.0.0.1\nwp-login.php"));
    let json = got.json();
    assert_eq!((&json[0]["status"], &json[0]["detail"]), (&json!(403), &detail), "in a batch, too");
    assert_eq!((&json[0]["subject"], &json[1]["ip"]), (&json!("dns.good.com"), &json!("10.0.0.1")));
    assert_eq!(json[2]["status"], 400, "a file is still a bad subject");
    let (file, _) = off(("host_names", "false"), &get("/wp-login.php"));
    assert_eq!((file.status, &file.json()["detail"]), (404, &json[2]["detail"]), "with the same detail as its path");
    assert_eq!(off(("host_names", "false"), &get("/8.8.8.8")).0.status, 200, "addresses stay on");

    let (got, queries) = off(("batch_limit", "0"), &post("8.8.8.8"));
    assert_eq!((got.status, queries), (403, 0), "{got:?}");
    assert_eq!(off(("batch_limit", "0"), &get("/openapi.json")).0.status, 200);
    assert_eq!(off(("batch_limit", "0"), &Sent { method: "OPTIONS", ..post("") }).0.status, 204);
}
