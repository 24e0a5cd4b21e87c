//! Questions to bytes, bytes to answers.
//!
//! hickory-proto does the encoding; what stands here is the rules by which a reply counts as an answer.

use std::{fmt, net::IpAddr};

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::rdata::{NS, PTR};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::{Status, extended_error};

/// How many CNAME records are followed from the question to its answer. RFC 2317 needs one; resolvers give up around
/// here, too.
const MAX_CNAMES: usize = 16;

/// Queries are padded to a multiple of this many bytes (RFC 8467 section 4.1).
const BLOCK: usize = 128;

/// The UDP payload size that the question offers (RFC 6891 section 6.2.5). It means nothing over HTTPS, but resolvers
/// may pass it on.
const PAYLOAD: u16 = 1232;

/// How many bytes the data of an outcome's records may have, uncompressed. By compression (RFC 1035 section 4.1.4) a reply
/// of 64 KiB can hold a megabyte of names; nobody reads them, and a batch could ask for a hundred such.
const MAX_DATA: usize = 16 * 1024;

/// TTLs are 31 bits wide; a larger one is to be read as 0 (RFC 2181 section 8).
const MAX_TTL: u32 = i32::MAX as u32;

/// A question, and its bytes.
#[derive(Clone, Debug)]
pub struct Question {
    name: Name,
    kind: RecordType,
    bytes: Vec<u8>,
}

/// What a reply says to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How the question ended.
    pub status: Status,
    /// The records of the type that was asked for, at the end of the CNAME chain, in the order of the reply. There are
    /// some just where the status is [`Status::Ok`].
    pub records: Vec<RData>,
    /// The name at the end of the CNAME chain, where there is a chain.
    pub canonical: Option<Name>,
    /// Whether the resolver says that it has validated the answer with DNSSEC (the AD bit, RFC 4035 section 3.2.3).
    pub authenticated: bool,
    /// Seconds for which this holds: the least TTL along the way, or for a negative answer that of RFC 2308 section 5.
    /// `None` where nothing says.
    pub ttl: Option<u32>,
    /// What there is to say beyond the status: extended errors (RFC 8914), or why there is no answer.
    pub detail: Option<String>,
    /// The length of the reply, in bytes.
    pub size: usize,
}

impl Outcome {
    /// An outcome without records.
    pub fn without_records(status: Status, detail: impl Into<Option<String>>) -> Self {
        Self {
            status,
            records: Vec::new(),
            canonical: None,
            authenticated: false,
            ttl: None,
            detail: detail.into(),
            size: 0,
        }
    }
}

impl Question {
    /// The question for the names of `ip` (RFC 1035 section 3.5, RFC 3596 section 2.5).
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn ptr(ip: IpAddr) -> Result<Self, Malformed> {
        Self::new(Name::from(ip), RecordType::PTR)
    }

    /// The question for the records of one type at `name`.
    ///
    /// ID 0, so that HTTP caches can tell equal questions (RFC 8484 section 4.1); RD set; AD set, to be told of DNSSEC
    /// validation (RFC 6840 section 5.7); padded, so that the length tells nothing (RFC 7830).
    ///
    /// # Errors
    ///
    /// When hickory-proto cannot encode it.
    pub fn new(name: Name, kind: RecordType) -> Result<Self, Malformed> {
        let mut message = Message::new(0, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.metadata.authentic_data = true;
        message.add_query(Query::query(name.clone(), kind));
        message.set_edns(padded(&name));
        let bytes = message.to_vec().map_err(|error| Malformed(error.to_string()))?;
        Ok(Self { name, kind, bytes })
    }

    /// The name that is asked about.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The type of the records that are asked for.
    pub fn kind(&self) -> RecordType {
        self.kind
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
    pub fn answer(&self, reply: &[u8]) -> Result<Outcome, Malformed> {
        let message = Message::from_vec(reply).map_err(|error| Malformed(format!("no DNS message: {error}")))?;
        self.check(&message)?;
        let extended = extended_error::text(&message);
        let failure = |status| Ok(Outcome::without_records(status, extended.clone()));
        let outcome = match message.metadata.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => self.conclude(message, extended),
            ResponseCode::ServFail => failure(Status::Servfail),
            ResponseCode::Refused => failure(Status::Refused),
            other => {
                let code = format!("RCODE {} ({other})", u16::from(other));
                let detail = extended.map_or(code.clone(), |extended| format!("{code}; {extended}"));
                Ok(Outcome::without_records(Status::Servfail, detail))
            }
        };
        outcome.map(|outcome| Outcome { size: reply.len(), ..outcome })
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
            && query.query_type() == self.kind
            && query.query_class() == DNSClass::IN;
        if same { Ok(()) } else { refuse("a response to another question") }
    }

    /// The outcome of a message that is conclusive: records at the end of the CNAME chain, or that there are none.
    fn conclude(&self, message: Message, extended: Option<String>) -> Result<Outcome, Malformed> {
        let (end, chain_ttl) = self.follow(&message.answers)?;
        let exists = message.metadata.response_code == ResponseCode::NoError;
        let mut least = chain_ttl;
        let mut found = Vec::new();
        let (mut data, mut omitted) = (0_usize, 0_usize);
        if exists {
            for record in records(&message.answers, end).filter(|record| record.record_type() == self.kind) {
                let ttl = ttl(record);
                least = Some(least.map_or(ttl, |least| least.min(ttl)));
                data += weight(&record.data);
                if data <= MAX_DATA {
                    found.push(record.data.clone());
                } else {
                    omitted += 1;
                }
            }
        }
        let cut = (omitted > 0).then(|| format!("{omitted} more records than are told"));
        let detail = match (extended, cut) {
            (Some(extended), Some(cut)) => Some(format!("{extended}; {cut}")),
            (extended, cut) => extended.or(cut),
        };
        let (status, ttl) = if !found.is_empty() {
            (Status::Ok, least)
        } else {
            let negative = negative_ttl(&message.authorities, end).map(|ttl| least.map_or(ttl, |least| least.min(ttl)));
            (if exists { Status::Nodata } else { Status::Nxdomain }, negative)
        };
        Ok(Outcome {
            status,
            records: found,
            canonical: chain_ttl.is_some().then(|| end.clone()),
            authenticated: message.metadata.authentic_data,
            ttl,
            detail,
            size: 0,
        })
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

/// About how many bytes the data of a record has, uncompressed.
fn weight(data: &RData) -> usize {
    match data {
        RData::PTR(PTR(name)) | RData::NS(NS(name)) => name.len(),
        RData::MX(mx) => mx.exchange.len(),
        RData::SOA(soa) => soa.mname.len() + soa.rname.len(),
        RData::TXT(text) => text.txt_data.iter().map(|string| string.len() + 1).sum(),
        RData::CAA(caa) => caa.tag.len() + caa.value.len(),
        _ => 16,
    }
}

fn cname(record: &Record) -> Option<(&Name, u32)> {
    match &record.data {
        RData::CNAME(target) => Some((&target.0, ttl(record))),
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

#[cfg(test)]
mod corpus;

#[cfg(test)]
mod tests;
