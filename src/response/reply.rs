//! The HTTP response: media type, caching, CORS.

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;

use crate::request::negotiate::MediaType;
use crate::request::route::Methods;
use crate::response::etag::ETag;
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
    /// All of it. Empty where the response has no body: with the statuses 204 and 304, and in reply to `HEAD`.
    Whole(Vec<u8>),
    /// Piece by piece, as the pieces become known.
    Pieces(Pieces<'a>),
}

/// A body that becomes known piece by piece. As a [`Stream`], it gives the pieces.
pub struct Pieces<'a>(Box<dyn Source + 'a>);

/// What makes the pieces of a body.
pub trait Source {
    /// Goes on with the work that is under way, without giving a piece.
    ///
    /// To be polled while a piece is being written: others may wait for the work, such as a shared DNS query, even if
    /// the client does not read. Work that would only add to what is unwritten is not begun.
    fn work(&mut self, context: &mut Context<'_>);

    /// Goes on with the work, and gives the next piece when it is known; `None` after the last.
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Vec<u8>>>;
}

impl Pieces<'_> {
    /// Goes on with the work that is under way: see [`Source::work`].
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
    /// A document, with status 200. A line's end after it lets a terminal show it well.
    pub fn new(media_type: MediaType, mut body: Vec<u8>) -> Self {
        if body.last() != Some(&b'\n') {
            body.push(b'\n');
        }
        Self::bare(200, Body::Whole(Vec::new())).with_body(media_type, body)
    }

    /// A document whose pieces become known one after the other, with status 200.
    pub fn streamed(media_type: MediaType, source: impl Source + 'a) -> Self {
        Self::bare(200, Body::Pieces(Pieces(Box::new(source)))).with("content-type", media_type.as_str())
    }

    /// Nothing, with status 204: what was asked for is there, and null.
    pub fn nothing() -> Self {
        Self::bare(204, Body::Whole(Vec::new()))
    }

    /// A problem document (RFC 9457). It is for people: always indented.
    pub fn problem(problem: &Problem) -> Self {
        let reply = Self::bare(problem.status, Body::Whole(Vec::new()));
        let json = match serde_json::to_vec_pretty(problem) {
            Ok(mut json) => {
                json.push(b'\n');
                json
            }
            // Numbers and strings: it cannot come to this. Then the status says what there is to say.
            Err(_) => b"{}\n".to_vec(),
        };
        let reply = reply.with_body(MediaType::Problem, json).with("cache-control", "no-store");
        match problem.header {
            Some((name, value)) => reply.with(name, value),
            None => reply,
        }
    }

    /// The answer to `OPTIONS`, and with it to the preflight of CORS.
    pub fn methods(methods: Methods) -> Self {
        Self::bare(204, Body::Whole(Vec::new()))
            .with("allow", methods.as_str())
            .with("access-control-allow-methods", methods.as_str())
            .with("access-control-allow-headers", "*")
            .with("access-control-max-age", "86400")
            .with("cache-control", "no-store")
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same, kept as `caching` says. The answer depends on `accept`.
    #[must_use]
    pub fn cached(self, caching: Caching) -> Self {
        self.with("cache-control", caching.directives()).with("vary", "accept")
    }

    /// The same with an entity tag; without a body where the client has it already, as `if_none_match` says.
    #[must_use]
    pub fn tagged<V: AsRef<[u8]>>(self, tag: ETag, if_none_match: &[V]) -> Self {
        let mut reply = self.with("etag", tag.to_string());
        if tag.is_in(if_none_match) {
            reply.status = 304;
            reply.headers.retain(|(name, _)| !matches!(*name, "content-type" | "content-length"));
            reply.body = Body::Whole(Vec::new());
        }
        reply
    }

    fn with_body(mut self, media_type: MediaType, body: Vec<u8>) -> Self {
        let length = body.len().to_string();
        self.body = Body::Whole(body);
        self.with("content-type", media_type.as_str()).with("content-length", length)
    }

    /// What every response has: pages of every origin may read it, its head included, and no browser takes it for
    /// anything else than it says.
    fn bare(status: u16, body: Body<'a>) -> Self {
        let headers = vec![
            ("access-control-allow-origin", "*".into()),
            ("access-control-expose-headers", "*".into()),
            ("timing-allow-origin", "*".into()),
            ("x-content-type-options", "nosniff".into()),
        ];
        Self { status, headers, body }
    }
}

/// Who may keep an answer, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// Nobody: the answer is about who asked.
    Nobody,
    /// Anybody, for so many seconds.
    Anybody(u64),
}

