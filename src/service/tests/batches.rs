//! Batches, and who may send them.

use super::*;

#[test]
fn batches() {
    let post = |headers: &[(&str, &str)], body: &str| {
        let sent = Sent { method: "POST", path: "/batch", headers, body };
        request(&Service::open(), &somewhere(), &sent)
    };
    let got = post(&[("content-type", "application/json")], r#"["8.8.8.8", "nonsense", "dns.good.com"]"#);
    let json = got.json();
    assert_eq!((got.status, field(&got, "cache-control")), (200, Some("private, no-store")));
    assert_eq!(json[0], with(&somewhere(), "/8.8.8.8", &[]).json(), "the same document as by itself");
    assert_eq!(json[1]["status"], 400);
    assert_eq!(json[2], with(&somewhere(), "/dns.good.com", &[]).json());

    let got = post(&[("accept", "application/x-ndjson")], "10.0.0.1\n8.8.8.8\n");
    assert_eq!(field(&got, "content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = got
        .body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!((&lines[0]["index"], &lines[0]["ip"]), (&json!(0), &json!("10.0.0.1")));
    assert_eq!((&lines[1]["index"], &lines[1]["ip"]), (&json!(1), &json!("8.8.8.8")));

    for (headers, body, status, why) in [
        (&[("content-type", "text/csv")][..], "8.8.8.8", 415, "a media type other than lines or JSON"),
        (&[("content-encoding", "gzip")], "8.8.8.8", 415, "a content coding"),
        (&[("content-type", "application/json")], "{", 400, "not JSON"),
        (&[("content-type", "application/json")], "{}", 422, "not an array"),
        (&[], &"8.8.8.8\n".repeat(101), 413, "more than batch_limit"),
        (&[("accept", "text/html")], "8.8.8.8", 406, "an answer that batches do not have"),
    ] {
        let got = post(headers, body);
        assert_eq!((got.status, &got.json()["status"]), (status, &json!(status)), "{why}");
    }
    assert_eq!(post(&[], "").json(), json!([]), "an empty batch");
}

#[test]
fn bodies_that_pages_of_other_sites_send_without_preflight() {
    let post = |headers: &[(&str, &str)]| {
        let sent = Sent { method: "POST", path: "/batch", headers, body: "[\"10.0.0.1\"]" };
        request(&Service::open(), &somewhere(), &sent)
    };
    let host = ("host", "ip.example");
    for (headers, status, why) in [
        (&[host, ("origin", "https://evil.example"), ("content-type", "text/plain")][..], 415, "lines"),
        (
            &[host, ("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")],
            415,
            "a form",
        ),
        (&[host, ("origin", "https://evil.example")], 415, "no media type: a Blob without one"),
        (&[host, ("origin", "null"), ("content-type", "text/plain")], 415, "a sandboxed page"),
        (
            &[host, ("origin", "https://evil.example"), ("content-type", "application/json")],
            200,
            "JSON, after a preflight",
        ),
        (&[host, ("origin", "https://ip.example")], 200, "the service's own page"),
        (&[host, ("content-type", "text/plain")], 200, "curl and scripts send no Origin"),
    ] {
        let got = post(headers);
        assert_eq!(got.status, status, "{why}: {got:?}");
        if status == 415 {
            assert!(got.json()["detail"].as_str().unwrap().contains("application/json"), "{why}: {got:?}");
        }
    }
}
