//! Resolvers that follow a script: what each does with a query.

use std::time::Duration;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, PTR};
use hickory_proto::rr::{Name, RData, Record};

use crate::lookup::dns::doh::MEDIA_TYPE;
use crate::platform::Unreachable;

/// What a resolver does with a query.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// After how long.
    pub after: Duration,
    /// What it does then; `None` if it never responds.
    pub response: Option<Result<Canned, Unreachable>>,
}

/// An HTTP response.
#[derive(Clone, Debug, Default)]
pub struct Canned {
    pub status: u16,
    pub content_type: Option<&'static str>,
    pub content_encoding: Option<&'static str>,
    pub age: Option<&'static str>,
    pub retry_after: Option<&'static str>,
    pub pieces: Vec<Result<Vec<u8>, Unreachable>>,
}

impl Reaction {
    /// A reply with these bytes, at once.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self::http(Canned { status: 200, content_type: Some(MEDIA_TYPE), pieces: vec![Ok(bytes)], ..Canned::default() })
    }

    pub fn http(response: Canned) -> Self {
        Self { after: Duration::ZERO, response: Some(Ok(response)) }
    }

    pub fn status(status: u16) -> Self {
        Self::http(Canned { status, ..Canned::default() })
    }

    pub fn unreachable(why: &str) -> Self {
        Self { after: Duration::ZERO, response: Some(Err(Unreachable::new(why.to_owned()))) }
    }

    /// The resolver has closed the connection.
    pub fn closed() -> Self {
        let error = Unreachable { closed: true, ..Unreachable::new("closed") };
        Self { after: Duration::ZERO, response: Some(Err(error)) }
    }

    pub fn silence() -> Self {
        Self { after: Duration::ZERO, response: None }
    }

    /// A response to `query`, changed by `change`.
    pub fn reply(query: &Message, change: impl FnOnce(&mut Message)) -> Self {
        let mut message = query.clone();
        message.metadata.message_type = MessageType::Response;
        message.metadata.authentic_data = false;
        message.edns = None;
        change(&mut message);
        Self::bytes(message.to_vec().unwrap())
    }

    /// These records at the queried name, for `ttl` seconds.
    pub fn records(query: &Message, ttl: u32, records: Vec<RData>) -> Self {
        let name = query.queries[0].name().clone();
        let records = records.into_iter().map(|data| Record::from_rdata(name.clone(), ttl, data));
        Self::reply(query, |message| message.answers = records.collect())
    }

    pub fn code(query: &Message, code: ResponseCode) -> Self {
        Self::reply(query, |message| message.metadata.response_code = code)
    }

    #[must_use]
    pub fn after(self, milliseconds: u64) -> Self {
        Self { after: Duration::from_millis(milliseconds), ..self }
    }
}

pub fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

pub fn ptr(target: &str) -> RData {
    RData::PTR(PTR(name(target)))
}

pub fn cname(target: &str) -> RData {
    RData::CNAME(CNAME(name(target)))
}

pub fn address(ip: &str) -> RData {
    match ip.parse().unwrap() {
        std::net::IpAddr::V4(ip) => RData::A(A(ip)),
        std::net::IpAddr::V6(ip) => RData::AAAA(AAAA(ip)),
    }
}
