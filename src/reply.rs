//! The HTTP response: media type, caching, CORS.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;

use crate::dns::{Answer, Status};
use crate::problem::Problem;
use crate::route;

/// An HTTP response, whole.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The fields of the head, names in lower case.
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// The body; empty with status 204.
    pub body: Vec<u8>,
}

impl Reply {
    /// A document, with status 200.
    ///
    /// # Errors
    ///
    /// When the document cannot be written as JSON.
    pub fn document(document: &impl Serialize, pretty: bool, caching: Caching) -> Result<Self, Problem> {
        let json = if pretty { serde_json::to_vec_pretty(document) } else { serde_json::to_vec(document) };
        let json = json.map_err(|error| Problem::Broken(format!("no JSON: {error}")))?;
        Ok(Self::new(200, "application/json", caching.directives(), json))
    }

    /// A problem document (RFC 9457). It is for people: always indented.
    pub fn problem(problem: &Problem) -> Self {
        let document = problem.document();
        let json = json!({ "status": document.status, "title": document.title, "detail": document.detail });
        let json = format!("{json:#}").into_bytes();
        let mut reply = Self::new(document.status, "application/problem+json", "no-store".into(), json);
        if *problem == Problem::MethodNotAllowed {
            reply.headers.push(("allow", route::METHODS.into()));
        }
        reply
    }

    /// The answer to `OPTIONS`, and with it to the preflight of CORS.
    pub fn methods() -> Self {
        let mut headers = vec![
            ("allow", route::METHODS.into()),
            ("access-control-allow-methods", route::METHODS.into()),
            ("access-control-allow-headers", "*".into()),
            ("access-control-max-age", "86400".into()),
            ("cache-control", "no-store".into()),
        ];
        headers.extend(for_every_origin());
        Self { status: 204, headers, body: Vec::new() }
    }

    /// The line's end after the JSON lets a terminal show it well.
    fn new(status: u16, media_type: &'static str, caching: Cow<'static, str>, mut body: Vec<u8>) -> Self {
        body.push(b'\n');
        let mut headers = vec![
            ("content-type", media_type.into()),
            ("content-length", body.len().to_string().into()),
            ("cache-control", caching),
        ];
        headers.extend(for_every_origin());
        Self { status, headers, body }
    }
}

/// Who may keep an answer, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// Nobody: the answer is about who asked.
    Nobody,
    /// Anybody, for so many seconds.
    Anybody(u32),
}

impl Caching {
    /// The longest that an answer is kept: the databases of a deployed component do not change, its deployment may.
    const CEILING: u32 = 86_400;
    /// A failure of DNS may be over in the next moment.
    const FAILURE: u32 = 5;

    /// For an answer that depends on the databases only.
    pub fn databases() -> Self {
        Self::Anybody(Self::CEILING)
    }

    /// For an answer with this from DNS in it.
    pub fn names(answer: &Answer) -> Self {
        match (answer.status, answer.ttl) {
            (Status::Skipped, _) => Self::databases(),
            (status, Some(ttl)) if status.is_conclusive() => Self::Anybody(ttl.min(Self::CEILING)),
            _ => Self::Anybody(Self::FAILURE),
        }
    }

    fn directives(self) -> Cow<'static, str> {
        match self {
            Self::Nobody => "private, no-store".into(),
            Self::Anybody(seconds) => format!("public, max-age={seconds}").into(),
        }
    }
}

/// What every response has: pages of every origin may read it, and no browser takes it for anything else than it says.
fn for_every_origin() -> [(&'static str, Cow<'static, str>); 3] {
    [
        ("access-control-allow-origin", "*".into()),
        ("timing-allow-origin", "*".into()),
        ("x-content-type-options", "nosniff".into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_as_long_as_dns_says() {
        let answer = |status, ttl| Answer { ttl, ..Answer::without_names(status, None) };
        for (status, ttl, expected, why) in [
            (Status::Ok, Some(300), 300, "the TTL"),
            (Status::Ok, Some(0), 0, "for this once"),
            (Status::Ok, Some(604_800), 86_400, "a day at most"),
            (Status::Nxdomain, Some(60), 60, "a negative answer's own TTL"),
            (Status::Nxdomain, None, 5, "no SOA: nobody says how long"),
            (Status::Timeout, None, 5, "a failure"),
            (Status::Servfail, Some(300), 5, "a failure, whatever it says"),
            (Status::Skipped, None, 86_400, "nothing was asked, nothing changes"),
        ] {
            assert_eq!(Caching::names(&answer(status, ttl)), Caching::Anybody(expected), "{why}");
        }
    }

    #[test]
    fn a_problem_is_its_media_type_and_never_kept() {
        let reply = Reply::problem(&Problem::MethodNotAllowed);
        assert_eq!(reply.status, 405);
        let field = |name| reply.headers.iter().find(|field| field.0 == name).map(|field| field.1.as_ref());
        assert_eq!(field("content-type"), Some("application/problem+json"));
        assert_eq!(field("cache-control"), Some("no-store"));
        assert_eq!(field("allow"), Some("GET, HEAD, OPTIONS"));
        assert_eq!(field("content-length"), Some(reply.body.len().to_string().as_str()));
    }

    #[test]
    fn options_have_no_body_and_no_length() {
        let reply = Reply::methods();
        assert_eq!((reply.status, reply.body.len()), (204, 0));
        assert!(reply.headers.iter().all(|field| field.0 != "content-length"), "RFC 9110 section 8.6");
    }
}
