//! What is asked: method, path and query as an enum.

use std::{fmt, net::IpAddr};

use crate::request::member::Member;
use crate::request::subject::{HostName, Invalid, Subject};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `GET /`: the report on the caller's own address, or the page.
    Root(Options),
    /// `GET /me`, `GET /me/{member…}`: the report on the caller's own address, or a member of it.
    Own(Option<Member>, Options),
    /// `GET /{ip}`, `GET /{ip}/{member…}`: the report on an address, or a member of it.
    Address(IpAddr, Option<Member>, Options),
    /// `GET /{hostname}`: what a name leads to.
    Host(HostName, Options),
    /// `POST /batch`: the reports on many subjects.
    Batch(Options),
    /// `GET /about`: what this is and where its data is from.
    About(Options),
    /// `GET /health`: whether it works.
    Health(Options),
    /// `GET /openapi.json`: the contract, for programs.
    OpenApi,
    /// `OPTIONS`: what may be asked, for people and for CORS preflight.
    Methods(Methods),
}

/// Why a request cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSubject(invalid) => write!(f, "{invalid}"),
            Self::BadParameter(name) => write!(f, "Set {name} to true or false, or leave it out."),
            Self::NoSuchPath => f.write_str(
                "Ask for /{ip}, /{hostname}, / or /me for your own address, /about, /health or /openapi.json, or POST \
                 to /batch.",
            ),
            Self::NoSuchMember => f.write_str(
                "Behind an address stands a member of its report, as in /8.8.8.8/asn/number: see /openapi.json. \
                 A network (8.8.8.0/24) is not a subject; ask for an address of it.",
            ),
            Self::MethodNotAllowed(methods) => write!(f, "Use one of {}.", methods.as_str()),
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
    /// All of these: `OPTIONS *`, which is about no resource (RFC 9110 section 9.3.7).
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

    fn include(self, method: &str) -> bool {
        match self {
            Self::Get => matches!(method, "GET" | "HEAD"),
            Self::Post => method == "POST",
            Self::All => false,
        }
    }
}

/// How it is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// `dns=false` asks no DNS about addresses.
    pub dns: bool,
    /// `verify=true` asks which names of an address lead back to it.
    pub verify: bool,
    /// `records=true` asks for further records of a host name.
    pub records: bool,
    /// `pretty=true` indents the JSON.
    pub pretty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { dns: true, verify: false, records: false, pretty: false }
    }
}

impl Route {
    /// Reads a request's method and its path with query, as they stand in the request.
    ///
    /// Query parameters that are not ours are passed over: clients add them against caches.
    ///
    /// # Errors
    ///
    /// 405 for a method that the resource does not have, 404 for a path that leads nowhere, 400 for a subject that is
    /// no address or public name and for a query parameter of ours with a value that it cannot have.
    pub fn parse(method: &str, path_with_query: &str) -> Result<Self, Error> {
        let (path, query) = path_with_query.split_once('?').unwrap_or((path_with_query, ""));
        let methods = match path {
            "*" => Methods::All,
            "/batch" | "batch" => Methods::Post,
            _ => Methods::Get,
        };
        let path = path.strip_prefix('/').unwrap_or(path);
        if method == "OPTIONS" {
            return Ok(Self::Methods(methods));
        }
        if !methods.include(method) {
            return Err(Error::MethodNotAllowed(methods));
        }
        let (segment, member) = match path.split_once('/') {
            Some((segment, member)) => (segment, Some(member)),
            None => (path, None),
        };
        let options = Options::parse(query)?;
        Ok(match (segment, member) {
            ("", None) => Self::Root(options),
            ("me", member) => Self::Own(named(member)?, options),
            ("about", None) => Self::About(options),
            ("health", None) => Self::Health(options),
            ("openapi.json", None) => Self::OpenApi,
            ("batch", None) => Self::Batch(options),
            ("" | "about" | "health" | "openapi.json" | "batch", Some(_)) => return Err(Error::NoSuchPath),
            (subject, member) => match Subject::from_segment(subject) {
                Ok(Subject::Address(ip)) => Self::Address(ip, named(member)?, options),
                Ok(Subject::Host(_)) if member.is_some() => return Err(Error::NoSuchPath),
                Ok(Subject::Host(host)) => Self::Host(host, options),
                Err(_) if member.is_some_and(|member| Member::parse(member).is_none()) => {
                    return Err(Error::NoSuchPath);
                }
                Err(invalid) => return Err(Error::NoSubject(invalid)),
            },
        })
    }
}

/// The member that a path behind an address names, where there is such a path.
fn named(path: Option<&str>) -> Result<Option<Member>, Error> {
    path.map(|path| Member::parse(path).ok_or(Error::NoSuchMember)).transpose()
}

impl Options {
    fn parse(query: &str) -> Result<Self, Error> {
        let mut options = Self::default();
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name {
                "dns" => options.dns = flag("dns", value)?,
                "verify" => options.verify = flag("verify", value)?,
                "records" => options.records = flag("records", value)?,
                "pretty" => options.pretty = flag("pretty", value)?,
                _ => {}
            }
        }
        Ok(options)
    }
}

