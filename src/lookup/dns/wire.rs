//! Queries as bytes, and outcomes from bytes.
//!
//! [`query`] encodes queries and [`message`] finds the records of a reply; hickory-proto encodes messages and reads names
//! and the data of records. This file has the rules by which a reply counts as an answer.

mod message;
mod query;
mod rcode;

use std::collections::BTreeSet;
use std::fmt;

use hickory_proto::op::{MessageType, OpCode, Query as QuestionSection, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData};
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder};

pub use self::query::Query;

use self::message::{Entry, Reply};
use super::outcome::Outcome;
use super::{Status, detail, extended_error};

/// How many CNAME records are followed from the query's name. RFC 2317 needs one, and common resolvers stop near this
/// number, too.
const MAX_CNAMES: usize = 16;

/// How many bytes the records of an outcome may have, uncompressed. By compression (RFC 1035 section 4.1.4) a reply of
/// 64 KiB can hold a megabyte of names, and an instance keeps hundreds of outcomes.
const MAX_DATA: usize = 16 * 1024;

/// What a record costs beside its data: about what type, class, TTL and length take in a message. So records of few bytes
/// are bounded in number, too: there are at most 1,024 addresses.
const RECORD: usize = 12;

/// TTLs are 31 bits wide; a larger one counts as 0 (RFC 2181 section 8).
const MAX_TTL: u32 = i32::MAX as u32;

impl Query {
    /// The outcome of the query, from the bytes of the reply.
    ///
    /// # Errors
    ///
    /// When the bytes are not a DNS message, or do not answer this query: the resolver's RCODE counts for nothing then.
    pub fn read_reply(&self, reply: &[u8]) -> Result<Outcome, Malformed> {
        let size = reply.len();
        let reply = Reply::read(reply, self.kind())?;
        self.check(&reply)?;
        let extended = reply.opt.and_then(|opt| extended_error::text(opt.options()));
        let failure = |status, detail| Ok(Outcome::without_records(status, detail));
        let code = ResponseCode::from(reply.opt.map_or(0, |opt| opt.rcode_high), reply.head.response_code.low());
        let outcome = match code {
            ResponseCode::NoError | ResponseCode::NXDomain => {
                // A server that failed to read the query cannot repeat the question. An answer has to.
                if reply.question.is_none() {
                    return Err(Malformed::because("an answer without a question"));
                }
                self.conclude(reply, code == ResponseCode::NoError, extended)
            }
            ResponseCode::ServFail => failure(Status::Servfail, extended),
            ResponseCode::Refused => failure(Status::Refused, extended),
            other => {
                let code = rcode::text(other.into(), reply.keyed);
                failure(Status::Servfail, detail::join([Some(code), extended]))
            }
        };
        outcome.map(|outcome| Outcome { size, ..outcome })
    }

    /// Whether `reply` is a response to this query. A question that is there has to be the query's.
    fn check(&self, reply: &Reply<'_>) -> Result<(), Malformed> {
        let head = &reply.head;
        let fault = if head.message_type != MessageType::Response {
            "a query instead of a response"
        } else if head.id != 0 {
            "a response to another ID"
        } else if head.op_code != OpCode::Query {
            "a response to another opcode"
        } else if head.truncation {
            "a truncated response"
        } else if reply.question.as_ref().is_some_and(|question| !self.is_asked_by(question)) {
            "a response to another question"
        } else {
            return Ok(());
        };
        Err(Malformed::because(fault))
    }

    fn is_asked_by(&self, question: &QuestionSection) -> bool {
        question.name().eq_ignore_root(self.name())
            && question.query_type() == self.kind()
            && question.query_class() == DNSClass::IN
    }

