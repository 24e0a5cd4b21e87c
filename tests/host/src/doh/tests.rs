use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use hickory_proto::op::{MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::DNSClass;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::*;

const NAME: &str = "1.2.0.192.in-addr.arpa.";

/// An HTTP client that sends queries as the component does: queries for names by GET, all others by POST.
struct Asker(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Asker {
    fn new(trusted: Option<CertificateDer<'static>>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(trusted);
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_all_versions().build();
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }

    async fn ask(&self, origin: &str, name: &str, record_type: RecordType) -> Result<Response<Incoming>, Error> {
        let mut message = Message::new(0, MessageType::Query, OpCode::Query);
        message.add_query(Query::query(zone::name(name), record_type));
        let message = message.to_vec().unwrap();
        // RFC 8484 section 4.1 has two forms.
        let request = match record_type {
            RecordType::PTR => {
                let parameter = BASE64URL_NOPAD.encode(&message);
                Request::get(format!("{origin}/dns-query?dns={parameter}")).body(Full::default())
            }
            _ => Request::post(format!("{origin}/dns-query"))
                .header(header::CONTENT_TYPE, "application/dns-message")
                .body(Full::from(message)),
        };
        let request = request.unwrap();
        within(self.0.request(request)).await
    }

    async fn message(&self, doh: &Doh, name: &str, record_type: RecordType) -> Message {
        let response = self.ask(&doh.origin(), name, record_type).await.unwrap();
        Message::from_vec(&within(response.into_body().collect()).await.unwrap().to_bytes()).unwrap()
    }
}

/// Ends a test whose event never comes.
async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("the event did not come within 60 s")
}

fn data(message: &Message) -> Vec<String> {
    message.answers.iter().map(|record| record.data.to_string()).collect()
}

#[tokio::test]
async fn names_and_addresses_belong_together() {
    let cases = [
        (NAME, RecordType::PTR, "ip-192-0-2-1.doh.test.", "IPv4"),
        ("ip-192-0-2-1.doh.test.", RecordType::A, "192.0.2.1", "and back"),
        ("IP-192-0-2-1.DOH.test.", RecordType::A, "192.0.2.1", "case does not matter"),
        (&reverse("2001:db8::1".parse().unwrap()), RecordType::PTR, "ip-2001-db8--1.doh.test.", "IPv6"),
        ("ip-2001-db8--1.doh.test.", RecordType::AAAA, "2001:db8::1", "and back"),
        ("ip-192-0-2-1.doh.test.", RecordType::AAAA, "", "no address of the other family"),
        (NAME, RecordType::A, "", "no address at a reverse name"),
    ];
    let doh = Doh::start(Answer::FromAddress).await.unwrap();
    let asker = Asker::new(None);
    for (name, record_type, expected, why) in cases {
        let message = asker.message(&doh, name, record_type).await;
        assert_eq!(data(&message).join(" "), expected, "{name} {record_type}: {why}");
        assert_eq!(message.metadata.response_code, ResponseCode::NoError, "{name} {record_type}: {why}");
    }
    let other = asker.message(&doh, "other.test.", RecordType::A).await;
    assert_eq!(other.metadata.response_code, ResponseCode::NXDomain);
}

#[tokio::test]
async fn records_of_every_type() {
    let doh = Doh::start(Answer::NxDomain(60)).await.unwrap();
    let v6 = "2001:db8::1".parse().unwrap();
    doh.records("dns.test.", 300, [zone::a([192, 0, 2, 1].into()), zone::a([192, 0, 2, 2].into()), zone::aaaa(v6)]);
    doh.records("dns.test.", 60, [zone::ns("ns.test."), zone::mx(10, "mail.test."), zone::txt(&[b"v=spf1 -all"])]);
    doh.records("dns.test.", 60, [zone::soa("ns.test.", "admin.test.", 7, 30), zone::caa(Some("ca.test"))]);
    doh.records("www.test.", 60, [zone::cname("dns.test.")]);
    doh.on_type("dns.test.", RecordType::SRV, Answer::Failure(ResponseCode::ServFail, &[]));
    let cases = [
        ("dns.test.", RecordType::A, "192.0.2.1 192.0.2.2", "in order"),
        ("DNS.Test.", RecordType::AAAA, "2001:db8::1", "in any case"),
        ("dns.test.", RecordType::NS, "ns.test.", ""),
        ("dns.test.", RecordType::MX, "10 mail.test.", ""),
        ("dns.test.", RecordType::TXT, "v=spf1 -all", ""),
        ("dns.test.", RecordType::SOA, "ns.test. admin.test. 7 3600 600 86400 30", ""),
        ("dns.test.", RecordType::CAA, "0 issue \"ca.test\"", ""),
        ("dns.test.", RecordType::PTR, "", "NODATA"),
        ("www.test.", RecordType::A, "dns.test. 192.0.2.1 192.0.2.2", "the alias and its target"),
        ("www.test.", RecordType::CNAME, "dns.test.", "the alias itself"),
    ];
    let asker = Asker::new(None);
    for (name, record_type, expected, why) in cases {
        let message = asker.message(&doh, name, record_type).await;
        assert_eq!(data(&message).join(" "), expected, "{name} {record_type}: {why}");
        assert_eq!(message.metadata.response_code, ResponseCode::NoError, "{name} {record_type}: {why}");
    }
    let of = async |name, record_type| asker.message(&doh, name, record_type).await.metadata.response_code;
    assert_eq!(of("other.test.", RecordType::A).await, ResponseCode::NXDomain, "the general script");
    assert_eq!(of("dns.test.", RecordType::SRV).await, ResponseCode::ServFail, "a script comes before records");
}

#[tokio::test]
async fn one_thing_is_wrong_and_nothing_else() {
    let right = |message: &Message| {
        let query = &message.queries[0];
        let same = query.name == zone::name(NAME) && query.query_type == RecordType::PTR;
        (message.metadata.id == 0, same && query.query_class == DNSClass::IN, !message.metadata.truncation)
    };
    let cases = [
        (Answer::FromAddress, (true, true, true), "nothing"),
        (Answer::OtherId, (false, true, true), "the ID"),
        (Answer::OtherType, (true, false, true), "the type"),
        (Answer::OtherClass, (true, false, true), "the class"),
        (Answer::Truncated, (true, true, false), "the TC bit"),
    ];
    let doh = Doh::start(Answer::FromAddress).await.unwrap();
    let asker = Asker::new(None);
    for (answer, expected, why) in cases {
        doh.always(answer);
        let message = asker.message(&doh, NAME, RecordType::PTR).await;
        assert_eq!(right(&message), expected, "{why}");
        assert_eq!(data(&message), ["ip-192-0-2-1.doh.test."], "{why}: the rest is valid");
    }
}

#[tokio::test]
async fn a_body_ends_in_the_middle() {
    let doh = Doh::start(Answer::FromAddress).await.unwrap();
    for (answer, why) in [(Answer::CutOff, "closed"), (Answer::Reset, "reset")] {
        doh.always(answer);
        let response = Asker::new(None).ask(&doh.origin(), NAME, RecordType::PTR).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{why}: the head is whole");
        let error = within(response.into_body().collect()).await.unwrap_err();
        let reset = format!("{error:?}").contains("ConnectionReset");
        assert_eq!(reset, why == "reset", "{why}: {error:?}");
    }
    within(doh.idle()).await;
    assert_eq!(doh.abandoned(), 0, "the server broke off, not the client");
}

#[tokio::test]
async fn a_query_that_is_given_up() {
    let doh = Doh::start(Script::never()).await.unwrap();
    let asker = Asker::new(None);
    {
        let origin = doh.origin();
        let asking = asker.ask(&origin, NAME, RecordType::PTR);
        tokio::select! {
            _ = asking => unreachable!("it never answers"),
            () = within(doh.queried(1)) => {}
        }
    }
    within(doh.idle()).await;
    assert_eq!((doh.count_of(NAME), doh.abandoned()), (1, 1), "while it was held");
    doh.always(Answer::Drip(Duration::from_secs(3_600)));
    drop(asker.ask(&doh.origin(), NAME, RecordType::PTR).await.unwrap());
    within(doh.idle()).await;
    assert_eq!((doh.count_of(NAME), doh.abandoned()), (2, 2), "in the middle of the answer");
    doh.always(Answer::FromAddress);
    asker.message(&doh, NAME, RecordType::PTR).await;
    within(doh.idle()).await;
    assert_eq!((doh.count(), doh.abandoned()), (3, 2), "an answered query is not abandoned");
}

#[tokio::test]
async fn held_until_another_is_queried() {
    let other = Doh::start(Answer::FromAddress).await.unwrap();
    let doh = Doh::start(Script::after_query_to(&other, Answer::FromAddress)).await.unwrap();
    let asker = Asker::new(None);
    let (message, ()) = tokio::join!(asker.message(&doh, NAME, RecordType::PTR), async {
        within(doh.queried(1)).await;
        asker.message(&other, "other.test.", RecordType::PTR).await;
        assert_eq!(doh.state.events.read(|tally| tally.open), 1, "a query for another name does not count");
        asker.message(&other, NAME, RecordType::PTR).await;
    });
    assert_eq!(data(&message), ["ip-192-0-2-1.doh.test."]);
}

#[tokio::test]
async fn over_tls() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let identity = Identity::new(certificate.clone(), key.into()).unwrap();
    let doh = Doh::start_tls(&identity, Answer::FromAddress).await.unwrap();
    let message = Asker::new(Some(certificate)).message(&doh, NAME, RecordType::PTR).await;
    assert_eq!(data(&message), ["ip-192-0-2-1.doh.test."]);
    assert_eq!(doh.queries()[0].version, Version::HTTP_2);
    let error = Asker::new(None).ask(&doh.origin(), NAME, RecordType::PTR).await.unwrap_err();
    assert!(error.is_connect(), "an untrusted certificate: {error}");
    assert_eq!(doh.count(), 1);
}