/// The value of a query parameter that is true or false; the parameter alone means true.
fn flag(name: &'static str, value: &str) -> Result<bool, Error> {
    match value {
        "" | "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Error::BadParameter(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Result<Route, Error> {
        Ok(Route::Address(text.parse().unwrap(), None, Options::default()))
    }

    fn member(text: &str, path: &str) -> Result<Route, Error> {
        Ok(Route::Address(text.parse().unwrap(), Member::parse(path), Options::default()))
    }

    fn host(name: &str) -> Result<Route, Error> {
        match Subject::parse(name) {
            Ok(Subject::Host(host)) => Ok(Route::Host(host, Options::default())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn paths() {
        let options = Options::default();
        for (path, expected, why) in [
            ("/", Ok(Route::Root(options)), "the caller"),
            ("/me", Ok(Route::Own(None, options)), "the caller, by name"),
            ("/me/asn/number", Ok(Route::Own(Member::parse("asn/number"), options)), "a member of the caller's"),
            ("/about", Ok(Route::About(options)), "about"),
            ("/health", Ok(Route::Health(options)), "health"),
            ("/openapi.json", Ok(Route::OpenApi), "the contract"),
            ("/8.8.8.8", ip("8.8.8.8"), "IPv4"),
            ("/2606:4700::1111", ip("2606:4700::1111"), "IPv6"),
            ("/2606%3A4700%3a%3A1111", ip("2606:4700::1111"), "as encodeURIComponent writes it"),
            ("/%5B2606:4700::1111%5D", ip("2606:4700::1111"), "brackets, encoded"),
            ("/%208.8.8.8%20", ip("8.8.8.8"), "blanks around, from a copied line"),
            ("/8.8.8.8.in-addr.arpa", ip("8.8.8.8"), "a reverse name is its address"),
            ("/8.8.8.8/asn", member("8.8.8.8", "asn"), "a member"),
            ("/8.8.8.8/dns/names", member("8.8.8.8", "dns/names"), "a member's member"),
            ("/dns.google", host("dns.google"), "a host name"),
            ("/DNS.Google.", host("dns.google"), "in any case, with the root's dot"),
            ("/nonsense", Err(Error::NoSubject(Invalid::OneLabel)), "no address and no public name"),
            ("/999.1.1.1", Err(Error::NoSubject(Invalid::NumberRange)), "a number over 255"),
            ("/8.8.8.8:53", Err(Error::NoSubject(Invalid::Port)), "a port"),
            ("/%FF", Err(Error::NoSubject(Invalid::Encoding)), "no UTF-8"),
            ("/999.1.1.1/asn", Err(Error::NoSubject(Invalid::NumberRange)), "the subject comes first"),
            ("/8.8.8.8/nothing", Err(Error::NoSuchMember), "no such member"),
            ("/8.8.8.8/", Err(Error::NoSuchMember), "a slash too many"),
            ("/8.8.8.0/24", Err(Error::NoSuchMember), "a network is no address"),
            ("/dns.google/addresses", Err(Error::NoSuchPath), "members are those of addresses"),
            ("/nonsense/nothing", Err(Error::NoSuchPath), "neither"),
            ("/about/us", Err(Error::NoSuchPath), "no such path"),
            ("//", Err(Error::NoSuchPath), "two slashes"),
            ("", Ok(Route::Root(options)), "an empty path is the root (RFC 9110 section 4.2.3)"),
        ] {
            assert_eq!(Route::parse("GET", path), expected, "{path}: {why}");
        }
    }

    #[test]
    fn queries() {
        let none = Options::default();
        for (query, expected, why) in [
            ("", Ok(none), "none"),
            ("dns=false", Ok(Options { dns: false, ..none }), "no DNS"),
            ("verify=true&pretty=true", Ok(Options { verify: true, pretty: true, ..none }), "two"),
            ("records", Ok(Options { records: true, ..none }), "a name alone"),
            ("dns=0&pretty=1", Ok(Options { dns: false, pretty: true, ..none }), "numbers"),
            ("utm_source=x&_=123", Ok(none), "not ours"),
            ("&&", Ok(none), "empty parameters"),
            ("dns=maybe", Err(Error::BadParameter("dns")), "neither true nor false"),
            ("verify=2", Err(Error::BadParameter("verify")), "not a flag's number"),
            ("dns=true&dns=false", Ok(Options { dns: false, ..none }), "the last holds"),
        ] {
            assert_eq!(Route::parse("GET", &format!("/?{query}")), expected.map(Route::Root), "{query}: {why}");
        }
    }

    #[test]
    fn methods() {
        let (get, post) = (Methods::Get, Methods::Post);
        for (method, path, expected, why) in [
            ("HEAD", "/8.8.8.8", ip("8.8.8.8"), "as GET, without the body"),
            ("OPTIONS", "/8.8.8.8", Ok(Route::Methods(get)), "what may be asked"),
            ("OPTIONS", "/batch", Ok(Route::Methods(post)), "there, something else"),
            ("OPTIONS", "*", Ok(Route::Methods(Methods::All)), "of nothing in particular"),
            ("OPTIONS", "/*", Ok(Route::Methods(get)), "of something that is not there"),
            ("GET", "/*", Err(Error::NoSubject(Invalid::Character('*'))), "nor is it a name"),
            ("POST", "/batch", Ok(Route::Batch(Options::default())), "a batch"),
            ("GET", "/batch", Err(Error::MethodNotAllowed(post)), "has nothing to show"),
            ("POST", "/8.8.8.8", Err(Error::MethodNotAllowed(get)), "nothing is stored here"),
            ("PUT", "/nonsense", Err(Error::MethodNotAllowed(get)), "the method comes first"),
            ("get", "/8.8.8.8", Err(Error::MethodNotAllowed(get)), "methods have a case (RFC 9110 section 9.1)"),
        ] {
            assert_eq!(Route::parse(method, path), expected, "{method} {path}: {why}");
        }
    }
}
