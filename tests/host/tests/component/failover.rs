//! Who is asked when, whose answer is told, and that nobody is waited for who need not be.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use hickory_proto::op::ResponseCode;
use host::Running;
use host::doh::{Answer, Doh, Script};
use http::StatusCode;

use crate::support::{Answer as Response, Client, identity, resolvers, serve, serve_trusting, within};

/// A host with two resolvers.
struct Two {
    host: Running,
    client: Client,
    primary: Doh,
    fallback: Doh,
}

impl Two {
    /// Resolvers that do this, a deadline that nobody reaches, and a hedge after so many milliseconds.
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
        let desc = format!("dns;desc=\"{}/dns-query\";dur=", resolver.origin());
        assert!(answer.header("server-timing").contains(&desc), "{desc}: {}", answer.header("server-timing"));
        answer
    }
}

/// Before the hedge, whatever time it is.
const NEVER: &str = "30000";
/// Soon, and any time is soon enough.
const SOON: &str = "20";

#[tokio::test]
async fn a_primary_that_answers_is_the_only_one_asked() {
    let two = Two::new(Answer::FromAddress, Answer::FromAddress, NEVER).await;
    two.named_by("8.8.8.8", &two.primary).await;
    for (last, answer) in [(1, Answer::NxDomain(60)), (2, Answer::NoData(60))] {
        two.primary.always(answer);
        two.client.get(&format!("/9.9.9.{last}")).await.report();
    }
    assert_eq!((two.primary.count(), two.fallback.count()), (3, 0), "that there is no name is an answer, too");
}

#[tokio::test]
async fn a_primary_that_hangs_is_overtaken() {
    let two = Two::new(Script::never(), Answer::FromAddress, SOON).await;
    // The primary holds its question for good: an answer cannot have waited for it.
    two.named_by("8.8.8.8", &two.fallback).await;
    within(two.primary.idle()).await;
    assert_eq!((two.primary.count(), two.primary.abandoned()), (1, 1), "and its question is given up");
}

#[tokio::test]
async fn a_fallback_that_hangs_is_not_waited_for() {
    let fallback = Doh::start(Script::never()).await.unwrap();
    let primary = Doh::start(Script::when_asked(&fallback, Answer::FromAddress)).await.unwrap();
    let (first, second) = (primary.origin(), fallback.origin());
    let timing = [("dns_timeout_ms", "30000"), ("dns_hedge_ms", SOON)];
    let host = serve(&[&resolvers(&first, &second)[..], &timing].concat()).await;
    let client = Client::new(host.addr());
    let two = Two { host, client, primary, fallback };
    two.named_by("8.8.8.8", &two.primary).await;
    within(two.fallback.idle()).await;
    assert_eq!((two.fallback.count(), two.fallback.abandoned()), (1, 1), "and its question is given up");
}

#[tokio::test]
async fn over_http2_a_question_is_given_up_and_the_connection_kept() {
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
        (Answer::Failure(ResponseCode::ServFail, None), "SERVFAIL"),
        (Answer::OtherId, "a lie"),
        (Answer::CutOff, "half an answer"),
    ];
    let two = Two::new(Answer::FromAddress, Answer::FromAddress, NEVER).await;
    for ((failure, why), last) in failures.into_iter().zip(1..) {
        two.primary.always(failure);
        let start = Instant::now();
        two.named_by(&format!("9.9.9.{last}"), &two.fallback).await;
        // Half of the hedge's 30 s: the fallback was asked at once.
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
        // Both hold their questions for good: an answer can only come by the deadline.
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
    assert_eq!(given_up, (LOOKUPS.into(), LOOKUPS.into()), "nothing goes on behind the deadline");
    // The machine may be late any time, but the component always takes what it takes.
    assert!(over[0] < Duration::from_millis(100), "{over:?}");
}

#[tokio::test]
async fn a_fallback_that_is_the_primary_is_none() {
    let doh = Doh::start(Answer::Failure(ResponseCode::ServFail, None)).await.unwrap();
    let origin = doh.origin();
    let host =
        serve(&[&resolvers(&origin, &origin)[..], &[("dns_timeout_ms", "30000"), ("dns_hedge_ms", "1")]].concat())
            .await;
    let client = Client::new(host.addr());
    assert_eq!(client.get("/8.8.8.8").await.report()["dns"]["status"], "servfail");
    assert_eq!(doh.count(), 1);
}

/// An instance asks once; which instance serves a request is the host's to say, as it is Spin's.
#[tokio::test]
async fn equal_questions_are_asked_once_by_an_instance() {
    const EQUAL: usize = 12;
    let two = Two::new(Script::held(Answer::FromAddress), Answer::FromAddress, NEVER).await;
    let mut lookups = FuturesUnordered::new();
    for _ in 0..EQUAL {
        lookups.push(two.client.get("/9.9.9.1"));
        // By the time that this one is answered, the one before it is waiting for the resolver, and its instance has
        // time for more.
        tokio::select! {
            biased;
            _ = lookups.next() => unreachable!("the question is held"),
            probe = two.client.get("/9.9.9.2?dns=false") => drop(probe.report()),
        }
    }
    two.primary.release();
    while let Some(answer) = lookups.next().await {
        assert_eq!(answer.report()["dns"]["names"][0], "ip-9-9-9-1.doh.test");
    }
    let (asked, instances) = (two.primary.count(), two.host.counters().created());
    assert!(asked <= instances && asked < EQUAL, "asked {asked} times by {instances} instances");
}

#[tokio::test]
async fn what_is_known_is_not_asked_again() {
    let two = Two::new(Answer::FromAddress, Answer::FromAddress, NEVER).await;
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(two.client.get("/9.9.9.1").await);
    }
    let cached = |answer: &&Response| answer.header("server-timing").contains("dns;desc=\"cache\";dur=");
    assert_eq!(answers.iter().filter(cached).count(), answers.len() - two.primary.count());
    // On a machine so slow that an instance ends before the next request, nothing is known.
    assert!(two.primary.count() <= two.host.counters().created());
    for answer in &answers {
        assert_eq!(answer.report()["dns"]["names"], answers[0].report()["dns"]["names"]);
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
        assert_eq!((two.primary.count(), two.fallback.count()), (LOOKUPS, LOOKUPS), "{why}");
        assert_eq!(two.host.counters().failed(), 0, "{why}");
    }
}