#[tokio::test]
async fn origins_without_a_resolver() {
    let asker = Asker::new(None);
    for (dead, why) in [
        (Dead::closed().unwrap(), "connection refused"),
        (Dead::tls_refused().await.unwrap(), "handshake refused"),
        (Dead::hangs_up().await.unwrap(), "closed"),
    ] {
        for _ in 0..2 {
            assert!(asker.ask(dead.origin(), NAME, RecordType::PTR).await.is_err(), "{why}");
        }
    }
    let silent = Dead::silent().await.unwrap();
    let asking = asker.ask(silent.origin(), NAME, RecordType::PTR);
    assert!(tokio::time::timeout(Duration::from_millis(50), asking).await.is_err(), "it never answers");
}

#[tokio::test]
async fn connections_are_closed() {
    let doh = Doh::start(Answer::FromAddress).await.unwrap();
    let cases = [
        (Connections::ClosedWhenIdle(Duration::from_millis(1)), 1, "when idle"),
        (Connections::ClosedAfterReply { announced: false }, 2, "after a reply"),
    ];
    for (connections, closed, reason) in cases {
        doh.connections(connections);
        // Each client has its own connections, which it keeps.
        let asker = Asker::new(None);
        asker.message(&doh, NAME, RecordType::PTR).await;
        within(doh.closed(closed)).await;
        assert_eq!(doh.state.events.read(|tally| tally.closed), closed, "{reason}");
    }
    doh.connections(Connections::ClosedAfterReply { announced: true });
    let response = Asker::new(None).ask(&doh.origin(), NAME, RecordType::PTR).await.unwrap();
    assert_eq!(response.headers()[header::CONNECTION], "close");
    doh.connections(Connections::ClosedOnSecondQuery);
    let asker = Asker::new(None);
    asker.message(&doh, NAME, RecordType::PTR).await;
    let second = asker.ask(&doh.origin(), NAME, RecordType::PTR).await;
    assert!(second.is_err(), "the second query has no answer: {second:?}");
    assert_eq!(doh.count(), 5, "all have arrived");
}

