//! Every error, as an RFC 9457 problem document.

use std::fmt;

use crate::{caller, config, mmdb, route};

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The subject is no address.
    NoAddress,
    /// A query parameter has a value that it cannot have.
    BadParameter(&'static str),
    /// The path leads nowhere.
    NoSuchPath,
    /// The method is not among those of [`route::METHODS`].
    MethodNotAllowed,
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
            Self::NoAddress => (
                400,
                "Not an IP address",
                "Ask for an IPv4 address as four decimal numbers (/8.8.8.8) or an IPv6 address (/2001:4860:4860::8888). \
                 Octal, hexadecimal and short forms of IPv4, ports and zones are not read."
                    .to_owned(),
            ),
            Self::BadParameter(name) => {
                (400, "Bad query parameter", format!("Set {name} to true or false, or leave it out."))
            }
            Self::NoSuchPath => {
                (404, "No such path", "Ask for /{ip}, / or /me for your own address, /about or /health.".to_owned())
            }
            Self::MethodNotAllowed => (405, "Method not allowed", format!("Use one of {}.", route::METHODS)),
            Self::UnknownCaller(why) => (
                500,
                "The caller's address is not known",
                format!("The service is not set up for this: {why}. Ask for an address instead (/8.8.8.8)."),
            ),
            Self::Misconfigured(error) => {
                (500, "The service is not configured", format!("Whoever runs it must mend this: {error}."))
            }
            Self::Broken(error) => (500, "The service is broken", error.clone()),
        };
        Document { status, title, detail }
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

/// A problem document (RFC 9457 section 3.1). Its type is `about:blank`, which goes without saying.
#[derive(Debug)]
pub struct Document {
    /// The HTTP status code.
    pub status: u16,
    /// What kind of problem it is, the same for each of its kind.
    pub title: &'static str,
    /// What to do about it.
    pub detail: String,
}
