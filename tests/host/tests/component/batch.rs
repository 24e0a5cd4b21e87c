//! Many subjects in one request: as an array in order, or as lines as soon as each is known.

use bytes::Bytes;
use host::doh::{Answer, Dead, Doh, Script};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::support::{World, resolvers, serve, within};

async fn post(world: &World, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Response<Incoming> {
    let pool = Pool::builder(TokioExecutor::new()).build_http();
    let mut request = Request::post(format!("http://{}/batch", world.host.addr()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    within(pool.request(request.body(Full::new(body.into())).unwrap())).await.unwrap()
}

async fn whole(response: Response<Incoming>) -> Bytes {
    within(response.into_body().collect()).await.unwrap().to_bytes()
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

const JSON: (&str, &str) = ("content-type", "application/json");
const AS_LINES: (&str, &str) = ("accept", "application/x-ndjson");

#[tokio::test]
async fn an_array_in_order() {
    let world = World::new(Answer::FromAddress).await;
    let subjects = json!(["8.8.8.8", "10.0.0.1", "nonsense", 8, "8.8.8.8"]);
    let response = post(&world, &[JSON], subjects.to_string()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let items: Vec<Value> = serde_json::from_slice(&whole(response).await).unwrap();
    assert_eq!(items.len(), 5);
    assert_eq!((&items[0], &items[4]), (&world.report("8.8.8.8").await, &items[0]), "duplicates stay");
    assert_eq!(items[1], world.report("10.0.0.1").await);
    for (index, subject) in [(2, "nonsense"), (3, "8")] {
        assert!(items[index]["status"].is_number() && items[index]["detail"].is_string(), "{}", items[index]);
        assert_eq!(items[index]["subject"], subject, "as in the request");
    }
    assert_eq!(world.host.counters().failed(), 0);
}

/// The slowest query is not answered until the other lines have been read.
#[tokio::test]
async fn lines_do_not_wait_for_the_slowest() {
    let world = World::new(Answer::FromAddress).await;
    world.doh.on("1.0.0.20.in-addr.arpa.", Script::held(Answer::FromAddress));
    let response = post(&world, &[AS_LINES], "20.0.0.1\nnonsense\n8.8.8.8\n10.0.0.1\n").await;
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let mut body = response.into_body();
    let mut read = Vec::new();
    while lines_in(&read) < 3 {
        let frame = within(body.frame()).await.expect("the body goes on").unwrap();
        read.extend_from_slice(&frame.into_data().unwrap());
    }
    let mut indices: Vec<_> = lines(&read).iter().map(|line| line["index"].as_u64().unwrap()).collect();
    indices.sort_unstable();
    assert_eq!(indices, [1, 2, 3], "all but the held one");
    world.doh.release();
    let rest = within(body.collect()).await.unwrap().to_bytes();
    assert_eq!(lines(&rest).iter().map(|line| &line["index"]).collect::<Vec<_>>(), [&json!(0)]);
}

fn lines_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

#[tokio::test]
async fn queries_at_once() {
    const SUBJECTS: usize = 100;
    let world = World::new(Script::held(Answer::FromAddress)).await;
    let body: Vec<_> = (0..SUBJECTS).map(|n| format!("20.0.1.{n}")).collect();
    let answer = async { whole(post(&world, &[], body.join("\n")).await).await };
    let release = async {
        // Of the 32 permits of an instance, one request may hold 28.
        within(world.doh.queried(28)).await;
        assert_eq!(world.doh.count(), 28, "no further query before one is answered");
        world.doh.release();
    };
    let (answer, ()) = tokio::join!(answer, release);
    let items: Vec<Value> = serde_json::from_slice(&answer).unwrap();
    for (n, item) in items.iter().enumerate() {
        assert_eq!(item["dns"]["names"], json!([format!("ip-20-0-1-{n}.doh.test")]));
    }
    assert_eq!(items.len(), SUBJECTS);
}

#[tokio::test]
async fn a_dead_resolver_changes_nothing_else() {
    let world = World::with(Script::held(Answer::FromAddress), &[("dns_timeout_ms", "300")]).await;
    let body: Vec<_> = (0..100).map(|n| format!("8.8.8.{n}")).collect();
    // The resolver never answers: only the deadline can end this.
    let items: Vec<Value> = serde_json::from_slice(&whole(post(&world, &[], body.join("\n")).await).await).unwrap();
    assert_eq!(items.len(), 100);
    for item in &items {
        assert_eq!((&item["dns"]["status"], &item["asn"]["number"]), (&json!("timeout"), &json!(15169)));
    }
    assert_eq!(world.host.counters().failed(), 0);
}

#[tokio::test]
async fn invalid_batches() {
    let cases = [
        (&[JSON][..], "{".to_owned(), StatusCode::BAD_REQUEST, "not JSON"),
        (&[JSON], "{}".to_owned(), StatusCode::UNPROCESSABLE_ENTITY, "not an array"),
        (
            &[("content-type", "text/csv")],
            "8.8.8.8".to_owned(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "an unsupported media type",
        ),
        (&[], "8.8.8.8\n".repeat(101), StatusCode::PAYLOAD_TOO_LARGE, "more than batch_limit"),
        (&[], "x".repeat(600 << 10), StatusCode::PAYLOAD_TOO_LARGE, "longer than any batch"),
        (
            &[("accept", "text/html")],
            "8.8.8.8".to_owned(),
            StatusCode::NOT_ACCEPTABLE,
            "a media type that batches do not have",
        ),
    ];
    let world = World::new(Answer::FromAddress).await;
    for (headers, body, status, reason) in cases {
        let response = post(&world, headers, body).await;
        assert_eq!(response.status(), status, "{reason}");
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{reason}");
        let problem: Value = serde_json::from_slice(&whole(response).await).unwrap();
        assert_eq!(problem["status"], status.as_u16(), "{reason}");
    }
    assert_eq!((world.doh.count(), world.host.counters().failed()), (0, 0));
}

/// The primary accepts connections and sends nothing, not even TLS: its queries never leave the platform.
#[tokio::test]
async fn a_silent_primary_delays_no_other_query() {
    let primary = Dead::silent().await.unwrap();
    let fallback = Doh::start(Answer::FromAddress).await.unwrap();
    let origin = fallback.origin();
    let timing = [("dns_timeout_ms", "30000"), ("dns_hedge_ms", "50")];
    let host = serve(&[&resolvers(primary.origin(), &origin)[..], &timing].concat()).await;
    let world = World::of(host, fallback);
    let body: Vec<_> = (0..40).map(|n| format!("20.0.2.{n}")).collect();
    let items: Vec<Value> = serde_json::from_slice(&whole(post(&world, &[], body.join("\n")).await).await).unwrap();
    assert_eq!(items.len(), 40);
    for item in &items {
        assert_eq!(item["dns"]["status"], "ok", "{item}");
    }
}
