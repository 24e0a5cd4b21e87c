//! Every outcome of a DNS query, and that none changes the rest of the document.

use std::time::Duration;

use bytes::Bytes;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use host::doh::{Answer, Script};
use http::{Method, StatusCode};
use serde_json::Value;

use crate::support::{World, within};

#[tokio::test]
async fn statuses() {
    let cases: Vec<(Answer, &str, Option<u32>, &str, &str)> = vec![
        (Answer::names(&["a.doh.test."], 300), "ok", Some(300), "", "a name"),
        (Answer::names(&["a.doh.test."], 0), "ok", Some(0), "", "a TTL of 0"),
        (
            Answer::names(&["a.doh.test."], 1 << 31),
            "ok",
            Some(0),
            "",
            "an invalid TTL counts as 0 (RFC 2181 section 8)",
        ),
        (Answer::names(&["a.doh.test."], (1 << 31) - 1), "ok", Some((1 << 31) - 1), "", "the longest TTL"),
        (Answer::NxDomain(120), "nxdomain", Some(120), "", "no such name"),
        (Answer::NoData(60), "nodata", Some(60), "", "no PTR record"),
        (Answer::Failure(ResponseCode::ServFail, &[]), "servfail", None, "", "SERVFAIL"),
        (
            Answer::Failure(ResponseCode::ServFail, &[(22, "all authorities are down")]),
            "servfail",
            None,
            "all authorities are down",
            "the extended error says why (RFC 8914)",
        ),
        (Answer::Failure(ResponseCode::Refused, &[]), "refused", None, "", "REFUSED"),
        (Answer::Failure(ResponseCode::FormErr, &[]), "servfail", None, "1", "another RCODE"),
        (Answer::Loop, "malformed", None, "CNAME", "a CNAME loop"),
        (Answer::OtherQuestion, "malformed", None, "question", "an answer to another query"),
        (Answer::OtherId, "malformed", None, "ID", "an answer to another message"),
        (Answer::Truncated, "malformed", None, "truncated", "cut short"),
        (Answer::Echo, "malformed", None, "query", "the query itself"),
        (Answer::MediaType(Some("text/html")), "malformed", None, "media type", "a captive portal"),
        (Answer::Status(StatusCode::INTERNAL_SERVER_ERROR), "unreachable", None, "500", "an HTTP error"),
        (Answer::Status(StatusCode::TOO_MANY_REQUESTS), "unreachable", None, "429", "too many queries"),
        (Answer::Status(StatusCode::MOVED_PERMANENTLY), "unreachable", None, "301", "a redirect is not followed"),
        (Answer::Bytes(Bytes::new()), "malformed", None, "", "an empty body"),
        (Answer::Bytes(Bytes::from_static(b"\0")), "malformed", None, "", "one byte"),
        (Answer::Bytes(Bytes::from_static(&[0xff; 64])), "malformed", None, "", "noise"),
        (Answer::Bytes(Bytes::from_static(&[0; 70 << 10])), "malformed", None, "65535", "longer than a message is"),
        (Answer::CutOff, "unreachable", None, "", "the connection ends in the middle"),
    ];
    let world = World::new(Answer::FromAddress).await;
    for ((answer, status, ttl, detail, reason), last) in cases.into_iter().zip(0_u8..) {
        // A new address, so that no cached answer is used.
        let subject = format!("9.9.9.{last}");
        world.doh.always(answer);
        let mut report = world.report(&subject).await;
        let dns = std::mem::take(&mut report["dns"]);
        assert_eq!(dns["status"], status, "{reason}: {dns}");
        assert_eq!(dns["ttl"].as_u64(), ttl.map(u64::from), "{reason}: {dns}");
        assert_eq!(dns["names"].as_array().map(Vec::is_empty), Some(status != "ok"), "{reason}: {dns}");
        assert!(dns["detail"].as_str().unwrap_or_default().contains(detail), "{reason}: {dns}");
        assert_eq!(report, world.report(&format!("{subject}?dns=false")).await, "{reason}: the rest is whole");
    }
    assert_eq!(world.host.counters().failed(), 0, "no instance failed");
    world.doh.always(Answer::FromAddress);
    assert_eq!(world.report("8.8.8.8").await["dns"]["status"], "ok", "and the next query is answered");
}

