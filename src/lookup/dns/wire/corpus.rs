//! What we read in the replies of `tests/replies`, for `tests/replies/other_reader.py` to compare.

use std::{collections::HashSet, env, fs};

use hickory_proto::rr::{Name, RData, RecordType};
use serde_json::{Value, json};

use super::super::Answer;
use super::{Outcome, Question};

const REPLIES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/replies/replies.txt"));

/// Where the lines of JSON go; nowhere, if it is not set.
const OUT: &str = "IPEDGE_REPLIES";

/// One reply of the corpus.
struct Reply<'a> {
    id: &'a str,
    kind: &'a str,
    subject: &'a str,
    bytes: Vec<u8>,
}

/// The replies of the corpus; the format is explained at its head.
fn corpus() -> Vec<Reply<'static>> {
    let mut replies = Vec::<Reply>::new();
    for line in REPLIES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(id) = line.strip_prefix("reply ") {
            replies.push(Reply { id: id.trim(), kind: "", subject: "", bytes: Vec::new() });
            continue;
        }
        let reply = replies.last_mut().expect("a line before the first reply");
        if let Some(question) = line.strip_prefix("asks ") {
            (reply.kind, reply.subject) = question.trim().split_once(' ').expect(question);
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

/// What we read in a reply, as what the other reader has, too.
fn read(reply: &Reply) -> Value {
    let name = || Name::from_ascii(format!("{}.", reply.subject.trim_end_matches('.'))).expect(reply.subject);
    let question = match reply.kind {
        "PTR" => Question::ptr(reply.subject.parse().expect(reply.subject)),
        "A" => Question::new(name(), RecordType::A),
        "AAAA" => Question::new(name(), RecordType::AAAA),
        other => panic!("{}: a question for {other}", reply.id),
    };
    match question.expect(reply.subject).answer(&reply.bytes) {
        Ok(outcome) => json!({
            "status": outcome.status,
            "values": values(&outcome, reply.kind),
            "ttl": outcome.ttl,
            "authenticated": outcome.authenticated,
            "detail": outcome.detail,
        }),
        Err(malformed) => json!({ "status": "malformed", "detail": malformed.to_string() }),
    }
}

fn values(outcome: &Outcome, kind: &str) -> Vec<String> {
    match kind {
        "PTR" => Answer::from(outcome).names,
        _ => outcome.records.iter().filter_map(RData::ip_addr).map(|ip| ip.to_string()).collect(),
    }
}

#[test]
fn every_reply_of_the_corpus_is_read() {
    let replies = corpus();
    assert!(replies.len() >= 250, "{} replies", replies.len());
    let mut seen = HashSet::new();
    let mut lines = String::new();
    for reply in &replies {
        assert!(seen.insert(reply.id), "{} is there twice", reply.id);
        lines += &format!("{}\n", json!({ "id": reply.id, "read": read(reply) }));
    }
    if let Some(file) = env::var_os(OUT) {
        fs::write(&file, lines).expect("a file that can be written");
    }
}