#[tokio::test]
async fn replies_as_a_test_wrote_them() {
    let doh = Doh::start(Answer::hex("0000 8185 0000 0000 0000 0000").with(header::AGE, "250")).await.unwrap();
    let asker = Asker::new(None);
    let response = asker.ask(&doh.origin(), NAME, RecordType::PTR).await.unwrap();
    assert_eq!(response.headers()[header::AGE], "250");
    let bytes = within(response.into_body().collect()).await.unwrap().to_bytes();
    assert_eq!(bytes[..], [0, 0, 0x81, 0x85, 0, 0, 0, 0, 0, 0, 0, 0]);
    doh.always(Answer::Gzipped(Box::new(Answer::FromAddress)));
    let response = asker.ask(&doh.origin(), NAME, RecordType::PTR).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    let bytes = within(response.into_body().collect()).await.unwrap().to_bytes();
    assert_eq!(bytes[..2], [0x1f, 0x8b], "RFC 1952 section 2.3.1");
}

#[tokio::test]
async fn a_flood_fits_into_a_message() {
    let doh = Doh::start(Answer::Flood).await.unwrap();
    let cases = [
        (NAME, RecordType::PTR, 300),
        ("a.test.", RecordType::A, 16),
        ("a.test.", RecordType::AAAA, 16),
        ("a.test.", RecordType::TXT, 3),
        ("a.test.", RecordType::NS, 300),
        ("a.test.", RecordType::MX, 300),
        ("a.test.", RecordType::CAA, 3),
        ("a.test.", RecordType::SOA, 0),
    ];
    let asker = Asker::new(None);
    for (name, record_type, count) in cases {
        let response = asker.ask(&doh.origin(), name, record_type).await.unwrap();
        let bytes = within(response.into_body().collect()).await.unwrap().to_bytes();
        assert!(bytes.len() <= 65_535, "{record_type}: {} bytes (RFC 8484 section 6)", bytes.len());
        assert_eq!(Message::from_vec(&bytes).unwrap().answers.len(), count, "{record_type}");
    }
}

