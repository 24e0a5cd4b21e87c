//! The names in the document: paths, members, parameters, enumerations, references.

use super::*;

#[test]
fn the_document_has_exactly_the_routes() {
    let checker = Checker::new();
    let documented: BTreeSet<_> = checker.document["paths"].as_object().unwrap().keys().cloned().collect();
    let mut routed = BTreeSet::new();
    for case in CASES.iter().filter(|case| case.status < 400) {
        let route = Route::parse(case.method, case.path).unwrap();
        assert_eq!(template_of(&route), Some(case.template), "{}", case.path);
        routed.insert(case.template.to_owned());
        // The methods in the reply to OPTIONS, without HEAD and OPTIONS, are those of the document.
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
fn query_parameters_are_those_that_the_service_reads() {
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
fn enumerations_are_complete() {
    let checker = Checker::new();
    // A new variant does not compile until it is in the matches below; add it to the lists, too.
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
            caller::CallerHeader::None => {}
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

#[test]
fn references_have_targets_and_are_used() {
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
        // A schema for an object of the service requires all of its properties and allows no others.
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
            assert!(used.contains(&place), "{place} is not used");
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
