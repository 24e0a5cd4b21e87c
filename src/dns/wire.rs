//! Questions to bytes, bytes to answers.
//!
//! hickory-proto does the encoding; what stands here is the rules by which a reply counts as an answer.

use std::{fmt, net::IpAddr};

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::{Answer, Status, name};

/// How many CNAME records are followed from the question to its answer. RFC 2317 needs one; resolvers give up around
/// here, too.
const MAX_CNAMES: usize = 16;

/// Queries are padded to a multiple of this many bytes (RFC 8467 section 4.1).
const BLOCK: usize = 128;

/// The UDP payload size that the question offers (RFC 6891 section 6.2.5). It means nothing over HTTPS, but resolvers
/// may pass it on.
const PAYLOAD: u16 = 1232;

/// TTLs are 31 bits wide; a larger one is to be read as 0 (RFC 2181 section 8).
const MAX_TTL: u32 = i32::MAX as u32;

/// The PTR question for an address, and its bytes.
pub struct Question {
    name: Name,
    bytes: Vec<u8>,
}

impl Question {
    /// The question for the name of `ip` (RFC 1035 section 3.5, RFC 3596 section 2.5).
    ///
    /// ID 0, so that HTTP caches can tell equal questions (RFC 8484 section 4.1); RD set; AD set, to be told of DNSSEC
    /// validation (RFC 6840 section 5.7); padded, so that the length tells nothing (RFC 7830).
    ///
    /// # Errors
    ///
    /// When hickory-proto cannot encode it.
    pub fn ptr(ip: IpAddr) -> Result<Self, Malformed> {
        let name = Name::from(ip);
        let mut message = Message::new(0, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.metadata.authentic_data = true;
        message.add_query(Query::query(name.clone(), RecordType::PTR));
        message.set_edns(padded(&name));
        let bytes = message.to_vec().map_err(|error| Malformed(error.to_string()))?;
        Ok(Self { name, bytes })
    }

    /// The message, as it goes over the wire.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What a reply says to this question.
    ///
    /// # Errors
    ///
    /// When the bytes are no DNS message, or one that does not answer this question. Whatever the resolver said is not
    /// an answer then.
    pub fn answer(&self, reply: &[u8]) -> Result<Answer, Malformed> {
        let message = Message::from_vec(reply).map_err(|error| Malformed(format!("no DNS message: {error}")))?;
        self.check(&message)?;
        let extended = extended_error(&message);
        match message.metadata.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => self.conclude(&message, extended),
            ResponseCode::ServFail => Ok(Answer::without_names(Status::Servfail, extended)),
            ResponseCode::Refused => Ok(Answer::without_names(Status::Refused, extended)),
            other => {
                let code = format!("RCODE {} ({other})", u16::from(other));
                let detail = extended.map_or(code.clone(), |extended| format!("{code}; {extended}"));
                Ok(Answer::without_names(Status::Servfail, detail))
            }
        }
    }

    /// Whether `message` replies to this question at all.
    fn check(&self, message: &Message) -> Result<(), Malformed> {
        let refuse = |why: &str| Err(Malformed(why.to_owned()));
        let head = &message.metadata;
        if head.message_type != MessageType::Response {
            return refuse("a query instead of a response");
        }
        if head.id != 0 {
            return refuse("a response to another ID");
        }
        if head.op_code != OpCode::Query {
            return refuse("a response to another opcode");
        }
        if head.truncation {
            return refuse("a truncated response");
        }
        let [query] = message.queries.as_slice() else { return refuse("a response without one question") };
        let same = query.name().eq_ignore_root(&self.name)
            && query.query_type() == RecordType::PTR
            && query.query_class() == DNSClass::IN;
        if same { Ok(()) } else { refuse("a response to another question") }
    }

