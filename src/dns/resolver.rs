//! One question to a resolver, under a deadline.

use std::{fmt, net::IpAddr, pin::pin, time::Duration};

use futures_util::future::{Either, select};

use super::wire::{Malformed, Question};
use super::{Answer, Status};
use crate::config::{Config, Resolver};

/// The media type of DNS messages (RFC 8484 section 6).
pub const MEDIA_TYPE: &str = "application/dns-message";

/// A DNS message is never longer (RFC 8484 section 6).
const MAX_REPLY: usize = 65_535;

/// Sends HTTP requests.
pub trait Transport {
    /// The body of a response, while it comes in.
    type Body: Body;

    /// POSTs a DNS message to a resolver; done when the head of the response is there.
    ///
    /// Dropping the future gives the request up.
    fn post(
        &self,
        resolver: &Resolver,
        message: &[u8],
    ) -> impl Future<Output = Result<Response<Self::Body>, Unreachable>>;
}

/// The head of an HTTP response, and the body to be read.
pub struct Response<B> {
    /// The status code.
    pub status: u16,
    /// The value of `content-type`, where there is just one.
    pub content_type: Option<Vec<u8>>,
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

/// Tells time.
pub trait Clock {
    /// Done when `duration` has passed.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;
}

/// What `ip` is called, in at most [`Config::dns_timeout`]. Never an error: a failure is an [`Answer`] that says so.
pub async fn names<O: Transport + Clock>(outside: &O, config: &Config, ip: IpAddr) -> Answer {
    let exchange = pin!(exchange(outside, &config.resolver, ip));
    let deadline = pin!(outside.sleep(config.dns_timeout));
    // The exchange stands first: it is polled first, and so on its way before anything else happens.
    match select(exchange, deadline).await {
        Either::Left((Ok(answer), _)) => answer,
        Either::Left((Err(failure), _)) => failure.into(),
        Either::Right(((), _)) => Answer::without_names(
            Status::Timeout,
            format!("no answer from {} within {} ms", config.resolver, config.dns_timeout.as_millis()),
        ),
    }
}

async fn exchange<T: Transport>(transport: &T, resolver: &Resolver, ip: IpAddr) -> Result<Answer, Failure> {
    let question = Question::ptr(ip)?;
    let response = transport.post(resolver, question.bytes()).await?;
    if !(200..300).contains(&response.status) {
        return Err(Failure::Unreachable(format!("{resolver} answered HTTP {}", response.status)));
    }
    if !response.content_type.as_deref().is_some_and(is_dns_message) {
        return Err(Failure::Malformed(format!("{resolver} answered with another media type than {MEDIA_TYPE}")));
    }
    Ok(question.answer(&whole(response.body).await?)?)
}

/// Whether a `content-type` is ours: parameters do not matter, nor does case (RFC 9110 section 8.3.1).
fn is_dns_message(content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(MEDIA_TYPE.as_bytes())
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

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreachable(why) => Self::without_names(Status::Unreachable, why),
            Failure::Malformed(why) => Self::without_names(Status::Malformed, why),
        }
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreachable {}

#[cfg(test)]
mod tests;
