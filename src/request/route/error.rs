//! Requests that cannot be answered, and methods.

use std::fmt;

use crate::request::subject::Invalid;

/// Why a request cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The subject is neither an address nor a public host name.
    NoSubject(Invalid),
    /// A query parameter has a value that it cannot have.
    BadParameter(&'static str),
    /// The path does not exist.
    NoSuchPath,
    /// A report has no such member.
    NoSuchMember,
    /// The resource does not have the method. It has these.
    MethodNotAllowed(Methods),
    /// The operator has turned host names off.
    HostNamesOff,
    /// The operator has turned batches off.
    BatchesOff,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSubject(invalid) => write!(f, "{invalid}"),
            Self::BadParameter(name) => write!(f, "Set {name} to true or false, or leave it out."),
            Self::NoSuchPath => f.write_str(
                "Use /{ip}, /{hostname}, / or /me for your own address, /about, /health or /openapi.json, or POST to \
                 /batch.",
            ),
            Self::NoSuchMember => f.write_str(
                "After an address comes a member of its report, as in /8.8.8.8/asn/number: see /openapi.json. A \
                 network (8.8.8.0/24) is not a subject; use an address of it.",
            ),
            Self::MethodNotAllowed(methods) => write!(f, "Use one of {}.", methods.as_str()),
            Self::HostNamesOff => {
                f.write_str("The operator of this server has turned host names off. Use an IP address.")
            }
            Self::BatchesOff => f.write_str(
                "The operator of this server has turned batches off. Send one request for each subject, as in \
                 /8.8.8.8.",
            ),
        }
    }
}

impl std::error::Error for Error {}

/// The methods that a resource has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Methods {
    /// `GET`, and with it `HEAD`.
    Get,
    /// `POST`.
    Post,
    /// All of them: for `OPTIONS *`, which is not about a resource (RFC 9110 section 9.3.7).
    All,
}

impl Methods {
    /// The value of `allow`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET, HEAD, OPTIONS",
            Self::Post => "POST, OPTIONS",
            Self::All => "GET, HEAD, POST, OPTIONS",
        }
    }

    pub(super) fn include(self, method: &str) -> bool {
        match self {
            Self::Get => matches!(method, "GET" | "HEAD"),
            Self::Post => method == "POST",
            Self::All => false,
        }
    }
}
