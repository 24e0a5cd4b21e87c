//! Errors as RFC 9457 problem documents: the only place that turns an error into HTTP.

use serde::Serialize;

use crate::lookup;
use crate::request::batch::{BadEntry, Unreadable};
use crate::request::negotiate::NotAcceptable;
use crate::request::subject::Invalid;
use crate::request::{caller, route};
use crate::{config, lookup::databases::mmdb};

/// A problem document (RFC 9457 section 3.1). Its type is `about:blank`, the default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The HTTP status code.
    pub status: u16,
    /// The kind of problem, the same for all problems of the kind.
    pub title: &'static str,
    /// What to do about it.
    pub detail: String,
    /// In a batch, the subject as the client sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// A header of the response: `allow` with 405, `vary` with 406.
    #[serde(skip)]
    pub header: Option<(&'static str, &'static str)>,
}

const NOT_A_SUBJECT: &str = "Neither an IP address nor a public host name";
const NO_SUCH_PATH: &str = "No such path";

impl Problem {
    /// A problem that is not about a subject of a batch.
    pub fn new(status: u16, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), subject: None, header: None }
    }

    /// The problem of an instance whose shared memory is used up. A client may try again after a second.
    pub fn busy() -> Self {
        let detail = "The memory for responses is used up. Try again in a second, with fewer subjects at once.";
        Self { header: Some(("retry-after", "1")), ..Self::new(503, "The instance is busy", detail) }
    }

    /// The operator must change something.
    fn misconfigured(title: &'static str, why: &dyn std::fmt::Display) -> Self {
        Self::new(500, title, format!("Server misconfiguration; the operator must fix it: {why}."))
    }

    fn broken(why: impl Into<String>) -> Self {
        Self::new(500, "The service is broken", why)
    }
}

impl From<route::Error> for Problem {
    fn from(error: route::Error) -> Self {
        let (status, title) = match error {
            route::Error::NoSubject(Invalid::WebFile(_)) => (404, NO_SUCH_PATH),
            route::Error::NoSubject(_) => (400, NOT_A_SUBJECT),
            route::Error::BadParameter(_) => (400, "Bad query parameter"),
            route::Error::NoSuchPath => (404, NO_SUCH_PATH),
            route::Error::NoSuchMember => (404, "No such member"),
            route::Error::MethodNotAllowed(_) => (405, "Method not allowed"),
            route::Error::HostNamesOff | route::Error::BatchesOff => (403, "Turned off"),
        };
        let header = match error {
            route::Error::MethodNotAllowed(methods) => Some(("allow", methods.as_str())),
            _ => None,
        };
        Self { header, ..Self::new(status, title, error.to_string()) }
    }
}

impl From<NotAcceptable> for Problem {
    fn from(error: NotAcceptable) -> Self {
        Self { header: Some(("vary", "accept")), ..Self::new(406, "Not acceptable", error.to_string()) }
    }
}

impl From<Unreadable> for Problem {
    fn from(error: Unreadable) -> Self {
        let (status, title) = match error {
            Unreadable::TooSlow => (408, "The body took too long"),
            Unreadable::MediaType | Unreadable::CrossOrigin | Unreadable::Coded => (415, "Unsupported media type"),
            Unreadable::TooLong | Unreadable::TooMany(_) => (413, "Too much at once"),
            Unreadable::Syntax(_) | Unreadable::CutOff => (400, "The body cannot be read"),
            Unreadable::NotAList => (422, "The body is not a list of subjects"),
        };
        // RFC 9110 section 12.5.3: a 415 for a content coding names those that are accepted.
        let header = matches!(error, Unreadable::Coded).then_some(("accept-encoding", "identity"));
        Self { header, ..Self::new(status, title, error.to_string()) }
    }
}

impl From<BadEntry> for Problem {
    fn from(error: BadEntry) -> Self {
        match error {
            BadEntry::Invalid(invalid) => Self::new(400, NOT_A_SUBJECT, invalid.to_string()),
            BadEntry::HostNamesOff => route::Error::HostNamesOff.into(),
            BadEntry::NotText => Unreadable::NotAList.into(),
        }
    }
}

impl From<caller::Unknown> for Problem {
    fn from(error: caller::Unknown) -> Self {
        Self::new(
            500,
            "The caller's address is not known",
            format!(
                "Server misconfiguration; the operator must fix it: {error}. Other addresses can be looked up, for \
                 example /8.8.8.8."
            ),
        )
    }
}

impl From<config::Error> for Problem {
    fn from(error: config::Error) -> Self {
        Self::misconfigured("The service is not configured", &error)
    }
}

impl From<mmdb::Error> for Problem {
    fn from(error: mmdb::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&mmdb::Error> for Problem {
    fn from(error: &mmdb::Error) -> Self {
        let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
        Self::broken(causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}")))
    }
}

impl From<lookup::Error> for Problem {
    fn from(error: lookup::Error) -> Self {
        match error {
            lookup::Error::Database(error) => error.into(),
            lookup::Error::Internal(why) => Self::broken(why),
        }
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::broken(format!("a document cannot be written as JSON: {error}"))
    }
}
