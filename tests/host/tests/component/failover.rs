//! Which resolver is queried when, which answer counts, and that no time is lost.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use hickory_proto::op::ResponseCode;
use host::Running;
use host::doh::{Answer, Doh, Script};
use http::StatusCode;

use crate::support::{Answer as Response, Client, identity, program, resolvers, serve, serve_trusting, within};

/// A host with two resolvers.
struct Two {
    host: Running,
    client: Client,
    primary: Doh,
    fallback: Doh,
}

impl Two {
    /// Resolvers with these scripts, a deadline that is never reached, and a hedge after this many milliseconds.
    async fn new(primary: impl Into<Script>, fallback: impl Into<Script>, hedge: &str) -> Self {
        Self::with(primary, fallback, &[("dns_timeout_ms", "30000"), ("dns_hedge_ms", hedge)]).await
    }

    async fn with(primary: impl Into<Script>, fallback: impl Into<Script>, variables: &[(&str, &str)]) -> Self {
        let (primary, fallback) = (Doh::start(primary).await.unwrap(), Doh::start(fallback).await.unwrap());
        let (first, second) = (primary.origin(), fallback.origin());
        let host = serve(&[&resolvers(&first, &second), variables].concat()).await;
        let client = Client::new(host.addr());
        Self { host, client, primary, fallback }
    }

    /// The report on an address, whose names must be those of `resolver`.
    async fn named_by(&self, ip: &str, resolver: &Doh) -> Response {
        let answer = self.client.get(&format!("/{ip}")).await;
        let name = format!("ip-{}.doh.test", ip.replace('.', "-"));
        assert_eq!(answer.report()["dns"]["names"][0], name);
        let desc = format!("dns;desc=\"{}\"", resolver.origin());
        assert!(answer.header("server-timing").contains(&desc), "{desc}: {}", answer.header("server-timing"));
        answer
    }
}

/// A hedge delay that is never reached.
const NEVER: &str = "30000";
/// A short hedge delay.
const SOON: &str = "20";

#[tokio::test]
async fn a_primary_that_answers_is_the_only_one_queried() {
    let two = Two::new(Answer::FromAddress, Answer::FromAddress, NEVER).await;
    two.named_by("8.8.8.8", &two.primary).await;
    for (last, answer) in [(1, Answer::NxDomain(60)), (2, Answer::NoData(60))] {
        two.primary.always(answer);
        two.client.get(&format!("/9.9.9.{last}")).await.report();
    }
    assert_eq!((two.primary.count(), two.fallback.count()), (3, 0), "NXDOMAIN and NODATA are conclusive");
}

#[tokio::test]
async fn a_primary_that_hangs_is_overtaken() {
    let two = Two::new(Script::never(), Answer::FromAddress, SOON).await;
    // The primary never answers its query.
    two.named_by("8.8.8.8", &two.fallback).await;
    within(two.primary.idle()).await;
    assert_eq!((two.primary.count(), two.primary.abandoned()), (1, 1), "the query is dropped");
}

#[tokio::test]
async fn a_fallback_that_hangs_is_not_waited_for() {
    let fallback = Doh::start(Script::never()).await.unwrap();
    let primary = Doh::start(Script::after_query_to(&fallback, Answer::FromAddress)).await.unwrap();
    let (first, second) = (primary.origin(), fallback.origin());
    let timing = [("dns_timeout_ms", "30000"), ("dns_hedge_ms", SOON)];
    let host = serve(&[&resolvers(&first, &second)[..], &timing].concat()).await;
    let client = Client::new(host.addr());
    let two = Two { host, client, primary, fallback };
    two.named_by("8.8.8.8", &two.primary).await;
    within(two.fallback.idle()).await;
    assert_eq!((two.fallback.count(), two.fallback.abandoned()), (1, 1), "the query is dropped");
}

#[tokio::test]
async fn over_http2_a_query_is_given_up_and_the_connection_kept() {
    let (identity, certificate) = identity();
    let primary = Doh::start_tls(&identity, Script::never()).await.unwrap();
    let fallback = Doh::start_tls(&identity, Answer::FromAddress).await.unwrap();
    let (first, second) = (primary.origin(), fallback.origin());
    let timing = [("dns_timeout_ms", "30000"), ("dns_hedge_ms", SOON)];
    let host = serve_trusting(certificate, &[&resolvers(&first, &second)[..], &timing].concat()).await;
    let client = Client::new(host.addr());
    let two = Two { host, client, primary, fallback };
    two.named_by("8.8.8.8", &two.fallback).await;
    within(two.primary.idle()).await;
    assert_eq!((two.primary.count(), two.primary.abandoned()), (1, 1));
}

#[tokio::test]
async fn a_failure_is_not_waited_out() {
    let failures = [
        (Answer::Status(StatusCode::INTERNAL_SERVER_ERROR), "an HTTP error"),
        (Answer::Failure(ResponseCode::ServFail, &[]), "SERVFAIL"),
        (Answer::OtherId, "an invalid reply"),
        (Answer::CutOff, "half an answer"),
    ];
    let two = Two::new(Answer::FromAddress, Answer::FromAddress, NEVER).await;
    for ((failure, why), last) in failures.into_iter().zip(1..) {
        two.primary.always(failure);
        let start = Instant::now();
        two.named_by(&format!("9.9.9.{last}"), &two.fallback).await;
        // Half of the hedge's 30 s: the fallback was queried at once.
        assert!(start.elapsed() < Duration::from_secs(15), "{why}");
    }
}

