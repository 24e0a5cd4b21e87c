//! How long one request takes, and how many instances serve many.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use host::doh::{Answer, Doh, Script};

use crate::support::{
    Client, World, identity, options, program, resolvers, serve_options, serve_trusting, within, workspace,
};

const RESOLVER: Duration = Duration::from_millis(20);

/// One of two tests of a wall-clock time. If head and body of an answer are sent in two writes, Nagle's algorithm and the
/// client's delayed acknowledgement (40 ms on Linux) make the answer take 64 ms instead of 22.
#[tokio::test]
async fn an_answer_does_not_stall() {
    let world = World::new(Script::after(RESOLVER, Answer::FromAddress)).await;
    assert_no_stall(world.clients()[0]).await;
}

/// The same for a query over HTTP/2, which may leave as two frames.
#[tokio::test]
async fn a_query_over_http2_does_not_stall() {
    let (identity, certificate) = identity();
    let doh = Doh::start_tls(&identity, Script::after(RESOLVER, Answer::FromAddress)).await.unwrap();
    let origin = doh.origin();
    let variables = [&resolvers(&origin, &origin)[..], &[("dns_timeout_ms", "30000")]].concat();
    let host = serve_trusting(certificate, &variables).await;
    assert_no_stall(&Client::new(host.addr())).await;
}

async fn assert_no_stall(client: &Client) {
    const LIMIT: Duration = Duration::from_millis(40);
    let mut times = Vec::new();
    for last in 0..61 {
        let start = Instant::now();
        assert_eq!(client.get(&format!("/9.9.9.{last}")).await.report()["dns"]["status"], "ok");
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let median = times[times.len() / 2];
    println!("median of {} answers over a resolver of {RESOLVER:?}: {median:?}", times.len());
    assert!(median >= RESOLVER, "{median:?}: the resolver was not queried");
    assert!(median < LIMIT, "{median:?}: the body waits for the head's acknowledgement");
}

/// An instance serves as many requests as it may, and then the next one does. With WASI 0.2 it serves one.
#[tokio::test]
async fn instances_are_reused() {
    const REQUESTS: usize = 64;
    let cases = [(128, 1, "one for all"), (8, 8, "eight requests each"), (1, 64, "one for each")];
    for (reuse, instances, reason) in cases {
        let doh = Doh::start(Answer::FromAddress).await.unwrap();
        let origin = doh.origin();
        let variables = [&resolvers(&origin, &origin)[..], &[("dns_timeout_ms", "30000")]].concat();
        let mut options = options(&workspace().join("spin.toml"), &variables);
        options.instance_reuse = NonZeroUsize::new(reuse).unwrap();
        // Longer than the test, so that no instance ends because it has no work.
        options.idle = Duration::from_secs(600);
        let world = World::of(serve_options(&options).await, doh);
        for number in 0..REQUESTS {
            // A DNS query each, so that the instance is seen to be busy.
            world.report(&format!("9.9.9.{number}")).await;
            within(world.host.counters().until(|figures| figures.busy == 0)).await;
        }
        let figures = world.host.counters().figures();
        let instances = if program().is_reused() { instances } else { REQUESTS };
        assert_eq!((figures.created, figures.failed), (instances, 0), "{reason}");
    }
}
