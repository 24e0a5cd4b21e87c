//! Caches: `cache-control`, entity tags, and what timing shows.

use super::*;

#[test]
fn an_unchanged_answer_is_not_sent_again() {
    let service = Service::open();
    let world =
        |ttl: u32, name: &'static str| World::new(move |_, query| Reaction::records(query, ttl, vec![ptr(name)]));
    let get = |world: &World<'_>, path: &str, have: &str| {
        let headers = [("if-none-match", have)];
        request(&service, world, &Sent { method: "GET", path, headers: &headers, body: "" })
    };
    for path in ["/8.8.8.8", "/8.8.8.8/asn", "/about", "/openapi.json", "/8.8.8.8?dns=false", "/dns.google"] {
        let first = get(&world(60, "a.good."), path, "");
        let tag = field(&first, "etag").unwrap_or_else(|| panic!("{path}: {first:?}")).to_owned();
        assert_eq!(get(&world(60, "a.good."), path, &tag).status, 304, "{path}");
        assert_eq!(get(&world(60, "a.good."), path, "\"other\"").body, first.body, "{path}: byte for byte");
    }
    let tag = field(&get(&world(60, "a.good."), "/8.8.8.8", ""), "etag").unwrap().to_owned();
    assert_eq!(get(&world(60, "a.good."), "/8.8.8.8?pretty=true", &tag).status, 200, "another layout");
    let tag = |ttl, name| {
        let got = request(
            &Service::open(),
            &world(ttl, name),
            &Sent { method: "GET", path: "/8.8.8.8", headers: &[], body: "" },
        );
        field(&got, "etag").unwrap().to_owned()
    };
    assert_eq!(tag(60, "a.good."), tag(59, "a.good."), "only the TTL differs");
    assert_ne!(tag(60, "a.good."), tag(60, "b.good."), "another answer");
}

#[test]
fn the_tag_stays_while_ttls_run_down() {
    let (service, world) = (Service::open(), somewhere());
    let get = || request(&service, &world, &Sent { method: "GET", path: "/8.8.8.8", headers: &[], body: "" });
    let first = get();
    world.run(world.sleep(std::time::Duration::from_secs(100)));
    let second = get();
    assert_eq!((&first.json()["dns"]["ttl"], &second.json()["dns"]["ttl"]), (&json!(300), &json!(200)));
    assert_eq!(field(&second, "cache-control"), Some("public, max-age=200"));
    assert_eq!(field(&first, "etag"), field(&second, "etag"));
}

#[test]
fn lifetimes_in_caches() {
    let world = |ttl: u32| World::new(move |_, query| Reaction::records(query, ttl, vec![ptr("a.good.")]));
    for (path, ttl, expected, why) in [
        ("/8.8.8.8", 300, "public, max-age=300", "the TTL"),
        ("/8.8.8.8", 0, "public, max-age=5", "the floor"),
        ("/8.8.8.8", 604_800, "public, max-age=86400", "the ceiling"),
        ("/8.8.8.8?dns=false", 300, "public, max-age=86400", "the databases do not change"),
        ("/10.0.0.1", 300, "public, max-age=86400", "nothing was queried"),
        ("/8.8.8.8/asn", 300, "public, max-age=86400", "a member that needs no query"),
        ("/me", 300, "private, no-store", "about the caller"),
        ("/me/asn", 300, "private, no-store", "about the caller"),
        ("/nonsense", 300, "no-store", "a problem"),
        ("/about", 300, "public, max-age=60", "it depends on variables"),
        ("/8.8.8.8/", 300, "public, max-age=86400", "a permanent redirect"),
        ("/city", 300, "no-store", "a temporary redirect"),
        ("/favicon.ico", 300, "public, max-age=86400", "the icon"),
    ] {
        let got = with(&world(ttl), path, &[("spin-client-addr", "8.8.8.8:1")]);
        assert_eq!(field(&got, "cache-control"), Some(expected), "{path}: {why}");
    }
    let service = Service::open();
    let world = world(300);
    let get = || request(&service, &world, &Sent { method: "GET", path: "/8.8.8.8", headers: &[], body: "" });
    get();
    world.run(crate::platform::Platform::sleep(&world, std::time::Duration::from_secs(100)));
    assert_eq!(field(&get(), "cache-control"), Some("public, max-age=200"), "the remaining TTL");
}

#[test]
fn timing_does_not_reveal_the_cache() {
    let service = Service::open();
    let world = World::new(|resolver, query| match resolver {
        "one.example" => Reaction::code(query, ResponseCode::ServFail),
        _ => Reaction::records(query, 60, vec![ptr("a.good.")]).after(20),
    });
    let headers = [("spin-client-addr", "8.8.8.8:1")];
    let timing = |path| {
        let got = request(&service, &world, &Sent { method: "GET", path, headers: &headers, body: "" });
        field(&got, "server-timing").unwrap().to_owned()
    };
    let first = timing("/8.8.8.8");
    assert!(first.ends_with("dns;desc=\"https://two.example\""), "the resolver that answered: {first}");
    assert!(first.contains("geo;dur=") && first.contains("asn;dur="), "{first}");
    assert_eq!(timing("/8.8.8.8"), first, "a cached answer");
    let own = timing("/me");
    assert!(own.ends_with("dns;desc=\"https://two.example\";dur=20.000"), "for the caller alone: {own}");
    assert!(!timing("/8.8.8.8?dns=false").contains("dns"));
}
