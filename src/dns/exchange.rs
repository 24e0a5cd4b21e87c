//! One question to one resolver over HTTPS (RFC 8484).

use std::fmt;

use super::Status;
use super::wire::{Malformed, Outcome, Question};
use crate::config::Resolver;
use crate::field;

/// The media type of DNS messages (RFC 8484 section 6).
pub const MEDIA_TYPE: &str = "application/dns-message";

/// A DNS message is never longer (RFC 8484 section 6).
const MAX_REPLY: usize = 65_535;

/// Sends HTTP requests.
pub trait Transport {
    /// The body of a response, while it comes in.
    type Body: Body;

    /// POSTs a DNS message to a resolver; done when the head of the response is there. Calls `begun` when the platform has
    /// taken the message, or will not.
    ///
    /// Dropping the future gives the request up.
    fn post(
        &self,
        resolver: &Resolver,
        message: &[u8],
        begun: impl FnOnce(),
    ) -> impl Future<Output = Result<Response<Self::Body>, Unreachable>>;
}

/// The head of an HTTP response, and the body to be read.
pub struct Response<B> {
    /// The status code.
    pub status: u16,
    /// The value of `content-type`, where there is just one.
    pub content_type: Option<Vec<u8>>,
    /// The value of `retry-after` (RFC 9110 section 10.2.3), where there is one and the status is no success.
    pub retry_after: Option<Vec<u8>>,
    /// The body.
    pub body: B,
}

/// A body that comes in piece by piece.
pub trait Body {
    /// The next piece; `None` at the end of a whole body.
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Unreachable>>;
}

/// Why there is no response: what the platform says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable(pub String);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreachable {}

/// Asks `resolver`; calls `begun` when the question is on its way. Never an error: a failure is an [`Outcome`] that says
/// so.
pub async fn exchange(
    transport: &impl Transport,
    resolver: &Resolver,
    question: &Question,
    begun: impl FnOnce(),
) -> Outcome {
    match attempt(transport, resolver, question, begun).await {
        Ok(outcome) => outcome,
        Err(Failure::Unreachable(why)) => Outcome::without_records(Status::Unreachable, why),
        Err(Failure::Malformed(why)) => Outcome::without_records(Status::Malformed, why),
    }
}

async fn attempt(
    transport: &impl Transport,
    resolver: &Resolver,
    question: &Question,
    begun: impl FnOnce(),
) -> Result<Outcome, Failure> {
    let response = transport.post(resolver, question.bytes(), begun).await?;
    if !(200..300).contains(&response.status) {
        return Err(Failure::Unreachable(refusal(response.status, response.retry_after.as_deref())));
    }
    if !response.content_type.as_deref().is_some_and(|value| field::is_media_type(value, MEDIA_TYPE)) {
        return Err(Failure::Malformed(format!("another media type than {MEDIA_TYPE}")));
    }
    Ok(question.answer(&whole(response.body).await?)?)
}

/// What an HTTP status that is no success says. Of `retry-after`, both forms are printable ASCII.
fn refusal(status: u16, retry_after: Option<&[u8]>) -> String {
    /// The length of an HTTP date (RFC 9110 section 5.6.7), and some.
    const MAX_VALUE: usize = 40;
    let printable = |value: &&[u8]| value.len() <= MAX_VALUE && value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    match retry_after.filter(printable).map(String::from_utf8_lossy) {
        Some(value) => format!("HTTP {status}, retry-after {value}"),
        None => format!("HTTP {status}"),
    }
}

async fn whole(mut body: impl Body) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.read().await? {
        if bytes.len() + piece.len() > MAX_REPLY {
            return Err(Failure::Malformed(format!("a reply of more than {MAX_REPLY} bytes")));
        }
        if bytes.is_empty() {
            bytes = piece;
        } else {
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(bytes)
}

/// Why an exchange has no answer.
enum Failure {
    Unreachable(String),
    Malformed(String),
}

impl From<Unreachable> for Failure {
    fn from(error: Unreachable) -> Self {
        Self::Unreachable(error.0)
    }
}

impl From<Malformed> for Failure {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error.to_string())
    }
}

#[cfg(test)]
mod tests;
