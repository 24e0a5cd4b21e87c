//! The caller's address, from the header that the platform or the proxies in front of the service set.
//!
//! The client can send each of these headers, too. What it sent is to the left, in an earlier field line or earlier in
//! the same one, because Spin and every proxy append. So every reader here starts at the right end and stops at the
//! caller's address: nothing to the left can change what is found.

mod error;
mod forwarded;

use std::{net::IpAddr, num::NonZeroUsize};

pub use error::{BadVariable, Unknown, Why};

use crate::request::header_syntax;

const NONE: &str = "none";
const SPIN_CLIENT_ADDR: &str = "spin-client-addr";
const TRUE_CLIENT_IP: &str = "true-client-ip";
const X_FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED: &str = "forwarded";

/// The header with the caller's address: the variables `caller_header` and `trusted_proxies`.
///
/// The platform or a proxy in front of the service must set it. Otherwise the client alone determines its value, and
/// nothing in a request shows that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallerHeader {
    /// `none`: no header can be trusted, so callers are not known.
    None,
    /// `spin-client-addr`: the address and port that Spin saw. Spin's is the last field line.
    #[default]
    SpinClientAddr,
    /// `true-client-ip`: the address that Akamai Functions saw. The platform's is the last field line.
    TrueClientIp,
    /// `x-forwarded-for`: a list to which each proxy adds the address it saw. So many proxies are trusted.
    XForwardedFor(NonZeroUsize),
    /// `forwarded` (RFC 7239): the same with a grammar. So many proxies are trusted.
    Forwarded(NonZeroUsize),
}

impl CallerHeader {
    /// The most proxies that can be trusted. Requests pass two or three.
    const MOST_PROXIES: usize = 16;

    /// Reads the values of the variables `caller_header` and `trusted_proxies`.
    ///
    /// # Errors
    ///
    /// When one of them has no usable value, and when the two contradict each other: the entries of a list must be
    /// counted, and what is not a list cannot be. Either would give callers a wrong address.
    pub fn parse(caller_header: &str, trusted_proxies: &str) -> Result<Self, BadVariable> {
        let proxies = match trusted_proxies.parse() {
            Ok(count @ 0..=Self::MOST_PROXIES) => NonZeroUsize::new(count),
            _ => {
                let why = format!("must be a whole number from 0 to {}", Self::MOST_PROXIES);
                return Err(BadVariable { variable: "trusted_proxies", why });
            }
        };
        let (variable, why) = match (caller_header.to_ascii_lowercase().as_str(), proxies) {
            (NONE, None) => return Ok(Self::None),
            (SPIN_CLIENT_ADDR, None) => return Ok(Self::SpinClientAddr),
            (TRUE_CLIENT_IP, None) => return Ok(Self::TrueClientIp),
            (X_FORWARDED_FOR, Some(proxies)) => return Ok(Self::XForwardedFor(proxies)),
            (FORWARDED, Some(proxies)) => return Ok(Self::Forwarded(proxies)),
            (header @ (NONE | SPIN_CLIENT_ADDR | TRUE_CLIENT_IP), Some(_)) => (
                "trusted_proxies",
                format!(
                    "must be 0 with caller_header {header}, to which no proxy adds; behind your own proxies, set \
                     caller_header to {X_FORWARDED_FOR} or {FORWARDED}"
                ),
            ),
            (header @ (X_FORWARDED_FOR | FORWARDED), None) => (
                "trusted_proxies",
                format!("must be 1 or more with caller_header {header}: the number of your own proxies that add to it"),
            ),
            _ => (
                "caller_header",
                format!("must be one of {SPIN_CLIENT_ADDR}, {TRUE_CLIENT_IP}, {X_FORWARDED_FOR}, {FORWARDED}, {NONE}"),
            ),
        };
        Err(BadVariable { variable, why })
    }

