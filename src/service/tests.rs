use std::cell::Cell;
use std::sync::LazyLock;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::*;
use crate::config::Resolver;
use crate::dns::resolver::{Body, Response, Unreachable};

static SERVICE: LazyLock<Service> = LazyLock::new(|| Service::open().unwrap());

/// A world without resolvers, in which questions and variables are counted.
#[derive(Default)]
struct Nowhere {
    questions: Cell<u32>,
    variables: Cell<u32>,
    bad: Option<&'static str>,
}

impl Variables for Nowhere {
    async fn variable(&self, name: &'static str) -> Result<String, String> {
        self.variables.set(self.variables.get() + 1);
        Ok(match name {
            name if self.bad == Some(name) => "nonsense",
            "doh_primary" => "http://127.0.0.1:8053",
            "doh_path" => "/dns-query",
            _ => "1500",
        }
        .to_owned())
    }
}

struct NoBody;

impl Body for NoBody {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Unreachable> {
        Ok(None)
    }
}

impl Transport for Nowhere {
    type Body = NoBody;

    async fn post(&self, _: &Resolver, _: &[u8]) -> Result<Response<NoBody>, Unreachable> {
        self.questions.set(self.questions.get() + 1);
        Err(Unreachable("connection refused".to_owned()))
    }
}

impl Clock for Nowhere {
    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }
}

fn send(service: &Service, outside: &Nowhere, method: &str, path: &str, callers: &[&str]) -> Reply {
    let header = |name: &str| -> Vec<Vec<u8>> {
        assert_eq!(name, "spin-client-addr", "no other header matters");
        callers.iter().map(|value| value.as_bytes().to_vec()).collect()
    };
    let request = Request { method, path_with_query: path, header: &header };
    service.answer(request, outside).now_or_never().expect("nothing to wait for")
}

fn get(path: &str) -> (u16, Value) {
    let reply = send(&SERVICE, &Nowhere::default(), "GET", path, &["192.0.2.7:1234"]);
    (reply.status, serde_json::from_slice(&reply.body).unwrap())
}

fn field<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.iter().find(|field| field.0 == name).map(|field| field.1.as_ref())
}

#[test]
fn a_resolver_that_fails_leaves_the_rest_whole() {
    let (status, report) = get("/8.8.8.8");
    assert_eq!(status, 200);
    assert_eq!(report["asn"], json!({"number": 15169, "organization": "Googol Search Ltd", "network": "8.8.8.0/24"}));
    assert_eq!(report["geo"]["city"], "Bog City");
    assert_eq!(
        report["dns"],
        json!({
            "status": "unreachable", "names": [], "confirmed": null, "authenticated": false, "ttl": null,
            "detail": "connection refused"
        })
    );
}

#[test]
fn every_key_is_always_there() {
    let (_, full) = get("/8.8.8.8");
    let keys = |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    for path in ["/10.0.0.1", "/100.1.1.1", "/46.1.1.1", "/::ffff:8.8.8.8", "/2606:4700::1", "/8.8.8.8?dns=false", "/"]
    {
        let (status, report) = get(path);
        assert_eq!(status, 200, "{path}");
        assert_eq!(keys(&report), keys(&full), "{path}");
        for member in ["asn", "geo", "dns"] {
            assert!(report[member].is_null() || keys(&report[member]) == keys(&full[member]), "{path}: {member}");
        }
    }
}

#[test]
fn what_asks_dns() {
    for (path, expected, why) in [
        ("/8.8.8.8", 1, "an ordinary address"),
        ("/2606:4700::1", 1, "IPv6"),
        ("/100.1.1.1", 1, "an address that no database knows"),
        ("/8.8.8.8?dns=false", 0, "not wanted"),
        ("/10.0.0.1", 0, "private"),
        ("/::ffff:8.8.8.8", 0, "special, whatever is inside"),
        ("/", 0, "the caller stands in documentation"),
        ("/about", 0, "no address"),
        ("/nonsense", 0, "no address"),
    ] {
        let outside = Nowhere::default();
        send(&SERVICE, &outside, "GET", path, &["192.0.2.7:1234"]);
        assert_eq!(outside.questions.get(), expected, "{path}: {why}");
    }
}

