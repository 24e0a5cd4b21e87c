//! The examples of the document.

use super::*;

/// A problem of each kind, and the name of its example.
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
fn examples_of_problems_are_those_of_the_service() {
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
fn examples_match_their_schemas() {
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
