//! The document against the service: what the one says the other does, and the other way round.

mod schema;

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

/// A request, where the document has it, and what is to come of it.
#[derive(Clone, Copy)]
struct Case {
    /// The path of the document.
    template: &'static str,
    method: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    /// In what world.
    world: fn() -> World<'static>,
    status: u16,
}

const GET: Case = Case { template: "", method: "GET", path: "", headers: &[], body: "", world: somewhere, status: 200 };

const POST: Case = Case { template: "/batch", method: "POST", path: "/batch", ..GET };

/// What shows all that there is: each property of each document, null where it may be, and each status.
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

/// More than a batch may have.
const BLANKS: &str = match std::str::from_utf8(&[b' '; 512 * 1024 + 1]) {
    Ok(blanks) => blanks,
    Err(_) => panic!("blanks are ASCII"),
};

/// A world in which all is well: the caller is 8.8.8.8, which is called good.com; other names have no alias.
fn somewhere() -> World<'static> {
    World::new(|_, question| {
        let asked = question.queries[0].name().clone();
        let answer = match question.queries[0].query_type() {
            RecordType::PTR => ptr("good.com."),
            RecordType::A if asked == name("good.com.") => {
                return Reaction::reply(question, |message| {
                    let alias = name("alias.good.com.");
                    message.answers = vec![
                        Record::from_rdata(asked, 300, cname("alias.good.com.")),
                        Record::from_rdata(alias, 300, address("8.8.8.8")),
                    ];
                });
            }
            RecordType::A => address("8.8.8.8"),
            RecordType::NS => RData::NS(NS(name("ns.good.com."))),
            RecordType::MX => RData::MX(MX::new(0, name("."))),
            RecordType::TXT => RData::TXT(TXT::new(vec!["v=spf1 -all".to_owned()])),
            RecordType::SOA => RData::SOA(SOA::new(name("ns.good.com."), name("me.good.com."), 1, 2, 3, 4, 5)),
            RecordType::CAA => RData::CAA(CAA::new_issue(true, Some(name("ca.good.com.")), Vec::new())),
            _ => return Reaction::reply(question, |_| {}),
        };
        Reaction::records(question, 300, vec![answer])
    })
}

/// A world without resolvers.
fn nowhere() -> World<'static> {
    World::new(|_, _| Reaction::unreachable("connection refused"))
}

/// A world whose operator has turned host names off.
fn without_host_names() -> World<'static> {
    let mut world = somewhere();
    world.variables = vec![("host_names", "false")];
    world
}

/// A world whose operator has turned batches off.
fn without_batches() -> World<'static> {
    let mut world = somewhere();
    world.variables = vec![("batch_limit", "0")];
    world
}

/// A world whose operator has made a mistake.
fn misconfigured() -> World<'static> {
    let mut world = somewhere();
    world.variables = vec![("dns_timeout_ms", "soon")];
    world
}

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
    // Those that every response has stand in the description.
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

/// The cases, and those that every resource has alike.
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

/// Where the document has what a request is about.
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
        // Of every resource alike, or not for clients: the description has them.
        Route::Methods(_) | Route::Icon | Route::Robots => return None,
    })
}