    /// The outcome of a reply that is conclusive: records at the end of the CNAME chain, or that there are none.
    fn conclude(&self, reply: Reply<'_>, exists: bool, detail: Option<String>) -> Result<Outcome, Malformed> {
        let (end, chain_ttl) = self.follow(&reply.answers)?;
        let mut least = chain_ttl;
        let mut known = BTreeSet::new();
        let mut records = Vec::new();
        let (mut size, mut omitted, mut unreadable) = (0_usize, 0, 0);
        // A record whose owner cannot be read may be one of these.
        let here = |entry: &&Entry| entry.owner.as_ref().is_none_or(|owner| owner.eq_ignore_root(end));
        for entry in reply.answers.iter().filter(here).filter(|entry| exists && entry.kind == self.kind()) {
            least = Some(least.map_or(ttl(entry), |least| least.min(ttl(entry))));
            let readable = entry.data.as_ref().filter(|_| entry.owner.is_some());
            let Some((data, canonical)) = readable.and_then(|data| Some((data, canonical(data)?))) else {
                unreadable += 1;
                continue;
            };
            let weight = canonical.len() + RECORD;
            // An RRset has each record once (RFC 2181 section 5), whatever the case of its names.
            if !known.insert(canonical) {
                continue;
            }
            if size + weight <= MAX_DATA {
                size += weight;
                records.push(data.clone());
            } else {
                omitted += 1;
            }
        }
        let (status, ttl) = if !records.is_empty() || omitted > 0 {
            (Status::Ok, least)
        } else if exists && reply.answers.iter().filter(here).any(|entry| entry.data.is_none() || entry.owner.is_none())
        {
            // The records of the type, or the CNAME that leads there.
            return Err(Malformed::because("the answer's records cannot be read"));
        } else {
            let negative = negative_ttl(&reply.authorities, end).map(|ttl| least.map_or(ttl, |least| least.min(ttl)));
            (if exists { Status::Nodata } else { Status::Nxdomain }, negative)
        };
        Ok(Outcome {
            status,
            records,
            omitted,
            unreadable,
            canonical: chain_ttl.is_some().then(|| end.clone()),
            authenticated: reply.head.authentic_data,
            ttl,
            detail,
            size: 0,
        })
    }

    /// Follows the CNAMEs among `answers` (RFC 1034 section 3.6.2) to the name that has the answer; and the least of
    /// their TTLs.
    fn follow<'a>(&'a self, answers: &'a [Entry]) -> Result<(&'a Name, Option<u32>), Malformed> {
        let mut end = self.name();
        let mut least: Option<u32> = None;
        for _ in 0..=MAX_CNAMES {
            let at_end = |entry: &&Entry| entry.owner.as_ref().is_some_and(|owner| owner.eq_ignore_root(end));
            let mut cnames = answers.iter().filter(at_end).filter_map(cname);
            let Some((target, first_ttl)) = cnames.next() else { return Ok((end, least)) };
            // One name has one CNAME (RFC 2181 section 10.1), but it may be there twice, with two TTLs (section 5.2).
            let ttl = cnames.fold(first_ttl, |least, (_, ttl)| least.min(ttl));
            least = Some(least.map_or(ttl, |least| least.min(ttl)));
            end = target;
        }
        Err(Malformed(format!("a CNAME chain that loops, or is longer than {MAX_CNAMES}")))
    }
}

/// A reply that is not an answer, or a query that cannot be encoded. The text says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl Malformed {
    fn because(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

/// The data of a record in the canonical form of RFC 4034 section 6.2: names in lower case and without compression, so
/// that equal records have equal bytes, and their number is what the data takes. `None` if hickory-proto cannot write it.
fn canonical(data: &RData) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = BinEncoder::new(&mut bytes);
    encoder.set_canonical_form(true);
    data.emit(&mut encoder).ok()?;
    Some(bytes)
}

fn cname(entry: &Entry) -> Option<(&Name, u32)> {
    match &entry.data {
        Some(RData::CNAME(target)) => Some((&target.0, ttl(entry))),
        _ => None,
    }
}

fn ttl(entry: &Entry) -> u32 {
    if entry.ttl > MAX_TTL { 0 } else { entry.ttl }
}

/// How long a negative answer about `name` holds: the lesser of the TTL and the MINIMUM of the SOA of its zone (RFC 2308
/// section 5). The SOA of another zone does not count; of several, the least does.
fn negative_ttl(authorities: &[Entry], name: &Name) -> Option<u32> {
    let of_its_zone = |entry: &&Entry| entry.owner.as_ref().is_some_and(|owner| owner.zone_of(name));
    let soas = authorities.iter().filter(of_its_zone).filter_map(|entry| match &entry.data {
        Some(RData::SOA(soa)) => Some(ttl(entry).min(if soa.minimum > MAX_TTL { 0 } else { soa.minimum })),
        _ => None,
    });
    soas.min()
}

#[cfg(test)]
mod corpus;

#[cfg(test)]
mod tests;
