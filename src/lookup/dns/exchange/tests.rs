use super::*;
use crate::testing::{Canned, Reaction, World, config};
use hickory_proto::op::{Message, ResponseCode};

fn ask(react: impl Fn(&Message) -> Reaction) -> Outcome {
    let world = World::new(|_, question| react(question));
    let question = Question::ptr("8.8.8.8".parse().unwrap()).unwrap();
    let outcome = world.run(exchange(&world, &config().primary, &question, || {}));
    assert_eq!(world.hosts(), ["one.example"], "one question");
    outcome
}

/// NXDOMAIN to the question for 8.8.8.8.
fn nxdomain() -> Vec<u8> {
    let question = Question::ptr("8.8.8.8".parse().unwrap()).unwrap();
    let question = Message::from_vec(question.bytes()).unwrap();
    match Reaction::code(&question, ResponseCode::NXDomain).response {
        Some(Ok(mut canned)) => canned.pieces.remove(0).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_http_makes_of_an_answer() {
    let whole = || vec![Ok(nxdomain())];
    let bytewise = || nxdomain().into_iter().map(|byte| Ok(vec![byte])).collect::<Vec<_>>();
    let cut = || vec![Ok(nxdomain()), Err(Unreachable("cut off".to_owned()))];
    let huge = || vec![Ok(vec![0; 40_000]), Ok(vec![0; 40_000])];
    for (status, content_type, pieces, expected, why) in [
        (200, Some(MEDIA_TYPE), whole(), Status::Nxdomain, "an answer"),
        (200, Some(MEDIA_TYPE), bytewise(), Status::Nxdomain, "an answer, byte by byte"),
        (
            206,
            Some("Application/DNS-Message; v=1"),
            whole(),
            Status::Nxdomain,
            "2xx, case and parameters do not matter",
        ),
        (200, None, whole(), Status::Malformed, "no media type"),
        (200, Some("text/html"), whole(), Status::Malformed, "another media type"),
        (200, Some("application/dns-json"), whole(), Status::Malformed, "the other DNS over HTTPS"),
        (200, Some(MEDIA_TYPE), vec![], Status::Malformed, "an empty body"),
        (200, Some(MEDIA_TYPE), huge(), Status::Malformed, "more than a DNS message can be"),
        (200, Some(MEDIA_TYPE), cut(), Status::Unreachable, "a body cut off is not an answer, even if it looks whole"),
        (302, Some(MEDIA_TYPE), whole(), Status::Unreachable, "a redirect is not followed"),
        (429, Some(MEDIA_TYPE), whole(), Status::Unreachable, "too many questions"),
        (503, Some("text/plain"), whole(), Status::Unreachable, "the resolver is down"),
    ] {
        let outcome =
            ask(|_| Reaction::http(Canned { status, content_type, retry_after: None, pieces: pieces.clone() }));
        assert_eq!(outcome.status, expected, "{why}: {outcome:?}");
        assert_eq!(outcome.detail.is_some(), expected != Status::Nxdomain, "{why}: a failure says what happened");
    }
}

#[test]
fn what_a_refusal_says() {
    for (retry_after, expected, why) in [
        (None, "HTTP 503", "nothing"),
        (Some("120"), "HTTP 503, retry-after 120", "seconds"),
        (Some("Fri, 31 Dec 1999 23:59:59 GMT"), "HTTP 503, retry-after Fri, 31 Dec 1999 23:59:59 GMT", "a date"),
        (Some("\u{1b}[31m"), "HTTP 503", "control characters are no answer to anything"),
        (Some("9999999999999999999999999999999999999999999"), "HTTP 503", "longer than either form"),
    ] {
        let canned = Canned { status: 503, content_type: None, retry_after, pieces: Vec::new() };
        let outcome = ask(|_| Reaction::http(canned.clone()));
        assert_eq!((outcome.status, outcome.detail.as_deref()), (Status::Unreachable, Some(expected)), "{why}");
    }
}

#[test]
fn a_resolver_that_cannot_be_reached() {
    let outcome = ask(|_| Reaction::unreachable("connection refused"));
    assert_eq!((outcome.status, outcome.detail.as_deref()), (Status::Unreachable, Some("connection refused")));
}
