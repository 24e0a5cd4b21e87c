//! HTTP as clients use it: members, entity tags, media types, preflight. Over HTTP/1.1 and HTTP/2.

use host::doh::Answer;
use http::{Method, StatusCode};

use crate::support::World;

#[tokio::test]
async fn members() {
    let cases = [
        ("/8.8.8.8/asn/number", StatusCode::OK, "15169\n", "text/plain; charset=utf-8", 0, "a scalar"),
        ("/8.8.8.8/geo/latitude", StatusCode::OK, "37.422\n", "text/plain; charset=utf-8", 0, "a number"),
        ("/8.8.8.8/ip", StatusCode::OK, "8.8.8.8\n", "text/plain; charset=utf-8", 0, "at the top"),
        ("/8.8.8.8/special", StatusCode::NO_CONTENT, "", "", 0, "null"),
        ("/8.8.8.8/dns/names", StatusCode::OK, "[\"ip-8-8-8-8.doh.test\"]\n", "application/json", 1, "a list"),
        ("/8.8.8.8/nothing", StatusCode::NOT_FOUND, "", "application/problem+json", 0, "no such member"),
    ];
    for (path, status, body, media_type, queries, reason) in cases {
        let world = World::new(Answer::FromAddress).await;
        for client in world.clients() {
            let answer = client.get(path).await;
            assert_eq!(answer.status, status, "{path}: {reason}");
            assert_eq!(answer.header("content-type"), media_type, "{path}: {reason}");
            if status != StatusCode::NOT_FOUND {
                assert_eq!(answer.body, body, "{path}: {reason}");
            }
        }
        assert!(world.doh.count() <= queries * 2, "{path}: {reason}: at most one from each of two instances");
        assert_eq!(world.doh.count() == 0, queries == 0, "{path}: {reason}");
    }
}

#[tokio::test]
async fn a_known_entity_is_not_sent_again() {
    let world = World::new(Answer::FromAddress).await;
    for path in ["/8.8.8.8", "/8.8.8.8?pretty=true", "/8.8.8.8/asn", "/about", "/openapi.json"] {
        let [http1, http2] = world.clients();
        for (client, method) in [(http1, Method::GET), (http1, Method::HEAD), (http2, Method::GET)] {
            let first = client.send(method.clone(), path, &[]).await;
            let second = client.send(method.clone(), path, &[]).await;
            assert_eq!(first.body, second.body, "{path}: byte for byte");
            let tag = first.header("etag");
            assert_eq!((tag.is_empty(), tag), (false, second.header("etag")), "{path}");
            let third = client.send(method.clone(), path, &[("if-none-match", tag)]).await;
            assert_eq!((third.status, third.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
            assert_eq!(third.header("etag"), tag, "{path}");
            assert!(third.header("cache-control").starts_with("public, max-age="), "{path}");
            let fourth = client.send(method.clone(), path, &[("if-none-match", "\"another\"")]).await;
            assert_eq!((fourth.status, &fourth.body), (StatusCode::OK, &first.body), "{path}");
        }
    }
}

#[tokio::test]
async fn media_types() {
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let cases = [
        ("/", browser, StatusCode::OK, "text/html; charset=utf-8", "a browser"),
        ("/", "*/*", StatusCode::OK, "application/json", "curl"),
        ("/me", browser, StatusCode::OK, "text/html; charset=utf-8", "the same as /"),
        ("/8.8.8.8", browser, StatusCode::OK, "text/html; charset=utf-8", "every subject has a page"),
        ("/8.8.8.8?pretty=true", browser, StatusCode::OK, "application/json", "indented JSON"),
        ("/8.8.8.8/geo", browser, StatusCode::OK, "application/json", "a member has no page"),
        ("/8.8.8.8", "text/plain", StatusCode::NOT_ACCEPTABLE, "application/problem+json", "nothing fits"),
        ("/8.8.8.8", "image/*;q=1, */*;q=0", StatusCode::NOT_ACCEPTABLE, "application/problem+json", "all is excluded"),
        ("/8.8.8.8/asn/number", "application/json", StatusCode::OK, "application/json", "JSON is preferred"),
    ];
    let world = World::new(Answer::FromAddress).await;
    for (path, accept, status, media_type, reason) in cases {
        for client in world.clients() {
            let answer = client.send(Method::GET, path, &[("accept", accept)]).await;
            let got = (answer.status, answer.header("content-type"));
            assert_eq!(got, (status, media_type), "{path} {accept}: {reason}");
            assert_eq!(answer.header("vary"), "accept", "{path} {accept}: {reason}");
        }
    }
    let page = world.client.send(Method::GET, "/", &[("accept", browser)]).await;
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{page:?}");
}

#[tokio::test]
async fn preflight_for_a_batch() {
    let world = World::new(Answer::FromAddress).await;
    let preflight = [
        ("origin", "https://page.test"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    for client in world.clients() {
        let answer = client.send(Method::OPTIONS, "/batch", &preflight).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(answer.header("access-control-allow-methods"), "POST, OPTIONS");
        assert_eq!(answer.header("access-control-allow-headers"), "*");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let answer = client.get("/batch").await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST, OPTIONS"));
    }
}

#[tokio::test]
async fn the_caller_behind_a_proxy() {
    let cases = [
        ("true-client-ip", "0", "8.8.8.8", "an edge platform"),
        ("x-forwarded-for", "2", "6.6.6.6, 8.8.8.8, 10.0.0.1", "the second from the right"),
        ("forwarded", "1", "for=6.6.6.6, for=\"[2606:4700:4700::1111]:443\";proto=https", "RFC 7239"),
    ];
    for (header, proxies, value, reason) in cases {
        let variables = [("caller_header", header), ("trusted_proxies", proxies)];
        let world = World::with(Answer::FromAddress, &variables).await;
        for client in world.clients() {
            let answer = client.send(Method::GET, "/me/ip", &[(header, "6.6.6.6"), (header, value)]).await;
            let expected = if header == "forwarded" { "2606:4700:4700::1111\n" } else { "8.8.8.8\n" };
            assert_eq!(answer.body, expected, "{header}: {reason}");
            assert_eq!(answer.header("ipedge-caller"), header, "{reason}");
        }
        let unknown = world.client.get("/me").await;
        assert_eq!(unknown.status, StatusCode::INTERNAL_SERVER_ERROR, "{header}: missing");
        assert!(unknown.json()["detail"].as_str().unwrap().contains("caller_header"), "{header}: {unknown:?}");
    }
}
