//! Methods, paths and queries: what they get, and in what form.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::World;
use host::doh::Answer;

#[tokio::test]
async fn problems() {
    let cases = [
        (Method::GET, "/nonsense", 400, "no address"),
        (Method::GET, "/999.1.1.1", 400, "a number over 255"),
        (Method::GET, "/8.8.8", 400, "three numbers"),
        (Method::GET, "/010.0.0.1", 400, "octal to some, decimal to others"),
        (Method::GET, "/8.8.8.8:53", 400, "a port"),
        (Method::GET, "/fe80::1%25eth0", 400, "a zone"),
        (Method::GET, "/:::", 400, "no IPv6 address"),
        (Method::GET, "/%FF%FE", 400, "no UTF-8"),
        (Method::GET, "/8.8.8.8?dns=maybe", 400, "neither true nor false"),
        (Method::GET, "/8.8.8.8/nothing", 404, "a path that leads nowhere"),
        (Method::GET, "/about/us", 404, "the same below another"),
        (Method::GET, "//", 404, "two slashes"),
        (Method::POST, "/8.8.8.8", 405, "nothing is stored here"),
        (Method::DELETE, "/about", 405, "nor deleted"),
        (Method::PUT, "/nonsense", 405, "the method comes first"),
    ];
    let world = World::new(Answer::FromAddress).await;
    for (method, path, status, reason) in cases {
        let answer = world.client.send(method.clone(), path, &[]).await;
        let problem = answer.json();
        assert_eq!(answer.status, status, "{method} {path}: {reason}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {path}");
        assert_eq!(problem["status"], status, "{method} {path}");
        for key in ["title", "detail"] {
            assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}: {problem}");
        }
        assert_eq!(answer.header("allow"), if status == 405 { "GET, HEAD, OPTIONS" } else { "" }, "{method} {path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{method} {path}");
    }
    assert_eq!((world.doh.count(), world.host.counters().failed()), (0, 0));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    // A TTL that does not run down between the two.
    let world = World::new(Answer::names(&["a.doh.test."], 0)).await;
    for path in ["/", "/me", "/8.8.8.8", "/about", "/health", "/nonsense"] {
        let get = world.client.get(path).await;
        let head = world.client.send(Method::HEAD, path, &[]).await;
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(head.status, get.status, "{path}");
        for name in ["content-type", "content-length", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
        assert_eq!(get.header("content-length"), get.body.len().to_string(), "{path}");
    }
}

#[tokio::test]
async fn options_say_what_may_be_asked() {
    let world = World::new(Answer::FromAddress).await;
    for path in ["/", "/8.8.8.8", "/about"] {
        let preflight = [("origin", "https://page.test"), ("access-control-request-method", "GET")];
        let answer = world.client.send(Method::OPTIONS, path, &preflight).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS", "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD, OPTIONS", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert!(answer.body.is_empty(), "{path}");
    }
    assert_eq!(world.doh.count(), 0);
}

#[tokio::test]
async fn caches_are_told_how_long() {
    let cases = [
        (Answer::names(&["a.doh.test."], 77), "/9.9.9.1", "public, max-age=77", "the TTL"),
        (Answer::NxDomain(66), "/9.9.9.2", "public, max-age=66", "the negative TTL"),
        (Answer::Status(StatusCode::BAD_GATEWAY), "/9.9.9.3", "public, max-age=5", "a failure may be over soon"),
        (Answer::FromAddress, "/me", "private, no-store", "about who asked"),
        (Answer::FromAddress, "/nonsense", "no-store", "a problem"),
    ];
    let world = World::new(Answer::FromAddress).await;
    for (answer, path, expected, reason) in cases {
        world.doh.always(answer);
        assert_eq!(world.client.get(path).await.header("cache-control"), expected, "{reason}");
    }
}

#[tokio::test]
async fn about_and_health() {
    let world = World::new(Answer::FromAddress).await;
    let about = world.client.get("/about").await.report();
    assert_eq!(about["resolvers"], json!([format!("{}/dns-query", world.doh.origin())]));
    let databases = about["databases"].as_array().unwrap();
    let files: Vec<_> = databases.iter().map(|database| &database["file"]).collect();
    assert_eq!(files, ["geo.mmdb", "asn.mmdb"]);
    for database in databases {
        assert!(database["sha256"].as_str().is_some_and(|digest| digest.len() == 64), "{database}");
        assert!(!database["sources"].as_array().unwrap().is_empty(), "{database}");
    }
    assert!(about["attribution"].is_string());
    let health = world.client.get("/health").await;
    assert_eq!(health.report()["status"], "ok");
    assert_eq!(world.doh.count(), 0, "neither asks");
}
