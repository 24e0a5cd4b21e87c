//! Whole documents, compared with golden files. `UPDATE_GOLDEN=1` writes the files; read the difference before you commit
//! it.

use host::doh::{Answer, Chain};
use serde_json::{Value, json};

use crate::support::{World, workspace};

#[tokio::test]
async fn golden() {
    let cases = [
        ("8.8.8.8", "IPv4, with every field"),
        ("8.8.8.200", "a longer prefix inside; no postal code"),
        ("9.9.9.9", "in the EU; without accuracy; an ASN"),
        ("45.45.1.1", "latitude and longitude 0 are numbers; the longer prefix of the ASN counts"),
        ("45.1.1.1", "the shorter prefix, around the longer one"),
        ("46.1.1.1", "only a country; without an ASN"),
        ("193.0.1.1", "names beyond ASCII"),
        ("203.0.114.1", "quotes and a backslash; the largest ASN"),
        ("1.0.0.1", "an ASN and no place"),
        ("100.1.1.1", "in no database"),
        ("2606:4700:4700::1111", "IPv6"),
        ("2001:4860:4860::8888", "IPv6 with an ASN and no place"),
        ("2A00:1450:0:0::1", "any spelling of an IPv6 address gets the canonical one"),
        ("2c0f:fff0::1", "IPv6 in no database"),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("2002:0808:0808::1", "6to4"),
        ("64:ff9b::8.8.8.8", "NAT64, the well-known prefix"),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", "Teredo: the client's address is stored inverted"),
        ("10.1.2.3", "private"),
        ("127.0.0.1", "loopback"),
        ("192.0.2.1", "documentation"),
        ("fe80::1", "link-local"),
        ("::", "unspecified"),
        ("2001:db8::1", "documentation"),
    ];
    let world = World::new(Answer::FromAddress).await;
    for (subject, reason) in cases {
        let answer = world.client.get(&format!("/{subject}?pretty=true")).await;
        answer.report();
        compare(subject, std::str::from_utf8(&answer.body).unwrap(), reason);
    }
    assert_eq!(world.host.counters().failed(), 0);
}

/// Compares a document with its golden file.
fn compare(subject: &str, document: &str, reason: &str) {
    let name = subject.to_ascii_lowercase().replace(':', "_");
    let file = workspace().join(format!("tests/host/golden/{name}.json"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(file, document).unwrap();
    }
    let golden = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(document, golden, "{subject}: {reason}: {}", file.display());
}

#[tokio::test]
async fn not_pretty_is_the_same_on_one_line() {
    let world = World::new(Answer::FromAddress).await;
    let plain = world.client.get("/8.8.8.8").await;
    let pretty = world.client.get("/8.8.8.8?pretty=true").await;
    assert_eq!(plain.report(), pretty.report());
    assert_eq!(plain.body.trim_ascii_end().iter().filter(|byte| **byte == b'\n').count(), 0);
}

#[tokio::test]
async fn without_dns() {
    let world = World::new(Answer::FromAddress).await;
    let mut with = world.report("8.8.8.8").await;
    let without = world.report("8.8.8.8?dns=false").await;
    assert_eq!(world.doh.count(), 1, "only the first sends a query");
    assert_eq!(with["dns"]["status"], "ok");
    with["dns"] = Value::Null;
    assert_eq!(with, without, "the rest is the same");
}

#[tokio::test]
async fn special_addresses_send_no_query() {
    let cases = [
        ("10.0.0.1", "private"),
        ("100.64.0.1", "shared address space"),
        ("127.0.0.1", "loopback"),
        ("169.254.1.1", "link-local"),
        ("192.0.2.1", "documentation"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("::1", "loopback"),
        ("fc00::1", "unique local"),
        ("fe80::1", "link-local"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "documentation"),
        ("::ffff:10.0.0.1", "private, mapped"),
    ];
    let world = World::new(Answer::FromAddress).await;
    for (subject, reason) in cases {
        let report = world.report(subject).await;
        assert_eq!(report["dns"]["status"], "skipped", "{subject}: {reason}");
        assert_eq!(report["geo"], Value::Null, "{subject}: {reason}");
        assert!(report["special"]["name"].is_string(), "{subject}: {reason}");
    }
    assert_eq!(world.doh.count(), 0, "private names must not leak");
}

#[tokio::test]
async fn names_are_reported_as_the_resolver_sent_them() {
    let chain = Chain {
        through: vec![("8.0-25.8.8.8.in-addr.arpa.".to_owned(), 600), ("ptr.doh.test.".to_owned(), 90)],
        names: vec![("b.doh.test.".to_owned(), 300), ("a.doh.test.".to_owned(), 300), ("b.doh.test.".to_owned(), 300)],
        authenticated: true,
    };
    let world = World::new(Answer::Names(chain)).await;
    let expected = json!({
        "status": "ok", "names": ["b.doh.test", "a.doh.test"], "omitted": 0, "confirmed": null,
        "authenticated": true, "ttl": 90, "detail": null,
    });
    assert_eq!(world.report("8.8.8.8").await["dns"], expected, "in order, once each, the least TTL of the chain");
}
