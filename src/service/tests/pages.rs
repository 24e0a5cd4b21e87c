//! Pages, and the box that leads to them.

use super::*;

/// What a browser sends as `accept`.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[test]
fn pages_have_status_and_head_of_their_documents() {
    for (path, status, caching, text, why) in [
        ("/8.8.8.8", 200, "public, max-age=300", "Bog City", "an address"),
        ("/8.8.8.8?dns=false", 200, "public, max-age=86400", "not looked up", "without DNS"),
        ("/10.0.0.1", 200, "public, max-age=86400", "Private-Use", "a special one"),
        ("/dns.google", 200, "public, max-age=5", "Host name", "a host name, without a negative TTL"),
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
    for path in ["/8.8.8.8", "/dns.google"] {
        let tag = |ttl| {
            let record = move |question: &_| Reaction::records(question, ttl, vec![ptr("a.good."), address("8.8.8.8")]);
            let got = with(&World::new(move |_, question| record(question)), path, &[("accept", BROWSER)]);
            field(&got, "etag").unwrap().to_owned()
        };
        assert_eq!(tag(60), tag(59), "{path}: the TTL runs down, the page stays");
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
fn pages_tell_the_age_of_the_data() {
    let get = |day: u64, path| {
        let world = somewhere();
        world.wall_clock.set(std::time::Duration::from_secs(day * 86_400));
        with(&world, path, &[("accept", BROWSER)])
    };
    // The fixture is of 2026-01-01, day 20,454 since 1970.
    for (day, age, stale, why) in [
        (20_454, "</time>.", false, "of today"),
        (20_455, "(1 day old)", false, "of yesterday"),
        (20_544, "(90 days old)", false, "90 days"),
        (20_545, "(91 days old)", true, "over 90 days"),
    ] {
        for path in ["/8.8.8.8", "/nonsense"] {
            let got = get(day, path);
            let body = String::from_utf8_lossy(&got.body).into_owned();
            assert!(body.contains("Places of <time datetime=\"2026-01-01\">1 January 2026</time>"), "{path}: {why}");
            assert_eq!((body.contains(age), body.contains("out of date")), (true, stale), "{path}: {why}");
        }
    }
    let tag = |day| field(&get(day, "/8.8.8.8"), "etag").map(str::to_owned);
    assert!(tag(20_455) == tag(20_455) && tag(20_455) != tag(20_456), "a page of yesterday is fetched again");
}
