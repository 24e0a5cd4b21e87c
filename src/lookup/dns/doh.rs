//! DNS over HTTPS (RFC 8484): one query to one resolver.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;

use super::Status;
use super::backoff::Backoff;
use super::outcome::Outcome;
use super::wire::{Malformed, Query};
use crate::config::{Method, Resolver};
use crate::platform::body::{self, Unread};
use crate::platform::{Body, Outgoing, Platform, Response, Unreachable};
use crate::request::header_syntax;

/// The media type of DNS messages (RFC 8484 section 6).
pub const MEDIA_TYPE: &str = "application/dns-message";

/// The longest DNS message (RFC 8484 section 6).
const MAX_REPLY: usize = 65_535;

/// Sends `query` to `resolver`. A failure is an [`Outcome`] with its reason, not an error. The second value is the time for
/// which the resolver asks not to be queried, if it does. HTTP caches on the way are not used where `is_private` says so.
///
/// The resolver may have closed a connection of the platform's pool in the meantime. Then the query is sent once more, if
/// `spend` allows another one: a DNS query is safe to repeat (RFC 9110 section 9.2.2).
pub(super) async fn send(
    platform: &impl Platform,
    resolver: &Resolver,
    query: &Query,
    is_private: bool,
    spend: impl Fn() -> bool,
) -> (Outcome, Option<Duration>) {
    let request = request(resolver, query, is_private);
    let response = match platform.send(&request).await {
        Err(error) if error.closed && spend() => platform.send(&request).await,
        first => first,
    };
    let response = match response {
        Ok(response) => response,
        Err(error) => return (Failure::from(error).into(), None),
    };
    let pause = pause(response.status, response.retry_after.as_deref());
    (read(response, query).await.unwrap_or_else(Outcome::from), pause)
}

/// The request of RFC 8484 section 4.1: a GET with the message in base64url (RFC 4648 section 5) without padding, or a
/// POST.
fn request<'a>(resolver: &'a Resolver, query: &'a Query, is_private: bool) -> Outgoing<'a> {
    let Resolver { url, method } = resolver;
    let path = url.path();
    match method {
        Method::Get => {
            let mut path_with_query = format!("{path}?dns=");
            BASE64URL_NOPAD.encode_append(query.bytes(), &mut path_with_query);
            Outgoing { url, path_with_query: path_with_query.into(), message: None, is_private }
        }
        Method::Post => Outgoing { url, path_with_query: path.into(), message: Some(query.bytes()), is_private },
    }
}

async fn read<B: Body>(response: Response<B>, query: &Query) -> Result<Outcome, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(Failure::Unreachable(refusal(response.status, response.retry_after.as_deref())));
    }
    if !response.content_type.as_deref().is_some_and(|value| header_syntax::is_media_type(value, MEDIA_TYPE)) {
        return Err(Failure::Malformed(format!("another media type than {MEDIA_TYPE}")));
    }
    if let Some(coding) = response.content_encoding.as_deref().and_then(coding) {
        return Err(Failure::Malformed(coding));
    }
    let age = response.age.as_deref().and_then(seconds).unwrap_or(0);
    let outcome = query.read_reply(&body::read_all(response.body, MAX_REPLY).await?)?;
    // RFC 8484 section 5.1: the records are as old as the response.
    Ok(Outcome { ttl: outcome.ttl.map(|ttl| ttl.saturating_sub(age)), ..outcome })
}

/// Why a body with this `content-encoding` cannot be read; `None` if it can. The query accepts `identity` only.
fn coding(value: &[u8]) -> Option<String> {
    let value = value.trim_ascii();
    if value.is_empty() || value.eq_ignore_ascii_case(b"identity") {
        return None;
    }
    Some(match printable(value) {
        Some(name) => format!("content coding {name}, where identity was asked for"),
        None => "a content coding, where identity was asked for".to_owned(),
    })
}

/// The detail for a non-2xx status.
fn refusal(status: u16, retry_after: Option<&[u8]>) -> String {
    match retry_after.and_then(printable) {
        Some(value) => format!("HTTP {status}, retry-after {value}"),
        None => format!("HTTP {status}"),
    }
}

/// For how long the resolver asks not to be queried (RFC 9110 section 10.2.3). A date counts as the longest pause: to
/// compute its distance takes a clock that agrees with the resolver's.
fn pause(status: u16, retry_after: Option<&[u8]>) -> Option<Duration> {
    let value = retry_after.filter(|_| matches!(status, 429 | 503))?;
    let is_date = || printable(value).is_some_and(|value| value.ends_with(" GMT"));
    match seconds(value) {
        Some(seconds) => Some(Duration::from_secs(seconds.into())),
        None => is_date().then_some(Backoff::LONGEST),
    }
}

/// A number of seconds (RFC 9111 section 1.2.2). One too large for 32 bits counts as the largest.
fn seconds(value: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u32::MAX))
}

/// A header value that may be shown: printable ASCII, of at most 40 bytes; an HTTP date has 29 (RFC 9110 section 5.6.7).
fn printable(value: &[u8]) -> Option<&str> {
    const MAX_VALUE: usize = 40;
    let good = value.len() <= MAX_VALUE && value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    std::str::from_utf8(value).ok().filter(|_| good)
}

/// Why no reply could be read.
enum Failure {
    Unreachable(String),
    Malformed(String),
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreachable(why) => Self::without_records(Status::Unreachable, why),
            Failure::Malformed(why) => Self::without_records(Status::Malformed, why),
        }
    }
}

impl From<Unreachable> for Failure {
    fn from(error: Unreachable) -> Self {
        Self::Unreachable(error.to_string())
    }
}

impl From<Unread> for Failure {
    fn from(error: Unread) -> Self {
        match error {
            Unread::TooLong => Self::Malformed(format!("a reply of more than {MAX_REPLY} bytes")),
            Unread::CutOff(why) => why.into(),
        }
    }
}

impl From<Malformed> for Failure {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error.to_string())
    }
}

#[cfg(test)]
mod tests;
