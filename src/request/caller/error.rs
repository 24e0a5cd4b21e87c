//! Why the caller's address is not known, and what the operator must change.

use std::{fmt, num::NonZeroUsize};

use super::{CallerHeader, FORWARDED, SPIN_CLIENT_ADDR, TRUE_CLIENT_IP, X_FORWARDED_FOR};

/// A variable without a usable value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadVariable {
    /// Its name.
    pub variable: &'static str,
    /// What it must be.
    pub why: String,
}

impl fmt::Display for BadVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variable {} {}", self.variable, self.why)
    }
}

impl std::error::Error for BadVariable {}

/// The caller is not known. The text says which variable to set, and to what, and never shows what the client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The header in which the caller's address was expected.
    pub source: CallerHeader,
    /// Why it was not found there.
    pub why: Why,
}

/// Why the caller is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The variable `caller_header` is `none`.
    NotConfigured,
    /// The request has no such header.
    Missing,
    /// What should be the caller's address is not one.
    NoAddress,
    /// The list has this many entries, fewer than there are trusted proxies.
    TooFew(usize),
    /// One of the entries to count is empty.
    Empty,
    /// One of the elements to count does not follow the grammar of RFC 7239.
    Malformed,
    /// The element has no `for`.
    NoFor,
    /// The proxy hides the address or did not know it: `unknown`, or a made-up name (RFC 7239 sections 6.2 and 6.3).
    Hidden,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.source.header();
        let proxies = self.source.proxies().map_or(0, NonZeroUsize::get);
        match self.why {
            Why::NotConfigured => write!(f, "the variable caller_header is {header}, so no header is trusted"),
            Why::Missing => write!(f, "the request has no {header} header"),
            Why::NoAddress => match self.source {
                CallerHeader::SpinClientAddr => write!(f, "the last {header} header is not an address and port"),
                CallerHeader::TrueClientIp => write!(f, "the last {header} header is not one address"),
                _ => write!(f, "entry {proxies} of {header}, counted from the right, is not an address"),
            },
            Why::TooFew(found) => write!(f, "{header} has fewer entries ({found}) than there are trusted proxies"),
            Why::Empty => write!(f, "{header} cannot be counted from the right: one of its entries is empty"),
            Why::Malformed => {
                write!(f, "{header} cannot be counted from the right: it does not follow the grammar of RFC 7239")
            }
            Why::NoFor => write!(f, "entry {proxies} of {header}, counted from the right, has no for parameter"),
            Why::Hidden => write!(f, "entry {proxies} of {header}, counted from the right, hides the address"),
        }?;
        let is_miscounted = proxies > 0 && matches!(self.why, Why::NoAddress | Why::TooFew(_));
        if is_miscounted {
            return write!(
                f,
                "; set the variable trusted_proxies, now {proxies}, to the number of your own proxies that add to \
                 {header}"
            );
        }
        write!(
            f,
            "; set the variable caller_header to the header in which the platform or your proxies give the caller's \
             address: {SPIN_CLIENT_ADDR} with Spin, {TRUE_CLIENT_IP} with Akamai Functions, {X_FORWARDED_FOR} or \
             {FORWARDED} behind your own proxies"
        )
    }
}

impl std::error::Error for Unknown {}
