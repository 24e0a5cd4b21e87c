//! The component with the real databases: a few addresses whose answers the pinned data fixes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use host::doh::Answer;
use serde_json::json;

#[path = "../component/support.rs"]
#[allow(dead_code, reason = "the other tests need more of it")]
mod support;

/// The file that `make component` builds.
fn component() -> std::path::PathBuf {
    support::workspace().join("target/wasm32-wasip2/release/ipedge.wasm")
}

#[tokio::test]
async fn well_known_addresses() {
    let cases = [
        ("8.8.8.8", json!([15169, "Google LLC", "8.8.8.0/24"]), json!(["US", "California", "Mountain View"])),
        ("1.1.1.1", json!([13335, "Cloudflare, Inc.", "1.1.1.0/24"]), json!(["AU", "New South Wales", "Sydney"])),
    ];
    let world = support::World::new(Answer::FromAddress).await;
    for (subject, asn, geo) in cases {
        let report = world.report(subject).await;
        let pick = |member: &str, keys: [&str; 3]| json!(keys.map(|key| report[member][key].clone()));
        assert_eq!(pick("asn", ["number", "organization", "network"]), asn, "{report:#}");
        assert_eq!(pick("geo", ["country_code", "region", "city"]), geo, "{report:#}");
        assert_eq!(report["dns"]["status"], "ok", "{report:#}");
    }
}
