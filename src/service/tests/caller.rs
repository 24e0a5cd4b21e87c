//! Answers about the caller.

use super::*;

#[test]
fn the_caller() {
    for (callers, expected, why) in [
        (vec!["8.8.8.8:1"], Some("8.8.8.8"), "the header of Spin"),
        (vec!["6.6.6.6:6", "8.8.8.8:1"], Some("8.8.8.8"), "a forged line comes first"),
        (vec![], None, "no header"),
    ] {
        for path in ["/", "/me"] {
            let reply = send(&Service::open(), &nowhere(), "GET", path, &callers);
            let body: Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(body["ip"].as_str(), expected, "{path}: {why}");
            if expected.is_some() {
                assert_eq!(field(&reply, "cache-control"), Some("private, no-store"), "{why}");
                assert_eq!(field(&reply, "ipedge-caller"), Some("spin-client-addr"), "{why}");
            } else {
                assert_eq!(reply.status, 500, "{why}");
            }
        }
    }
}

#[test]
fn the_caller_behind_a_proxy() {
    for (header, proxies, value, expected, why) in [
        ("true-client-ip", "0", "8.8.8.8", Some("8.8.8.8"), "the header of an edge platform"),
        ("x-forwarded-for", "1", "6.6.6.6, 8.8.8.8", Some("8.8.8.8"), "counted from the right"),
        ("forwarded", "1", "for=6.6.6.6, for=8.8.8.8", Some("8.8.8.8"), "counted from the right, too"),
        ("x-forwarded-for", "3", "6.6.6.6, 8.8.8.8", None, "fewer entries than trusted proxies"),
    ] {
        let mut platform = somewhere();
        platform.variables = vec![("caller_header", header), ("trusted_proxies", proxies)];
        let got = with(&platform, "/me/ip", &[(header, value), ("spin-client-addr", "1.1.1.1:1")]);
        match expected {
            Some(ip) => {
                assert_eq!(String::from_utf8_lossy(&got.body), format!("{ip}\n"), "{why}");
                assert_eq!(field(&got, "ipedge-caller"), Some(header), "{why}");
            }
            None => {
                assert_eq!(got.status, 500, "{why}");
                assert!(got.json()["detail"].as_str().unwrap().contains("trusted_proxies"), "{why}: {got:?}");
            }
        }
    }
}

#[test]
fn own_lookups_share_nothing() {
    for (path, queries, why) in [
        ("/", 2, "the caller's own"),
        ("/me", 2, "the other path for the caller"),
        ("/me/dns", 2, "a member"),
        ("/8.8.8.8", 1, "lookups of other addresses are shared"),
    ] {
        let (service, world) = (Service::open(), somewhere());
        let headers = [("spin-client-addr", "8.8.8.8:1")];
        for path in [path, "/8.8.8.8"] {
            request(&service, &world, &Sent { method: "GET", path, headers: &headers, body: "" });
        }
        assert_eq!(world.hosts().len(), queries, "{path}: {why}");
    }
}
