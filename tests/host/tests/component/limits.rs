//! The bounds on the cost of one request, for any request and any answer of a resolver.
//!
//! The resolver is [`Answer::Flood`]: 16 addresses of each version for every name, 300 names of control bytes for every
//! address, texts of 16 KiB. The instances get the memory that Akamai Functions gives them, so that one that takes more
//! fails here as it does there.

use futures_util::future::join_all;
use host::Figures;
use host::doh::{Answer, Doh};
use http::{Method, StatusCode};
use serde_json::Value;

use crate::support::{Client, World, options, resolvers, serve_options, workspace};

const MIB: usize = 1 << 20;
/// Bytes of a response.
const RESPONSE: usize = 8 * MIB;
/// Bytes of an instance's linear memory.
const MEMORY: usize = 96 * MIB;
/// MiB that Akamai Functions gives an instance.
const GIVEN: usize = 128;
/// Queries of an instance at once.
const AT_ONCE: usize = 32;
/// Subjects of a batch.
const SUBJECTS: usize = 100;
/// Requests that an instance serves at once.
const CONCURRENT: usize = 16;

const EVERYTHING: &str = "/batch?verify=true&records=true";

#[tokio::test]
async fn the_same_name_a_hundred_times() {
    let world = flood().await;
    for accept in ["application/json", "application/x-ndjson"] {
        let items = batch(&world.client, accept, &same()).await.unwrap();
        assert_eq!(items.len(), SUBJECTS, "{accept}");
        within_limits(&world.host.counters().figures());
    }
    // Equal subjects are looked up once in each request, at the cost of one name.
    assert!(world.doh.count() <= 2 * 151, "{} queries for one name in two requests", world.doh.count());
}

#[tokio::test]
async fn a_hundred_different_names() {
    for accept in ["application/json", "application/x-ndjson"] {
        let world = flood().await;
        let items = batch(&world.client, accept, &different(0)).await.unwrap();
        assert_eq!(items.len(), SUBJECTS, "{accept}");
        within_limits(&world.host.counters().figures());
        assert!(world.doh.count() <= 4 * SUBJECTS + 64, "{accept}: {} queries", world.doh.count());
        let skipped = items.iter().any(|item| item.to_string().contains("\"skipped\""));
        assert!(skipped, "{accept}: the queries over the budget are reported");
    }
}

/// A single name may cost 68 queries, and would cost 151.
#[tokio::test]
async fn one_name() {
    let world = flood().await;
    let report = world.report("flood.com?verify=true&records=true").await;
    assert!(!report["addresses"].as_array().unwrap().is_empty());
    within_limits(&world.host.counters().figures());
    assert!(world.doh.count() <= 4 + 64, "{} queries", world.doh.count());
}

#[tokio::test]
async fn names_are_listed_up_to_a_bound() {
    let world = flood().await;
    let dns = &world.report("8.8.8.8").await["dns"];
    let names = dns["names"].as_array().unwrap();
    let text: usize = names.iter().map(|name| name.to_string().len()).sum();
    assert!((1..=32).contains(&names.len()) && text <= 8 * 1024, "{} names with {text} bytes", names.len());
    assert_eq!(dns["omitted"], 300 - names.len(), "the rest of 300");
    within_limits(&world.host.counters().figures());
}

/// Retries and queries to the second resolver are within the budget, too.
#[tokio::test]
async fn failing_resolvers() {
    let primary = Doh::start(Answer::CutOff).await.unwrap();
    let fallback = Doh::start(Answer::Status(StatusCode::INTERNAL_SERVER_ERROR)).await.unwrap();
    let (first, second) = (primary.origin(), fallback.origin());
    let host = serve_options(&limited(&resolvers(&first, &second))).await;
    let items = batch(&Client::new(host.addr()), "application/json", &different(0)).await.unwrap();
    assert_eq!(items.len(), SUBJECTS);
    let queries = primary.count() + fallback.count();
    assert!(queries <= 4 * SUBJECTS + 64, "{queries} queries");
    within_limits(&host.counters().figures());
}

#[tokio::test]
async fn sixteen_batches_at_once() {
    for (bodies, reason) in [
        ((0..CONCURRENT).map(|_| same()).collect::<Vec<_>>(), "the same name"),
        ((0..CONCURRENT).map(different).collect(), "different names"),
    ] {
        let world = flood().await;
        let batches = bodies.iter().map(|body| batch(&world.client, "application/json", body));
        for items in join_all(batches).await {
            assert_eq!(items.unwrap_or_else(|error| panic!("{reason}: {error:#}")).len(), SUBJECTS, "{reason}");
        }
        within_limits(&world.host.counters().figures());
    }
}

/// Every answer is a valid document, and the document reports what was omitted.
fn within_limits(figures: &Figures) {
    assert_eq!(figures.failed, 0, "an instance failed: {figures:?}");
    assert!(figures.largest_response <= RESPONSE, "a response of {} bytes", figures.largest_response);
    assert!(figures.memory <= MEMORY, "{} bytes of linear memory", figures.memory);
    assert!(figures.outbound_at_once <= AT_ONCE, "{} queries at once", figures.outbound_at_once);
    assert!(figures.outbound > 0, "no query was counted");
}

/// The items of a batch, in any form.
async fn batch(client: &Client, accept: &str, subjects: &str) -> anyhow::Result<Vec<Value>> {
    let headers = [("accept", accept), ("content-type", "text/plain")];
    let answer = client.try_send(Method::POST, EVERYTHING, &headers, subjects.to_owned()).await?;
    anyhow::ensure!(answer.status == StatusCode::OK, "{}", answer.status);
    if accept == "application/json" {
        return Ok(serde_json::from_slice(&answer.body)?);
    }
    let lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Ok(lines.map(serde_json::from_slice).collect::<Result<_, _>>()?)
}

fn same() -> String {
    "flood.com\n".repeat(SUBJECTS)
}

fn different(series: usize) -> String {
    (0..SUBJECTS).map(|number| format!("name-{number}.flood-{series}.com\n")).collect()
}

async fn flood() -> World {
    let doh = Doh::start(Answer::Flood).await.unwrap();
    let origin = doh.origin();
    let host = serve_options(&limited(&resolvers(&origin, &origin))).await;
    World::of(host, doh)
}

fn limited(resolvers: &[(&str, &str)]) -> host::Options {
    let variables = [resolvers, &[("dns_timeout_ms", "30000")]].concat();
    let mut options = options(&workspace().join("spin.toml"), &variables);
    options.instance_memory = GIVEN.try_into().ok();
    options
}
