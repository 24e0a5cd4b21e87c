//! URLs of resolvers, and other origins.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use super::number;

/// A DNS-over-HTTPS resolver (RFC 8484). Shown as its origin only: the path can identify the operator's account.
#[derive(Clone, PartialEq, Eq)]
pub struct Resolver {
    /// The URL that takes queries: `https`, or `http` for a resolver nearby, with an authority and a path.
    pub url: Uri,
    /// How queries are sent.
    pub method: Method,
}

/// The method of the HTTP requests with which queries are sent (RFC 8484 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The query is a parameter of the URL.
    Get,
    /// The query is the body.
    Post,
}

impl fmt::Display for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.url.authority().map_or("", |authority| authority.as_str());
        write!(f, "{}://{authority}", self.url.scheme_str().unwrap_or_default())
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resolver({self})")
    }
}

/// `doh_method`.
pub(super) fn method(value: &str) -> Result<Method, &'static str> {
    match value {
        "get" => Ok(Method::Get),
        "post" => Ok(Method::Post),
        _ => Err("must be get or post"),
    }
}

/// A resolver with this URL; `path` where it has none.
pub(super) fn resolver(value: &str, path: &PathAndQuery, method: Method) -> Result<Resolver, &'static str> {
    const FORM: &str = "must be a URL like https://dns.example/dns-query or http://127.0.0.1:8053, without credentials, \
                        query or fragment";
    // The parser drops a fragment silently.
    if value.contains('#') {
        return Err(FORM);
    }
    let mut parts = value.parse::<Uri>().map_err(|_| FORM)?.into_parts();
    let (Some(scheme), Some(authority)) = (&parts.scheme, &parts.authority) else { return Err(FORM) };
    let default_port = match scheme {
        scheme if *scheme == Scheme::HTTPS => 443,
        scheme if *scheme == Scheme::HTTP => 80,
        _ => return Err(FORM),
    };
    parts.authority = Some(normal(authority, default_port).ok_or(FORM)?);
    if parts.path_and_query.as_ref().and_then(PathAndQuery::query).is_some() {
        return Err(FORM);
    }
    if parts.path_and_query.as_ref().is_none_or(|own| own == "/") {
        parts.path_and_query = Some(path.clone());
    }
    Ok(Resolver { url: Uri::from_parts(parts).map_err(|_| FORM)?, method })
}

/// An origin (RFC 6454 section 6.2) in its normal form; `None` where the value is empty. It goes into a header, and has
/// no character that ends something there.
pub(super) fn origin(value: &str) -> Result<Option<String>, &'static str> {
    const FORM: &str = "must be empty or an origin like https://ipv4.example, without a path";
    if value.is_empty() {
        return Ok(None);
    }
    let (scheme, rest) = value.split_once("://").ok_or(FORM)?;
    let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
        "https" => ("https", 443),
        "http" => ("http", 80),
        _ => return Err(FORM),
    };
    let authority = rest.parse().ok().and_then(|authority| normal(&authority, default_port)).ok_or(FORM)?;
    Ok(Some(format!("{scheme}://{authority}")))
}

/// The authority in its normal form (RFC 3986 section 6.2), so that equal resolvers are seen to be equal: the host in
/// lower case, and no port where it is the default. `None` where no connection can be made to it.
fn normal(authority: &Authority, default_port: u16) -> Option<Authority> {
    let host = host(authority.host())?;
    let port = match authority.as_str().strip_prefix(authority.host())? {
        "" => None,
        port => Some(number(port.strip_prefix(':')?).filter(|port| *port != 0)?),
    };
    match port.filter(|port: &u16| *port != default_port) {
        Some(port) => format!("{host}:{port}").parse().ok(),
        None => host.parse().ok(),
    }
}

/// A host in its normal form: an address, or a name without the root dot, which certificates do not have.
fn host(text: &str) -> Option<String> {
    if let Some(address) = text.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let is_label = |label: &str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(is_known)
    };
    // RFC 1035 section 2.3.4.
    if text.len() > 253 || !text.split('.').all(is_label) {
        return None;
    }
    // What ends in a number is an address, or nothing (URL Standard, section 3.5).
    let is_number = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if is_number {
        text.parse::<Ipv4Addr>().ok()?;
    }
    Some(text.to_ascii_lowercase())
}

/// An absolute path without a query.
pub(super) fn endpoint(value: &str) -> Result<PathAndQuery, &'static str> {
    const FORM: &str = "must be a path like /dns-query";
    // The parser drops a fragment silently.
    if !value.starts_with('/') || value.contains('#') {
        return Err(FORM);
    }
    let path: PathAndQuery = value.parse().map_err(|_| FORM)?;
    if path.query().is_some() { Err(FORM) } else { Ok(path) }
}
