use futures_util::StreamExt as _;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use serde_json::{Value, json};

use super::*;
use crate::request::member::Member;
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
fn a_resolver_that_fails_leaves_the_rest_whole() {
    let (status, report) = get("/8.8.8.8");
    assert_eq!(status, 200);
    assert_eq!(report["asn"], json!({"number": 15169, "organization": "Googol Search Ltd", "network": "8.8.8.0/24"}));
    assert_eq!(report["geo"]["city"], "Bog City");
    assert_eq!(
        report["dns"],
        json!({
            "status": "unreachable", "names": [], "omitted": 0, "confirmed": null, "authenticated": false, "ttl": null,
            "detail": "https://one.example: unreachable, connection refused; \
                       https://two.example: unreachable, connection refused"
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
        ("/8.8.8.8", 2, "an ordinary address; both resolvers fail"),
        ("/2606:4700::1", 2, "IPv6"),
        ("/100.1.1.1", 2, "an address that no database knows"),
        ("/8.8.8.8?dns=false", 0, "not wanted"),
        ("/10.0.0.1", 0, "private"),
        ("/::ffff:8.8.8.8", 0, "special, whatever is inside"),
        ("/", 0, "the caller stands in documentation"),
        ("/about", 0, "no address"),
        ("/nonsense", 0, "no address"),
    ] {
        let platform = nowhere();
        send(&Service::open(), &platform, "GET", path, &["192.0.2.7:1234"]);
        assert_eq!(platform.asked.borrow().len(), expected, "{path}: {why}");
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
            "2001:0:909:909::f7f7:f7f7",
            json!("TEREDO"),
            json!("8.8.8.8"),
            json!(15169),
            json!("Bog City"),
            "not the server",
        ),
        ("2001:0:909:909::9bfe:fefe", json!("TEREDO"), json!("100.1.1.1"), Value::Null, Value::Null, "not announced"),
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
            let reply = send(&Service::open(), &nowhere(), "GET", path, &callers);
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
        let reply = send(&Service::open(), &nowhere(), method, path, &[]);
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status, &body["status"]), (status, &json!(status)), "{method} {path}");
        assert_eq!(field(&reply, "content-type"), Some("application/problem+json"), "{method} {path}");
        assert!(body["title"].is_string() && body["detail"].is_string(), "{method} {path}");
        assert_eq!(field(&reply, "access-control-allow-origin"), Some("*"), "{method} {path}: pages read errors, too");
    }
}

