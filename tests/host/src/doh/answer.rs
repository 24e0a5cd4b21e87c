//! Answers, and the HTTP responses that they make.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::Record;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

use body::{Cut, Drip};

mod body;
mod message;

pub(super) use body::Watched;

/// The media type of RFC 8484.
pub(super) const DNS_MESSAGE: &str = "application/dns-message";

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What a question gets.
#[derive(Clone, Debug)]
pub enum Answer {
    /// One name made from the address asked about, `ip-192-0-2-1.doh.test.`, and the address of such a name. Other
    /// names do not exist.
    FromAddress,
    /// These names.
    Names(Chain),
    /// Names of these labels, whatever bytes they are.
    Labels(&'static [&'static [&'static [u8]]]),
    /// These records; NODATA where there are none.
    Records(Vec<Record>),
    /// A CNAME to a name whose CNAME leads back.
    Loop,
    /// A record whose owner is a compression pointer to itself (RFC 1035 section 4.1.4).
    PointerLoop,
    /// No such name, for this many seconds.
    NxDomain(u32),
    /// No record of the type at the name, for this many seconds.
    NoData(u32),
    /// A failure, perhaps with an extended error (RFC 8914): its code and text.
    Failure(ResponseCode, Option<(u16, &'static str)>),
    /// The right answer to a question about another name.
    OtherQuestion,
    /// The right answer to a question for another type.
    OtherType,
    /// The right answer to a question in another class.
    OtherClass,
    /// The right answer with another message's ID.
    OtherId,
    /// An answer cut short, the TC bit set.
    Truncated,
    /// The question itself.
    Echo,
    /// An HTTP status with a right answer for a body.
    Status(StatusCode),
    /// The same with one more header.
    StatusWith(StatusCode, HeaderName, String),
    /// A right answer that calls itself this media type, or nothing at all.
    MediaType(Option<&'static str>),
    /// These bytes as the DNS message.
    Bytes(Bytes),
    /// Half a right answer, and the end of the connection.
    CutOff,
    /// Half a right answer, and a reset of the connection.
    Reset,
    /// A right answer's bytes one by one, this far apart.
    Drip(Duration),
}

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
    /// These PTR names, each with the same `ttl` in seconds.
    #[must_use]
    pub fn names(names: &[&str], ttl: u32) -> Self {
        Self::Names(Chain { names: names.iter().map(|name| ((*name).to_owned(), ttl)).collect(), ..Chain::default() })
    }

    /// One name behind this many CNAMEs.
    #[must_use]
    pub fn cnames(count: usize) -> Self {
        Self::Names(Chain {
            through: (1..=count).map(|step| (format!("step-{step}.doh.test."), 60)).collect(),
            names: vec![("end.doh.test.".to_owned(), 300)],
            authenticated: false,
        })
    }

    /// Whether it ends in a reset of the connection.
    pub(super) fn resets(&self) -> bool {
        matches!(self, Self::Reset)
    }

    /// The HTTP response to this question.
    pub(super) fn response(&self, question: &Message) -> Response<Body> {
        let bytes = self.bytes(question);
        let mut response = Response::new(match self {
            Self::CutOff | Self::Reset => Cut::new(bytes).boxed_unsync(),
            Self::Drip(pause) => Drip::new(bytes, *pause).boxed_unsync(),
            _ => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
        });
        if let Self::Status(status) | Self::StatusWith(status, ..) = self {
            *response.status_mut() = *status;
        }
        if let Self::StatusWith(_, name, value) = self {
            let value = HeaderValue::from_str(value).unwrap_or_else(|error| panic!("a script's header: {error}"));
            response.headers_mut().insert(name, value);
        }
        let media_type = if let Self::MediaType(other) = self { *other } else { Some(DNS_MESSAGE) };
        if let Some(media_type) = media_type {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        response
    }
}
