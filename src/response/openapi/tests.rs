//! The document and the service, compared: each must have what the other has.

mod examples;
mod names;
mod schema;
mod worlds;

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use hickory_proto::rr::rdata::{CAA, MX, NS, SOA, TXT};
use hickory_proto::rr::{RData, Record, RecordType};
use serde::Serialize;
use serde_json::{Value, json};

use super::DOCUMENT;
use crate::lookup;
use crate::lookup::address::Via;
use crate::lookup::databases::asn::AutonomousSystem;
use crate::lookup::databases::geo::{Locations, Place};
use crate::lookup::databases::manifest::{DataSource, Database};
use crate::lookup::dns::{Status, forward, reverse};
use crate::platform::{Request, Unreachable};
use crate::request::batch;
use crate::request::caller;
use crate::request::member::{self, Member};
use crate::request::negotiate::MediaType;
use crate::request::negotiate::NotAcceptable;
use crate::request::route;
use crate::request::route::{Methods, Options, Route};
use crate::request::subject::Invalid;
use crate::response::problem::Problem;
use crate::response::reply::{Body, Reply};
use crate::service::Service;
use crate::testing::{Reaction, World, address, cname, name, ptr};
use schema::Checker;
use worlds::{misconfigured, nowhere, somewhere, without_batches, without_host_names};

/// A request, its path in the document, and the expected status.
#[derive(Clone, Copy)]
struct Case {
    /// The path of the document.
    template: &'static str,
    method: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    /// The world that it is sent in.
    world: fn() -> World<'static>,
    status: u16,
}

const GET: Case = Case { template: "", method: "GET", path: "", headers: &[], body: "", world: somewhere, status: 200 };

const POST: Case = Case { template: "/batch", method: "POST", path: "/batch", ..GET };

