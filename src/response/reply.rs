//! The HTTP response: status, head, body.

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;

use crate::platform::Request;
use crate::request::negotiate::MediaType;
use crate::request::route::{Methods, Redirect};
use crate::response::etag::ETag;
use crate::response::json::{Json, Style};
use crate::response::problem::Problem;

/// An HTTP response.
pub struct Reply<'a> {
    /// The status code.
    pub status: u16,
    /// The fields of the head, names in lower case.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body.
    pub body: Body<'a>,
}

/// The body of a response.
pub enum Body<'a> {
    /// All of it. Empty if the response has no body: with the statuses 204 and 304, and in reply to `HEAD`.
    Whole(Vec<u8>),
    /// Piece by piece, as the pieces become known.
    Pieces(Pieces<'a>),
}

/// A body that becomes known piece by piece: a [`Stream`] of pieces.
pub struct Pieces<'a>(Box<dyn Source + 'a>);

/// The source of a body's pieces.
pub trait Source {
    /// Continues the work that has begun, without returning a piece.
    ///
    /// It must be polled while a piece is written: other requests may wait for the work, such as a shared DNS query, even
    /// if the client does not read. Work that would only add to the unwritten bytes is not begun.
    fn work(&mut self, context: &mut Context<'_>);

    /// Continues the work, and returns the next piece when it is known; `None` after the last.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Vec<u8>>>;
}

impl Pieces<'_> {
    /// Continues the work that has begun: see [`Source::work`].
    pub fn work(&mut self, context: &mut Context<'_>) {
        self.0.work(context);
    }
}

impl Stream for Pieces<'_> {
    type Item = Vec<u8>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        self.0.poll_piece(context)
    }
}

impl<'a> Reply<'a> {
    /// A document, with status 200. It ends with a line feed, for terminals.
    pub fn new(media_type: MediaType, mut body: Vec<u8>) -> Self {
        if body.last() != Some(&b'\n') {
            body.push(b'\n');
        }
        Self::empty(200).with_body(media_type, body)
    }

    /// A document whose pieces become known one after the other, with status 200.
    pub fn streamed(media_type: MediaType, source: impl Source + 'a) -> Self {
        let body = Body::Pieces(Pieces(Box::new(source)));
        Self { body, ..Self::empty(200).with("content-type", media_type.as_str()) }
    }

    /// No body, with status 204: the resource exists, and its value is null.
    pub fn nothing() -> Self {
        Self::empty(204)
    }

    /// A problem document (RFC 9457). It is for people: always indented.
    pub fn problem(problem: &Problem) -> Self {
        let json = match Json::new(problem, Style::Indented) {
            Ok(Json { mut text, .. }) => {
                text.push(b'\n');
                text
            }
            // Numbers and strings can always be written. If not, the status alone has to do.
            Err(_) => b"{}\n".to_vec(),
        };
        Self::empty(problem.status).with_body(MediaType::Problem, json).of_problem(problem)
    }

    /// This reply, which shows a problem in another form, with the status and the head of the problem.
    #[must_use]
    pub fn of_problem(self, problem: &Problem) -> Self {
        let reply = Self { status: problem.status, ..self }.with_head(Head::new(Caching::Nobody));
        match problem.header {
            Some((name, value)) => reply.with(name, value),
            None => reply,
        }
    }

    /// The same resource has another path.
    pub fn redirect(redirect: Redirect) -> Self {
        let Redirect { is_permanent, location } = redirect;
        let (status, caching) = if is_permanent { (308, Caching::longest()) } else { (307, Caching::Nobody) };
        let body = format!("See {location}\n").into_bytes();
        let reply = Self::empty(status).with_body(MediaType::Text, body).with("location", location);
        reply.with_head(Head { varies: false, ..Head::new(caching) })
    }

    /// What was searched for has this path: 303 (RFC 9110 section 15.4.4).
    pub fn search(location: String) -> Self {
        let body = format!("See {location}\n").into_bytes();
        let reply = Self::empty(303).with_body(MediaType::Text, body).with("location", location);
        reply.with_head(Head::new(Caching::Nobody))
    }

