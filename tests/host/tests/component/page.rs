//! The pages, as a browser requests them.

use http::Method;

use crate::support::{Answer as Reply, Client, World};
use host::doh::Answer;

/// What Chromium sends as `accept`.
const BROWSER: &str =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8";

async fn page(client: &Client, path: &str) -> Reply {
    let reply = client.send(Method::GET, path, &[("accept", BROWSER)]).await;
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8", "{path}");
    reply
}

fn text(reply: &Reply) -> &str {
    std::str::from_utf8(&reply.body).unwrap()
}

#[tokio::test]
async fn every_subject_has_a_page() {
    let world = World::new(Answer::names(&["a.doh.test."], 60)).await;
    for client in world.clients() {
        for (path, status, caching, expected, reason) in [
            ("/", 200, "private, no-store", "Your IPv4 address", "the caller's own"),
            ("/me", 200, "private, no-store", "Your IPv4 address", "the same"),
            ("/8.8.8.8", 200, "public, max-age=60", "<bdi>a.doh.test</bdi>", "an address with its name"),
            ("/10.0.0.1", 200, "public, max-age=86400", "Private-Use", "a special one"),
            ("/shop.com", 200, "public, max-age=", "Host name", "a host name"),
            ("/nonsense", 400, "no-store", "id=\"error\"", "an error"),
            ("/?q=nonsense", 400, "no-store", "value=\"nonsense\"", "an error beside the box"),
            ("/8.8.8.8/nothing", 404, "no-store", "No such member", "a path that does not exist"),
        ] {
            let reply = page(client, path).await;
            assert_eq!(reply.status, status, "{path}: {reason}");
            assert!(reply.header("cache-control").starts_with(caching), "{path}: {reason}: {reply:?}");
            assert!(text(&reply).contains(expected), "{path}: {reason}");
            assert!(text(&reply).ends_with("</html>\n"), "{path}: it is whole");
        }
    }
    assert_eq!(world.host.counters().failed(), 0);
}

#[tokio::test]
async fn a_page_is_not_sent_again() {
    let world = World::new(Answer::names(&["a.doh.test."], 60)).await;
    let first = page(&world.client, "/8.8.8.8").await;
    let tag = first.header("etag").to_owned();
    for client in world.clients() {
        let again = client.send(Method::GET, "/8.8.8.8", &[("accept", BROWSER), ("if-none-match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{again:?}");
    }
    let document = world.client.send(Method::GET, "/8.8.8.8", &[("if-none-match", &tag)]).await;
    assert_eq!(document.status, 200, "the tag of the page is not that of the document");
}

#[tokio::test]
async fn the_form_leads_to_the_subject() {
    let world = World::new(Answer::FromAddress).await;
    for (path, location, reason) in [
        ("/?q=8.8.8.8", "/8.8.8.8", "an address"),
        ("/?q=+2001%3ADB8%3A%3A1+", "/2001:db8::1", "in its canonical form"),
        ("/?q=M%C3%BCnchen.de", "/xn--mnchen-3ya.de", "an internationalised name"),
        ("/?q=", "/", "nothing"),
    ] {
        for client in world.clients() {
            let reply = client.send(Method::GET, path, &[("accept", BROWSER)]).await;
            assert_eq!((reply.status.as_u16(), reply.header("location")), (303, location), "{path}: {reason}");
        }
    }
    assert_eq!(world.doh.count(), 0, "a redirect sends no query");
}

#[tokio::test]
async fn the_other_address_is_asked_for_where_the_operator_says() {
    let origins = [("ipv4_origin", "https://v4.example"), ("ipv6_origin", "https://v6.example:8443")];
    let world = World::with(Answer::FromAddress, &origins).await;
    let reply = page(&world.client, "/").await;
    assert!(text(&reply).contains("data-origin=\"https://v6.example:8443\""), "the caller has IPv4");
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("connect-src 'self' https://v4.example https://v6.example:8443"), "{policy}");
    let without = page(&World::new(Answer::FromAddress).await.client, "/").await;
    assert!(!text(&without).contains("data-test=\"other\""));
    assert!(without.header("content-security-policy").ends_with("connect-src 'self'"));
}

#[tokio::test]
async fn names_are_only_text() {
    // As a resolver sends it, and with a direction override in UTF-8.
    let world = World::new(Answer::names(&["<img\\032src=x\\032onerror=alert(1)>.doh.test."], 60)).await;
    let reply = page(&world.client, "/8.8.8.8").await;
    assert!(!text(&reply).contains("<img"), "markup");
    assert!(text(&reply).contains("&#60;img"), "{}", text(&reply).len());
}