#[test]
fn the_service_does_what_the_document_says() {
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
            // The contract needs nothing that can fail but the databases, and those of the tests are whole.
            let is_broken = template == "/openapi.json" && status == "500";
            // A body that never ends and memory that is used up: tests of the component cause them.
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

/// Documents, or parts of them, that the tests' databases do not have: all null, or nothing null.
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

#[test]
fn the_document_has_every_route_and_no_other() {
    let checker = Checker::new();
    let documented: BTreeSet<_> = checker.document["paths"].as_object().unwrap().keys().cloned().collect();
    let mut routed = BTreeSet::new();
    for case in CASES.iter().filter(|case| case.status < 400) {
        let route = Route::parse(case.method, case.path).unwrap();
        assert_eq!(template_of(&route), Some(case.template), "{}", case.path);
        routed.insert(case.template.to_owned());
        // What OPTIONS says, HEAD and itself aside, is what is documented.
        let Ok(Route::Methods(methods)) = Route::parse("OPTIONS", case.path) else { panic!("{}", case.path) };
        let methods: Vec<_> = methods.as_str().split(", ").filter(|name| !["HEAD", "OPTIONS"].contains(name)).collect();
        let item = checker.document["paths"][case.template].as_object().unwrap();
        assert_eq!(methods, item.keys().map(|name| name.to_uppercase()).collect::<Vec<_>>(), "{}", case.path);
    }
    assert_eq!(routed, documented);
}

#[test]
fn members_are_those_of_the_paths() {
    let checker = Checker::new();
    let names = |reference: &str| -> Vec<String> {
        let names = checker.at(reference).as_array().cloned();
        names.unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let of = |schema: &str| names(&format!("#/components/schemas/{schema}/required"));
    let outer: Vec<_> = member::CONTRACT.iter().map(|(name, _)| *name).collect();
    assert_eq!(of("Report"), outer);
    assert_eq!(names("#/components/parameters/Member/schema/enum"), outer);
    let mut objects = Vec::new();
    let mut inner = Vec::new();
    for (name, members) in member::CONTRACT.iter().filter(|(_, members)| !members.is_empty()) {
        objects.push(*name);
        inner.extend(members.iter().filter(|member| !inner.contains(*member)).collect::<Vec<_>>());
        let reference = format!("#/components/schemas/Report/properties/{name}/oneOf/0/$ref");
        let schema = checker.at(&reference).as_str().unwrap();
        assert_eq!(names(&format!("{schema}/required")), *members, "{name}");
    }
    assert_eq!(names("#/components/parameters/OuterMember/schema/enum"), objects);
    assert_eq!(names("#/components/parameters/InnerMember/schema/enum"), inner);
}

#[test]
fn query_parameters_are_those_that_are_read() {
    let checker = Checker::new();
    for (name, set) in [
        ("Dns", (|options, dns| Options { dns, ..options }) as fn(Options, bool) -> Options),
        ("Verify", |options, verify| Options { verify, ..options }),
        ("Records", |options, records| Options { records, ..options }),
        ("Pretty", |options, pretty| Options { pretty, ..options }),
    ] {
        let parameter = checker.at(&format!("#/components/parameters/{name}"));
        let parse = |value: &str| {
            Route::parse("GET", &format!("/8.8.8.8?{}={value}", parameter["name"].as_str().unwrap())).map(|route| {
                let Route::Address(_, None, options) = route else { panic!("{route:?}") };
                options
            })
        };
        for value in parameter["schema"]["enum"].as_array().unwrap() {
            let value = value.as_str().unwrap();
            let is_true = !["false", "0"].contains(&value);
            assert_eq!(parse(value), Ok(set(Options::default(), is_true)), "{name}={value}");
        }
        let default = parameter["schema"]["default"].as_str().unwrap();
        assert_eq!(parse(default), Ok(Options::default()), "{name}: the default");
        for value in ["True", "yes", "2", "null", "-1", "%zz"] {
            assert!(parse(value).is_err(), "{name}={value}");
        }
        assert_eq!(parse("%74rue"), parse("true"), "{name}: RFC 3986 section 6.2.2.2");
    }
}

#[test]
fn enumerations_are_whole() {
    let checker = Checker::new();
    // A new variant does not compile until it stands in the list, too.
    let statuses = [
        Status::Ok,
        Status::Nxdomain,
        Status::Nodata,
        Status::Servfail,
        Status::Refused,
        Status::Timeout,
        Status::Unreachable,
        Status::Malformed,
        Status::Skipped,
    ];
    for status in statuses {
        match status {
            Status::Ok | Status::Nxdomain | Status::Nodata | Status::Servfail | Status::Refused => {}
            Status::Timeout | Status::Unreachable | Status::Malformed | Status::Skipped => {}
        }
    }
    let forms = [Via::Compatible, Via::Mapped, Via::SixToFour, Via::Nat64, Via::Nat64Local, Via::Teredo];
    for form in forms {
        match form {
            Via::Compatible | Via::Mapped | Via::SixToFour | Via::Nat64 | Via::Nat64Local | Via::Teredo => {}
        }
    }
    let two = const { std::num::NonZeroUsize::new(2).unwrap() };
    let sources = [
        caller::CallerHeader::SpinClientAddr,
        caller::CallerHeader::TrueClientIp,
        caller::CallerHeader::XForwardedFor(two),
        caller::CallerHeader::Forwarded(two),
    ];
    for source in sources {
        match source {
            caller::CallerHeader::SpinClientAddr | caller::CallerHeader::TrueClientIp => {}
            caller::CallerHeader::XForwardedFor(_) | caller::CallerHeader::Forwarded(_) => {}
        }
    }
    for (reference, expected) in [
        ("#/components/schemas/Status/enum", value(&statuses)),
        ("#/components/schemas/Embedded/properties/via/enum", value(&forms)),
        ("#/components/headers/Caller/schema/enum", value(&sources.map(|source| source.header()))),
        ("#/components/headers/Allow/schema/enum", value(&[Methods::Get, Methods::Post].map(Methods::as_str))),
        ("#/components/schemas/Host/properties/addresses/maxItems", value(&forward::MAX_ADDRESSES)),
        ("#/components/schemas/Dns/properties/names/maxItems", value(&reverse::MAX_NAMES)),
        ("#/info/version", value(&env!("CARGO_PKG_VERSION"))),
        ("#/info/license/identifier", json!("Apache-2.0")),
    ] {
        assert_eq!(checker.at(reference), &expected, "{reference}");
    }
}

/// A problem of each kind, and the example that shows it.
fn problems() -> Vec<(&'static str, Problem)> {
    let unknown = caller::Unknown { source: caller::CallerHeader::SpinClientAddr, why: caller::Why::Missing };
    let truncated = serde_json::from_str::<Value>("[").unwrap_err().to_string();
    vec![
        ("NotASubject", route::Error::NoSubject(Invalid::OneLabel).into()),
        ("BadParameter", route::Error::BadParameter("dns").into()),
        ("WebFile", route::Error::NoSubject(Invalid::WebFile("php")).into()),
        ("HostNamesOff", route::Error::HostNamesOff.into()),
        ("BatchesOff", route::Error::BatchesOff.into()),
        ("NoSuchPath", route::Error::NoSuchPath.into()),
        ("NoSuchMember", route::Error::NoSuchMember.into()),
        ("MethodNotAllowed", route::Error::MethodNotAllowed(Methods::Get).into()),
        ("NotAcceptable", NotAcceptable(&[MediaType::Json]).into()),
        ("BadBody", batch::Unreadable::Syntax(truncated).into()),
        ("TooLong", batch::Unreadable::TooLong.into()),
        ("TooMany", batch::Unreadable::TooMany(100).into()),
        ("UnsupportedMediaType", batch::Unreadable::MediaType.into()),
        ("CrossOrigin", batch::Unreadable::CrossOrigin.into()),
        ("TooSlow", batch::Unreadable::TooSlow.into()),
        ("ContentCoding", batch::Unreadable::Coded.into()),
        ("Busy", Problem::busy()),
        ("NotAList", batch::Unreadable::NotAList.into()),
        ("UnknownCaller", unknown.into()),
        ("Broken", lookup::Error::Internal("geo.mmdb cannot be read".to_owned()).into()),
    ]
}

#[test]
fn examples_of_problems_are_what_the_service_says() {
    let checker = Checker::new();
    let mut problems: Vec<_> = problems().into_iter().map(|(name, problem)| (name, value(&problem))).collect();
    let misconfigured = send(Case { path: "/8.8.8.8", world: misconfigured, ..GET });
    problems.push(("Misconfigured", serde_json::from_str(&misconfigured.body).unwrap()));
    for (name, document) in &problems {
        assert_eq!(checker.at(&format!("#/components/examples/{name}/value")), document, "{name}");
    }
    let responses = checker.at("#/components/responses").as_object().unwrap();
    for (name, problem) in self::problems() {
        let status = problem.status.to_string();
        let shows = |response: &Value| !response["content"]["application/problem+json"]["examples"][name].is_null();
        let showing: Vec<_> = responses.iter().filter(|(_, response)| shows(response)).map(|(name, _)| name).collect();
        assert!(!showing.is_empty(), "{name}: no response shows it");
        for (template, _) in checker.at("#/paths").as_object().unwrap() {
            for (documented, response) in operation(&checker, template)["responses"].as_object().unwrap() {
                let response = response["$ref"].as_str().and_then(|place| place.rsplit('/').next());
                let is_showing = response.is_some_and(|response| showing.iter().any(|name| *name == response));
                assert!(!is_showing || *documented == status, "{template}: {documented} shows {name}");
            }
        }
    }
}

#[test]
fn examples_are_what_their_schemas_say() {
    let mut checker = Checker::new();
    let document = checker.document.clone();
    let mut shown = Vec::new();
    walk(&document, "#", &mut |place, node| {
        for (media_type, content) in node.get("content").and_then(Value::as_object).into_iter().flatten() {
            let named = content.get("examples").and_then(Value::as_object).into_iter().flat_map(|list| list.values());
            let mut examples: Vec<_> = named.map(|example| checker.resolve(example)["value"].clone()).collect();
            examples.extend(content.get("example").cloned());
            assert!(!examples.is_empty(), "{place}: {media_type} has no example");
            shown.extend(
                examples.into_iter().map(|example| (format!("{place} {media_type}"), media_type, content, example)),
            );
        }
    });
    for (what, media_type, content, example) in shown {
        let body = match example {
            Value::String(text) if media_type != "application/json" => text,
            other => other.to_string(),
        };
        check_body(&mut checker, media_type, content, &body, &what);
    }
    for (name, parameter) in document["components"]["parameters"].as_object().unwrap() {
        let schema = &parameter["schema"];
        // Of subjects the router is the judge: their pattern looks ahead.
        let examples = parameter.get("examples").and_then(Value::as_object).into_iter().flat_map(|list| list.values());
        for example in examples.map(|example| &example["value"]) {
            assert!(Route::parse("GET", &format!("/{}", example.as_str().unwrap())).is_ok(), "{name}: {example}");
        }
        if let Some(example) = parameter.get("example") {
            checker.check(schema, example, name);
        }
    }
    for (name, header) in document["components"]["headers"].as_object().unwrap() {
        if let Some(example) = header.get("example") {
            checker.check(&header["schema"], example, name);
        }
    }
}

#[test]
fn the_document_holds_together() {
    let checker = Checker::new();
    let mut used = BTreeSet::new();
    let mut identifiers = BTreeSet::new();
    walk(&checker.document, "#", &mut |place, node| {
        if let Some(reference) = node.get("$ref") {
            let reference = reference.as_str().unwrap();
            checker.at(reference);
            used.insert(reference.split('/').take(4).collect::<Vec<_>>().join("/"));
        }
        if let Some(identifier) = node.get("operationId") {
            assert!(identifiers.insert(identifier.to_string()), "{place}: {identifier} twice");
        }
        // An object of ours has the keys that it says, and always all of them.
        let is_ours =
            place.starts_with("#/components/schemas/") && node.get("properties").is_some_and(Value::is_object);
        if is_ours && node.get("type") == Some(&json!("object")) {
            let names: Vec<_> = node["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let required: BTreeSet<_> = node["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert_eq!(required, names.into_iter().collect(), "{place}");
            assert_eq!(node["additionalProperties"], json!(false), "{place}");
        }
    });
    for kind in ["schemas", "parameters", "headers", "responses", "examples"] {
        for (name, _) in checker.document["components"][kind].as_object().unwrap() {
            let place = format!("#/components/{kind}/{name}");
            assert!(used.contains(&place), "{place} is used nowhere");
        }
    }
    for (template, _) in checker.document["paths"].as_object().unwrap() {
        let parameters = operation(&checker, template).get("parameters").and_then(Value::as_array);
        let named: Vec<_> = parameters
            .into_iter()
            .flatten()
            .map(|parameter| checker.resolve(parameter))
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| format!("{{{}}}", parameter["name"].as_str().unwrap()))
            .collect();
        let wanted: Vec<_> = template.split('/').filter(|segment| segment.starts_with('{')).collect();
        assert_eq!(named, wanted, "{template}");
    }
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