impl Caching {
    /// The longest that an answer is kept: the databases of a deployed component do not change, its deployment may.
    const CEILING: u64 = 86_400;
    /// The shortest: a TTL of 0 would have every viewer of a page ask by itself, and a failure repeat itself at once.
    const FLOOR: u64 = 5;

    /// For an answer that depends on the databases only.
    pub fn databases() -> Self {
        Self::Anybody(Self::CEILING)
    }

    /// For an answer in which what DNS said holds for so long; `None` where it said nothing.
    pub fn names(holds: Option<Duration>) -> Self {
        let seconds = |holds: Duration| holds.as_secs() + u64::from(holds.subsec_nanos() > 0);
        holds.map_or(Self::databases(), |holds| Self::Anybody(seconds(holds).clamp(Self::FLOOR, Self::CEILING)))
    }

    fn directives(self) -> Cow<'static, str> {
        match self {
            Self::Nobody => "private, no-store".into(),
            Self::Anybody(seconds) => format!("public, max-age={seconds}").into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::route;

    fn field<'a>(reply: &'a Reply<'_>, name: &str) -> Option<&'a str> {
        reply.headers.iter().find(|field| field.0 == name).map(|field| field.1.as_ref())
    }

    fn length(reply: &Reply<'_>) -> usize {
        match &reply.body {
            Body::Whole(bytes) => bytes.len(),
            Body::Pieces(_) => panic!("in pieces"),
        }
    }

    #[test]
    fn an_answer_is_kept_as_long_as_dns_says() {
        for (holds, expected, why) in [
            (Some(300), 300, "the TTL"),
            (Some(0), 5, "the floor"),
            (Some(604_800), 86_400, "the ceiling"),
            (None, 86_400, "nothing was asked, nothing changes"),
        ] {
            let caching = Caching::names(holds.map(Duration::from_secs));
            assert_eq!(caching, Caching::Anybody(expected), "{why}");
        }
    }

    #[test]
    fn a_problem_is_its_media_type_and_never_kept() {
        let reply = Reply::problem(&route::Error::MethodNotAllowed(Methods::Post).into());
        assert_eq!(reply.status, 405);
        assert_eq!(field(&reply, "content-type"), Some("application/problem+json"));
        assert_eq!(field(&reply, "cache-control"), Some("no-store"));
        assert_eq!(field(&reply, "allow"), Some("POST, OPTIONS"));
        assert_eq!(field(&reply, "content-length"), Some(length(&reply).to_string().as_str()));
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let tag = ETag::new(&"a", MediaType::Json, false).unwrap();
        let reply =
            |have: &[&str]| Reply::new(MediaType::Json, b"{}".to_vec()).cached(Caching::databases()).tagged(tag, have);
        let first = reply(&[]);
        assert_eq!((first.status, length(&first)), (200, 3));
        let etag = field(&first, "etag").unwrap().to_owned();
        let second = reply(&[&etag]);
        assert_eq!((second.status, length(&second)), (304, 0));
        for name in ["etag", "cache-control", "vary", "access-control-allow-origin"] {
            assert_eq!(field(&second, name), field(&first, name), "{name}: RFC 9110 section 15.4.5");
        }
        assert_eq!((field(&second, "content-length"), field(&second, "content-type")), (None, None));
    }

    #[test]
    fn options_have_no_body_and_no_length() {
        let reply = Reply::methods(Methods::Post);
        assert_eq!((reply.status, length(&reply)), (204, 0));
        assert_eq!(field(&reply, "access-control-allow-methods"), Some("POST, OPTIONS"));
        assert_eq!(field(&reply, "content-length"), None, "RFC 9110 section 8.6");
    }
}