    /// The answer of a message that has one: names at the end of the CNAME chain, or that there are none.
    fn conclude(&self, message: &Message, extended: Option<String>) -> Result<Answer, Malformed> {
        let (end, chain_ttl) = self.follow(&message.answers)?;
        let exists = message.metadata.response_code == ResponseCode::NoError;
        let mut answer = Answer {
            authenticated: message.metadata.authentic_data,
            ..Answer::without_names(if exists { Status::Nodata } else { Status::Nxdomain }, extended)
        };
        let mut least = chain_ttl;
        if exists {
            for (target, ttl) in records(&message.answers, end).filter_map(ptr) {
                least = Some(least.map_or(ttl, |least| least.min(ttl)));
                let text = name::to_text(target);
                if !answer.names.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
                    answer.names.push(text);
                }
            }
        }
        if answer.names.is_empty() {
            answer.ttl = negative_ttl(&message.authorities, end).map(|ttl| least.map_or(ttl, |least| least.min(ttl)));
        } else {
            answer.status = Status::Ok;
            answer.ttl = least;
        }
        Ok(answer)
    }

    /// Follows the CNAMEs among `answers` (RFC 1034 section 3.6.2) to the name that has the answer; and the least of
    /// their TTLs.
    fn follow<'a>(&'a self, answers: &'a [Record]) -> Result<(&'a Name, Option<u32>), Malformed> {
        let mut end = &self.name;
        let mut least: Option<u32> = None;
        for _ in 0..=MAX_CNAMES {
            let mut cnames = records(answers, end).filter_map(cname);
            let Some((target, first_ttl)) = cnames.next() else { return Ok((end, least)) };
            // One name has one CNAME (RFC 2181 section 10.1), but it may be there twice, with two TTLs (section 5.2).
            let ttl = cnames.fold(first_ttl, |least, (_, ttl)| least.min(ttl));
            least = Some(least.map_or(ttl, |least| least.min(ttl)));
            end = target;
        }
        Err(Malformed(format!("a CNAME chain that loops, or is longer than {MAX_CNAMES}")))
    }
}

/// A reply that is no answer, or a question that cannot be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// EDNS(0) with as much padding as fills the last block.
fn padded(name: &Name) -> Edns {
    const HEADER: usize = 12;
    const TYPE_AND_CLASS: usize = 4;
    const OPT: usize = 11;
    const OPTION_HEAD: usize = 4;
    // A name without compression takes a length byte more than its text has dots and letters.
    let unpadded = HEADER + name.len() + 1 + TYPE_AND_CLASS + OPT + OPTION_HEAD;
    let padding = unpadded.next_multiple_of(BLOCK) - unpadded;
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD);
    edns.options_mut().insert(EdnsOption::Unknown(EdnsCode::Padding.into(), vec![0; padding]));
    edns
}

fn records<'a>(records: &'a [Record], owner: &Name) -> impl Iterator<Item = &'a Record> {
    records.iter().filter(move |record| record.dns_class == DNSClass::IN && record.name.eq_ignore_root(owner))
}

fn cname(record: &Record) -> Option<(&Name, u32)> {
    match &record.data {
        RData::CNAME(target) => Some((&target.0, ttl(record))),
        _ => None,
    }
}

fn ptr(record: &Record) -> Option<(&Name, u32)> {
    match &record.data {
        RData::PTR(target) => Some((&target.0, ttl(record))),
        _ => None,
    }
}

fn ttl(record: &Record) -> u32 {
    if record.ttl > MAX_TTL { 0 } else { record.ttl }
}

/// How long a negative answer about `name` holds: the lesser of the TTL and the MINIMUM of the SOA of its zone (RFC 2308
/// section 5). The SOA of a zone that the name is not in says nothing about it; of several, the least counts.
fn negative_ttl(authorities: &[Record], name: &Name) -> Option<u32> {
    let of_its_zone = |record: &&Record| record.dns_class == DNSClass::IN && record.name.zone_of(name);
    let soas = authorities.iter().filter(of_its_zone).filter_map(|record| match &record.data {
        RData::SOA(soa) => Some(ttl(record).min(if soa.minimum > MAX_TTL { 0 } else { soa.minimum })),
        _ => None,
    });
    soas.min()
}

/// What the resolver says beyond the RCODE (RFC 8914 section 2).
fn extended_error(message: &Message) -> Option<String> {
    const EXTENDED_ERROR: u16 = 15;
    /// Enough for a sentence; a resolver could send 64 KiB.
    const MAX_TEXT: usize = 200;
    let option = message.edns.as_ref()?.option(EdnsCode::Unknown(EXTENDED_ERROR))?;
    let EdnsOption::Unknown(_, data) = option else { return None };
    let (code, text) = data.split_first_chunk()?;
    let code = u16::from_be_bytes(*code);
    let text: String = String::from_utf8_lossy(text).chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect();
    let name = EXTENDED_ERRORS.get(usize::from(code)).map_or(String::new(), |name| format!(" ({name})"));
    Some(if text.is_empty() {
        format!("extended error {code}{name}")
    } else {
        format!("extended error {code}{name}: {text}")
    })
}

/// The names of the registry "Extended DNS Error Codes" (RFC 8914 section 5.2), by code.
const EXTENDED_ERRORS: [&str; 31] = [
    "Other Error",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
    "Signature Expired before Valid",
    "Too Early",
    "Unsupported NSEC3 Iterations Value",
    "Unable to conform to policy",
    "Synthesized",
    "Invalid Query Type",
];

#[cfg(test)]
mod corpus;

#[cfg(test)]
mod tests;
