//! One question to one resolver over HTTPS (RFC 8484).

use super::Status;
use super::wire::{Malformed, Outcome, Question};
use crate::config::Resolver;
use crate::platform::{Body, Platform, Unreachable};
use crate::request::header_syntax;

/// The media type of DNS messages (RFC 8484 section 6).
pub const MEDIA_TYPE: &str = "application/dns-message";

/// A DNS message is never longer (RFC 8484 section 6).
const MAX_REPLY: usize = 65_535;

/// Asks `resolver`; calls `begun` when the question is on its way. Never an error: a failure is an [`Outcome`] that says
/// so.
pub async fn exchange(
    platform: &impl Platform,
    resolver: &Resolver,
    question: &Question,
    begun: impl FnOnce(),
) -> Outcome {
    match attempt(platform, resolver, question, begun).await {
        Ok(outcome) => outcome,
        Err(Failure::Unreachable(why)) => Outcome::without_records(Status::Unreachable, why),
        Err(Failure::Malformed(why)) => Outcome::without_records(Status::Malformed, why),
    }
}

async fn attempt(
    platform: &impl Platform,
    resolver: &Resolver,
    question: &Question,
    begun: impl FnOnce(),
) -> Result<Outcome, Failure> {
    let response = platform.post(&resolver.url, question.bytes(), begun).await?;
    if !(200..300).contains(&response.status) {
        return Err(Failure::Unreachable(refusal(response.status, response.retry_after.as_deref())));
    }
    if !response.content_type.as_deref().is_some_and(|value| header_syntax::is_media_type(value, MEDIA_TYPE)) {
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
