//! Resolvers over TLS with HTTP/2, as public ones are.

use futures_util::future::join_all;
use host::doh::{Answer, Doh, Script};
use http::Version;

use crate::support::{Client, identity, resolvers, serve, serve_trusting, within};

#[tokio::test]
async fn http2_with_all_queries_at_once() {
    const LOOKUPS: u8 = 100;
    let (identity, certificate) = identity();
    let doh = Doh::start_tls(&identity, Script::held(Answer::FromAddress)).await.unwrap();
    let origin = doh.origin();
    let variables = [&resolvers(&origin, &origin)[..], &[("dns_timeout_ms", "30000")]].concat();
    let host = serve_trusting(certificate, &variables).await;
    let client = Client::new(host.addr());
    let paths: Vec<_> = (0..LOOKUPS).map(|last| format!("/9.9.9.{last}")).collect();
    let (answers, ()) = tokio::join!(join_all(paths.iter().map(|path| client.get(path))), async {
        within(doh.queried(LOOKUPS.into())).await;
        doh.release();
    });
    for (answer, path) in answers.iter().zip(&paths) {
        let name = format!("ip-{}.doh.test", path[1..].replace('.', "-"));
        assert_eq!(answer.report()["dns"]["names"][0], name, "{path}");
    }
    assert!(doh.queries().iter().all(|query| query.version == Version::HTTP_2));
    assert_eq!(host.counters().failed(), 0);
}

#[tokio::test]
async fn an_untrusted_certificate() {
    let (identity, _) = identity();
    let doh = Doh::start_tls(&identity, Answer::FromAddress).await.unwrap();
    let origin = doh.origin();
    let host = serve(&[&resolvers(&origin, &origin)[..], &[("dns_timeout_ms", "30000")]].concat()).await;
    let dns = &Client::new(host.addr()).get("/8.8.8.8").await.report()["dns"];
    assert_eq!(dns["status"], "unreachable", "{dns}");
    assert!(dns["detail"].as_str().is_some_and(|detail| detail.contains("TLS failed")), "{dns}");
    assert_eq!(doh.count(), 0, "it got no query");
}
