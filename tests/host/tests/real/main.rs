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
        ("8.8.8.8", json!([15169, "Google LLC", "8.8.8.0/24"]), json!(["US", "United States", "California"])),
        ("1.1.1.1", json!([13335, "Cloudflare, Inc.", "1.1.1.0/24"]), json!(["AU", "Australia", "New South Wales"])),
        ("9.9.9.9", json!([19281, "Quad9", "9.9.9.0/24"]), json!(["US", "United States", "California"])),
        (
            "2606:4700:4700::1111",
            json!([13335, "Cloudflare, Inc.", "2606:4700:4700::/48"]),
            json!(["CA", "Canada", "Quebec"]),
        ),
        (
            "2001:67c:2e8:22::c100:68b",
            json!([3333, "Reseaux IP Europeens Network Coordination Centre (RIPE NCC)", "2001:67c:2e8::/48"]),
            json!(["NL", "Netherlands", "North Holland"]),
        ),
        ("10.1.2.3", json!([null, null, null]), json!([null, null, null])),
    ];
    let world = support::World::new(Answer::FromAddress).await;
    for (subject, asn, geo) in cases {
        let report = world.report(subject).await;
        let pick = |member: &str, keys: [&str; 3]| json!(keys.map(|key| report[member][key].clone()));
        assert_eq!(pick("asn", ["number", "organization", "network"]), asn, "{report:#}");
        // These are exact however the databases are packed; a city may move by the error bound.
        assert_eq!(pick("geo", ["country_code", "country", "region"]), geo, "{report:#}");
    }
    assert_eq!(world.report("8.8.8.8").await["geo"]["city"], "Mountain View");
    assert_eq!(world.host.counters().failed(), 0);
}

/// What Akamai Functions takes, in bytes.
const LARGEST_APPLICATION: u64 = 52_428_800;

#[tokio::test]
async fn an_edge_platform_takes_it() {
    let world = support::World::new(Answer::FromAddress).await;
    let about = world.report("about").await;
    let size = std::fs::metadata(component()).unwrap().len();
    if about["profile"] == "edge" {
        assert!(size <= LARGEST_APPLICATION, "{size} bytes");
        let geo = &about["databases"][0];
        let bound = geo["error_bound_km"].as_f64().unwrap();
        assert!(geo["verified"]["error_km"]["max"].as_f64().unwrap() <= bound, "{geo:#}");
    } else {
        assert_eq!(about["profile"], "exact");
        assert!(about["databases"][0]["error_bound_km"].is_null(), "{about:#}");
    }
}
