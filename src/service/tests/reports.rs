//! Reports on addresses and host names.

use super::*;

#[test]
fn a_failed_query_does_not_affect_the_rest() {
    let (status, report) = get("/8.8.8.8");
    assert_eq!(status, 200);
    assert_eq!(report["asn"], json!({"number": 15169, "organization": "Googol Search Ltd", "network": "8.8.8.0/24"}));
    assert_eq!(report["geo"]["city"], "Bog City");
    assert_eq!(
        report["dns"],
        json!({
            "status": "unreachable", "names": [], "omitted": 0, "confirmed": null, "authenticated": false, "ttl": null,
            "detail": "https://one.example: unreachable, connection refused; \
                       https://two.example: unreachable, connection refused"
        })
    );
}

#[test]
fn every_key_is_always_present() {
    let (_, full) = get("/8.8.8.8");
    let keys = |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    for path in ["/10.0.0.1", "/100.1.1.1", "/46.1.1.1", "/::ffff:8.8.8.8", "/2606:4700::1", "/8.8.8.8?dns=false", "/"]
    {
        let (status, report) = get(path);
        assert_eq!(status, 200, "{path}");
        assert_eq!(keys(&report), keys(&full), "{path}");
        for member in ["asn", "geo", "dns"] {
            assert!(report[member].is_null() || keys(&report[member]) == keys(&full[member]), "{path}: {member}");
        }
    }
}

#[test]
fn addresses_that_are_queried() {
    for (path, expected, why) in [
        ("/8.8.8.8", 2, "an ordinary address; both resolvers fail"),
        ("/2606:4700::1", 2, "IPv6"),
        ("/100.1.1.1", 2, "an address without a record in any database"),
        ("/8.8.8.8?dns=false", 0, "turned off"),
        ("/10.0.0.1", 0, "private"),
        ("/::ffff:8.8.8.8", 0, "special, although the inner address is not"),
        ("/", 0, "the caller has a documentation address"),
        ("/about", 0, "not about an address"),
        ("/nonsense", 0, "not a subject"),
    ] {
        let platform = nowhere();
        send(&Service::open(), &platform, "GET", path, &["192.0.2.7:1234"]);
        assert_eq!(platform.asked.borrow().len(), expected, "{path}: {why}");
    }
}

#[test]
fn special_and_embedded_addresses() {
    let number = |report: &Value| report["asn"]["number"].clone();
    for (ip, special, embedded, asn, city, why) in [
        ("10.0.0.1", json!("Private-Use"), Value::Null, Value::Null, Value::Null, "a private address has no place"),
        ("::ffff:8.8.8.8", json!("IPv4-mapped Address"), json!("8.8.8.8"), json!(15169), json!("Bog City"), "mapped"),
        ("2002:808:808::1", json!("6to4"), json!("8.8.8.8"), json!(15169), json!("Bog City"), "behind 6to4"),
        ("64:ff9b::8.8.8.8", json!("IPv4-IPv6 Translat."), json!("8.8.8.8"), json!(15169), json!("Bog City"), "NAT64"),
        ("2001::f7f7:f7f7", json!("TEREDO"), json!("8.8.8.8"), json!(15169), json!("Bog City"), "Teredo, inverted"),
        (
            "2001:0:909:909::f7f7:f7f7",
            json!("TEREDO"),
            json!("8.8.8.8"),
            json!(15169),
            json!("Bog City"),
            "the client's address counts, not the server's",
        ),
        ("2001:0:909:909::9bfe:fefe", json!("TEREDO"), json!("100.1.1.1"), Value::Null, Value::Null, "not announced"),
        (
            "::ffff:10.0.0.1",
            json!("IPv4-mapped Address"),
            json!("10.0.0.1"),
            Value::Null,
            Value::Null,
            "private inside",
        ),
    ] {
        let (_, report) = get(&format!("/{ip}?dns=false"));
        assert_eq!(report["special"]["name"], special, "{ip}: {why}");
        assert_eq!(report["embedded"]["ip"], embedded, "{ip}: {why}");
        assert_eq!((number(&report), &report["geo"]["city"]), (asn, &city), "{ip}: {why}");
    }
}

#[test]
fn names_are_verified_on_request() {
    let report = with(&somewhere(), "/8.8.8.8?verify=true", &[]).json();
    assert_eq!(report["dns"]["confirmed"], json!(["dns.good"]));
    let report = with(&somewhere(), "/9.9.9.9?verify=true", &[]).json();
    assert_eq!(report["dns"]["confirmed"], json!([]), "the name points elsewhere");
    let report = with(&somewhere(), "/10.0.0.1?verify=true", &[]).json();
    assert_eq!(report["dns"]["confirmed"], json!([]), "without a query no name is confirmed");
}

#[test]
fn host_names() {
    let platform = somewhere();
    let host = with(&platform, "/DNS.Good.com.", &[]).json();
    assert_eq!((&host["host"], &host["unicode"]), (&json!("dns.good.com"), &json!("dns.good.com")));
    assert_eq!((&host["a"]["status"], &host["aaaa"]["status"]), (&json!("ok"), &json!("nxdomain")));
    assert_eq!((&host["records"], &host["canonical"], &host["omitted"]), (&json!(null), &json!(null), &json!(0)));
    let address = &host["addresses"][0];
    assert_eq!((&address["ip"], &address["asn"]["number"]), (&json!("8.8.8.8"), &json!(15169)));
    assert_eq!(address["dns"], json!(null), "queried with verify=true only");
    assert_eq!(platform.hosts().len(), 2, "A and AAAA");

    let host = with(&somewhere(), "/dns.good.com?verify=true", &[]).json();
    assert_eq!(host["addresses"][0]["dns"]["confirmed"], json!(["dns.good"]));
    let host = with(&somewhere(), "/m%C3%BCnchen.good.com?records=true", &[]).json();
    assert_eq!((&host["host"], &host["unicode"]), (&json!("xn--mnchen-3ya.good.com"), &json!("münchen.good.com")));
    assert_eq!(host["records"]["mx"]["status"], "nxdomain");
    let reverse = with(&somewhere(), "/8.8.8.8.in-addr.arpa", &[]).json();
    assert_eq!(reverse["ip"], "8.8.8.8", "a reverse name stands for its address");
    let host = with(&nowhere(), "/dns.good.com", &[]);
    assert_eq!(
        (host.status, &host.json()["a"]["status"]),
        (200, &json!("unreachable")),
        "a failed query is not an error"
    );
}