#[tokio::test]
async fn the_deadline_is_over_both() {
    const DEADLINE: Duration = Duration::from_millis(150);
    const LOOKUPS: u8 = 15;
    let variables = [("dns_timeout_ms", "150"), ("dns_hedge_ms", "30")];
    let two = Two::with(Script::never(), Script::never(), &variables).await;
    let mut over = Vec::new();
    for last in 0..LOOKUPS {
        let start = Instant::now();
        // Neither answers: only the deadline can end this.
        let answer = two.client.get(&format!("/9.9.9.{last}")).await;
        over.push(start.elapsed().saturating_sub(DEADLINE));
        let report = answer.report();
        assert_eq!(report["dns"]["status"], "timeout", "{report}");
        assert!(report["geo"].is_object() && report["asn"].is_object(), "{report}");
    }
    over.sort_unstable();
    println!("over the deadline: {:?} to {:?}, median {:?}", over[0], over[over.len() - 1], over[over.len() / 2]);
    within(two.primary.idle()).await;
    within(two.fallback.idle()).await;
    let given_up = (two.primary.abandoned(), two.fallback.abandoned());
    assert_eq!(given_up, (LOOKUPS.into(), LOOKUPS.into()), "nothing goes on after the deadline");
    // The machine may delay any of them, but not all.
    assert!(over[0] < Duration::from_millis(100), "{over:?}");
}

#[tokio::test]
async fn a_fallback_equal_to_the_primary_is_not_queried() {
    let doh = Doh::start(Answer::Failure(ResponseCode::ServFail, &[])).await.unwrap();
    let origin = doh.origin();
    let host =
        serve(&[&resolvers(&origin, &origin)[..], &[("dns_timeout_ms", "30000"), ("dns_hedge_ms", "1")]].concat())
            .await;
    let client = Client::new(host.addr());
    assert_eq!(client.get("/8.8.8.8").await.report()["dns"]["status"], "servfail");
    assert_eq!(doh.count(), 1);
}

/// An instance sends equal queries once. Which instance serves a request is the host's decision, as it is Spin's, so the
/// number of queries must be that of the instances that sent any.
#[tokio::test]
async fn equal_queries_are_sent_once_by_an_instance() {
    const EQUAL: usize = 12;
    let two = Two::new(Script::held(Answer::FromAddress), Answer::FromAddress, NEVER).await;
    let mut lookups = FuturesUnordered::new();
    for _ in 0..EQUAL {
        lookups.push(two.client.get("/9.9.9.1"));
        // When this one is answered, the one before it waits for the resolver, and its instance takes more requests.
        tokio::select! {
            biased;
            _ = lookups.next() => unreachable!("the query is held"),
            probe = two.client.get("/9.9.9.2?dns=false") => drop(probe.report()),
        }
    }
    // With the probes; the last lookup has been accepted, too.
    within(two.host.counters().until(|figures| figures.accepted == 2 * EQUAL)).await;
    two.primary.release();
    while let Some(answer) = lookups.next().await {
        assert_eq!(answer.report()["dns"]["names"][0], "ip-9-9-9-1.doh.test");
    }
    one_query_an_instance(&two, EQUAL);
}

#[tokio::test]
async fn what_is_known_is_not_queried_again() {
    const EQUAL: usize = 20;
    let two = Two::new(Answer::FromAddress, Answer::FromAddress, NEVER).await;
    let first = two.client.get("/9.9.9.1").await.report();
    for _ in 1..EQUAL {
        assert_eq!(two.client.get("/9.9.9.1").await.report()["dns"]["names"], first["dns"]["names"]);
    }
    one_query_an_instance(&two, EQUAL);
}

fn one_query_an_instance(two: &Two, requests: usize) {
    let (queries, senders) = (two.primary.count(), two.host.counters().figures().senders);
    assert_eq!(queries, senders, "{queries} queries from {senders} instances");
    if program().is_reused() {
        assert!(senders < requests, "each request had its own instance, so that the test proves nothing");
    } else {
        assert_eq!(senders, requests, "WASI 0.2: each request has its own instance");
    }
}

#[tokio::test]
async fn many_at_once() {
    const LOOKUPS: usize = 256;
    let cases = [
        (Script::never(), SOON, "every primary hangs, every fallback answers"),
        (Answer::Status(StatusCode::TOO_MANY_REQUESTS).into(), NEVER, "every primary fails"),
    ];
    for (script, hedge, why) in cases {
        let two = Two::new(script, Answer::FromAddress, hedge).await;
        let subjects: Vec<_> = (0..LOOKUPS).map(|last| format!("9.9.9.{last}")).collect();
        join_all(subjects.iter().map(|subject| two.named_by(subject, &two.fallback))).await;
        within(two.primary.idle()).await;
        assert_eq!(two.fallback.count(), LOOKUPS, "{why}");
        // If an instance has no permit left for a hedge, the query to the primary is dropped, perhaps unsent.
        assert!((1..=LOOKUPS).contains(&two.primary.count()), "{why}");
        assert_eq!(two.host.counters().failed(), 0, "{why}");
    }
}