    /// The header's name, in lower case; `none` where there is no header.
    pub fn header(&self) -> &'static str {
        match self {
            Self::None => NONE,
            Self::SpinClientAddr => SPIN_CLIENT_ADDR,
            Self::TrueClientIp => TRUE_CLIENT_IP,
            Self::XForwardedFor(_) => X_FORWARDED_FOR,
            Self::Forwarded(_) => FORWARDED,
        }
    }

    /// The caller's address, from the values of the [header](Self::header): a value a field line, in the order in which
    /// they arrived.
    ///
    /// A header to which one party appends counts by its last line alone. A list is counted from its right end over all
    /// lines (RFC 9110 section 5.3): the last entry is what the nearest proxy saw, and with n trusted proxies the nth
    /// is what the outermost of them saw, the caller. No other entry is used: if the list is shorter, or the nth
    /// entry is not an address, the client may have written all others.
    ///
    /// An IPv4 client of a dual-stack listener arrives as an IPv4-mapped address (RFC 4291 section 2.5.5.2) and is
    /// returned as IPv4. An address with a zone (RFC 4007) is refused, because it has a meaning on one link only.
    ///
    /// The work is linear in the length of the values.
    ///
    /// # Errors
    ///
    /// When there is no such address: the variables do not match what is in front of the service.
    pub fn find<V: AsRef<[u8]>>(&self, values: &[V]) -> Result<IpAddr, Unknown> {
        let lines = values.iter().map(AsRef::as_ref);
        let found = match self {
            Self::None => Err(Why::NotConfigured),
            Self::SpinClientAddr => last(lines, socket_address),
            Self::TrueClientIp => last(lines, bare_address),
            Self::XForwardedFor(proxies) => counted(lines.rev().flat_map(entries), *proxies).and_then(entry_address),
            Self::Forwarded(proxies) => {
                counted(lines.rev().flat_map(forwarded::elements), *proxies).and_then(forwarded::Element::address)
            }
        };
        found.map(|ip| ip.to_canonical()).map_err(|why| Unknown { source: *self, why })
    }

    /// How many proxies are trusted, if the header is a list.
    fn proxies(&self) -> Option<NonZeroUsize> {
        match self {
            Self::None | Self::SpinClientAddr | Self::TrueClientIp => None,
            Self::XForwardedFor(proxies) | Self::Forwarded(proxies) => Some(*proxies),
        }
    }
}

/// The address in the last field line: the platform appends its own line to those of the client.
fn last<'a>(
    mut lines: impl DoubleEndedIterator<Item = &'a [u8]>,
    address: impl Fn(&str) -> Option<IpAddr>,
) -> Result<IpAddr, Why> {
    let line = lines.next_back().ok_or(Why::Missing)?;
    text(header_syntax::trim(line)).and_then(address).ok_or(Why::NoAddress)
}

/// The entry that the outermost of the trusted proxies wrote. `entries` begins with the last.
fn counted<T>(entries: impl Iterator<Item = Result<T, Why>>, proxies: NonZeroUsize) -> Result<T, Why> {
    let mut found = 0;
    for entry in entries {
        let entry = entry?;
        found += 1;
        if found == proxies.get() {
            return Ok(entry);
        }
    }
    Err(if found == 0 { Why::Missing } else { Why::TooFew(found) })
}

/// The entries of a line of `x-forwarded-for`, beginning with the last. Commas cannot be quoted there.
///
/// By RFC 9110 section 5.6.1 empty entries would be ignored. But that moves the count to the left, towards the entries of
/// the client: if a proxy adds an empty entry because it does not know the address, the client could choose the address.
/// Counted as an entry, it may make one of the proxies the caller. So an empty entry to the right of the address is an
/// error. Entries to the left of it, which are the client's, are not read.
fn entries(line: &[u8]) -> impl Iterator<Item = Result<&[u8], Why>> {
    let entries = line.rsplit(|byte| *byte == b',').map(header_syntax::trim);
    entries.map(|entry| if entry.is_empty() { Err(Why::Empty) } else { Ok(entry) })
}

/// The address in an entry of `x-forwarded-for`, for which there is no specification: with or without a port, IPv6 with or
/// without brackets, perhaps in quotes.
fn entry_address(entry: &[u8]) -> Result<IpAddr, Why> {
    let entry = text(entry).ok_or(Why::NoAddress)?;
    let entry = entry.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(entry);
    if entry.eq_ignore_ascii_case("unknown") {
        return Err(Why::Hidden);
    }
    let (host, port) = split_port(entry);
    host_address(host).filter(|_| port.is_none_or(is_port)).ok_or(Why::NoAddress)
}

/// `address:port`, as Spin writes it.
fn socket_address(value: &str) -> Option<IpAddr> {
    match split_port(value) {
        (host, Some(port)) if is_port(port) => host_address(host),
        _ => None,
    }
}

/// An address alone, IPv6 with or without brackets. The platform writes no port, so a value with one is not its own.
fn bare_address(value: &str) -> Option<IpAddr> {
    match split_port(value) {
        (host, None) => host_address(host),
        _ => None,
    }
}

/// Splits `host:port`. Without brackets, several colons are those of an IPv6 address.
fn split_port(node: &str) -> (&str, Option<&str>) {
    match node.rsplit_once(':') {
        Some((host, port)) if host.ends_with(']') || !host.contains(':') => (host, Some(port)),
        _ => (node, None),
    }
}

/// An address, IPv6 with or without brackets. The standard library does not accept a zone in an [`IpAddr`].
fn host_address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    }
}

/// Whether this is the number of a port. The standard library alone would accept a plus sign.
fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

fn text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}

#[cfg(test)]
mod tests;