#[test]
fn special_and_embedded_addresses() {
    let number = |report: &Value| report["asn"]["number"].clone();
    for (ip, special, embedded, asn, city, why) in [
        ("10.0.0.1", json!("Private-Use"), Value::Null, Value::Null, Value::Null, "nowhere"),
        ("::ffff:8.8.8.8", json!("IPv4-mapped Address"), json!("8.8.8.8"), json!(15169), json!("Bog City"), "mapped"),
        ("2002:808:808::1", json!("6to4"), json!("8.8.8.8"), json!(15169), json!("Bog City"), "behind 6to4"),
        ("64:ff9b::8.8.8.8", json!("IPv4-IPv6 Translat."), json!("8.8.8.8"), json!(15169), json!("Bog City"), "NAT64"),
        ("2001::f7f7:f7f7", json!("TEREDO"), json!("8.8.8.8"), json!(15169), json!("Bog City"), "Teredo, inverted"),
        (
            "::ffff:10.0.0.1",
            json!("IPv4-mapped Address"),
            json!("10.0.0.1"),
            Value::Null,
            Value::Null,
            "private inside",
        ),
    ] {
        let (_, report) = get(&format!("/{ip}?dns=false"));
        assert_eq!(report["special"]["name"], special, "{ip}: {why}");
        assert_eq!(report["embedded"]["ip"], embedded, "{ip}: {why}");
        assert_eq!((number(&report), &report["geo"]["city"]), (asn, &city), "{ip}: {why}");
    }
}

#[test]
fn the_caller() {
    for (callers, expected, why) in [
        (vec!["8.8.8.8:1"], Some("8.8.8.8"), "Spin's word"),
        (vec!["6.6.6.6:6", "8.8.8.8:1"], Some("8.8.8.8"), "a forged one comes first"),
        (vec![], None, "no Spin in front"),
    ] {
        for path in ["/", "/me"] {
            let reply = send(&SERVICE, &Nowhere::default(), "GET", path, &callers);
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(body["ip"].as_str(), expected, "{path}: {why}");
            if expected.is_some() {
                assert_eq!(field(&reply, "cache-control"), Some("private, no-store"), "{why}");
                assert_eq!(field(&reply, "ipedge-caller"), Some("spin-client-addr"), "{why}");
            } else {
                assert_eq!(reply.status, 500, "{why}");
            }
        }
    }
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
        let reply = send(&SERVICE, &Nowhere::default(), method, path, &[]);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status, &body["status"]), (status, &json!(status)), "{method} {path}");
        assert_eq!(field(&reply, "content-type"), Some("application/problem+json"), "{method} {path}");
        assert!(body["title"].is_string() && body["detail"].is_string(), "{method} {path}");
        assert_eq!(field(&reply, "access-control-allow-origin"), Some("*"), "{method} {path}: pages read errors, too");
    }
}

#[test]
fn variables_are_read_once_and_only_when_needed() {
    let service = Service::open().unwrap();
    let outside = Nowhere::default();
    send(&service, &outside, "GET", "/8.8.8.8?dns=false", &[]);
    assert_eq!(outside.variables.get(), 0, "no DNS, no variables");
    for _ in 0..2 {
        send(&service, &outside, "GET", "/8.8.8.8", &[]);
        assert_eq!(outside.variables.get(), 3, "each once");
    }
}

#[test]
fn a_bad_variable_is_named() {
    for bad in ["doh_primary", "doh_path", "dns_timeout_ms"] {
        for path in ["/8.8.8.8", "/health", "/about"] {
            let service = Service::open().unwrap();
            let outside = Nowhere { bad: Some(bad), ..Nowhere::default() };
            let reply = send(&service, &outside, "GET", path, &[]);
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(reply.status, 500, "{bad} {path}");
            assert!(body["detail"].as_str().unwrap().contains(bad), "{bad} {path}: {body}");
        }
    }
}

#[test]
fn pretty_says_the_same() {
    assert_eq!(get("/8.8.8.8?dns=false"), get("/8.8.8.8?dns=false&pretty=true"));
    let reply = send(&SERVICE, &Nowhere::default(), "GET", "/8.8.8.8?pretty=true", &[]);
    assert!(reply.body.starts_with(b"{\n  \"ip\": \"8.8.8.8\",\n") && reply.body.ends_with(b"}\n"));
}

#[test]
fn about_names_the_sources_and_the_resolvers() {
    let (status, about) = get("/about");
    assert_eq!((status, &about["name"], &about["profile"]), (200, &json!("ipedge"), &json!("fixture")));
    assert_eq!(about["resolvers"], json!(["http://127.0.0.1:8053/dns-query"]));
    assert_eq!(about["databases"].as_array().map(Vec::len), Some(2));
}