/// Requests that show everything: each property of each document, null if it may be, and each status.
const CASES: &[Case] = &[
    Case { template: "/", path: "/", ..GET },
    Case { template: "/", path: "/", headers: &[("accept", "text/html")], ..GET },
    Case { template: "/", path: "/?q=8.8.8.8", status: 303, ..GET },
    Case { template: "/", path: "/?q=", status: 303, ..GET },
    Case { template: "/", path: "/?q=nonsense", status: 400, ..GET },
    Case { template: "/", path: "/?q=a.php", status: 404, ..GET },
    Case { template: "/me", path: "/me", ..GET },
    Case { template: "/me", path: "/me", headers: &[("accept", "text/html")], ..GET },
    Case { template: "/me/{member}", path: "/me/asn", ..GET },
    Case { template: "/me/{member}", path: "/me/special", status: 204, ..GET },
    Case { template: "/me/{member}", path: "/me/nothing", status: 404, ..GET },
    Case { template: "/me/{member}/{inner}", path: "/me/geo/latitude", ..GET },
    Case { template: "/me/{member}/{inner}", path: "/me/embedded/via", status: 204, ..GET },
    Case { template: "/me/{member}/{inner}", path: "/me/asn/city", status: 404, ..GET },
    Case { template: "/{subject}", path: "/8.8.8.8?verify", ..GET },
    Case { template: "/{subject}", path: "/8.8.8.8?dns=false&pretty", ..GET },
    Case { template: "/{subject}", path: "/8.8.8.8", world: nowhere, ..GET },
    Case { template: "/{subject}", path: "/46.1.1.1", ..GET },
    Case { template: "/{subject}", path: "/10.0.0.1", ..GET },
    Case { template: "/{subject}", path: "/2002:808:808::1", ..GET },
    Case { template: "/{subject}", path: "/2001:0:4136:e378:8000:63bf:f7f7:f7f7", ..GET },
    Case { template: "/{subject}", path: "/good.com?records&verify", ..GET },
    Case { template: "/{subject}", path: "/good.com?records", world: nowhere, ..GET },
    Case { template: "/{subject}", path: "/8.8.8.8", headers: &[("accept", "text/html")], ..GET },
    Case { template: "/{subject}", path: "/good.com?records", headers: &[("accept", "text/html")], ..GET },
    Case {
        template: "/{subject}",
        path: "/8.8.8.8",
        headers: &[("accept", "text/html"), ("if-none-match", "*")],
        status: 304,
        ..GET
    },
    Case { template: "/{subject}", path: "/plain.com", ..GET },
    Case { template: "/{subject}", path: "/8.8.8.8", headers: &[("if-none-match", "*")], status: 304, ..GET },
    Case { template: "/{subject}", path: "/good.com", headers: &[("if-none-match", "*")], status: 304, ..GET },
    Case { template: "/{subject}", path: "/country", status: 307, ..GET },
    Case { template: "/{subject}", path: "/8.8.8.8/", status: 308, ..GET },
    Case { template: "/{subject}", path: "/nonsense", status: 400, ..GET },
    Case { template: "/{subject}", path: "/good.com", world: without_host_names, status: 403, ..GET },
    Case { template: "/{subject}", path: "/wp-login.php", status: 404, ..GET },
    Case { template: "/{ip}/{member}", path: "/8.8.8.8/dns", ..GET },
    Case { template: "/{ip}/{member}", path: "/8.8.8.8/version", ..GET },
    Case { template: "/{ip}/{member}", path: "/8.8.8.8/version", headers: &[("accept", "application/json")], ..GET },
    Case { template: "/{ip}/{member}", path: "/8.8.8.8/special", status: 204, ..GET },
    Case { template: "/{ip}/{member}", path: "/8.8.8.8/geo", headers: &[("if-none-match", "*")], status: 304, ..GET },
    Case { template: "/{ip}/{member}", path: "/nonsense/asn", status: 400, ..GET },
    Case { template: "/{ip}/{member}", path: "/8.8.8.0/24", status: 404, ..GET },
    Case { template: "/{ip}/{member}", path: "/good.com/addresses", status: 404, ..GET },
    Case { template: "/{ip}/{member}/{inner}", path: "/8.8.8.8/dns/names", ..GET },
    Case { template: "/{ip}/{member}/{inner}", path: "/8.8.8.8/geo/city", ..GET },
    Case { template: "/{ip}/{member}/{inner}", path: "/8.8.8.8/dns/confirmed", status: 204, ..GET },
    Case {
        template: "/{ip}/{member}/{inner}",
        path: "/8.8.8.8/asn/number",
        headers: &[("if-none-match", "*")],
        status: 304,
        ..GET
    },
    Case { template: "/{ip}/{member}/{inner}", path: "/nonsense/asn/number", status: 400, ..GET },
    Case { template: "/{ip}/{member}/{inner}", path: "/8.8.8.8/asn/city", status: 404, ..GET },
    Case {
        body: r#"["8.8.8.8", "good.com", "nonsense", 1]"#,
        headers: &[("content-type", "application/json")],
        ..POST
    },
    Case { body: "8.8.8.8\ngood.com\nnonsense\n", headers: &[("accept", "application/x-ndjson")], ..POST },
    Case { path: "/batch?records", body: "good.com\n", headers: &[("accept", "application/x-ndjson")], ..POST },
    Case { body: "plain.com\n", headers: &[("accept", "application/x-ndjson")], ..POST },
    Case { body: "46.1.1.1\n10.0.0.1", headers: &[("accept", "application/x-ndjson")], ..POST },
    Case { body: "2002:808:808::1", headers: &[("accept", "application/x-ndjson")], ..POST },
    Case { path: "/batch?dns=false", headers: &[("accept", "application/x-ndjson")], body: "8.8.8.8", ..POST },
    Case { ..POST },
    Case { body: "[", headers: &[("content-type", "application/json")], status: 400, ..POST },
    Case { body: BLANKS, status: 413, ..POST },
    Case { headers: &[("content-type", "text/csv")], status: 415, ..POST },
    Case { headers: &[("origin", "null")], status: 415, ..POST },
    Case { world: without_batches, status: 403, ..POST },
    Case { body: "{}", headers: &[("content-type", "application/json")], status: 422, ..POST },
    Case { template: "/about", path: "/about", ..GET },
    Case { template: "/about", path: "/about", headers: &[("if-none-match", "*")], status: 304, ..GET },
    Case { template: "/health", path: "/health", ..GET },
    Case { template: "/openapi.json", path: "/openapi.json", ..GET },
    Case { template: "/openapi.json", path: "/openapi.json", headers: &[("if-none-match", "*")], status: 304, ..GET },
];

/// A body longer than a batch may be.
const BLANKS: &str = match std::str::from_utf8(&[b' '; 512 * 1024 + 1]) {
    Ok(blanks) => blanks,
    Err(_) => panic!("blanks are ASCII"),
};

struct Sent<'a> {
    case: Case,
    /// The headers besides the caller's address.
    headers: &'a [(&'a str, &'a str)],
}

impl Request for Sent<'_> {
    type Body = std::vec::IntoIter<Result<Vec<u8>, Unreachable>>;

    fn method(&self) -> &str {
        self.case.method
    }

    fn path_with_query(&self) -> &str {
        self.case.path
    }

    fn header(&self, name: &str) -> Vec<Vec<u8>> {
        let headers = self.headers.iter().chain(&[("spin-client-addr", "8.8.8.8:1")]);
        headers.filter(|(key, _)| *key == name).map(|(_, value)| value.as_bytes().to_vec()).collect()
    }

    fn body(&self) -> Self::Body {
        vec![Ok(self.case.body.as_bytes().to_vec())].into_iter()
    }
}

