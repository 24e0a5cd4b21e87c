//! What the service needs from the platform that runs it, as traits; and the adapters that provide it.
//!
//! Everything above this module is written against [`Platform`] and [`Request`], so it compiles and is tested natively.
//! Only the adapters name Spin or WASI.

pub mod body;
pub mod clock;
pub mod memory;
mod variables;
mod wasi_http;
#[cfg(feature = "wasip2")]
pub mod wasip2;
#[cfg(feature = "wasip3")]
pub mod wasip3;
mod write;

#[cfg(all(target_family = "wasm", not(any(feature = "wasip2", feature = "wasip3"))))]
compile_error!("a component needs the feature wasip3 or wasip2: the version of WASI HTTP that it exports");

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::Uri;

/// What the platform provides: variables, time, outbound HTTP, and waking one request from another.
pub trait Platform {
    /// The body of an HTTP response, while it arrives.
    type Body: Body;

    /// The value of a variable; `None` where the platform has variables of the environment, and this one is not set.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, never in the platform's own words, which may contain the value.
    fn variable(&self, name: &'static str) -> impl Future<Output = Result<Option<String>, String>>;

    /// The time since a fixed point in the past. It never goes back.
    fn now(&self) -> Duration;

    /// The time since the beginning of 1970 (UTC) by the platform's wall clock, which can be set wrong and can go back. Only
    /// the age of the data depends on it.
    fn wall_clock(&self) -> Duration {
        clock::wall_clock()
    }

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// Lets one request of an instance wake another, which the platform runs as a separate task: when the first half is
    /// dropped, the second completes.
    fn wake_on_drop(&self) -> (WakeOnDrop, impl Future<Output = ()>);

    /// Sends a DNS query over HTTPS (RFC 8484 section 4.1) and completes when the head of the response has arrived. Asks
    /// for a body without content coding.
    ///
    /// Dropping the future cancels the request.
    fn send(&self, query: &Outgoing<'_>) -> impl Future<Output = Result<Response<Self::Body>, Unreachable>>;
}

/// A DNS query as an HTTP request.
pub struct Outgoing<'a> {
    /// The URL of the resolver; its path is in `path_with_query`, too.
    pub url: &'a Uri,
    /// The path and the query of the request, not decoded.
    pub path_with_query: Cow<'a, str>,
    /// The DNS message that is POSTed; `None` for a GET, which has it in its query.
    pub message: Option<&'a [u8]>,
    /// Whether caches on the way may neither answer it nor store the answer.
    pub is_private: bool,
}

/// A request to the service.
pub trait Request {
    /// Its body.
    type Body: Body;

    /// The method.
    fn method(&self) -> &str;

    /// The path and the query, not decoded.
    fn path_with_query(&self) -> &str;

    /// The values of a header, one for each field line, in the order in which they arrived.
    fn header(&self, name: &str) -> Vec<Vec<u8>>;

    /// The host, and the port if there is one, that the request was sent to (RFC 9110 section 7.2).
    fn authority(&self) -> Option<String> {
        self.header("host").into_iter().next().and_then(|value| String::from_utf8(value).ok())
    }

    /// The body. Can be taken once, after the headers were read.
    fn body(&self) -> Self::Body;
}

/// A body that arrives piece by piece.
pub trait Body {
    /// The next piece; `None` at the end of a complete body.
    ///
    /// # Errors
    ///
    /// When the body ends early.
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Unreachable>>;
}

/// The head of an HTTP response, and its body, not yet read.
pub struct Response<B> {
    /// The status code.
    pub status: u16,
    /// The value of `content-type`, if there is exactly one.
    pub content_type: Option<Vec<u8>>,
    /// The value of `content-encoding` (RFC 9110 section 8.4), its lines joined, if there is one.
    pub content_encoding: Option<Vec<u8>>,
    /// The value of `age` (RFC 9111 section 5.1), the first if there are several.
    pub age: Option<Vec<u8>>,
    /// The value of `retry-after` (RFC 9110 section 10.2.3), if there is one and the status is not a success.
    pub retry_after: Option<Vec<u8>>,
    /// The body.
    pub body: B,
}

/// Why there is no response, or no complete body. Displays as words that a client may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// The reason, in words of our own: what the platform says can name what is private.
    pub why: Cow<'static, str>,
    /// Whether the peer may have closed the connection before it read the request: no byte of a response arrived. To
    /// send the request once more on another connection is worth a try.
    pub closed: bool,
}

impl Unreachable {
    /// A reason that sending the request once more would not change.
    pub fn new(why: impl Into<Cow<'static, str>>) -> Self {
        Self { why: why.into(), closed: false }
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Unreachable {}

/// The half of [`Platform::wake_on_drop`] that wakes the other when it is dropped.
pub struct WakeOnDrop {
    _end: Box<dyn Send>,
}

impl WakeOnDrop {
    /// Wakes by dropping `end`.
    pub fn new(end: impl Send + 'static) -> Self {
        Self { _end: Box::new(end) }
    }
}
