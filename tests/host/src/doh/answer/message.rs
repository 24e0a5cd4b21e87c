//! Answers as DNS messages.

use std::net::IpAddr;

use bytes::Bytes;
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::rdata::{CNAME, PTR};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use super::super::zone::{self, name};
use super::{Answer, Chain};

/// TTLs of what has no TTL of its own.
const TTL: u32 = 300;

impl Answer {
    /// The DNS message to this question, or what stands in its place.
    pub(super) fn bytes(&self, question: &Message) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::PointerLoop => pointer_loop(question),
            _ => encode(&self.message(question)),
        }
    }

    fn message(&self, question: &Message) -> Message {
        let mut message = reply(question);
        match self {
            Self::Names(chain) => chain.write(&mut message),
            Self::Labels(names) => {
                for labels in *names {
                    let target = Name::from_labels(labels.iter().copied())
                        .unwrap_or_else(|error| panic!("a script's labels: {error}"));
                    message.add_answer(Record::from_rdata(asked(question), TTL, RData::PTR(PTR(target))));
                }
            }
            Self::Records(records) if records.is_empty() => {
                message.add_authority(negative(question, TTL));
            }
            Self::Records(records) => message.answers.clone_from(records),
            Self::NxDomain(ttl) => {
                message.metadata.response_code = ResponseCode::NXDomain;
                message.add_authority(negative(question, *ttl));
            }
            Self::NoData(ttl) => {
                message.add_authority(negative(question, *ttl));
            }
            Self::Failure(code, extended) => {
                message.metadata.response_code = *code;
                if let Some((code, text)) = extended {
                    message.set_edns(extended_error(*code, text));
                }
            }
            Self::Loop => {
                let (asked, other) = (asked(question), name("loop.doh.test."));
                message.add_answer(Record::from_rdata(asked.clone(), 60, RData::CNAME(CNAME(other.clone()))));
                message.add_answer(Record::from_rdata(other, 60, RData::CNAME(CNAME(asked))));
            }
            Self::OtherQuestion => {
                let other = name("1.2.0.192.in-addr.arpa.");
                message.queries = vec![Query::query(other.clone(), RecordType::PTR)];
                message.add_answer(Record::from_rdata(other, TTL, zone::ptr("other.doh.test.")));
            }
            Self::Echo => return question.clone(),
            _ => right(&mut message),
        }
        match self {
            Self::OtherId => message.metadata.id = question.metadata.id.wrapping_add(1),
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
        let mut owner = asked(message);
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

/// Makes the answer of [`Answer::FromAddress`]: `ip-192-0-2-1.doh.test.` for 192.0.2.1, and the reverse.
fn right(message: &mut Message) {
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

/// The address that a name of [`right`] is made from.
fn address(name: &Name) -> Option<IpAddr> {
    let name = name.to_lowercase().to_ascii();
    let label = name.strip_prefix("ip-")?.strip_suffix(".doh.test.")?;
    label.replace('-', ".").parse().or_else(|_| label.replace('-', ":").parse()).ok()
}

/// A response without records: the question's ID, its question, NOERROR.
fn reply(question: &Message) -> Message {
    let mut message = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
    message.metadata.recursion_desired = question.metadata.recursion_desired;
    message.metadata.recursion_available = true;
    message.queries.clone_from(&question.queries);
    message
}

fn asked(question: &Message) -> Name {
    question.queries.first().map(|query| query.name.clone()).unwrap_or_default()
}

fn encode(message: &Message) -> Bytes {
    message.to_vec().unwrap_or_else(|error| panic!("a script's message: {error}")).into()
}

/// One PTR record whose owner is a pointer to where it stands: there is no end to it.
fn pointer_loop(question: &Message) -> Bytes {
    let mut bytes = encode(&reply(question)).to_vec();
    // The low half of ANCOUNT (RFC 1035 section 4.1.1).
    bytes[7] = 1;
    let [high, low] = u16::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
    bytes.extend([0xc0 | high, low]);
    // PTR, IN, a TTL, and the root as its data.
    bytes.extend([0, 12, 0, 1, 0, 0, 1, 0, 0, 1, 0]);
    bytes.into()
}

/// The SOA of the zone around the name (RFC 2308): the TTL is the lesser of the record's and its MINIMUM.
fn negative(question: &Message, ttl: u32) -> Record {
    let soa = zone::soa("doh.test.", "doh.test.", 1, ttl);
    Record::from_rdata(asked(question).base_name(), ttl.saturating_add(60), soa)
}

/// RFC 8914 section 2: INFO-CODE and EXTRA-TEXT in option 15.
fn extended_error(code: u16, text: &str) -> Edns {
    const EXTENDED_DNS_ERROR: u16 = 15;
    let mut edns = Edns::new();
    edns.options_mut().insert(EdnsOption::Unknown(EXTENDED_DNS_ERROR, [&code.to_be_bytes(), text.as_bytes()].concat()));
    edns
}
