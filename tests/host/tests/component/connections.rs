//! Resolvers that close connections which the platform keeps in its pool. The query that meets such a connection fails
//! through no fault of the resolver, and is safe to repeat (RFC 9110 section 9.2.2).

use std::time::Duration;

use futures_util::future::join_all;
use host::doh::{Answer, Connections};
use http::Method;
use serde_json::Value;

use crate::support::{World, within};

/// Each query is sent at the time when the server closes the connection of the query before.
#[tokio::test]
async fn an_idle_connection_is_closed() {
    const QUERIES: u8 = 100;
    let world = World::new(Answer::FromAddress).await;
    world.doh.connections(Connections::ClosedWhenIdle(Duration::from_millis(50)));
    let mut statuses = Vec::new();
    for last in 0..QUERIES {
        statuses.push(world.report(&format!("9.9.9.{last}")).await["dns"]["status"].clone());
        within(world.doh.closed(usize::from(last) + 1)).await;
    }
    all_ok(&statuses);
}

/// The race of the test above, lost every time: the server has read the query.
#[tokio::test]
async fn a_connection_is_closed_instead_of_a_reply() {
    const QUERIES: u8 = 20;
    let world = World::new(Answer::FromAddress).await;
    world.doh.connections(Connections::ClosedOnSecondQuery);
    let mut statuses = Vec::new();
    for last in 0..QUERIES {
        statuses.push(world.report(&format!("9.9.9.{last}")).await["dns"]["status"].clone());
    }
    all_ok(&statuses);
    let closed = world.doh.count() - usize::from(QUERIES);
    assert!(closed > 0, "no pooled connection was used: the test proves nothing");
}

#[tokio::test]
async fn a_connection_is_closed_after_each_reply() {
    for announced in [true, false] {
        let world = World::new(Answer::FromAddress).await;
        world.doh.connections(Connections::ClosedAfterReply { announced });
        let subjects: String = (0..100).map(|last| format!("9.9.9.{last}\n")).collect();
        let items = world.client.send_body(Method::POST, "/batch", &[], subjects).await.report();
        let statuses: Vec<_> = items.as_array().unwrap().iter().map(|item| item["dns"]["status"].clone()).collect();
        assert_eq!(statuses.len(), 100);
        all_ok(&statuses);
    }
}

/// A failure that lasts is still reported, and does not double the queries without an end.
#[tokio::test]
async fn a_query_is_repeated_once() {
    let world = World::new(Answer::CutOff).await;
    let reports = join_all(["9.9.9.1", "9.9.9.2"].map(|subject| world.report(subject))).await;
    for report in &reports {
        assert_eq!(report["dns"]["status"], "unreachable", "{report}");
        let detail = report["dns"]["detail"].as_str().unwrap();
        assert!(!detail.contains("ErrorCode") && !detail.contains("Http"), "a Rust name: {detail}");
    }
    assert!(world.doh.count() <= 4, "{} queries for two names", world.doh.count());
}

fn all_ok(statuses: &[Value]) {
    let failed: Vec<_> = statuses.iter().filter(|status| **status != "ok").collect();
    assert!(failed.is_empty(), "{} of {} queries failed: {}", failed.len(), statuses.len(), failed[0]);
}
