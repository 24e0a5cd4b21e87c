//! The Forwarded header field (RFC 7239), read from its right end.
//!
//! If the field were read from the left, a quote that the client opens and does not close would include everything that
//! the proxies append, or would exchange what is inside and outside their quotes. Read from the right, the proxies'
//! elements come first, and determine where each of them begins: a value that ends with a quote begins at the nearest
//! quote to the left without a backslash before it; any other value is a run of characters that are not delimiters. A
//! well-formed list has the same elements both ways. Each field line is read separately: a quoted string does not
//! continue in the next.
//!
//! This holds for proxies that write well-formed elements. A proxy that copies a client's `Host` without quoting it cannot
//! be trusted, however the field is read.

use std::{borrow::Cow, net::IpAddr};

use super::{Why, host_address, is_port, split_port};
use crate::request::header_syntax;

/// The elements of a field line, beginning with the last. An error ends them.
pub(super) fn elements(line: &[u8]) -> impl Iterator<Item = Result<Element<'_>, Why>> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let read = element(rest.take()?);
        Some(read.map(|(element, before)| {
            rest = before;
            element
        }))
    })
}

/// The element of one proxy (RFC 7239 section 4); only the parameter `for` is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// The value of `for`: the client of the proxy.
    node: Option<Value<'a>>,
}

impl Element<'_> {
    /// The address of the proxy's client (RFC 7239 section 6).
    ///
    /// IPv6 must be in brackets, as that section requires: without them, a last group looks like a port.
    pub(super) fn address(self) -> Result<IpAddr, Why> {
        let node = self.node.ok_or(Why::NoFor)?.unescape();
        let node = super::text(&node).ok_or(Why::NoAddress)?;
        let (host, port) = split_port(node);
        if !port.is_none_or(|port| is_port(port) || is_obfuscated(port)) {
            return Err(Why::NoAddress);
        }
        if host.eq_ignore_ascii_case("unknown") || is_obfuscated(host) {
            return Err(Why::Hidden);
        }
        let bare_v6 = host.contains(':') && !host.starts_with('[');
        host_address(host).filter(|_| !bare_v6).ok_or(Why::NoAddress)
    }
}

/// An identifier that a proxy made up to hide a name or a port (RFC 7239 section 6.3).
fn is_obfuscated(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    name.strip_prefix('_').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_part))
}

/// The value of a parameter, as in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value<'a> {
    Token(&'a [u8]),
    /// What is between the quotes, still escaped.
    Quoted(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The value without quotes and escapes (RFC 9110 section 5.6.4).
    fn unescape(self) -> Cow<'a, [u8]> {
        match self {
            Self::Quoted(escaped) if escaped.contains(&b'\\') => {
                let mut bytes = escaped.iter().copied();
                let next = || match bytes.next() {
                    Some(b'\\') => bytes.next(),
                    byte => byte,
                };
                Cow::Owned(std::iter::from_fn(next).collect())
            }
            Self::Token(plain) | Self::Quoted(plain) => Cow::Borrowed(plain),
        }
    }
}

/// Reads the last element of `rest`. Returns it, and the part before the comma in front of it.
///
/// Whitespace around a semicolon is accepted, although the grammar has none: proxies write it, and it is not a delimiter.
/// Two `for` in an element are an error (RFC 7239 section 4), because it is unknown which is right.
fn element(mut rest: &[u8]) -> Result<(Element<'_>, Option<&[u8]>), Why> {
    let mut element = Element { node: None };
    let mut is_empty = true;
    loop {
        rest = header_syntax::trim_end(rest);
        // Pairs may be left out (RFC 7239 section 4), as in `for=192.0.2.1;`.
        if !matches!(rest.last(), None | Some(b',' | b';')) {
            let (before, name, value) = pair(rest).ok_or(Why::Malformed)?;
            if name.eq_ignore_ascii_case(b"for") && element.node.replace(value).is_some() {
                return Err(Why::Malformed);
            }
            is_empty = false;
            rest = header_syntax::trim_end(before);
        }
        let before = match rest.split_last() {
            Some((b';', before)) => {
                rest = before;
                continue;
            }
            Some((b',', before)) => Some(before),
            Some(_) => return Err(Why::Malformed),
            None => None,
        };
        return if is_empty { Err(Why::Empty) } else { Ok((element, before)) };
    }
}

/// Reads the parameter at the end of `rest`. Returns the part before it, its name and its value.
fn pair(rest: &[u8]) -> Option<(&[u8], &[u8], Value<'_>)> {
    let (before, value) = match rest.strip_suffix(b"\"") {
        Some(open) => quoted(open)?,
        None => {
            let (before, value) = split_run(rest, is_unquoted)?;
            (before, Value::Token(value))
        }
    };
    let (before, name) = split_run(before.strip_suffix(b"=")?, header_syntax::is_token)?;
    Some((before, name, value))
}

/// Reads the quoted string at the end of `rest`, whose closing quote is already removed.
fn quoted(rest: &[u8]) -> Option<(&[u8], Value<'_>)> {
    if ends_in_escape(rest) {
        return None;
    }
    let mut end = rest.len();
    loop {
        end = rest.get(..end)?.iter().rposition(|byte| *byte == b'"')?;
        let before = rest.get(..end)?;
        if !ends_in_escape(before) {
            let inside = rest.get(end + 1..)?;
            let is_clean = inside.iter().all(|byte| *byte == b'\t' || !byte.is_ascii_control());
            return is_clean.then_some((before, Value::Quoted(inside)));
        }
    }
}

/// Whether the character after `text` is escaped. An even number of backslashes are escaped backslashes.
fn ends_in_escape(text: &[u8]) -> bool {
    text.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Splits off the longest run of such bytes at the end, of at least one byte.
fn split_run(text: &[u8], is_part: impl Fn(u8) -> bool) -> Option<(&[u8], &[u8])> {
    let start = text.iter().rposition(|byte| !is_part(*byte)).map_or(0, |last| last + 1);
    text.split_at_checked(start).filter(|(_, run)| !run.is_empty())
}

/// Whether a value may hold this byte without quotes. Colons and brackets should be quoted (RFC 7239 section 4), but
/// proxies write `host=example.com:8080`, and neither is a delimiter.
fn is_unquoted(byte: u8) -> bool {
    header_syntax::is_token(byte) || matches!(byte, b':' | b'[' | b']')
}
