use std::cell::RefCell;
use std::future::{pending, ready};

use futures_util::FutureExt as _;
use hickory_proto::op::{Message, MessageType, ResponseCode};

use super::*;

/// A resolver that says what it is told to, and a clock that has stopped or has run out.
struct Canned {
    response: Option<Outcome>,
    time_is_up: bool,
    asked: RefCell<Vec<Vec<u8>>>,
}

/// Status, media type and body, or that there is no response.
type Outcome = Result<(u16, &'static str, Vec<Piece>), Unreachable>;

type Piece = Result<Vec<u8>, Unreachable>;

impl Transport for Canned {
    type Body = std::vec::IntoIter<Piece>;

    async fn post(&self, _: &Resolver, message: &[u8]) -> Result<Response<Self::Body>, Unreachable> {
        self.asked.borrow_mut().push(message.to_vec());
        match self.response.clone() {
            Some(Ok((status, content_type, pieces))) => Ok(Response {
                status,
                content_type: (!content_type.is_empty()).then(|| content_type.into()),
                body: pieces.into_iter(),
            }),
            Some(Err(error)) => Err(error),
            None => pending().await,
        }
    }
}

impl Body for std::vec::IntoIter<Piece> {
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Unreachable>> {
        ready(self.next().transpose())
    }
}

impl Clock for Canned {
    async fn sleep(&self, duration: Duration) {
        assert_eq!(duration, Duration::from_millis(1500), "the configured deadline");
        if !self.time_is_up {
            pending::<()>().await;
        }
    }
}

fn config() -> Config {
    Config {
        resolver: Resolver {
            scheme: http::uri::Scheme::HTTPS,
            authority: "dns.example".parse().unwrap(),
            path: "/dns-query".parse().unwrap(),
        },
        dns_timeout: Duration::from_millis(1500),
    }
}

fn ask(response: Option<Outcome>, time_is_up: bool) -> Answer {
    let canned = Canned { response, time_is_up, asked: RefCell::default() };
    let answer = names(&canned, &config(), "8.8.8.8".parse().unwrap()).now_or_never();
    assert_eq!(canned.asked.borrow().len(), 1, "one question");
    answer.expect("nothing is left to wait for")
}

/// NXDOMAIN to the question for 8.8.8.8.
fn nxdomain() -> Vec<u8> {
    let question = Question::ptr("8.8.8.8".parse().unwrap()).unwrap();
    let mut message = Message::from_vec(question.bytes()).unwrap();
    message.metadata.message_type = MessageType::Response;
    message.metadata.response_code = ResponseCode::NXDomain;
    message.to_vec().unwrap()
}

#[test]
fn what_http_makes_of_an_answer() {
    let whole = || vec![Ok(nxdomain())];
    let bytewise = || nxdomain().into_iter().map(|byte| Ok(vec![byte])).collect::<Vec<_>>();
    let cut = || vec![Ok(nxdomain()), Err(Unreachable("cut off".to_owned()))];
    let huge = || vec![Ok(vec![0; 40_000]), Ok(vec![0; 40_000])];
    for (status, content_type, pieces, expected, why) in [
        (200, MEDIA_TYPE, whole(), Status::Nxdomain, "an answer"),
        (200, MEDIA_TYPE, bytewise(), Status::Nxdomain, "an answer, byte by byte"),
        (206, "Application/DNS-Message; v=1", whole(), Status::Nxdomain, "2xx, case and parameters do not matter"),
        (200, "", whole(), Status::Malformed, "no media type"),
        (200, "text/html", whole(), Status::Malformed, "another media type"),
        (200, "application/dns-json", whole(), Status::Malformed, "the other DNS over HTTPS"),
        (200, MEDIA_TYPE, vec![], Status::Malformed, "an empty body"),
        (200, MEDIA_TYPE, huge(), Status::Malformed, "more than a DNS message can be"),
        (200, MEDIA_TYPE, cut(), Status::Unreachable, "a body cut off is not an answer, even if it looks like one"),
        (302, MEDIA_TYPE, whole(), Status::Unreachable, "a redirect is not followed"),
        (429, MEDIA_TYPE, whole(), Status::Unreachable, "too many questions"),
        (503, "text/plain", whole(), Status::Unreachable, "the resolver is down"),
    ] {
        let answer = ask(Some(Ok((status, content_type, pieces))), false);
        assert_eq!(answer.status, expected, "{why}: {answer:?}");
        assert_eq!(answer.detail.is_some(), expected != Status::Nxdomain, "{why}: a failure says what happened");
    }
}

#[test]
fn a_resolver_that_cannot_be_reached() {
    let answer = ask(Some(Err(Unreachable("connection refused".to_owned()))), false);
    assert_eq!((answer.status, answer.detail.as_deref()), (Status::Unreachable, Some("connection refused")));
}

#[test]
fn a_resolver_that_does_not_answer() {
    let answer = ask(None, true);
    assert_eq!(answer.status, Status::Timeout);
    assert_eq!(answer.detail.as_deref(), Some("no answer from https://dns.example/dns-query within 1500 ms"));
}

#[test]
fn an_answer_in_the_last_moment_counts() {
    let answer = ask(Some(Ok((200, MEDIA_TYPE, vec![Ok(nxdomain())]))), true);
    assert_eq!(answer.status, Status::Nxdomain);
}
