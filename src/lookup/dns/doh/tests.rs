use std::cell::Cell;

use data_encoding::BASE64URL_NOPAD;

use super::*;
use crate::testing::{Canned, Reaction, World, config, name, ptr};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::SOA;
use hickory_proto::rr::{RData, Record};

fn ask(react: impl Fn(&Message) -> Reaction) -> Outcome {
    result(react, 0).0
}

/// The result of a query, which may be repeated `more` times, and the number of queries that were sent.
fn result(react: impl Fn(&Message) -> Reaction, more: usize) -> (Outcome, Option<Duration>, usize) {
    let world = World::new(|_, query| react(query));
    let query = Query::ptr("8.8.8.8".parse().unwrap()).unwrap();
    let budget = Cell::new(more);
    let spend = || budget.get().checked_sub(1).map(|rest| budget.set(rest)).is_some();
    let (outcome, rest) = world.run(send(&world, &config().primary, &query, false, spend));
    (outcome, rest, world.hosts().len())
}

/// NXDOMAIN to the query for 8.8.8.8.
fn nxdomain() -> Vec<u8> {
    let query = Query::ptr("8.8.8.8".parse().unwrap()).unwrap();
    let query = Message::from_vec(query.bytes()).unwrap();
    match Reaction::code(&query, ResponseCode::NXDomain).response {
        Some(Ok(mut canned)) => canned.pieces.remove(0).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn http_responses() {
    let whole = || vec![Ok(nxdomain())];
    let bytewise = || nxdomain().into_iter().map(|byte| Ok(vec![byte])).collect::<Vec<_>>();
    let cut = || vec![Ok(nxdomain()), Err(Unreachable::new("cut off"))];
    let huge = || vec![Ok(vec![0; 40_000]), Ok(vec![0; 40_000])];
    for (status, content_type, pieces, expected, why) in [
        (200, Some(MEDIA_TYPE), whole(), Status::Nxdomain, "an answer"),
        (200, Some(MEDIA_TYPE), bytewise(), Status::Nxdomain, "an answer that arrives byte by byte"),
        (
            206,
            Some("Application/DNS-Message; v=1"),
            whole(),
            Status::Nxdomain,
            "any 2xx status; a media type has no case, and parameters are ignored",
        ),
        (200, None, whole(), Status::Malformed, "no media type"),
        (200, Some("text/html"), whole(), Status::Malformed, "another media type"),
        (
            200,
            Some("application/dns-json"),
            whole(),
            Status::Malformed,
            "the JSON format of other DNS over HTTPS services",
        ),
        (200, Some(MEDIA_TYPE), vec![], Status::Malformed, "an empty body"),
        (200, Some(MEDIA_TYPE), huge(), Status::Malformed, "longer than a DNS message can be"),
        (
            200,
            Some(MEDIA_TYPE),
            cut(),
            Status::Unreachable,
            "a body that is cut off does not count, even if it looks complete",
        ),
        (302, Some(MEDIA_TYPE), whole(), Status::Unreachable, "a redirect is not followed"),
        (429, Some(MEDIA_TYPE), whole(), Status::Unreachable, "too many queries"),
        (503, Some("text/plain"), whole(), Status::Unreachable, "the resolver is down"),
    ] {
        let outcome =
            ask(|_| Reaction::http(Canned { status, content_type, pieces: pieces.clone(), ..Canned::default() }));
        assert_eq!(outcome.status, expected, "{why}: {outcome:?}");
        assert_eq!(outcome.detail.is_some(), expected != Status::Nxdomain, "{why}: a failure has a detail");
    }
}

#[test]
fn details_of_http_errors() {
    for (retry_after, expected, why) in [
        (None, "HTTP 503", "no header"),
        (Some("120"), "HTTP 503, retry-after 120", "seconds"),
        (Some("Fri, 31 Dec 1999 23:59:59 GMT"), "HTTP 503, retry-after Fri, 31 Dec 1999 23:59:59 GMT", "a date"),
        (Some("\u{1b}[31m"), "HTTP 503", "control characters are not shown"),
        (Some("9999999999999999999999999999999999999999999"), "HTTP 503", "too long for seconds or a date"),
    ] {
        let canned = Canned { status: 503, retry_after, ..Canned::default() };
        let outcome = ask(|_| Reaction::http(canned.clone()));
        assert_eq!((outcome.status, outcome.detail.as_deref()), (Status::Unreachable, Some(expected)), "{why}");
    }
}

#[test]
fn a_resolver_that_cannot_be_reached() {
    let outcome = ask(|_| Reaction::unreachable("connection refused"));
    assert_eq!((outcome.status, outcome.detail.as_deref()), (Status::Unreachable, Some("connection refused")));
}

#[test]
fn the_age_of_a_response_counts() {
    for (age, ttl, expected, why) in [
        (None, 300, 300, "fresh"),
        (Some("250"), 300, 50, "RFC 8484 section 5.1"),
        (Some("0"), 300, 300, "no age"),
        (Some("300"), 300, 0, "expired"),
        (Some("301"), 300, 0, "never below 0"),
        (Some("99999999999999999999"), 300, 0, "too large to count (RFC 9111 section 1.2.2)"),
        (Some(" 250 "), 300, 50, "spaces around the number"),
        (Some("-250"), 300, 300, "malformed: ignored"),
        (Some("+250"), 300, 300, "malformed: ignored"),
        (Some("250s"), 300, 300, "malformed: ignored"),
        (Some(""), 300, 300, "malformed: ignored"),
    ] {
        let aged = |reaction: Reaction| match reaction.response {
            Some(Ok(canned)) => Reaction::http(Canned { age, ..canned }),
            _ => reaction,
        };
        let positive = ask(|query| aged(Reaction::records(query, ttl, vec![ptr("a.example.")])));
        assert_eq!((positive.status, positive.ttl), (Status::Ok, Some(expected)), "{why}");
        let negative = ask(|query| {
            let soa = SOA::new(name("a."), name("b."), 1, 1, 1, 1, ttl);
            aged(Reaction::reply(query, |message| {
                message.metadata.response_code = ResponseCode::NXDomain;
                message.authorities = vec![Record::from_rdata(name("in-addr.arpa."), 3_600, RData::SOA(soa))];
            }))
        });
        assert_eq!((negative.status, negative.ttl), (Status::Nxdomain, Some(expected)), "{why}: a negative answer");
        let unknown = ask(|query| aged(Reaction::code(query, ResponseCode::NXDomain)));
        assert_eq!(unknown.ttl, None, "{why}: no TTL stays no TTL");
    }
}

#[test]
fn content_codings() {
    for (content_encoding, expected, why) in [
        (None, None, "no header"),
        (Some("identity"), None, "the coding that the query accepts"),
        (Some(" Identity "), None, "a coding has no case"),
        (Some("gzip"), Some("content coding gzip, where identity was asked for"), "named"),
        (Some("gzip, br"), Some("content coding gzip, br, where identity was asked for"), "several"),
        (Some("\u{1b}[31m"), Some("a content coding, where identity was asked for"), "not printable"),
        (
            Some("12345678901234567890123456789012345678901"),
            Some("a content coding, where identity was asked for"),
            "too long to be shown",
        ),
    ] {
        let outcome = ask(|_| match Reaction::bytes(nxdomain()).response {
            Some(Ok(canned)) => Reaction::http(Canned { content_encoding, ..canned }),
            other => panic!("{other:?}"),
        });
        let status = if expected.is_some() { Status::Malformed } else { Status::Nxdomain };
        assert_eq!((outcome.status, outcome.detail.as_deref()), (status, expected), "{why}");
    }
}

#[test]
fn a_closed_connection_is_replaced_once() {
    for (failures, more, status, sent, why) in [
        (0, 1, Status::Nxdomain, 1, "an open connection"),
        (1, 1, Status::Nxdomain, 2, "closed: sent again on another"),
        (2, 9, Status::Unreachable, 2, "sent again once only"),
        (1, 0, Status::Unreachable, 1, "the budget is used up"),
    ] {
        let left = Cell::new(failures);
        let react = |_: &Message| match left.get() {
            0 => Reaction::bytes(nxdomain()),
            more => {
                left.set(more - 1);
                Reaction::closed()
            }
        };
        let (outcome, _, count) = result(react, more);
        assert_eq!((outcome.status, count), (status, sent), "{why}");
    }
    let (_, _, count) = result(|_| Reaction::unreachable("connection refused"), 9);
    assert_eq!(count, 1, "a connection that was refused is not tried again");
}

#[test]
fn pauses() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (status, retry_after, expected, why) in [
        (503, Some("30"), seconds(30), "seconds"),
        (429, Some("30"), seconds(30), "too many queries"),
        (500, Some("30"), None, "the header has no meaning with this status (RFC 9110 section 10.2.3)"),
        (200, Some("30"), None, "nor with this one"),
        (503, None, None, "no header"),
        (503, Some("soon"), None, "malformed"),
        (503, Some("-1"), None, "malformed"),
        (503, Some("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Backoff::LONGEST), "a date"),
        (503, Some("99999999999999999999"), seconds(u32::MAX.into()), "too large to count"),
    ] {
        let (_, pause, _) = result(|_| Reaction::http(Canned { status, retry_after, ..Canned::default() }), 0);
        assert_eq!(pause, expected, "{status} {retry_after:?}: {why}");
    }
}

/// The two forms of RFC 8484 section 4.1.
#[test]
fn requests_of_both_methods() {
    let query = Query::ptr("8.8.8.8".parse().unwrap()).unwrap();
    let mut resolver = config().primary;
    let get = request(&resolver, &query, false);
    let encoded = get.path_with_query.strip_prefix("/dns-query?dns=").unwrap();
    assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "{encoded}");
    assert_eq!(BASE64URL_NOPAD.decode(encoded.as_bytes()).unwrap(), query.bytes());
    assert_eq!(get.message, None);
    resolver.method = Method::Post;
    let post = request(&resolver, &query, false);
    assert_eq!((&*post.path_with_query, post.message), ("/dns-query", Some(query.bytes())));
}