/// A reply, with its body whole.
struct Got {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|field| field.0.eq_ignore_ascii_case(name)).map(|field| field.1.as_str())
    }
}

fn send(case: Case) -> Got {
    let (service, world) = (Service::open(), (case.world)());
    world.run(async {
        let Reply { status, headers, body } = service.answer(&Sent { case, headers: case.headers }, &world).await;
        let body = match body {
            Body::Whole(bytes) => bytes,
            Body::Pieces(pieces) => pieces.collect::<Vec<_>>().await.concat(),
        };
        let headers = headers.into_iter().map(|(name, value)| (name, value.into_owned())).collect();
        Got { status, headers, body: String::from_utf8(body).unwrap() }
    })
}

/// Checks a reply against the response that the document has for it.
fn check(checker: &mut Checker, case: Case, got: &Got) {
    let what = format!("{} {} {:?}", case.method, case.path, case.headers);
    assert_eq!(got.status, case.status, "{what}: {}", got.body);
    let documented = operation(checker, case.template)["responses"].get(got.status.to_string());
    let response = checker.resolve(documented.unwrap_or_else(|| panic!("{what}: {} is not documented", got.status)));
    let (response, document) = (response.clone(), checker.document.clone());
    let no_headers = serde_json::Map::new();
    let headers = response.get("headers").and_then(Value::as_object).unwrap_or(&no_headers);
    for (name, header) in headers {
        let reference = header["$ref"].as_str().unwrap();
        let header = document.pointer(&reference[1..]).unwrap();
        match got.header(name) {
            Some(value) => checker.check(&header["schema"], &json!(value), &format!("{what}: {name}")),
            None => assert_ne!(header.get("required"), Some(&json!(true)), "{what}: {name} is missing"),
        }
    }
    // The document lists headers of every response in its description.
    let everywhere = ["content-type", "content-length", "timing-allow-origin", "x-content-type-options"];
    for (name, _) in &got.headers {
        let said = everywhere.contains(name)
            || name.starts_with("access-control-")
            || headers.keys().any(|documented| documented.eq_ignore_ascii_case(name));
        assert!(said, "{what}: {name} is not documented");
    }
    let Some(media_type) = got.header("content-type") else {
        assert_eq!((got.body.as_str(), response.get("content")), ("", None), "{what}");
        return;
    };
    let media_type = media_type.split(';').next().unwrap();
    let content = response["content"].get(media_type).unwrap_or_else(|| panic!("{what}: {media_type}"));
    check_body(checker, media_type, content, &got.body, &what);
}

fn check_body(checker: &mut Checker, media_type: &str, content: &Value, body: &str, what: &str) {
    match (media_type, content.get("x-itemSchema")) {
        (_, Some(line)) => {
            for text in body.lines() {
                checker.check(line, &serde_json::from_str(text).unwrap(), what);
            }
        }
        (json, None) if json.ends_with("json") => {
            checker.check(&content["schema"], &serde_json::from_str(body).unwrap(), what);
        }
        _ => checker.check(&content["schema"], &json!(body), what),
    }
}

/// The operation at a path: each has one.
fn operation<'a>(checker: &'a Checker, template: &str) -> &'a Value {
    let item = checker.document["paths"][template].as_object().unwrap_or_else(|| panic!("{template}"));
    assert_eq!(item.len(), 1, "{template}");
    item.values().next().unwrap()
}

/// The cases, and those that every resource has.
fn cases() -> Vec<Case> {
    let mut cases = CASES.to_vec();
    for path in ["/", "/me", "/me/dns", "/me/dns/ttl", "/8.8.8.8", "/8.8.8.8/dns", "/8.8.8.8/dns/ttl"]
        .into_iter()
        .chain(["/batch", "/about", "/health", "/openapi.json"])
    {
        let template =
            template_of(&Route::parse(if path == "/batch" { "POST" } else { "GET" }, path).unwrap()).unwrap();
        let usual = if path == "/batch" { POST } else { Case { template, path, ..GET } };
        let query: &'static str = Box::leak(format!("{path}?pretty=maybe").into_boxed_str());
        cases.extend([
            Case { path: query, status: 400, ..usual },
            Case { method: "PUT", status: 405, ..usual },
            Case { headers: &[("accept", "image/png")], status: 406, ..usual },
        ]);
        // The contract needs neither variables nor databases.
        if path != "/openapi.json" {
            cases.push(Case { world: misconfigured, status: 500, ..usual });
        }
    }
    cases
}

