//! Resolvers that cannot be reached, and the reasons that a report gives.

use host::doh::{Answer, Dead, Doh};
use serde_json::Value;

use crate::support::{Client, resolvers, serve, serve_manifest, workspace};

#[tokio::test]
async fn a_resolver_that_is_not_allowed() {
    let manifest = workspace().join("tests/host/tests/component/nowhere.toml");
    let doh = Doh::start(Answer::FromAddress).await.unwrap();
    let host = serve_manifest(&manifest, &resolvers(&doh.origin(), &doh.origin())).await;
    let client = Client::new(host.addr());
    unreachable(&client, "allowed_outbound_hosts").await;
    assert_eq!(doh.count(), 0, "no query left the host");
}

#[tokio::test]
async fn a_resolver_that_is_not_there() {
    let closed = Dead::closed().unwrap();
    // Nothing below `invalid` exists (RFC 6761 section 6.4), with a name server in reach or without.
    let cases = [(closed.origin(), "refused"), ("http://no-such-host.invalid", "does not resolve")];
    for (origin, detail) in cases {
        let host = serve(&[&resolvers(origin, origin)[..], &[("dns_timeout_ms", "30000")]].concat()).await;
        unreachable(&Client::new(host.addr()), detail).await;
    }
}

/// Expects a report with everything but names.
async fn unreachable(client: &Client, detail: &str) {
    let mut report = client.get("/8.8.8.8").await.report();
    let dns = report["dns"].take();
    assert_eq!(dns["status"], "unreachable", "{dns}");
    assert!(dns["detail"].as_str().is_some_and(|text| text.contains(detail)), "{detail}: {dns}");
    assert_eq!(report["dns"], Value::Null);
    assert_eq!(report, client.get("/8.8.8.8?dns=false").await.report());
}
