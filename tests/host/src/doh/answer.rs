//! Answers as DNS messages, and those as HTTP responses.

use std::io;
use std::str::FromStr;

use bytes::Bytes;
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::rdata::{CNAME, PTR, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use http::{Response, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

use super::script::Answer;
use body::{Cut, Drip};

mod body;

/// The media type of RFC 8484.
pub(super) const DNS_MESSAGE: &str = "application/dns-message";

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A chain of CNAMEs and the PTR records at its end, every record with its TTL in seconds.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// The names that the CNAMEs lead through, in order (RFC 2317 delegations).
    pub through: Vec<(String, u32)>,
    /// What the PTR records say.
    pub names: Vec<(String, u32)>,
    /// Whether the resolver says that it validated them (the AD bit).
    pub authenticated: bool,
}

impl Answer {
    /// The HTTP response to this question.
    pub(super) fn response(&self, question: &Message) -> Response<Body> {
        let bytes = match self.message(question).map(|message| message.to_vec()) {
            Some(Ok(bytes)) => Bytes::from(bytes),
            Some(Err(error)) => Bytes::from(format!("no message: {error}")),
            None => Bytes::new(),
        };
        let whole = |bytes: Bytes| Full::new(bytes).map_err(|never| match never {}).boxed_unsync();
        let mut response = Response::new(match self {
            Self::CutOff => Cut::new(bytes).boxed_unsync(),
            Self::Drip(pause) => Drip::new(bytes, *pause).boxed_unsync(),
            Self::Bytes(bytes) => whole(bytes.clone()),
            _ => whole(bytes),
        });
        if let Self::Status(status) = self {
            *response.status_mut() = *status;
        }
        let media_type = if let Self::MediaType(media_type) = self { media_type } else { DNS_MESSAGE };
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
        response
    }

    /// The DNS message, where the answer is one.
    fn message(&self, question: &Message) -> Option<Message> {
        let mut message = reply(question);
        match self {
            Self::Names(chain) => chain.write(&mut message),
            Self::NxDomain(ttl) => {
                message.metadata.response_code = ResponseCode::NXDomain;
                message.add_authority(soa(*ttl));
            }
            Self::NoData(ttl) => {
                message.add_authority(soa(*ttl));
            }
            Self::Failure(code, extended) => {
                message.metadata.response_code = *code;
                if let Some((code, text)) = extended {
                    message.set_edns(extended_error(*code, text));
                }
            }
            Self::Loop => {
                let asked = asked(question);
                let other = Name::from_labels(["loop", "doh", "test"]).unwrap_or_default();
                message.add_answer(Record::from_rdata(asked.clone(), 60, RData::CNAME(CNAME(other.clone()))));
                message.add_answer(Record::from_rdata(other, 60, RData::CNAME(CNAME(asked))));
            }
            Self::OtherQuestion => {
                let other = Name::from_labels(["1", "2", "0", "192", "in-addr", "arpa"]).unwrap_or_default();
                message.queries = vec![Query::query(other.clone(), RecordType::PTR)];
                message.add_answer(Record::from_rdata(other, 60, RData::PTR(PTR(from_address(question)))));
            }
            Self::Echo => return Some(question.clone()),
            Self::Bytes(_) => return None,
            Self::FromAddress
            | Self::OtherId
            | Self::Truncated
            | Self::Status(_)
            | Self::MediaType(_)
            | Self::CutOff
            | Self::Drip(_) => {
                let name = RData::PTR(PTR(from_address(question)));
                message.add_answer(Record::from_rdata(asked(question), 300, name));
                message.metadata.truncation = matches!(self, Self::Truncated);
                if matches!(self, Self::OtherId) {
                    message.metadata.id = question.metadata.id.wrapping_add(1);
                }
            }
        }
        Some(message)
    }
}

impl Chain {
    fn write(&self, message: &mut Message) {
        let mut owner = asked(message);
        for (target, ttl) in &self.through {
            let target = name(target);
            message.add_answer(Record::from_rdata(owner, *ttl, RData::CNAME(CNAME(target.clone()))));
            owner = target;
        }
        for (target, ttl) in &self.names {
            message.add_answer(Record::from_rdata(owner.clone(), *ttl, RData::PTR(PTR(name(target)))));
        }
        message.metadata.authentic_data = self.authenticated;
    }
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

fn name(text: &str) -> Name {
    Name::from_str(text).unwrap_or_else(|error| panic!("a script's name {text:?}: {error}"))
}

/// `ip-192-0-2-1.doh.test.` for the reverse name of 192.0.2.1.
fn from_address(question: &Message) -> Name {
    let address = asked(question).parse_arpa_name().map(|network| network.addr().to_string()).unwrap_or_default();
    let label = format!("ip-{}", address.replace(['.', ':'], "-"));
    Name::from_labels([label.as_str(), "doh", "test"]).unwrap_or_default()
}

/// A negative answer's SOA (RFC 2308): the TTL is the lesser of the record's and its MINIMUM.
fn soa(ttl: u32) -> Record {
    let zone = Name::from_labels(["doh", "test"]).unwrap_or_default();
    Record::from_rdata(zone.clone(), ttl + 60, RData::SOA(SOA::new(zone.clone(), zone, 1, 3_600, 600, 86_400, ttl)))
}

/// RFC 8914 section 2: INFO-CODE and EXTRA-TEXT in option 15.
fn extended_error(code: u16, text: &str) -> Edns {
    const EXTENDED_DNS_ERROR: u16 = 15;
    let mut edns = Edns::new();
    edns.options_mut().insert(EdnsOption::Unknown(EXTENDED_DNS_ERROR, [&code.to_be_bytes(), text.as_bytes()].concat()));
    edns
}
