//! Answers as DNS messages.

use std::net::IpAddr;

use bytes::Bytes;
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::rdata::{CNAME, PTR};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::super::zone::{self, name};
use super::{Answer, Chain, flood};

/// The TTL of records for which a script gives none, in seconds.
const TTL: u32 = 300;

impl Answer {
    /// The DNS message for this query, or the bytes in its place.
    pub(super) fn bytes(&self, query: &Message) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::PointerLoop => pointer_loop(query),
            Self::With(_, _, answer) | Self::Gzipped(answer) => answer.bytes(query),
            _ => encode(&self.message(query)),
        }
    }

    fn message(&self, query: &Message) -> Message {
        let mut message = reply(query);
        match self {
            Self::Names(chain) => chain.write(&mut message),
            Self::Labels(names) => {
                for labels in *names {
                    let target = Name::from_labels(labels.iter().copied())
                        .unwrap_or_else(|error| panic!("labels of a test: {error}"));
                    message.add_answer(Record::from_rdata(name_of(query), TTL, RData::PTR(PTR(target))));
                }
            }
            Self::Records(records) if records.is_empty() => {
                message.add_authority(negative(query, TTL));
            }
            Self::Records(records) => message.answers.clone_from(records),
            Self::Flood => {
                let record_type = query.queries.first().map_or(RecordType::ZERO, |query| query.query_type);
                message.answers = flood::records(&name_of(query), record_type);
            }
            Self::NxDomain(ttl) => {
                message.metadata.response_code = ResponseCode::NXDomain;
                message.add_authority(negative(query, *ttl));
            }
            Self::NoData(ttl) => {
                message.add_authority(negative(query, *ttl));
            }
            Self::Failure(code, extended) => {
                message.metadata.response_code = *code;
                if !extended.is_empty() {
                    message.set_edns(extended_errors(extended));
                }
            }
            Self::Loop => {
                let (owner, other) = (name_of(query), name("loop.doh.test."));
                message.add_answer(Record::from_rdata(owner.clone(), 60, RData::CNAME(CNAME(other.clone()))));
                message.add_answer(Record::from_rdata(other, 60, RData::CNAME(CNAME(owner))));
            }
            Self::OtherQuestion => {
                let other = name("1.2.0.192.in-addr.arpa.");
                message.queries = vec![Query::query(other.clone(), RecordType::PTR)];
                message.add_answer(Record::from_rdata(other, TTL, zone::ptr("other.doh.test.")));
            }
            Self::Echo => return query.clone(),
            _ => from_address(&mut message),
        }
        match self {
            Self::OtherId => message.metadata.id = query.metadata.id.wrapping_add(1),
            Self::Truncated => message.metadata.truncation = true,
            Self::OtherType => message.queries.iter_mut().for_each(|query| query.query_type = RecordType::A),
            Self::OtherClass => message.queries.iter_mut().for_each(|query| query.query_class = DNSClass::CH),
            _ => {}
        }
        message
    }
}

impl Chain {
    fn write(&self, message: &mut Message) {
        let mut owner = name_of(message);
        for (target, ttl) in &self.through {
            message.add_answer(Record::from_rdata(owner, *ttl, zone::cname(target)));
            owner = name(target);
        }
        for (target, ttl) in &self.names {
            message.add_answer(Record::from_rdata(owner.clone(), *ttl, zone::ptr(target)));
        }
        message.metadata.authentic_data = self.authenticated;
    }
}

/// The answer of [`Answer::FromAddress`]: `ip-192-0-2-1.doh.test.` for 192.0.2.1, and the reverse.
fn from_address(message: &mut Message) {
    let Some(query) = message.queries.first().cloned() else { return };
    let data = match query.name.parse_arpa_name() {
        Ok(network) => {
            let label = format!("ip-{}", network.addr().to_string().replace(['.', ':'], "-"));
            (query.query_type == RecordType::PTR).then(|| zone::ptr(&format!("{label}.doh.test.")))
        }
        Err(_) => match (address(&query.name), query.query_type) {
            (Some(IpAddr::V4(address)), RecordType::A) => Some(zone::a(address)),
            (Some(IpAddr::V6(address)), RecordType::AAAA) => Some(zone::aaaa(address)),
            (Some(_), _) => None,
            (None, _) => {
                message.metadata.response_code = ResponseCode::NXDomain;
                None
            }
        },
    };
    match data {
        Some(data) => message.add_answer(Record::from_rdata(query.name, TTL, data)),
        None => message.add_authority(negative(message, TTL)),
    };
}

/// The address that a name of [`from_address`] is made from.
fn address(name: &Name) -> Option<IpAddr> {
    let name = name.to_lowercase().to_ascii();
    let label = name.strip_prefix("ip-")?.strip_suffix(".doh.test.")?;
    label.replace('-', ".").parse().or_else(|_| label.replace('-', ":").parse()).ok()
}

/// A response without records: the query's ID and question, NOERROR.
fn reply(query: &Message) -> Message {
    let mut message = Message::new(query.metadata.id, MessageType::Response, OpCode::Query);
    message.metadata.recursion_desired = query.metadata.recursion_desired;
    message.metadata.recursion_available = true;
    message.queries.clone_from(&query.queries);
    message
}

/// The name that is queried; the root where there is none.
fn name_of(query: &Message) -> Name {
    query.queries.first().map(|query| query.name.clone()).unwrap_or_default()
}

fn encode(message: &Message) -> Bytes {
    message.to_vec().unwrap_or_else(|error| panic!("a message of a test: {error}")).into()
}

/// One PTR record whose owner is a pointer to itself.
fn pointer_loop(query: &Message) -> Bytes {
    let mut bytes = encode(&reply(query)).to_vec();
    // The low half of ANCOUNT (RFC 1035 section 4.1.1).
    bytes[7] = 1;
    let [high, low] = u16::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
    bytes.extend([0xc0 | high, low]);
    // PTR, IN, a TTL, and the root as its data.
    bytes.extend([0, 12, 0, 1, 0, 0, 1, 0, 0, 1, 0]);
    bytes.into()
}

/// The SOA of the zone around the name. A negative answer holds for the lesser of its TTL and its MINIMUM (RFC 2308
/// section 5).
fn negative(query: &Message, ttl: u32) -> Record {
    let soa = zone::soa("doh.test.", "doh.test.", 1, ttl);
    Record::from_rdata(name_of(query).base_name(), ttl.saturating_add(60), soa)
}

/// RFC 8914 section 2: INFO-CODE and EXTRA-TEXT in an option 15 for each.
fn extended_errors(errors: &[(u16, &str)]) -> Edns {
    const EXTENDED_DNS_ERROR: u16 = 15;
    let mut edns = Edns::new();
    for (code, text) in errors {
        let value = [&code.to_be_bytes(), text.as_bytes()].concat();
        edns.options_mut().insert(EdnsOption::Unknown(EXTENDED_DNS_ERROR, value));
    }
    edns
}
