//! What many requests do, and how long one takes.

use std::time::{Duration, Instant};

use host::doh::{Answer, Script};

use crate::support::World;

/// The one test of a wall-clock figure. Where head and body of an answer leave as two writes, Nagle's algorithm and the
/// client's delayed acknowledgement (40 ms on Linux) make 64 ms of an answer that needs 22.
#[tokio::test]
async fn an_answer_does_not_stall() {
    const RESOLVER: Duration = Duration::from_millis(20);
    const LIMIT: Duration = Duration::from_millis(40);
    let world = World::new(Script::after(RESOLVER, Answer::FromAddress)).await;
    let mut times = Vec::new();
    for last in 0..61 {
        let start = Instant::now();
        world.report(&format!("9.9.9.{last}")).await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let median = times[times.len() / 2];
    assert!(median >= RESOLVER, "{median:?}: the resolver was not asked");
    assert!(median < LIMIT, "{median:?}: the body waits for the head's acknowledgement");
}

#[tokio::test]
async fn instances_are_kept() {
    let world = World::new(Answer::FromAddress).await;
    for _ in 0..64 {
        world.report("8.8.8.8").await;
    }
    assert!(world.host.counters().created() < 64, "{}", world.host.counters().created());
    assert_eq!(world.host.counters().failed(), 0);
}
