//! Methods, paths and query parameters, over HTTP/1.1 and HTTP/2.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{Client, World};
use host::doh::{Answer, zone};

#[tokio::test]
async fn problems() {
    let cases = [
        (Method::GET, "/nonsense", 400, "not an address"),
        (Method::GET, "/999.1.1.1", 400, "a number over 255"),
        (Method::GET, "/8.8.8", 400, "three numbers"),
        (Method::GET, "/010.0.0.1", 400, "octal to some, decimal to others"),
        (Method::GET, "/8.8.8.8:53", 400, "a port"),
        (Method::GET, "/fe80::1%25eth0", 400, "a zone"),
        (Method::GET, "/:::", 400, "not an IPv6 address"),
        (Method::GET, "/%FF%FE", 400, "not UTF-8"),
        (Method::GET, "/8.8.8.8?dns=maybe", 400, "neither true nor false"),
        (Method::GET, "/8.8.8.8/nothing", 404, "no such member"),
        (Method::GET, "/about/us", 404, "no member of another document"),
        (Method::GET, "//", 404, "two slashes"),
        (Method::POST, "/8.8.8.8", 405, "nothing is stored here"),
        (Method::DELETE, "/about", 405, "nothing is deleted"),
        (Method::PUT, "/nonsense", 405, "the method is checked first"),
    ];
    let world = World::new(Answer::FromAddress).await;
    for (method, path, status, reason) in cases {
        for client in world.clients() {
            let answer = client.send(method.clone(), path, &[]).await;
            let problem = answer.json();
            assert_eq!(answer.status, status, "{method} {path}: {reason}");
            assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {path}");
            assert_eq!(problem["status"], status, "{method} {path}");
            for key in ["title", "detail"] {
                assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}: {problem}");
            }
            let allow = if status == 405 { "GET, HEAD, OPTIONS" } else { "" };
            assert_eq!(answer.header("allow"), allow, "{method} {path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{method} {path}");
        }
    }
    assert_eq!((world.doh.count(), world.host.counters().failed()), (0, 0));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let world = head_world().await;
    head(&world.client).await;
}

/// RFC 9110 section 9.3.2. An HTTP/1.1 server drops the body of such an answer by itself; hyper's HTTP/2 server sends what
/// it is given, and a client then ends the stream with PROTOCOL_ERROR (RFC 9113 section 8.1.1).
#[tokio::test]
async fn head_is_get_without_the_body_over_http2() {
    let world = head_world().await;
    head(&world.http2).await;
    assert_eq!(world.host.counters().failed(), 0);
}

async fn head_world() -> World {
    // A TTL that does not run down between two requests.
    let world = World::new(Answer::names(&["a.doh.test."], 0)).await;
    world.doh.records("shop.com.", 0, [zone::a([8, 8, 8, 8].into())]);
    world
}

/// HEAD and GET of every kind of resource, with one client.
async fn head(client: &Client) {
    let tag = client.get("/about").await.header("etag").to_owned();
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(&str, Headers<'_>, u16, &str)] = &[
        ("/", &[], 200, "the caller's report"),
        ("/", &[("accept", "text/html")], 200, "the page"),
        ("/me", &[], 200, "the caller's report"),
        ("/8.8.8.8", &[], 200, "a report, after a DNS query"),
        ("/8.8.8.8/asn/number", &[], 200, "a member as text"),
        ("/8.8.8.8/geo", &[], 200, "a member as JSON"),
        ("/8.8.8.8/special", &[], 204, "null has no body"),
        ("/shop.com", &[], 200, "a host name"),
        ("/about", &[], 200, "static"),
        ("/about", &[("if-none-match", &tag)], 304, "known to the client"),
        ("/health", &[], 200, "not cached"),
        ("/openapi.json", &[], 200, "the longest body"),
        ("/nonsense", &[], 400, "an error"),
        ("/8.8.8.8/nothing", &[], 404, "an error"),
        ("/batch", &[], 405, "HEAD is not allowed"),
    ];
    for (path, headers, status, reason) in cases {
        let get = client.send(Method::GET, path, headers).await;
        let head = client.send(Method::HEAD, path, headers).await;
        assert!(head.body.is_empty(), "{path}: {reason}");
        assert_eq!((get.status.as_u16(), head.status.as_u16()), (*status, *status), "{path}: {reason}");
        for name in ["content-type", "content-length", "cache-control", "etag"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {reason}: {name}");
        }
        if !get.body.is_empty() {
            assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}: {reason}");
        }
    }
}

#[tokio::test]
async fn options_name_the_methods() {
    let world = World::new(Answer::FromAddress).await;
    for path in ["/", "/8.8.8.8", "/about"] {
        let preflight = [("origin", "https://page.test"), ("access-control-request-method", "GET")];
        for client in world.clients() {
            let answer = client.send(Method::OPTIONS, path, &preflight).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}");
            assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS", "{path}");
            assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD, OPTIONS", "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert!(answer.body.is_empty(), "{path}");
        }
    }
    assert_eq!(world.doh.count(), 0);
}

#[tokio::test]
async fn cache_times() {
    let cases = [
        (Answer::names(&["a.doh.test."], 77), "/9.9.9.1", "public, max-age=77", "the TTL"),
        (Answer::NxDomain(66), "/9.9.9.2", "public, max-age=66", "the negative TTL"),
        (Answer::Status(StatusCode::BAD_GATEWAY), "/9.9.9.3", "public, max-age=5", "a failure may end soon"),
        (Answer::FromAddress, "/me", "private, no-store", "about the caller"),
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
    assert_eq!(about["resolvers"], json!([world.doh.origin()]));
    let databases = about["databases"].as_array().unwrap();
    let files: Vec<_> = databases.iter().map(|database| &database["file"]).collect();
    assert_eq!(files, ["geo.mmdb", "asn.mmdb"]);
    for database in databases {
        assert!(database["sha256"].as_str().is_some_and(|digest| digest.len() == 64), "{database}");
        assert!(!database["sources"].as_array().unwrap().is_empty(), "{database}");
    }
    assert!(about["attribution"].is_string());
    let health = world.client.get("/health").await;
    let health = health.report();
    assert_eq!(health["status"], "ok");
    // The wall clock is the machine's: the fixture of 2026-01-01 is older than 90 days, and gets older.
    assert_eq!(health["stale"], true);
    assert!(health["databases"][0]["age_days"].as_u64().is_some_and(|days| days > 90), "{health}");
    assert_eq!(health["databases"][0]["age_days"], databases[0]["age_days"]);
    assert_eq!(world.doh.count(), 0, "no DNS query");
}
