//! Variables with invalid values.

use host::doh::Answer;
use http::StatusCode;

use crate::support::{World, workspace};

#[tokio::test]
async fn bad_values_are_named() {
    let cases = [
        ("doh_primary", "cloudflare-dns.com", "no scheme"),
        ("doh_primary", "https://cloudflare-dns.com#x", "a fragment"),
        ("doh_primary", "", "empty"),
        ("doh_path", "dns-query", "no slash"),
        ("dns_timeout_ms", "0", "no time"),
        ("dns_timeout_ms", "30001", "longer than a request may run"),
        ("dns_timeout_ms", "soon", "not a number"),
    ];
    for (variable, value, reason) in cases {
        let world = World::with(Answer::FromAddress, &[(variable, value)]).await;
        for path in ["/8.8.8.8", "/health"] {
            let answer = world.client.get(path).await;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{variable}={value}: {reason}");
            assert_eq!(answer.header("content-type"), "application/problem+json", "{variable}={value}: {reason}");
            let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.contains(variable), "{variable}={value}: {reason}: {detail}");
        }
        assert_eq!(world.host.counters().failed(), 0, "{variable}={value}: an error is not a trap");
    }
}

#[tokio::test]
async fn what_does_not_need_a_variable_works_without_it() {
    let world = World::with(Answer::FromAddress, &[("dns_timeout_ms", "soon")]).await;
    assert_eq!(world.report("8.8.8.8?dns=false").await["ip"], "8.8.8.8");
}

/// The host refuses what Spin refuses, before it serves anything.
#[tokio::test]
async fn undeclared_variables_are_refused() {
    let mut options = host::Options::new(&workspace().join("spin.toml"));
    options.variables = vec![("dns_timeout".to_owned(), "1".to_owned())];
    let error = crate::support::program().serve(&options).await.unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("\"dns_timeout\""), "{error}");
}
