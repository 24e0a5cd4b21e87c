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

/// How many CNAME records are followed from the query's name. RFC 2317 needs one, and common resolvers stop at a similar
/// number.
const MAX_CNAMES: usize = 16;

/// How many bytes the records of an outcome may have, without compression. With compression (RFC 1035 section 4.1.4) a
/// reply of 64 KiB can have a megabyte of names, and an instance keeps hundreds of outcomes.
const MAX_DATA: usize = 16 * 1024;

/// How many bytes a record counts beside its data: about as many as type, class, TTL and length take in a message. This
/// bounds the number of short records, too: to 1,024 addresses.
const RECORD: usize = 12;

/// TTLs are 31 bits wide; a larger one counts as 0 (RFC 2181 section 8).
const MAX_TTL: u32 = i32::MAX as u32;

impl Query {
    /// The outcome of the query, from the bytes of the reply.
    ///
    /// # Errors
    ///
    /// When the bytes are not a DNS message or do not answer this query. The RCODE is then ignored.
    pub fn read_reply(&self, reply: &[u8]) -> Result<Outcome, Malformed> {
        let size = reply.len();
        let reply = Reply::read(reply, self.kind())?;
        self.check(&reply)?;
        let extended = reply.opt.and_then(|opt| extended_error::text(opt.options()));
        let failure = |status, detail| Ok(Outcome::without_records(status, detail));
        let code = ResponseCode::from(reply.opt.map_or(0, |opt| opt.rcode_high), reply.head.response_code.low());
        let outcome = match code {
            ResponseCode::NoError | ResponseCode::NXDomain => {
                // An error reply may lack the question, because its server may not have read the query. An answer may not.
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

    /// Checks that `reply` is a response to this query. If it has a question, it must be the query's.
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
        } else if reply.question.as_ref().is_some_and(|question| !self.has(question)) {
            "a response to another question"
        } else {
            return Ok(());
        };
        Err(Malformed::because(fault))
    }

    /// Whether a question is that of this query.
    fn has(&self, question: &QuestionSection) -> bool {
        question.name().eq_ignore_root(self.name())
            && question.query_type() == self.kind()
            && question.query_class() == DNSClass::IN
    }

    /// The outcome of a conclusive reply: the records at the end of the CNAME chain, or that there are none.
    fn conclude(&self, reply: Reply<'_>, exists: bool, detail: Option<String>) -> Result<Outcome, Malformed> {
        let (end, chain_ttl) = self.follow(&reply.answers)?;
        let mut least = chain_ttl;
        let mut known = BTreeSet::new();
        let mut records = Vec::new();
        let (mut size, mut omitted, mut unreadable) = (0_usize, 0, 0);
        // A record whose owner cannot be read may belong here.
        let here = |entry: &&Entry| entry.owner.as_ref().is_none_or(|owner| owner.eq_ignore_root(end));
        for entry in reply.answers.iter().filter(here).filter(|entry| exists && entry.kind == self.kind()) {
            least = Some(least.map_or(ttl(entry), |least| least.min(ttl(entry))));
            let readable = entry.data.as_ref().filter(|_| entry.owner.is_some());
            let Some((data, canonical)) = readable.and_then(|data| Some((data, canonical(data)?))) else {
                unreadable += 1;
                continue;
            };
            let weight = canonical.len() + RECORD;
            // An RRset has each record once (RFC 2181 section 5), and names have no case.
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

    /// Follows the CNAMEs among `answers` (RFC 1034 section 3.6.2). Returns the name at the end, and the least TTL on the
    /// way; `None` if there is no CNAME.
    fn follow<'a>(&'a self, answers: &'a [Entry]) -> Result<(&'a Name, Option<u32>), Malformed> {
        let mut end = self.name();
        let mut least: Option<u32> = None;
        for _ in 0..=MAX_CNAMES {
            let at_end = |entry: &&Entry| entry.owner.as_ref().is_some_and(|owner| owner.eq_ignore_root(end));
            let mut cnames = answers.iter().filter(at_end).filter_map(cname);
            let Some((target, first_ttl)) = cnames.next() else { return Ok((end, least)) };
            // A name has one CNAME (RFC 2181 section 10.1), but a reply may repeat it with another TTL (section 5.2).
            let ttl = cnames.fold(first_ttl, |least, (_, ttl)| least.min(ttl));
            least = Some(least.map_or(ttl, |least| least.min(ttl)));
            end = target;
        }
        Err(Malformed(format!("a CNAME chain that loops, or is longer than {MAX_CNAMES}")))
    }
}

/// The reason why a reply does not count, or a query cannot be encoded.
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
/// that equal records have equal bytes. `None` if hickory-proto cannot write it.
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

/// For how many seconds a negative answer about `name` holds: the lesser of the TTL and the MINIMUM of its zone's SOA (RFC
/// 2308 section 5). An SOA of another zone does not count. Of several, the least value counts.
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
