//! Answers, and the HTTP responses that carry them.

use std::io::{self, Write};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::Record;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

use body::{Cut, Drip};

mod body;
mod flood;
mod message;

pub(super) use body::Watched;

/// The media type of RFC 8484.
pub(super) const DNS_MESSAGE: &str = "application/dns-message";

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// The answer to a query.
#[derive(Clone, Debug)]
pub enum Answer {
    /// One name made from the address in the query, `ip-192-0-2-1.doh.test.`, and the address of such a name. Other
    /// names do not exist.
    FromAddress,
    /// These names.
    Names(Chain),
    /// Names of these labels, which may have any bytes.
    Labels(&'static [&'static [&'static [u8]]]),
    /// These records; NODATA where there are none.
    Records(Vec<Record>),
    /// As much as fits into a reply of 64 KiB, nearly all of it control bytes: 300 names, TXT records of 16 KiB. Any name has 16
    /// IPv4 and 16 IPv6 addresses, which depend on the name.
    Flood,
    /// A CNAME to a name with a CNAME back to the first.
    Loop,
    /// A record whose owner is a compression pointer to itself (RFC 1035 section 4.1.4).
    PointerLoop,
    /// The name does not exist, for this many seconds.
    NxDomain(u32),
    /// The name has no record of the type, for this many seconds.
    NoData(u32),
    /// A failure, with extended errors (RFC 8914): their codes and texts.
    Failure(ResponseCode, &'static [(u16, &'static str)]),
    /// A valid answer to a query for another name.
    OtherQuestion,
    /// A valid answer to a query for another type.
    OtherType,
    /// A valid answer to a query in another class.
    OtherClass,
    /// A valid answer with the ID of another message.
    OtherId,
    /// A truncated answer, the TC bit set.
    Truncated,
    /// The query itself.
    Echo,
    /// An HTTP status with a valid answer as the body.
    Status(StatusCode),
    /// The same with one more header.
    StatusWith(StatusCode, HeaderName, String),
    /// Another answer with one more header.
    With(HeaderName, String, Box<Answer>),
    /// Another answer, compressed, with `content-encoding: gzip` (RFC 9110 section 8.4).
    Gzipped(Box<Answer>),
    /// A valid answer with this media type, or without one.
    MediaType(Option<&'static str>),
    /// These bytes as the DNS message.
    Bytes(Bytes),
    /// Half a valid answer, then the end of the connection.
    CutOff,
    /// Half a valid answer, then a reset of the connection.
    Reset,
    /// The bytes of a valid answer one by one, with this pause between them.
    Drip(Duration),
}

/// A chain of CNAMEs and the PTR records at its end, every record with its TTL in seconds.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// The targets of the CNAMEs, in order (RFC 2317 delegations).
    pub through: Vec<(String, u32)>,
    /// The targets of the PTR records.
    pub names: Vec<(String, u32)>,
    /// Whether the resolver has validated them (the AD bit).
    pub authenticated: bool,
}

impl Answer {
    /// These PTR names, each with the same `ttl` in seconds.
    #[must_use]
    pub fn names(names: &[&str], ttl: u32) -> Self {
        Self::Names(Chain { names: names.iter().map(|name| ((*name).to_owned(), ttl)).collect(), ..Chain::default() })
    }

    /// One name after this many CNAMEs.
    #[must_use]
    pub fn cnames(count: usize) -> Self {
        Self::Names(Chain {
            through: (1..=count).map(|step| (format!("step-{step}.doh.test."), 60)).collect(),
            names: vec![("end.doh.test.".to_owned(), 300)],
            authenticated: false,
        })
    }

    /// A whole DNS message as hexadecimal digits; white space does not count.
    ///
    /// # Panics
    ///
    /// Where the text is anything else.
    #[must_use]
    pub fn hex(text: &str) -> Self {
        let digits: Vec<_> = text
            .chars()
            .filter(|character| !character.is_whitespace())
            .map(|character| character.to_digit(16).unwrap_or_else(|| panic!("{character:?} is not a hex digit")))
            .collect();
        assert!(digits.len().is_multiple_of(2), "an odd number of hex digits");
        Self::Bytes(digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
    }

    /// This answer with one more header.
    #[must_use]
    pub fn with(self, name: HeaderName, value: &str) -> Self {
        Self::With(name, value.to_owned(), Box::new(self))
    }

    /// Whether it ends in a reset of the connection.
    pub(super) fn resets(&self) -> bool {
        matches!(self, Self::Reset)
    }

    /// The HTTP response to this query.
    pub(super) fn response(&self, query: &Message) -> Response<Body> {
        match self {
            Self::With(name, value, answer) => with_header(answer.response(query), name.clone(), value),
            Self::Gzipped(answer) => {
                let bytes = gzip(&answer.bytes(query)).unwrap_or_else(|error| panic!("gzip: {error}"));
                with_header(response(whole(bytes.into()), Some(DNS_MESSAGE)), header::CONTENT_ENCODING, "gzip")
            }
            Self::Status(status) => with_status(response(whole(self.bytes(query)), Some(DNS_MESSAGE)), *status),
            Self::StatusWith(status, name, value) => {
                with_header(Self::Status(*status).response(query), name.clone(), value)
            }
            Self::MediaType(media_type) => response(whole(self.bytes(query)), *media_type),
            Self::CutOff | Self::Reset => response(Cut::new(self.bytes(query)).boxed_unsync(), Some(DNS_MESSAGE)),
            Self::Drip(pause) => response(Drip::new(self.bytes(query), *pause).boxed_unsync(), Some(DNS_MESSAGE)),
            _ => response(whole(self.bytes(query)), Some(DNS_MESSAGE)),
        }
    }
}

fn response(body: Body, media_type: Option<&'static str>) -> Response<Body> {
    let mut response = Response::new(body);
    if let Some(media_type) = media_type {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    response
}

fn whole(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

fn with_status(mut response: Response<Body>, status: StatusCode) -> Response<Body> {
    *response.status_mut() = status;
    response
}

fn with_header(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    let value = HeaderValue::from_str(value).unwrap_or_else(|error| panic!("a header of a test: {error}"));
    response.headers_mut().insert(name, value);
    response
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}
