//! Host names: their addresses and records, and names confirmed by them.

use host::doh::{Answer, reverse, zone};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::World;

/// A world with a zone: `www.shop.com` is an alias of `shop.com`, which has addresses of both versions.
async fn world() -> World {
    let world = World::new(Answer::NxDomain(60)).await;
    let doh = &world.doh;
    doh.records("www.shop.com.", 90, [zone::cname("shop.com.")]);
    doh.records(
        "shop.com.",
        300,
        [
            zone::a([8, 8, 8, 8].into()),
            zone::a([1, 1, 1, 1].into()),
            zone::aaaa("2606:4700:4700::1111".parse().unwrap()),
            zone::ns("ns.shop.com."),
            zone::mx(20, "late.shop.com."),
            zone::mx(10, "soon.shop.com."),
            zone::txt(&[b"v=spf1 ".as_slice(), b"-all"]),
            zone::soa("ns.shop.com.", "admin.shop.com.", 7, 60),
            zone::caa(Some("ca.example.")),
        ],
    );
    doh.records(&reverse([8, 8, 8, 8].into()), 300, [zone::ptr("shop.com."), zone::ptr("claim.evil.com.")]);
    doh.records("claim.evil.com.", 300, [zone::a([6, 6, 6, 6].into())]);
    world
}

#[tokio::test]
async fn a_host_name() {
    let world = world().await;
    let host = world.report("WWW.Shop.Com.").await;
    assert_eq!((&host["host"], &host["unicode"]), (&json!("www.shop.com"), &json!("www.shop.com")));
    assert_eq!(host["canonical"], "shop.com");
    for kind in ["a", "aaaa"] {
        assert_eq!((&host[kind]["status"], &host[kind]["ttl"]), (&json!("ok"), &json!(90)), "the least of the chain");
    }
    let addresses = host["addresses"].as_array().unwrap();
    let ips: Vec<_> = addresses.iter().map(|address| address["ip"].as_str().unwrap()).collect();
    assert_eq!(ips, ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"]);
    for (address, ip) in addresses.iter().zip(ips) {
        assert_eq!(*address, world.report(&format!("{ip}?dns=false")).await, "equal to its own report, without DNS");
    }
    assert_eq!((&host["omitted"], &host["records"]), (&json!(0), &Value::Null));
    assert_eq!(world.doh.count(), 2, "A and AAAA");
}

#[tokio::test]
async fn further_records() {
    let host = world().await.report("shop.com?records=true").await;
    let records = &host["records"];
    assert_eq!(records["ns"]["records"], json!(["ns.shop.com"]));
    let mx = |preference: u16, exchange: &str| json!({ "preference": preference, "exchange": exchange });
    assert_eq!(records["mx"]["records"], json!([mx(10, "soon.shop.com"), mx(20, "late.shop.com")]));
    assert_eq!(records["txt"]["records"], json!(["v=spf1 -all"]));
    assert_eq!(records["soa"]["records"][0]["serial"], 7);
    assert_eq!(records["caa"]["records"][0]["tag"], "issue");
    for kind in ["ns", "mx", "txt", "soa", "caa"] {
        assert_eq!((&records[kind]["status"], &records[kind]["ttl"]), (&json!("ok"), &json!(300)), "{kind}");
    }
}

#[tokio::test]
async fn confirmed_names() {
    let world = world().await;
    let plain = world.report("8.8.8.8").await;
    assert_eq!(plain["dns"]["names"], json!(["shop.com", "claim.evil.com"]));
    assert_eq!(plain["dns"]["confirmed"], Value::Null, "not requested");
    let verified = world.report("8.8.8.8?verify=true").await;
    assert_eq!(verified["dns"]["confirmed"], json!(["shop.com"]), "the address does not belong to the other");
    let host = world.report("shop.com?verify=true").await;
    assert_eq!(host["addresses"][0]["dns"]["confirmed"], json!(["shop.com"]));
    assert_eq!(host["addresses"][1]["dns"]["status"], "nxdomain");
}

#[tokio::test]
async fn other_spellings() {
    let world = world().await;
    world.doh.records("xn--mnchen-3ya.com.", 60, [zone::a([9, 9, 9, 9].into())]);
    for subject in ["m%C3%BCnchen.com", "M%C3%9CNCHEN.com", "xn--mnchen-3ya.com"] {
        let host = world.report(subject).await;
        assert_eq!(
            (&host["host"], &host["unicode"]),
            (&json!("xn--mnchen-3ya.com"), &json!("münchen.com")),
            "{subject}"
        );
        assert_eq!(host["addresses"][0]["ip"], "9.9.9.9", "{subject}");
    }
    assert_eq!(world.report("8.8.8.8.in-addr.arpa").await["ip"], "8.8.8.8", "a reverse name is its address");
    let gone = world.report("gone.com").await;
    assert_eq!((&gone["a"]["status"], &gone["addresses"]), (&json!("nxdomain"), &json!([])), "an answer, not an error");
}

#[tokio::test]
async fn names_that_are_not_public() {
    let cases = [
        ("localhost", "label", "one label"),
        ("printer.local", "6762", "multicast DNS"),
        ("db.internal", "internal", "private"),
        ("10.in-addr.arpa", "network", "a part of a reverse zone"),
        ("1.2.3.4.5", "four", "numbers, but not an address"),
        ("a..com", "dot", "an empty label"),
    ];
    let world = world().await;
    for (subject, detail, reason) in cases {
        let answer = world.client.get(&format!("/{subject}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{subject}: {reason}");
        let problem = answer.json();
        let said = problem["detail"].as_str().unwrap().to_lowercase();
        assert!(said.contains(detail), "{subject}: {reason}: {said}");
    }
    assert_eq!(world.doh.count(), 0, "no DNS query");
}
