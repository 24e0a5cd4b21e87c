mod answers;
mod bounds;
mod bytes;
mod malformed;
mod queries;

use hickory_proto::op::{Edns, Message, Metadata};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::rdata::{CNAME, MX, NS, PTR, SOA, SRV, TXT};
use hickory_proto::rr::{Record, RecordType};

use super::*;

const ADDRESS: &str = "8.8.8.8";
const NAME: &str = "8.8.8.8.in-addr.arpa.";

fn query() -> Query {
    Query::ptr(ADDRESS.parse().unwrap()).unwrap()
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn record(owner: &str, ttl: u32, data: RData) -> Record {
    Record::from_rdata(name(owner), ttl, data)
}

fn ptr_to(owner: &str, ttl: u32, target: &str) -> Record {
    record(owner, ttl, RData::PTR(PTR(name(target))))
}

fn cname_to(owner: &str, ttl: u32, target: &str) -> Record {
    record(owner, ttl, RData::CNAME(CNAME(name(target))))
}

fn soa(ttl: u32, minimum: u32) -> Record {
    soa_of("8.in-addr.arpa.", ttl, minimum)
}

fn soa_of(zone: &str, ttl: u32, minimum: u32) -> Record {
    let soa = SOA::new(name("ns.example."), name("admin.example."), 1, 3600, 600, 86400, minimum);
    record(zone, ttl, RData::SOA(soa))
}

/// A reply to [`query`], changed by `change`.
fn reply(change: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut message = Message::response(0, OpCode::Query);
    message.add_query(QuestionSection::query(name(NAME), RecordType::PTR));
    change(&mut message);
    message.to_vec().unwrap()
}

fn answer(change: impl FnOnce(&mut Message)) -> Outcome {
    query().read_reply(&reply(change)).unwrap()
}

/// The targets of an outcome's PTR records.
fn targets(outcome: &Outcome) -> Vec<String> {
    outcome.records.iter().map(|data| data.to_string()).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A reply to `ask` in hex: counts of the sections after the question, and their records.
fn raw(ask: (&str, RecordType), counts: [u8; 3], records: &str) -> Vec<u8> {
    let [answers, authorities, additionals] = counts;
    let mut bytes = vec![0, 0, 0x81, 0x80, 0, 1, 0, answers, 0, authorities, 0, additionals];
    bytes.extend(name(ask.0).to_bytes().unwrap());
    bytes.extend([u16::from(ask.1).to_be_bytes(), [0, 1]].concat());
    bytes.extend(hex(records));
    bytes
}
