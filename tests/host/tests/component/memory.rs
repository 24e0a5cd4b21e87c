//! The linear memory of an instance that serves many requests of all kinds.
//!
//! Akamai Functions gives 128 MiB, and memory of WebAssembly never shrinks. The resolver is [`Answer::Flood`], whose
//! replies have nearly 64 KiB.

use std::time::Duration;

use host::doh::{Answer, Doh};
use http::{Method, StatusCode};

use crate::support::{World, options, program, resolvers, serve_options, workspace};

const MIB: usize = 1 << 20;
/// What an instance has at its start: with the real databases nearly as much, with those of the tests much less.
const AT_THE_START: usize = 50 * MIB;
/// What requests may add: with the real databases that makes 96 MiB.
const ADDED: usize = 46 * MIB;
const REQUESTS: usize = 1_000;
/// The most subjects of a batch that `batch_limit` allows.
const SUBJECTS: usize = 1_000;

#[tokio::test]
async fn an_instance_stays_within_its_budget() {
    let doh = Doh::start(Answer::Flood).await.unwrap();
    let origin = doh.origin();
    let variables =
        [&resolvers(&origin, &origin)[..], &[("dns_timeout_ms", "30000"), ("batch_limit", "1000")]].concat();
    let mut options = options(&workspace().join("spin.toml"), &variables);
    options.instance_reuse = 100_000.try_into().unwrap();
    options.idle = Duration::from_secs(600);
    options.instance_memory = 128.try_into().ok();
    let world = World::of(serve_options(&options).await, doh);
    let memory = |when: &str| {
        let figures = world.host.counters().figures();
        println!("{when}: {:.1} MiB", figures.memory as f64 / MIB as f64);
        assert_eq!(figures.failed, 0, "{when}: an instance failed");
        assert!(figures.created == 1 || !program().is_reused(), "{when}: {} instances", figures.created);
        figures.memory
    };

    world.client.get("/health").await;
    let start = memory("at the start");
    assert!(start <= AT_THE_START, "{start} bytes at the start");
    let bound = start + ADDED;

    // One after another, so that one instance serves all; batches look up many subjects at once.
    for number in 0..REQUESTS {
        let (path, accept) = mixed(number);
        let answer = world.client.send(Method::GET, &path, &[("accept", accept)]).await;
        assert!(!answer.status.is_server_error() || path.starts_with("/me"), "{path}: {}", answer.status);
    }
    assert!(memory("after 1,000 mixed requests") <= bound);

    let subjects: String = (0..SUBJECTS).map(|number| format!("9.9.{}.{}\n", number / 250, number % 250)).collect();
    for accept in ["application/json", "application/x-ndjson"] {
        let headers = [("accept", accept), ("content-type", "text/plain")];
        let answer = world.client.send_body(Method::POST, "/batch?verify=true", &headers, subjects.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{accept}");
        assert!(memory(&format!("after a batch of 1,000 with verify, {accept}")) <= bound);
    }
}

/// A path, and a media type to accept.
fn mixed(number: usize) -> (String, &'static str) {
    let path = match number % 8 {
        0 => format!("/9.9.{}.{}", number / 250, number % 250),
        1 => format!("/9.9.9.{}?verify=true", number % 250),
        2 => format!("/name-{number}.flood.com?records=true&verify=true"),
        3 => format!("/2001:db8::{number:x}"),
        4 => format!("/9.9.{}.9/dns/names", number % 250),
        5 => "/me".to_owned(),
        6 => format!("/{}", "a".repeat(number)),
        _ => "/about".to_owned(),
    };
    (path, if number.is_multiple_of(3) { "text/html" } else { "*/*" })
}
