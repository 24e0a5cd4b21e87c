//! Every error, as an RFC 9457 problem document.

use std::fmt;

use serde::Serialize;

use crate::negotiate::MediaType;
use crate::route::Methods;
use crate::subject::Invalid;
use crate::{batch, caller, config, mmdb};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The subject is neither an address nor a public host name.
    NoSubject(Invalid),
    /// A query parameter has a value that it cannot have.
    BadParameter(&'static str),
    /// The path leads nowhere.
    NoSuchPath,
    /// A report has no such member.
    NoSuchMember,
    /// The resource does not have the method, but these.
    MethodNotAllowed(Methods),
    /// The client takes none of the media types that there are.
    NotAcceptable(&'static [MediaType]),
    /// The body of a batch cannot be read.
    Batch(batch::Unreadable),
    /// The caller's address is asked for, and the platform does not tell it.
    UnknownCaller(caller::Unknown),
    /// The application's variables cannot be used.
    Misconfigured(config::Error),
    /// The component itself is broken: its databases cannot be read.
    Broken(String),
}

impl Problem {
    /// The problem as its document.
    pub fn document(&self) -> Document {
        let (status, title, detail) = match self {
            Self::NoSubject(invalid) => (400, "Neither an IP address nor a public host name", invalid.to_string()),
            Self::BadParameter(name) => {
                (400, "Bad query parameter", format!("Set {name} to true or false, or leave it out."))
            }
            Self::NoSuchPath => (
                404,
                "No such path",
                "Ask for /{ip}, /{hostname}, / or /me for your own address, /about, /health or /openapi.json, or POST \
                 to /batch."
                    .to_owned(),
            ),
            Self::NoSuchMember => (
                404,
                "No such member",
                "Behind an address stands a member of its report, as in /8.8.8.8/asn/number: see /openapi.json. \
                 A network (8.8.8.0/24) is no subject; ask for an address of it."
                    .to_owned(),
            ),
            Self::MethodNotAllowed(methods) => (405, "Method not allowed", format!("Use one of {}.", methods.as_str())),
            Self::NotAcceptable(offers) => {
                let offers: Vec<_> = offers.iter().map(|offer| offer.as_str()).collect();
                (406, "Not acceptable", format!("Accept one of {}.", offers.join(", ")))
            }
            Self::Batch(unreadable) => (unreadable.status(), unreadable.title(), unreadable.to_string()),
            Self::UnknownCaller(why) => (
                500,
                "The caller's address is not known",
                format!("Whoever runs the service must mend this: {why}. Any address can be asked for (/8.8.8.8)."),
            ),
            Self::Misconfigured(error) => {
                (500, "The service is not configured", format!("Whoever runs it must mend this: {error}."))
            }
            Self::Broken(error) => (500, "The service is broken", error.clone()),
        };
        Document { status, title, detail, subject: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = self.document();
        write!(f, "{}: {}", document.title, document.detail)
    }
}

impl std::error::Error for Problem {}

impl From<mmdb::Error> for Problem {
    fn from(error: mmdb::Error) -> Self {
        // The alternate form writes the causes, too.
        Self::Broken(format!("{:#}", anyhow::Error::from(error)))
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(format!("no JSON: {error}"))
    }
}

impl From<config::Error> for Problem {
    fn from(error: config::Error) -> Self {
        Self::Misconfigured(error)
    }
}

impl From<caller::Unknown> for Problem {
    fn from(why: caller::Unknown) -> Self {
        Self::UnknownCaller(why)
    }
}

impl From<batch::Unreadable> for Problem {
    fn from(why: batch::Unreadable) -> Self {
        Self::Batch(why)
    }
}

/// A problem document (RFC 9457 section 3.1). Its type is `about:blank`, which goes without saying.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    /// The HTTP status code.
    pub status: u16,
    /// What kind of problem it is, the same for each of its kind.
    pub title: &'static str,
    /// What to do about it.
    pub detail: String,
    /// In a batch, the subject as it stood there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}