/// The path in the document of a request's resource.
fn template_of(route: &Route) -> Option<&'static str> {
    let own = ["/me", "/me/{member}", "/me/{member}/{inner}"];
    let any = ["/{subject}", "/{ip}/{member}", "/{ip}/{member}/{inner}"];
    let is_outer = |member| member::CONTRACT.iter().any(|(name, _)| Member::parse(name) == Some(member));
    let depth = |member: &Option<Member>| member.map_or(0, |member| if is_outer(member) { 1 } else { 2 });
    Some(match route {
        Route::Root(_) | Route::Search(_) => "/",
        Route::Own(member, _) => own[depth(member)],
        Route::Address(_, member, _) => any[depth(member)],
        Route::Host(..) => "/{subject}",
        Route::Batch(_) => "/batch",
        Route::About(_) => "/about",
        Route::Health(_) => "/health",
        Route::OpenApi => "/openapi.json",
        Route::Redirect(_) => "/{subject}",
        // The document has these only in its description: every resource has them, or they are not for clients.
        Route::Methods(_) | Route::Icon | Route::Robots => return None,
    })
}

#[test]
fn the_service_follows_the_document() {
    let mut checker = Checker::new();
    let mut shown = BTreeSet::new();
    for case in cases() {
        let got = send(case);
        check(&mut checker, case, &got);
        shown.insert((case.template.to_owned(), got.status.to_string()));
    }
    for (schema, value) in rare() {
        let reference = json!({ "$ref": format!("#/components/schemas/{schema}") });
        checker.check(&reference, &value, schema);
    }
    let document = checker.document.clone();
    for (template, _) in document["paths"].as_object().unwrap() {
        for (status, _) in operation(&checker, template)["responses"].as_object().unwrap() {
            // Only broken databases make the contract fail, and those of the tests are not broken.
            let is_broken = template == "/openapi.json" && status == "500";
            // A body that never ends, and memory that is used up: tests of the component cover them.
            let is_elsewhere = template == "/batch" && matches!(status.as_str(), "408" | "503");
            let is_shown = shown.contains(&(template.clone(), status.clone()));
            assert!(is_shown || is_broken || is_elsewhere, "{template} never answers {status}");
        }
    }
    for (schema, definition) in document["components"]["schemas"].as_object().unwrap() {
        for (property, rule) in definition.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let place = format!("#/components/schemas/{schema}/properties/{property}");
            assert!(checker.seen.contains(&(place.clone(), false)), "{place}: no document has it");
            let is_null = checker.seen.contains(&(place.clone(), true));
            let is_alias = rule["$ref"].as_str().is_some_and(|reference| reference.contains("/properties/"));
            assert!(is_null || is_alias || !checker.accepts(rule, &Value::Null), "{place}: it is never null");
        }
    }
}

/// Parts of documents that the tests' databases do not have: with every value null, or none.
fn rare() -> Vec<(&'static str, Value)> {
    let locations = Locations::open(crate::lookup::databases::bundled::GEO, None).unwrap();
    let place = locations.lookup("8.8.8.8".parse().unwrap()).unwrap().unwrap();
    let network = place.network;
    let text = || Some("1".to_owned());
    let source = |text: fn() -> Option<String>, date: Option<&str>, url: Option<&str>| DataSource {
        name: "a".to_owned(),
        package: text(),
        version: text(),
        build_date: date.map(str::to_owned),
        licence: text(),
        licence_url: url.map(str::to_owned),
        attribution: text(),
        licence_text: text(),
    };
    let database = |bound, verified, sources| Database {
        file: "geo.mmdb".to_owned(),
        r#type: "ipedge-City".to_owned(),
        build_date: "2026-01-31".to_owned(),
        age_days: 1,
        bytes: 1,
        sha256: "0".repeat(64),
        networks: 1,
        nodes: 1,
        error_bound_km: bound,
        verified,
        sources,
    };
    let full = vec![source(text, Some("2026-01-31"), Some("https://a.example/"))];
    let empty = Place {
        continent_code: None,
        continent: None,
        country_code: None,
        country: None,
        is_eu: None,
        region: None,
        city: None,
        postal_code: None,
        latitude: None,
        longitude: None,
        accuracy_km: None,
        timezone: None,
        network,
    };
    vec![
        ("Place", value(&empty)),
        ("AutonomousSystem", value(&AutonomousSystem { number: u32::MAX, organization: None, network })),
        ("Database", value(&database(Some(14.5), Some(json!({ "addresses": 1 })), full))),
        ("Database", value(&database(None, None, vec![source(|| None, None, None)]))),
    ]
}

fn value(document: &impl Serialize) -> Value {
    serde_json::to_value(document).unwrap()
}

/// Shows every object of the document, and where it is.
fn walk<'a>(node: &'a Value, place: &str, show: &mut impl FnMut(&str, &'a Value)) {
    match node {
        Value::Object(object) => {
            show(place, node);
            object.iter().for_each(|(name, inner)| walk(inner, &format!("{place}/{name}"), show));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, inner)| walk(inner, &format!("{place}/{index}"), show));
        }
        _ => {}
    }
}