#[test]
fn variables_are_read_once_and_only_when_needed() {
    let service = Service::open();
    let platform = nowhere();
    send(&service, &platform, "GET", "/8.8.8.8?dns=false", &[]);
    assert_eq!(platform.variables_read.get(), 0, "no DNS, no variables");
    for _ in 0..2 {
        send(&service, &platform, "GET", "/8.8.8.8", &[]);
        assert_eq!(platform.variables_read.get(), VARIABLES.len(), "each once");
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
fn pretty_says_the_same() {
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

/// A world in which `*.good.` leads to 8.8.8.8 and back, and all other names are gone.
fn somewhere() -> World<'static> {
    World::new(|_, question| {
        let (name, kind) = (question.queries[0].name().to_string(), question.queries[0].query_type());
        match kind {
            RecordType::PTR => Reaction::records(question, 300, vec![ptr("dns.good.")]),
            RecordType::A if name.ends_with("good.com.") || name.ends_with("good.") => {
                Reaction::records(question, 60, vec![address("8.8.8.8")])
            }
            _ => Reaction::code(question, ResponseCode::NXDomain),
        }
        .after(20)
    })
}

fn with(platform: &World<'_>, path: &str, headers: &[(&str, &str)]) -> Got {
    let sent = Sent { method: "GET", path, headers, body: "" };
    request(&Service::open(), platform, &sent)
}

#[test]
fn members_take_only_the_work_they_need() {
    for (path, expected, questions, variables, timing, why) in [
        ("/8.8.8.8/asn/number", "15169\n", 0, 0, "asn", "a scalar is a line of text"),
        ("/8.8.8.8/geo/city", "Bog City\n", 0, 0, "geo", "a string without quotes"),
        ("/8.8.8.8/geo/is_eu", "false\n", 0, 0, "geo", "a truth value"),
        ("/8.8.8.8/dns/names", "[\"dns.good\"]\n", 1, VARIABLES.len(), "dns", "a list is JSON"),
        ("/8.8.8.8/dns/status", "ok\n", 1, VARIABLES.len(), "dns", "a scalar of DNS"),
        ("/8.8.8.8/ip", "8.8.8.8\n", 0, 0, "", "nothing to look up"),
        ("/8.8.8.8/special", "", 0, 0, "", "null is nothing"),
        ("/8.8.8.8/special/name", "", 0, 0, "", "and so is what is in it"),
        ("/10.0.0.1/special/name", "Private-Use\n", 0, 0, "", "a special address"),
        ("/10.0.0.1/dns/status", "skipped\n", 0, 0, "", "its name is asked of nobody"),
        ("/8.8.8.8/dns?dns=false", "", 0, 0, "", "not wanted"),
    ] {
        let platform = somewhere();
        let got = with(&platform, path, &[]);
        assert_eq!(got.status, if expected.is_empty() { 204 } else { 200 }, "{path}: {why}");
        assert_eq!(String::from_utf8_lossy(&got.body), expected, "{path}: {why}");
        assert_eq!(platform.hosts().len(), questions, "{path}: {why}: questions");
        assert_eq!(platform.variables_read.get(), variables, "{path}: {why}: variables");
        let timed: Vec<_> = field(&got, "server-timing").unwrap_or_default().split(", ").collect();
        let read: Vec<_> = timed.iter().map(|entry| entry.split(';').next().unwrap()).collect();
        assert_eq!(read, [timing], "{path}: {why}: what was read");
    }
}

#[test]
fn a_scalar_is_json_for_who_prefers_it() {
    for (accept, expected, media_type, why) in [
        ("*/*", "Bog City\n", "text/plain; charset=utf-8", "curl"),
        ("application/json", "\"Bog City\"\n", "application/json", "a program"),
        ("text/plain;q=0.5, application/json", "\"Bog City\"\n", "application/json", "rather"),
    ] {
        let got = with(&somewhere(), "/8.8.8.8/geo/city", &[("accept", accept)]);
        assert_eq!(String::from_utf8_lossy(&got.body), expected, "{why}");
        assert_eq!(field(&got, "content-type"), Some(media_type), "{why}");
    }
}

#[test]
fn the_members_are_those_of_the_report() {
    let report = with(&somewhere(), "/2001:0:4136:e378:8000:63bf:f7f7:f7f7", &[]).json();
    for (name, value) in report.as_object().unwrap() {
        assert!(Member::parse(name).is_some(), "{name}");
        for (inner, _) in value.as_object().into_iter().flatten() {
            assert!(Member::parse(&format!("{name}/{inner}")).is_some(), "{name}/{inner}");
        }
    }
}

#[test]
fn who_accepts_nothing_that_there_is() {
    for (path, accept, expected, why) in [
        ("/8.8.8.8", "application/json", 200, "as it is"),
        ("/8.8.8.8", "text/html", 200, "a page"),
        ("/8.8.8.8?pretty", "text/html", 406, "indented JSON is not a page"),
        ("/8.8.8.8", "text/html, */*;q=0.1", 200, "a browser takes everything"),
        ("/8.8.8.8/geo", "text/plain", 406, "an object is JSON"),
        ("/8.8.8.8/special", "text/plain", 406, "even where it is null"),
        ("/8.8.8.8/geo/city", "image/png", 406, "neither"),
        ("/health", "text/plain", 406, "JSON"),
        ("/me", "image/png", 406, "neither a document nor a page"),
    ] {
        let got = with(&somewhere(), path, &[("accept", accept), ("spin-client-addr", "8.8.8.8:1")]);
        assert_eq!(got.status, expected, "{path} {accept}: {why}");
        assert_eq!(field(&got, "vary"), Some("accept"), "{path} {accept}: {why}");
    }
}

#[test]
fn a_page_for_who_prefers_one() {
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (path, accept, media_type, why) in [
        ("/", browser, "text/html; charset=utf-8", "a browser"),
        ("/", "text/html, application/xhtml+xml, */*", "text/html; charset=utf-8", "an old browser names HTML"),
        ("/", "*/*", "application/json", "curl"),
        ("/me", "*/*", "application/json", "a program"),
        ("/me", browser, "text/html; charset=utf-8", "the same as /"),
        ("/me?pretty", browser, "application/json", "indented JSON"),
    ] {
        let got = with(&somewhere(), path, &[("accept", accept), ("spin-client-addr", "8.8.8.8:1")]);
        assert_eq!(field(&got, "content-type"), Some(media_type), "{path} {why}");
        assert_eq!(field(&got, "cache-control"), Some("private, no-store"), "{path} {why}");
        assert_eq!(field(&got, "ipedge-caller"), Some("spin-client-addr"), "{path} {why}");
        assert_eq!(field(&got, "etag"), None, "{path} {why}");
    }
}

/// What a browser sends as `accept`.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[test]
fn pages_have_status_and_head_of_their_documents() {
    for (path, status, caching, text, why) in [
        ("/8.8.8.8", 200, "public, max-age=60", "Bog City", "an address"),
        ("/8.8.8.8?dns=false", 200, "public, max-age=86400", "not looked up", "without DNS"),
        ("/10.0.0.1", 200, "public, max-age=86400", "Private-Use", "a special one"),
        ("/dns.google", 200, "public, max-age=60", "Host name", "a host name"),
        ("/8.8.8.8/geo", 200, "public, max-age=86400", "{", "a member is not a page"),
        ("/nonsense", 400, "no-store", "value=\"nonsense\"", "an error"),
        ("/?q=a+b", 400, "no-store", "value=\"a b\"", "an error of what was typed"),
        ("/?q=%3Cscript%3E", 400, "no-store", "value=\"&#60;script&#62;\"", "markup"),
        ("/8.8.8.8/nothing", 404, "no-store", "No such member", "a path that does not exist"),
        ("/batch", 405, "no-store", "Method not allowed", "a page for POST"),
    ] {
        let got = with(&somewhere(), path, &[("accept", BROWSER), ("spin-client-addr", "8.8.8.8:1")]);
        assert_eq!((got.status, field(&got, "cache-control")), (status, Some(caching)), "{path}: {why}");
        assert!(String::from_utf8_lossy(&got.body).contains(text), "{path}: {why}: {got:?}");
        let is_page = field(&got, "content-type") == Some("text/html; charset=utf-8");
        assert_eq!(is_page, path != "/8.8.8.8/geo", "{path}: {why}");
        for name in ["content-security-policy", "cross-origin-opener-policy", "permissions-policy", "referrer-policy"] {
            assert_eq!(field(&got, name).is_some(), is_page, "{path}: {name}");
        }
    }
    let post = Sent { method: "POST", path: "/8.8.8.8", headers: &[("accept", BROWSER)], body: "" };
    let got = request(&Service::open(), &somewhere(), &post);
    assert_eq!(
        field(&got, "content-type"),
        Some("application/problem+json"),
        "pages send no POST that fails but /batch"
    );
    let mut broken = somewhere();
    broken.variables = vec![("batch_limit", "many")];
    let got = with(&broken, "/8.8.8.8", &[("accept", BROWSER)]);
    assert!(got.status == 500 && String::from_utf8_lossy(&got.body).contains("batch_limit"), "{got:?}");
}

#[test]
fn pages_have_tags() {
    let get = |path: &str, headers: &[(&str, &str)]| with(&somewhere(), path, headers);
    for path in ["/8.8.8.8", "/dns.google", "/10.0.0.1"] {
        let page = get(path, &[("accept", BROWSER)]);
        let tag = field(&page, "etag").unwrap();
        assert_ne!(Some(tag), field(&get(path, &[]), "etag"), "{path}: the document has another");
        let again = get(path, &[("accept", BROWSER), ("if-none-match", tag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(field(&page, "vary"), Some("accept"), "{path}");
    }
}

#[test]
fn the_box_leads_to_the_subject() {
    for accept in ["*/*", BROWSER] {
        let got = with(&somewhere(), "/?q=+8.8.8.8&verify=true", &[("accept", accept)]);
        assert_eq!((got.status, field(&got, "location")), (303, Some("/8.8.8.8?verify=true")), "{accept}");
    }
}

#[test]
fn only_the_own_page_shows_how_long_dns_took() {
    for (path, expected) in [("/", true), ("/me", true), ("/8.8.8.8", false)] {
        let got = with(&somewhere(), path, &[("accept", BROWSER), ("spin-client-addr", "8.8.8.8:1")]);
        let html = String::from_utf8_lossy(&got.body).into_owned();
        assert_eq!(html.contains("DNS took "), expected, "{path}: it would show what was cached");
    }
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let service = Service::open();
    let world =
        |ttl: u32, name: &'static str| World::new(move |_, question| Reaction::records(question, ttl, vec![ptr(name)]));
    let get = |world: &World<'_>, path: &str, have: &str| {
        let headers = [("if-none-match", have)];
        request(&service, world, &Sent { method: "GET", path, headers: &headers, body: "" })
    };
    for path in ["/8.8.8.8", "/8.8.8.8/asn", "/about", "/openapi.json", "/8.8.8.8?dns=false", "/dns.google"] {
        let first = get(&world(60, "a.good."), path, "");
        let tag = field(&first, "etag").unwrap_or_else(|| panic!("{path}: {first:?}")).to_owned();
        assert_eq!(get(&world(60, "a.good."), path, &tag).status, 304, "{path}");
        assert_eq!(get(&world(60, "a.good."), path, "\"other\"").body, first.body, "{path}: byte for byte");
    }
    let tag = field(&get(&world(60, "a.good."), "/8.8.8.8", ""), "etag").unwrap().to_owned();
    assert_eq!(get(&world(60, "a.good."), "/8.8.8.8?pretty=true", &tag).status, 200, "another form");
    let tag = |ttl, name| {
        let got = request(
            &Service::open(),
            &world(ttl, name),
            &Sent { method: "GET", path: "/8.8.8.8", headers: &[], body: "" },
        );
        field(&got, "etag").unwrap().to_owned()
    };
    assert_eq!(tag(60, "a.good."), tag(59, "a.good."), "the TTL runs down, the answer stays");
    assert_ne!(tag(60, "a.good."), tag(60, "b.good."), "another answer");
}

#[test]
fn caches_are_told_how_long() {
    let world = |ttl: u32| World::new(move |_, question| Reaction::records(question, ttl, vec![ptr("a.good.")]));
    for (path, ttl, expected, why) in [
        ("/8.8.8.8", 300, "public, max-age=300", "the TTL"),
        ("/8.8.8.8", 0, "public, max-age=5", "the floor"),
        ("/8.8.8.8", 604_800, "public, max-age=86400", "the ceiling"),
        ("/8.8.8.8?dns=false", 300, "public, max-age=86400", "the databases do not change"),
        ("/10.0.0.1", 300, "public, max-age=86400", "nothing was asked"),
        ("/8.8.8.8/asn", 300, "public, max-age=86400", "nor for this"),
        ("/me", 300, "private, no-store", "about who asked"),
        ("/me/asn", 300, "private, no-store", "about who asked"),
        ("/nonsense", 300, "no-store", "a problem"),
        ("/about", 300, "public, max-age=60", "it depends on variables"),
        ("/8.8.8.8/", 300, "public, max-age=86400", "a permanent redirect"),
        ("/city", 300, "no-store", "a temporary one"),
        ("/favicon.ico", 300, "public, max-age=86400", "the icon"),
    ] {
        let got = with(&world(ttl), path, &[("spin-client-addr", "8.8.8.8:1")]);
        assert_eq!(field(&got, "cache-control"), Some(expected), "{path}: {why}");
    }
    let service = Service::open();
    let world = world(300);
    let get = || request(&service, &world, &Sent { method: "GET", path: "/8.8.8.8", headers: &[], body: "" });
    get();
    world.run(crate::platform::Platform::sleep(&world, std::time::Duration::from_secs(100)));
    assert_eq!(field(&get(), "cache-control"), Some("public, max-age=200"), "the rest of the time");
}

#[test]
fn timing_does_not_show_what_was_cached() {
    let service = Service::open();
    let world = World::new(|resolver, question| match resolver {
        "one.example" => Reaction::code(question, ResponseCode::ServFail),
        _ => Reaction::records(question, 60, vec![ptr("a.good.")]).after(20),
    });
    let headers = [("spin-client-addr", "8.8.8.8:1")];
    let timing = |path| {
        let got = request(&service, &world, &Sent { method: "GET", path, headers: &headers, body: "" });
        field(&got, "server-timing").unwrap().to_owned()
    };
    let first = timing("/8.8.8.8");
    assert!(first.ends_with("dns;desc=\"https://two.example\""), "who answered: {first}");
    assert!(first.contains("geo;dur=") && first.contains("asn;dur="), "{first}");
    assert_eq!(timing("/8.8.8.8"), first, "a cached answer");
    let own = timing("/me");
    assert!(own.ends_with("dns;desc=\"https://two.example\";dur=20.000"), "for the caller alone: {own}");
    assert!(!timing("/8.8.8.8?dns=false").contains("dns"));
}

#[test]
fn own_lookups_share_nothing() {
    for (path, queries, why) in [
        ("/", 2, "the caller's own"),
        ("/me", 2, "by its other name"),
        ("/me/dns", 2, "a part"),
        ("/8.8.8.8", 1, "others share"),
    ] {
        let (service, world) = (Service::open(), somewhere());
        let headers = [("spin-client-addr", "8.8.8.8:1")];
        for path in [path, "/8.8.8.8"] {
            request(&service, &world, &Sent { method: "GET", path, headers: &headers, body: "" });
        }
        assert_eq!(world.hosts().len(), queries, "{path}: {why}");
    }
}

#[test]
fn the_tag_stays_while_ttls_run_down() {
    let (service, world) = (Service::open(), somewhere());
    let get = || request(&service, &world, &Sent { method: "GET", path: "/8.8.8.8", headers: &[], body: "" });
    let first = get();
    world.run(world.sleep(std::time::Duration::from_secs(100)));
    let second = get();
    assert_eq!((&first.json()["dns"]["ttl"], &second.json()["dns"]["ttl"]), (&json!(300), &json!(200)));
    assert_eq!(field(&second, "cache-control"), Some("public, max-age=200"));
    assert_eq!(field(&first, "etag"), field(&second, "etag"));
}

#[test]
fn names_are_verified_when_asked() {
    let report = with(&somewhere(), "/8.8.8.8?verify=true", &[]).json();
    assert_eq!(report["dns"]["confirmed"], json!(["dns.good"]));
    let report = with(&somewhere(), "/9.9.9.9?verify=true", &[]).json();
    assert_eq!(report["dns"]["confirmed"], json!([]), "the name leads elsewhere");
    let report = with(&somewhere(), "/10.0.0.1?verify=true", &[]).json();
    assert_eq!(report["dns"]["confirmed"], json!([]), "nothing was asked, nothing is confirmed");
}

#[test]
fn host_names() {
    let platform = somewhere();
    let host = with(&platform, "/DNS.Good.com.", &[]).json();
    assert_eq!((&host["host"], &host["unicode"]), (&json!("dns.good.com"), &json!("dns.good.com")));
    assert_eq!((&host["a"]["status"], &host["aaaa"]["status"]), (&json!("ok"), &json!("nxdomain")));
    assert_eq!((&host["records"], &host["canonical"], &host["omitted"]), (&json!(null), &json!(null), &json!(0)));
    let address = &host["addresses"][0];
    assert_eq!((&address["ip"], &address["asn"]["number"]), (&json!("8.8.8.8"), &json!(15169)));
    assert_eq!(address["dns"], json!(null), "asked with verify=true only");
    assert_eq!(platform.hosts().len(), 2, "A and AAAA");

    let host = with(&somewhere(), "/dns.good.com?verify=true", &[]).json();
    assert_eq!(host["addresses"][0]["dns"]["confirmed"], json!(["dns.good"]));
    let host = with(&somewhere(), "/m%C3%BCnchen.good.com?records=true", &[]).json();
    assert_eq!((&host["host"], &host["unicode"]), (&json!("xn--mnchen-3ya.good.com"), &json!("münchen.good.com")));
    assert_eq!(host["records"]["mx"]["status"], "nxdomain");
    let reverse = with(&somewhere(), "/8.8.8.8.in-addr.arpa", &[]).json();
    assert_eq!(reverse["ip"], "8.8.8.8", "a reverse name is its address");
    let host = with(&nowhere(), "/dns.good.com", &[]);
    assert_eq!((host.status, &host.json()["a"]["status"]), (200, &json!("unreachable")), "a failure is no error");
}

#[test]
fn the_caller_behind_a_proxy() {
    for (header, proxies, value, expected, why) in [
        ("true-client-ip", "0", "8.8.8.8", Some("8.8.8.8"), "an edge platform's word"),
        ("x-forwarded-for", "1", "6.6.6.6, 8.8.8.8", Some("8.8.8.8"), "counted from the right"),
        ("forwarded", "1", "for=6.6.6.6, for=8.8.8.8", Some("8.8.8.8"), "likewise"),
        ("x-forwarded-for", "3", "6.6.6.6, 8.8.8.8", None, "fewer than there must be"),
    ] {
        let mut platform = somewhere();
        platform.variables = vec![("caller_header", header), ("trusted_proxies", proxies)];
        let got = with(&platform, "/me/ip", &[(header, value), ("spin-client-addr", "1.1.1.1:1")]);
        match expected {
            Some(ip) => {
                assert_eq!(String::from_utf8_lossy(&got.body), format!("{ip}\n"), "{why}");
                assert_eq!(field(&got, "ipedge-caller"), Some(header), "{why}");
            }
            None => {
                assert_eq!(got.status, 500, "{why}");
                assert!(got.json()["detail"].as_str().unwrap().contains("trusted_proxies"), "{why}: {got:?}");
            }
        }
    }
}

#[test]
fn batches() {
    let post = |headers: &[(&str, &str)], body: &str| {
        let sent = Sent { method: "POST", path: "/batch", headers, body };
        request(&Service::open(), &somewhere(), &sent)
    };
    let got = post(&[("content-type", "application/json")], r#"["8.8.8.8", "nonsense", "dns.good.com"]"#);
    let json = got.json();
    assert_eq!((got.status, field(&got, "cache-control")), (200, Some("private, no-store")));
    assert_eq!(json[0], with(&somewhere(), "/8.8.8.8", &[]).json(), "each as it would be by itself");
    assert_eq!(json[1]["status"], 400);
    assert_eq!(json[2], with(&somewhere(), "/dns.good.com", &[]).json());

    let got = post(&[("accept", "application/x-ndjson")], "10.0.0.1\n8.8.8.8\n");
    assert_eq!(field(&got, "content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = got
        .body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!((&lines[0]["index"], &lines[0]["ip"]), (&json!(0), &json!("10.0.0.1")));
    assert_eq!((&lines[1]["index"], &lines[1]["ip"]), (&json!(1), &json!("8.8.8.8")));

    for (headers, body, status, why) in [
        (&[("content-type", "text/csv")][..], "8.8.8.8", 415, "neither lines nor JSON"),
        (&[("content-encoding", "gzip")], "8.8.8.8", 415, "a content coding"),
        (&[("content-type", "application/json")], "{", 400, "no JSON"),
        (&[("content-type", "application/json")], "{}", 422, "no array"),
        (&[], &"8.8.8.8\n".repeat(101), 413, "more than batch_limit"),
        (&[("accept", "text/html")], "8.8.8.8", 406, "no such answer"),
    ] {
        let got = post(headers, body);
        assert_eq!((got.status, &got.json()["status"]), (status, &json!(status)), "{why}");
    }
    assert_eq!(post(&[], "").json(), json!([]), "nothing is a batch, too");
}

#[test]
fn a_member_has_the_keys_of_the_report_in_its_order() {
    let at = |path: &str| with(&somewhere(), path, &[]);
    let report = String::from_utf8(at("/2001:0:4136:e378:8000:63bf:f7f7:f7f7").body).unwrap();
    let parsed: Value = serde_json::from_str(&report).unwrap();
    for (name, _) in parsed.as_object().unwrap().iter().filter(|(_, value)| value.is_object()) {
        let member = String::from_utf8(at(&format!("/2001:0:4136:e378:8000:63bf:f7f7:f7f7/{name}")).body).unwrap();
        assert!(report.contains(&format!("\"{name}\":{}", member.trim_end())), "{name}: {member} is not in {report}");
    }
}

#[test]
fn the_media_type_is_chosen_before_anything_is_looked_up() {
    for path in ["/me/dns", "/8.8.8.8/dns/names", "/8.8.8.8/dns/status", "/dns.good.com", "/", "/8.8.8.8"] {
        let platform = somewhere();
        let got = with(&platform, path, &[("accept", "image/png"), ("spin-client-addr", "8.8.8.8:1")]);
        assert_eq!((got.status, platform.hosts().len()), (406, 0), "{path}");
    }
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
fn what_browsers_and_crawlers_request_costs_no_query() {
    for (path, status, media_type, why) in [
        ("/favicon.ico", 200, "image/svg+xml", "a browser, for every page"),
        ("/icon.svg", 200, "image/svg+xml", "the page's link"),
        ("/robots.txt", 200, "text/plain; charset=utf-8", "a crawler"),
        ("/apple-touch-icon.png", 404, "application/problem+json", "Safari"),
        ("/wp-login.php", 404, "application/problem+json", "a scanner"),
        ("/.well-known/security.txt", 404, "application/problem+json", "RFC 9116"),
        ("/8.8.8.8/", 308, "text/plain; charset=utf-8", "a slash too many"),
        ("/country", 307, "text/plain; charset=utf-8", "a user of another service"),
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
fn bodies_that_pages_of_other_sites_send_without_asking() {
    let post = |headers: &[(&str, &str)]| {
        let sent = Sent { method: "POST", path: "/batch", headers, body: "[\"10.0.0.1\"]" };
        request(&Service::open(), &somewhere(), &sent)
    };
    let host = ("host", "ip.example");
    for (headers, status, why) in [
        (&[host, ("origin", "https://evil.example"), ("content-type", "text/plain")][..], 415, "lines"),
        (
            &[host, ("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")],
            415,
            "a form",
        ),
        (&[host, ("origin", "https://evil.example")], 415, "no media type: a Blob without one"),
        (&[host, ("origin", "null"), ("content-type", "text/plain")], 415, "a sandboxed page"),
        (
            &[host, ("origin", "https://evil.example"), ("content-type", "application/json")],
            200,
            "JSON, after a preflight",
        ),
        (&[host, ("origin", "https://ip.example")], 200, "the service's own page"),
        (&[host, ("content-type", "text/plain")], 200, "curl and scripts send no Origin"),
    ] {
        let got = post(headers);
        assert_eq!(got.status, status, "{why}: {got:?}");
        if status == 415 {
            assert!(got.json()["detail"].as_str().unwrap().contains("application/json"), "{why}: {got:?}");
        }
    }
}

#[test]
fn what_the_operator_turns_off() {
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
    assert_eq!(json[2]["status"], 400, "a file is a bad subject");
    let (file, _) = off(("host_names", "false"), &get("/wp-login.php"));
    assert_eq!((file.status, &file.json()["detail"]), (404, &json[2]["detail"]), "with the detail of its path");
    assert_eq!(off(("host_names", "false"), &get("/8.8.8.8")).0.status, 200, "addresses stay");

    let (got, queries) = off(("batch_limit", "0"), &post("8.8.8.8"));
    assert_eq!((got.status, queries), (403, 0), "{got:?}");
    assert_eq!(off(("batch_limit", "0"), &get("/openapi.json")).0.status, 200);
    assert_eq!(off(("batch_limit", "0"), &Sent { method: "OPTIONS", ..post("") }).0.status, 204);
}