#[tokio::test]
async fn requests_that_are_not_queries() {
    let doh = Doh::start(Answer::FromAddress).await.unwrap();
    let asker = Asker::new(None);
    for (method, target, expected, why) in [
        (Method::PUT, "/dns-query", StatusCode::METHOD_NOT_ALLOWED, "neither GET nor POST"),
        (Method::POST, "/dns-query", StatusCode::UNSUPPORTED_MEDIA_TYPE, "no media type"),
        (Method::GET, "/dns-query", StatusCode::BAD_REQUEST, "no parameter"),
        (Method::GET, "/dns-query?name=a.example", StatusCode::BAD_REQUEST, "another parameter"),
        (Method::GET, "/dns-query?dns=AAABAAAB", StatusCode::BAD_REQUEST, "half a message"),
        (Method::GET, "/dns-query?dns=AAA=", StatusCode::BAD_REQUEST, "padding"),
        (Method::GET, "/dns-query?dns=%", StatusCode::BAD_REQUEST, "not base64url"),
    ] {
        let request = Request::builder().method(method).uri(format!("{}{target}", doh.origin()));
        let response = within(asker.0.request(request.body(Full::default()).unwrap())).await.unwrap();
        assert_eq!(response.status(), expected, "{target}: {why}");
    }
    assert_eq!(doh.count(), 0);
}