#[tokio::test]
async fn the_deadline_holds() {
    let cases = [
        (Script::held(Answer::FromAddress), "a resolver that sends nothing"),
        (Answer::Drip(Duration::from_secs(60)).into(), "a resolver that begins an answer and never ends it"),
    ];
    for (script, reason) in cases {
        let world = World::with(script, &[("dns_timeout_ms", "200")]).await;
        // The resolver never answers: only the deadline can end this.
        let mut report = world.report("8.8.8.8").await;
        within(world.doh.idle()).await;
        assert_eq!((world.doh.count(), world.doh.abandoned()), (1, 1), "{reason}: the query is dropped");
        assert_eq!(report["dns"]["status"], "timeout", "{reason}");
        assert!(report["dns"]["detail"].as_str().is_some_and(|detail| detail.contains("200 ms")), "{reason}: {report}");
        report["dns"] = Value::Null;
        assert_eq!(report, world.report("8.8.8.8?dns=false").await, "{reason}: the rest is whole");
        assert_eq!(world.host.counters().failed(), 0, "{reason}");
    }
}

#[tokio::test]
async fn the_query() {
    for (method, expected) in [("get", Method::GET), ("post", Method::POST)] {
        let world = World::with(Answer::FromAddress, &[("doh_path", "/q"), ("doh_method", method)]).await;
        check_queries(&world, &expected).await;
    }
}

async fn check_queries(world: &World, method: &Method) {
    let cases = [
        ("193.0.1.1", "1.1.0.193.in-addr.arpa.", "IPv4 (RFC 1035 section 3.5)"),
        (
            "2606:4700:4700::1111",
            "1.1.1.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.4.0.0.7.4.6.0.6.2.ip6.arpa.",
            "IPv6 (RFC 3596 section 2.5)",
        ),
    ];
    for (subject, _, reason) in cases {
        assert_eq!(world.report(subject).await["dns"]["status"], "ok", "{reason}");
    }
    let queries = world.doh.queries();
    assert_eq!(queries.len(), cases.len());
    for (query, (_, name, reason)) in queries.iter().zip(cases) {
        assert_eq!(query.name(), name, "{reason}");
        assert_eq!((&query.method, query.path.as_str()), (method, "/q"), "doh_method and doh_path");
        assert_eq!(query.headers["accept"], "application/dns-message");
        assert_eq!(query.headers["accept-encoding"], "identity");
        assert!(!query.headers.contains_key("cache-control"), "caches on the way may answer");
        assert_eq!(query.message.queries[0].query_type, RecordType::PTR);
        assert_eq!(query.message.metadata.id, 0, "for HTTP caches (RFC 8484 section 4.1)");
        assert!(query.message.metadata.recursion_desired);
        assert!(query.message.metadata.authentic_data, "asks for the AD bit (RFC 6840 section 5.7)");
        assert_eq!(query.bytes.len() % 128, 0, "padded (RFC 8467 section 4.1)");
    }
}

#[tokio::test]
async fn no_lookup_waits_for_another() {
    const LOOKUPS: u8 = 64;
    let world = World::new(Script::held(Answer::FromAddress)).await;
    let subjects: Vec<_> = (0..LOOKUPS).map(|last| format!("9.9.9.{last}")).collect();
    let lookups = futures_util::future::join_all(subjects.iter().map(|subject| world.report(subject)));
    let release = async {
        // The first gets its answer when all have arrived.
        within(world.doh.queried(LOOKUPS.into())).await;
        world.doh.release();
    };
    let (reports, ()) = tokio::join!(lookups, release);
    for (report, subject) in reports.iter().zip(&subjects) {
        assert_eq!(report["ip"], subject.as_str());
        assert_eq!(report["dns"]["names"][0], format!("ip-{}.doh.test", subject.replace('.', "-")), "{subject}");
    }
    assert_eq!(world.host.counters().failed(), 0);
}
