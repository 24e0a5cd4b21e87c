//! The media type of an answer, chosen by `accept`.

use super::*;

#[test]
fn clients_that_accept_no_offer() {
    for (path, accept, expected, why) in [
        ("/8.8.8.8", "application/json", 200, "an accepted offer"),
        ("/8.8.8.8", "text/html", 200, "a page"),
        ("/8.8.8.8?pretty", "text/html", 406, "indented JSON is not a page"),
        ("/8.8.8.8", "text/html, */*;q=0.1", 200, "a browser accepts everything"),
        ("/8.8.8.8/geo", "text/plain", 406, "an object is JSON"),
        ("/8.8.8.8/special", "text/plain", 406, "even if it is null"),
        ("/8.8.8.8/geo/city", "image/png", 406, "neither text nor JSON"),
        ("/health", "text/plain", 406, "JSON"),
        ("/me", "image/png", 406, "neither a document nor a page"),
    ] {
        let got = with(&somewhere(), path, &[("accept", accept), ("spin-client-addr", "8.8.8.8:1")]);
        assert_eq!(got.status, expected, "{path} {accept}: {why}");
        assert_eq!(field(&got, "vary"), Some("accept"), "{path} {accept}: {why}");
    }
}

#[test]
fn a_page_for_clients_that_prefer_one() {
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

#[test]
fn the_media_type_is_chosen_before_any_lookup() {
    for path in ["/me/dns", "/8.8.8.8/dns/names", "/8.8.8.8/dns/status", "/dns.good.com", "/", "/8.8.8.8"] {
        let platform = somewhere();
        let got = with(&platform, path, &[("accept", "image/png"), ("spin-client-addr", "8.8.8.8:1")]);
        assert_eq!((got.status, platform.hosts().len()), (406, 0), "{path}");
    }
}
