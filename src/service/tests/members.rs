//! Members of reports.

use super::*;
use crate::request::member::Member;

#[test]
fn members_take_only_the_work_they_need() {
    for (path, expected, queries, variables, timing, why) in [
        ("/8.8.8.8/asn/number", "15169\n", 0, 0, "asn", "a scalar is a line of text"),
        ("/8.8.8.8/geo/city", "Bog City\n", 0, 0, "geo", "a string without quotes"),
        ("/8.8.8.8/geo/is_eu", "false\n", 0, 0, "geo", "a truth value"),
        ("/8.8.8.8/dns/names", "[\"dns.good\"]\n", 1, VARIABLES.len(), "dns", "a list is JSON"),
        ("/8.8.8.8/dns/status", "ok\n", 1, VARIABLES.len(), "dns", "a scalar of DNS"),
        ("/8.8.8.8/ip", "8.8.8.8\n", 0, 0, "", "nothing to look up"),
        ("/8.8.8.8/special", "", 0, 0, "", "null is an empty reply"),
        ("/8.8.8.8/special/name", "", 0, 0, "", "and so is a member of null"),
        ("/10.0.0.1/special/name", "Private-Use\n", 0, 0, "", "a special address"),
        ("/10.0.0.1/dns/status", "skipped\n", 0, 0, "", "no query is sent for it"),
        ("/8.8.8.8/dns?dns=false", "", 0, 0, "", "turned off"),
    ] {
        let platform = somewhere();
        let got = with(&platform, path, &[]);
        assert_eq!(got.status, if expected.is_empty() { 204 } else { 200 }, "{path}: {why}");
        assert_eq!(String::from_utf8_lossy(&got.body), expected, "{path}: {why}");
        assert_eq!(platform.hosts().len(), queries, "{path}: {why}: queries");
        assert_eq!(platform.variables_read.get(), variables, "{path}: {why}: variables");
        let timed: Vec<_> = field(&got, "server-timing").unwrap_or_default().split(", ").collect();
        let read: Vec<_> = timed.iter().map(|entry| entry.split(';').next().unwrap()).collect();
        assert_eq!(read, [timing], "{path}: {why}: databases and DNS");
    }
}

#[test]
fn a_scalar_is_json_for_clients_that_prefer_it() {
    for (accept, expected, media_type, why) in [
        ("*/*", "Bog City\n", "text/plain; charset=utf-8", "curl"),
        ("application/json", "\"Bog City\"\n", "application/json", "a program"),
        ("text/plain;q=0.5, application/json", "\"Bog City\"\n", "application/json", "a client that prefers JSON"),
    ] {
        let got = with(&somewhere(), "/8.8.8.8/geo/city", &[("accept", accept)]);
        assert_eq!(String::from_utf8_lossy(&got.body), expected, "{why}");
        assert_eq!(field(&got, "content-type"), Some(media_type), "{why}");
    }
}

#[test]
fn the_members_are_those_of_the_report() {
    let report = with(&somewhere(), "/2001:0:4136:e378:8000:63bf:f7f7:f7f7", &[]).json();
    for (name, value) in report.as_object().unwrap() {
        assert!(Member::parse(name).is_some(), "{name}");
        for (inner, _) in value.as_object().into_iter().flatten() {
            assert!(Member::parse(&format!("{name}/{inner}")).is_some(), "{name}/{inner}");
        }
    }
}

#[test]
fn a_member_has_the_keys_of_the_report_in_its_order() {
    let at = |path: &str| with(&somewhere(), path, &[]);
    let report = String::from_utf8(at("/2001:0:4136:e378:8000:63bf:f7f7:f7f7").body).unwrap();
    let parsed: Value = serde_json::from_str(&report).unwrap();
    for (name, _) in parsed.as_object().unwrap().iter().filter(|(_, value)| value.is_object()) {
        let member = String::from_utf8(at(&format!("/2001:0:4136:e378:8000:63bf:f7f7:f7f7/{name}")).body).unwrap();
        assert!(report.contains(&format!("\"{name}\":{}", member.trim_end())), "{name}: {member} is not in {report}");
    }
}
