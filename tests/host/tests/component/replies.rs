//! Unusual replies of real resolvers: headers, content codings, records that cannot be read, error codes.

use hickory_proto::op::ResponseCode;
use host::doh::{Answer, zone};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::support::World;

/// `1.0.0.5.in-addr.arpa. 600 IN PTR host.example.net.`, a whole reply.
const HOST: &str = "000081800001000100000000013101300130013507696e2d61646472046172706100000c0001c00c000c0001000002580012\
                    04686f7374076578616d706c65036e657400";
/// An error with RCODE 16 in OPT (RFC 6891 section 6.1.3), to a query for `8.0.0.5.in-addr.arpa.`
const BADVERS: &str =
    "000081800001000000000001013801300130013507696e2d61646472046172706100000c000100002904d0010000000000";
/// An error reply without a question section.
const REFUSED: &str = "000081850000000000000000";

#[tokio::test]
async fn statuses() {
    let aged = |age: &str| Answer::hex(HOST).with(header::AGE, age);
    let cases: Vec<(&str, Answer, &str, Value, &str, &str)> = vec![
        ("5.0.0.1", Answer::hex(HOST), "ok", json!(600), "", "the whole TTL"),
        ("5.0.0.1", aged("250"), "ok", json!(350), "", "less the age (RFC 8484 section 5.1)"),
        ("5.0.0.1", aged("0"), "ok", json!(600), "", "no age"),
        ("5.0.0.1", aged("601"), "ok", json!(0), "", "never below 0"),
        ("5.0.0.1", aged("99999999999999999999"), "ok", json!(0), "", "older than any number (RFC 9111 section 1.2.2)"),
        ("5.0.0.1", aged("soon"), "ok", json!(600), "", "not an age"),
        ("5.0.0.1", aged("-1"), "ok", json!(600), "", "not an age"),
        (
            "5.0.0.1",
            Answer::Gzipped(Box::new(Answer::hex(HOST))),
            "malformed",
            Value::Null,
            "gzip",
            "a coding that the request does not accept",
        ),
        (
            "5.0.0.1",
            Answer::hex(HOST).with(header::CONTENT_ENCODING, "identity"),
            "ok",
            json!(600),
            "",
            "a coding that changes nothing",
        ),
        ("5.0.0.8", Answer::hex(BADVERS), "servfail", Value::Null, "BADVERS", "RFC 6895 section 2.3"),
        ("5.0.0.9", Answer::hex(REFUSED), "refused", Value::Null, "", "servers send errors without the question"),
        (
            "5.0.0.9",
            Answer::Failure(ResponseCode::ServFail, &[(22, "no authority"), (23, "network error"), (9, "no DNSKEY")]),
            "servfail",
            Value::Null,
            "no authority",
            "the first of several extended errors",
        ),
        (
            "5.0.0.9",
            Answer::Failure(ResponseCode::ServFail, &[(22, "no authority"), (23, "network error"), (9, "no DNSKEY")]),
            "servfail",
            Value::Null,
            "no DNSKEY",
            "and the last (RFC 8914 section 2)",
        ),
        (
            "5.0.0.9",
            Answer::StatusWith(StatusCode::TOO_MANY_REQUESTS, header::RETRY_AFTER, "120".to_owned()),
            "unreachable",
            Value::Null,
            "120",
            "when to come back",
        ),
    ];
    let mut wrong = Vec::new();
    for (subject, answer, status, ttl, detail, reason) in cases {
        // A new host for each row, so that nothing is cached from the row before.
        let world = World::new(answer).await;
        let dns = &world.report(subject).await["dns"];
        let names = dns["names"].as_array().map(Vec::len);
        let is_right = dns["status"] == status
            && dns["ttl"] == ttl
            && names == Some(usize::from(status == "ok"))
            && dns["detail"].as_str().unwrap_or_default().contains(detail);
        if !is_right {
            wrong.push(format!("{reason}: expected {status}, TTL {ttl}, {detail:?}; got {dns}"));
        }
        assert_eq!(world.host.counters().failed(), 0, "{reason}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// RFC 9110 section 12.5.3: without this header, a server may choose any coding.
#[tokio::test]
async fn no_content_coding_is_accepted() {
    let world = World::new(Answer::FromAddress).await;
    world.report("8.8.8.8").await;
    let queries = world.doh.queries();
    assert_eq!(queries[0].headers.get(header::ACCEPT_ENCODING).map(|value| value.as_bytes()), Some(&b"identity"[..]));
}

/// After `Retry-After`, a resolver gets no query for that long (RFC 9110 section 10.2.3).
#[tokio::test]
async fn retry_after_is_obeyed() {
    let answer = Answer::StatusWith(StatusCode::TOO_MANY_REQUESTS, header::RETRY_AFTER, "120".to_owned());
    let world = World::new(answer).await;
    // One request after the other, so that one instance serves them unless the machine is very slow.
    for last in 0..10 {
        assert_eq!(world.report(&format!("9.9.9.{last}")).await["dns"]["status"], "unreachable");
    }
    let (queries, instances) = (world.doh.count(), world.host.counters().created());
    assert!(queries <= instances, "{queries} queries from {instances} instances");
}

/// One record that cannot be read, or is too long, beside others that can.
#[tokio::test]
async fn odd_records() {
    let world = World::new(Answer::NxDomain(60)).await;
    world.doh.records("shop.com.", 300, [zone::a([8, 8, 8, 8].into())]);
    world.doh.records("shop.com.", 300, [zone::caa(Some("ca.test.")), zone::odd_caa(), zone::caa(Some("other.test."))]);
    let long = zone::long_txt(20_000, b'x');
    world.doh.records("shop.com.", 200, [zone::txt(&[b"before"]), long, zone::txt(&[b"behind"])]);
    let records = &world.report("shop.com?records=true").await["records"];
    let caa = &records["caa"];
    assert_eq!((&caa["status"], &caa["ttl"], &caa["omitted"]), (&json!("ok"), &json!(300), &json!(1)), "{caa}");
    let values: Vec<_> = caa["records"].as_array().unwrap().iter().map(|record| &record["value"]).collect();
    assert_eq!(values, ["ca.test.", "other.test."], "the one with an empty tag is not among them");
    let txt = &records["txt"];
    assert_eq!((&txt["status"], &txt["ttl"]), (&json!("ok"), &json!(200)), "a record that is too long exists: {txt}");
    let texts: Vec<_> = txt["records"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for text in ["before", "behind"] {
        assert!(texts.contains(&text), "{text}: not hidden by the long one");
    }
    assert_eq!(texts.len() + txt["omitted"].as_u64().map_or(0, |omitted| omitted as usize), 3, "all are accounted for");
}