    /// The reply to `OPTIONS`, which is also the reply to the preflight of CORS.
    pub fn methods(methods: Methods) -> Self {
        Self::empty(204)
            .with("allow", methods.as_str())
            .with("access-control-allow-methods", methods.as_str())
            .with("access-control-allow-headers", "*")
            .with("access-control-max-age", "86400")
            .with_head(Head::new(Caching::Nobody))
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with the fields that every response has, and those of `head`. Every response passes here once.
    #[must_use]
    pub fn with_head(mut self, head: Head) -> Self {
        let Head { caching, varies, tag, is_known, caller, timing } = head;
        // Pages of every origin may read the response and its headers. Browsers must not guess another media type.
        let everywhere = [
            ("access-control-allow-origin", "*"),
            ("access-control-expose-headers", "*"),
            ("timing-allow-origin", "*"),
            ("x-content-type-options", "nosniff"),
        ];
        self.headers.extend(everywhere.map(|(name, value)| (name, value.into())));
        let optional: [(&str, Option<Cow<'static, str>>); 5] = [
            ("cache-control", Some(caching.directives())),
            ("vary", varies.then(|| "accept".into())),
            ("etag", tag.map(|tag| tag.to_string().into())),
            ("ipedge-caller", caller.map(Into::into)),
            ("server-timing", Some(timing).filter(|timing| !timing.is_empty()).map(Into::into)),
        ];
        self.headers.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
        if is_known {
            self.status = 304;
            self.headers.retain(|(name, _)| !matches!(*name, "content-type" | "content-length"));
            self.body = Body::Whole(Vec::new());
        }
        self
    }

    /// The same without its body: the reply to `HEAD`. `content-length` stays (RFC 9110 section 8.6).
    #[must_use]
    pub fn without_body(self) -> Self {
        Self { body: Body::Whole(Vec::new()), ..self }
    }

    fn with_body(mut self, media_type: MediaType, body: Vec<u8>) -> Self {
        let length = body.len().to_string();
        self.body = Body::Whole(body);
        self.with("content-type", media_type.as_str()).with("content-length", length)
    }

    fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(Vec::new()) }
    }
}

/// The fields of a response's head that do not describe its body.
#[derive(Clone, Debug)]
pub struct Head {
    /// Who may store it: `cache-control`.
    pub caching: Caching,
    /// Whether it depends on the request's `accept`: `vary`.
    pub varies: bool,
    /// The header with the caller's address: `ipedge-caller`.
    pub caller: Option<&'static str>,
    /// How long the lookups took: `server-timing`. Empty if there were none.
    pub timing: String,
    /// The entity tag: `etag`.
    pub tag: Option<ETag>,
    /// Whether the client has the answer already.
    pub is_known: bool,
}

impl Head {
    /// The head of a response with this `caching`. Problems and other responses that must not be stored do not vary.
    pub fn new(caching: Caching) -> Self {
        let varies = caching != Caching::Nobody;
        Self { caching, varies, caller: None, timing: String::new(), tag: None, is_known: false }
    }

    /// The same with an entity tag. If the `if-none-match` of the request names it, the response will be a 304 without
    /// a body.
    #[must_use]
    pub fn tagged(self, tag: ETag, request: &impl Request) -> Self {
        Self { tag: Some(tag), is_known: tag.is_in(&request.header("if-none-match")), ..self }
    }
}

/// Who may store a response, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// No cache: it is a problem, or the reply to `OPTIONS`.
    Nobody,
    /// No cache: it is about the caller, or about the body of the request.
    Private,
    /// Every cache, for this many seconds.
    Public(u64),
}

impl Caching {
    /// The bounds of the time, in seconds. Less than a few seconds would not protect the service from a busy client; more
    /// than a day would outlive the databases.
    const FLOOR: u64 = 5;
    const CEILING: u64 = 86_400;

    /// For an answer that changes with the databases only.
    pub fn longest() -> Self {
        Self::Public(Self::CEILING)
    }

    /// For an answer that changes with the application's variables, which an operator may change at any time.
    pub fn of_variables() -> Self {
        Self::Public(60)
    }

    /// For an answer whose DNS answers hold for this long; `None` if it has none.
    pub fn while_dns_holds(holds: Option<Duration>) -> Self {
        let seconds = |holds: Duration| holds.as_secs() + u64::from(holds.subsec_nanos() > 0);
        holds.map_or(Self::longest(), |holds| Self::Public(seconds(holds).clamp(Self::FLOOR, Self::CEILING)))
    }

    fn directives(self) -> Cow<'static, str> {
        match self {
            Self::Nobody => "no-store".into(),
            Self::Private => "private, no-store".into(),
            Self::Public(seconds) => format!("public, max-age={seconds}").into(),
        }
    }
}

#[cfg(test)]
mod tests;
