//! The outcomes of the replies in `tests/replies`. They must equal `readings.jsonl`, which `other_reader.py` compares with
//! what dnspython reads.

use std::collections::HashSet;
use std::{env, fs};

use hickory_proto::rr::{Name, RData};
use serde_json::{Value, json};

use super::super::name::{string_to_text, to_text};
use super::{Outcome, Query};

const REPLIES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/replies/replies.txt"));

/// The expected outcomes: a line of JSON for each reply.
const READINGS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/replies/readings.jsonl"));

/// The environment variable with the file to write the outcomes to, if any.
const OUT: &str = "IPEDGE_REPLIES";

/// One reply of the corpus.
struct Reply<'a> {
    id: &'a str,
    kind: &'a str,
    subject: &'a str,
    bytes: Vec<u8>,
}

/// The replies of the corpus. The file describes its format at its beginning.
fn corpus() -> Vec<Reply<'static>> {
    let mut replies = Vec::<Reply>::new();
    for line in REPLIES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(id) = line.strip_prefix("reply ") {
            replies.push(Reply { id: id.trim(), kind: "", subject: "", bytes: Vec::new() });
            continue;
        }
        let reply = replies.last_mut().expect("a line before the first reply");
        if let Some(query) = line.strip_prefix("asks ") {
            (reply.kind, reply.subject) = query.trim().split_once(' ').expect(query);
        } else if line.starts_with("  ") {
            let hex = line.split(';').next().unwrap_or_default().trim();
            let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect(line));
            reply.bytes.extend(bytes);
        } else {
            assert!(line.starts_with("why "), "{line}");
        }
    }
    replies
}

/// The outcome of a reply, with the keys that the other reader has.
fn read(reply: &Reply) -> Value {
    let name = || Name::from_ascii(format!("{}.", reply.subject.trim_end_matches('.'))).expect(reply.subject);
    let query = match reply.kind {
        "PTR" => Query::ptr(reply.subject.parse().expect(reply.subject)),
        kind => Query::new(name(), kind.parse().expect(kind)),
    };
    match query.expect(reply.subject).read_reply(&reply.bytes) {
        Ok(outcome) => json!({
            "status": outcome.status,
            "values": values(&outcome),
            "omitted": outcome.omitted,
            "unreadable": outcome.unreadable,
            "ttl": outcome.ttl,
            "authenticated": outcome.authenticated,
            "detail": outcome.detail,
        }),
        Err(malformed) => json!({ "status": "malformed", "detail": malformed.to_string() }),
    }
}

fn values(outcome: &Outcome) -> Vec<String> {
    let text = |data: &RData| match data {
        RData::PTR(target) => to_text(&target.0),
        RData::NS(server) => to_text(&server.0),
        RData::MX(mx) => format!("{} {}", mx.preference, to_text(&mx.exchange)),
        RData::TXT(text) => string_to_text(&text.txt_data.concat()),
        RData::SOA(soa) => format!("{} {} {}", to_text(&soa.mname), to_text(&soa.rname), soa.serial),
        RData::CAA(caa) => format!("{} {}", string_to_text(caa.tag.as_bytes()), string_to_text(&caa.value)),
        data => data.ip_addr().expect("an address").to_string(),
    };
    outcome.records.iter().map(text).collect()
}

#[test]
fn every_reply_of_the_corpus_is_read_as_expected() {
    let replies = corpus();
    assert!(replies.len() >= 250, "{} replies", replies.len());
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    for reply in &replies {
        assert!(seen.insert(reply.id), "{} occurs twice", reply.id);
        lines.push(json!({ "id": reply.id, "read": read(reply) }).to_string());
    }
    if let Some(file) = env::var_os(OUT) {
        fs::write(&file, lines.join("\n") + "\n").expect("a file that can be written");
    }
    // To change readings: IPEDGE_REPLIES="$PWD/tests/replies/readings.jsonl" cargo test --lib corpus, twice.
    for (read, expected) in lines.iter().zip(READINGS.lines()) {
        assert_eq!(read, expected);
    }
    assert_eq!(lines.len(), READINGS.lines().count(), "a reading for each reply");
}
