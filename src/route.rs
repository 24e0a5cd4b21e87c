//! What is asked: method, path and query as an enum.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use crate::problem::Problem;

/// The methods that every resource has.
pub const METHODS: &str = "GET, HEAD, OPTIONS";

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `GET /` and `GET /me`: the report on the caller's own address.
    Own(Options),
    /// `GET /{ip}`: the report on an address.
    Address(IpAddr, Options),
    /// `GET /about`: what this is and where its data is from.
    About(Options),
    /// `GET /health`: whether it works.
    Health(Options),
    /// `OPTIONS`, on any path: what may be asked, for people and for CORS preflight.
    Methods,
}

/// How it is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// `dns=false` leaves DNS out.
    pub dns: bool,
    /// `pretty=true` indents the JSON.
    pub pretty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { dns: true, pretty: false }
    }
}

impl Route {
    /// Reads a request's method and its path with query, as they stand in the request.
    ///
    /// Query parameters that are not ours are passed over: clients add them against caches.
    ///
    /// # Errors
    ///
    /// 405 for a method that no resource has, 404 for a path that leads nowhere, 400 for a subject that is no address
    /// and for a query parameter of ours with a value that it cannot have.
    pub fn parse(method: &str, path_with_query: &str) -> Result<Self, Problem> {
        if method == "OPTIONS" {
            return Ok(Self::Methods);
        }
        if !matches!(method, "GET" | "HEAD") {
            return Err(Problem::MethodNotAllowed);
        }
        let (path, query) = path_with_query.split_once('?').unwrap_or((path_with_query, ""));
        let segment = path.strip_prefix('/').unwrap_or(path);
        if segment.contains('/') {
            return Err(Problem::NoSuchPath);
        }
        let options = Options::parse(query)?;
        Ok(match segment {
            "" | "me" => Self::Own(options),
            "about" => Self::About(options),
            "health" => Self::Health(options),
            subject => Self::Address(address(subject)?, options),
        })
    }
}

impl Options {
    fn parse(query: &str) -> Result<Self, Problem> {
        let mut options = Self::default();
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name {
                "dns" => options.dns = flag("dns", value)?,
                "pretty" => options.pretty = flag("pretty", value)?,
                _ => {}
            }
        }
        Ok(options)
    }
}

/// The value of a query parameter that is true or false; the parameter alone means true.
fn flag(name: &'static str, value: &str) -> Result<bool, Problem> {
    match value {
        "" | "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Problem::BadParameter(name)),
    }
}

/// The address that a path segment names: percent-encoded or not (RFC 3986 section 2.1), an IPv6 address in brackets
/// or not.
///
/// Only the forms of RFC 4291 section 2.2 and four decimal numbers are read. Octal, hexadecimal and short forms of IPv4
/// mean different addresses to different programs.
fn address(segment: &str) -> Result<IpAddr, Problem> {
    let decoded = percent_decode_str(segment).decode_utf8().map_err(|_| Problem::NoAddress)?;
    let subject = decoded.trim();
    match subject.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse().map(IpAddr::V6).map_err(|_| Problem::NoAddress),
        None => subject.parse().map_err(|_| Problem::NoAddress),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Result<Route, Problem> {
        Ok(Route::Address(text.parse().unwrap(), Options::default()))
    }

    #[test]
    fn paths() {
        for (path, expected, why) in [
            ("/", Ok(Route::Own(Options::default())), "the caller"),
            ("/me", Ok(Route::Own(Options::default())), "the caller, by name"),
            ("/about", Ok(Route::About(Options::default())), "about"),
            ("/health", Ok(Route::Health(Options::default())), "health"),
            ("/8.8.8.8", ip("8.8.8.8"), "IPv4"),
            ("/2606:4700::1111", ip("2606:4700::1111"), "IPv6"),
            ("/2606:4700:0:0:0:0:0:1111", ip("2606:4700::1111"), "IPv6 without compression"),
            ("/2606:4700::ABCD", ip("2606:4700::abcd"), "upper-case hexadecimal"),
            ("/2606%3A4700%3a%3A1111", ip("2606:4700::1111"), "as encodeURIComponent writes it"),
            ("/[2606:4700::1111]", ip("2606:4700::1111"), "brackets, as in a URL's host"),
            ("/%5B2606:4700::1111%5D", ip("2606:4700::1111"), "brackets, encoded"),
            ("/%208.8.8.8%20", ip("8.8.8.8"), "blanks around, from a copied line"),
            ("/[8.8.8.8]", Err(Problem::NoAddress), "brackets are IPv6's"),
            ("/[2606:4700::1111", Err(Problem::NoAddress), "an open bracket"),
            ("/nonsense", Err(Problem::NoAddress), "no address"),
            ("/999.1.1.1", Err(Problem::NoAddress), "a number over 255"),
            ("/010.0.0.1", Err(Problem::NoAddress), "octal to some, decimal to others"),
            ("/0x8.8.8.8", Err(Problem::NoAddress), "hexadecimal"),
            ("/134744072", Err(Problem::NoAddress), "one number"),
            ("/8.8", Err(Problem::NoAddress), "a short form"),
            ("/8.8.8.8:53", Err(Problem::NoAddress), "a port"),
            ("/8.8.8.0/24", Err(Problem::NoSuchPath), "a network is two segments"),
            ("/fe80::1%25eth0", Err(Problem::NoAddress), "a zone"),
            ("/%FF", Err(Problem::NoAddress), "no UTF-8"),
            ("/\u{0668}.8.8.8", Err(Problem::NoAddress), "digits of another script"),
            ("/8.8.8.8/asn", Err(Problem::NoSuchPath), "no such path"),
            ("//", Err(Problem::NoSuchPath), "two slashes"),
            ("", Ok(Route::Own(Options::default())), "an empty path is the root (RFC 9110 section 4.2.3)"),
        ] {
            assert_eq!(Route::parse("GET", path), expected, "{path}: {why}");
        }
    }

    #[test]
    fn queries() {
        for (query, expected, why) in [
            ("", Ok((true, false)), "none"),
            ("dns=false", Ok((false, false)), "no DNS"),
            ("dns=true&pretty=true", Ok((true, true)), "both"),
            ("pretty", Ok((true, true)), "a name alone"),
            ("dns=0&pretty=1", Ok((false, true)), "numbers"),
            ("utm_source=x&_=123", Ok((true, false)), "not ours"),
            ("&&", Ok((true, false)), "empty parameters"),
            ("dns=maybe", Err(Problem::BadParameter("dns")), "neither true nor false"),
            ("pretty=2", Err(Problem::BadParameter("pretty")), "not a flag's number"),
            ("dns=true&dns=false", Ok((false, false)), "the last holds"),
        ] {
            let expected = expected.map(|(dns, pretty)| Route::Own(Options { dns, pretty }));
            assert_eq!(Route::parse("GET", &format!("/?{query}")), expected, "{query}: {why}");
        }
    }

    #[test]
    fn methods() {
        for (method, expected, why) in [
            ("HEAD", ip("8.8.8.8"), "as GET, without the body"),
            ("OPTIONS", Ok(Route::Methods), "what may be asked"),
            ("POST", Err(Problem::MethodNotAllowed), "nothing is stored here"),
            ("get", Err(Problem::MethodNotAllowed), "methods are case-sensitive (RFC 9110 section 9.1)"),
        ] {
            assert_eq!(Route::parse(method, "/8.8.8.8"), expected, "{method}: {why}");
        }
    }
}
