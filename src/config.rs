//! The application's variables, read once and checked.

use std::{fmt, time::Duration};

use futures_util::future::try_join3;
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

/// Where the application's variables come from.
pub trait Variables {
    /// The value of a variable that spin.toml declares, or why there is none.
    fn variable(&self, name: &'static str) -> impl Future<Output = Result<String, String>>;
}

/// What the application's variables say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `doh_primary` and `doh_path`: the resolver to ask.
    pub resolver: Resolver,
    /// `dns_timeout_ms`: how long an answer may wait for DNS.
    pub dns_timeout: Duration,
}

/// A DNS-over-HTTPS resolver (RFC 8484): the URL that takes questions, in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    /// `https`, or `http` for a resolver on one's own machine.
    pub scheme: Scheme,
    /// Host, and port where it is not the scheme's own.
    pub authority: Authority,
    /// The path, starting with a slash.
    pub path: PathAndQuery,
}

impl fmt::Display for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

impl Config {
    /// Reads the variables, all at the same time, and checks them.
    ///
    /// # Errors
    ///
    /// The first variable that is not there or has no usable value.
    pub async fn read(variables: &impl Variables) -> Result<Self, Error> {
        let get = async |name| variables.variable(name).await.map_err(|why| Error { variable: name, why });
        let (primary, path, timeout) = try_join3(get("doh_primary"), get("doh_path"), get("dns_timeout_ms")).await?;
        let (scheme, authority) =
            origin(&primary).map_err(|why| Error { variable: "doh_primary", why: why.to_owned() })?;
        let path = endpoint(&path).map_err(|why| Error { variable: "doh_path", why: why.to_owned() })?;
        let dns_timeout =
            milliseconds(&timeout).map_err(|why| Error { variable: "dns_timeout_ms", why: why.to_owned() })?;
        Ok(Self { resolver: Resolver { scheme, authority, path }, dns_timeout })
    }
}

/// A variable that is not there, or whose value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    variable: &'static str,
    why: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variable {} {}", self.variable, self.why)
    }
}

impl std::error::Error for Error {}

/// An origin (RFC 6454): scheme and authority, and nothing after them but a slash.
fn origin(value: &str) -> Result<(Scheme, Authority), &'static str> {
    const FORM: &str = "must be an origin like https://dns.example or http://127.0.0.1:8053, without a path";
    let parts = value.parse::<Uri>().map_err(|_| FORM)?.into_parts();
    let bare = parts.path_and_query.is_none_or(|path| path == "/");
    match (parts.scheme, parts.authority) {
        (Some(scheme), Some(authority))
            if bare && !authority.as_str().contains('@') && (scheme == Scheme::HTTPS || scheme == Scheme::HTTP) =>
        {
            Ok((scheme, authority))
        }
        _ => Err(FORM),
    }
}

/// An absolute path without a query.
fn endpoint(value: &str) -> Result<PathAndQuery, &'static str> {
    const FORM: &str = "must be a path like /dns-query";
    if !value.starts_with('/') {
        return Err(FORM);
    }
    let path: PathAndQuery = value.parse().map_err(|_| FORM)?;
    if path.query().is_some() { Err(FORM) } else { Ok(path) }
}

/// A duration between a millisecond and the 30 seconds that an edge platform lets a request run.
fn milliseconds(value: &str) -> Result<Duration, &'static str> {
    match value.parse() {
        Ok(ms @ 1..=30_000) => Ok(Duration::from_millis(ms)),
        _ => Err("must be a whole number of milliseconds from 1 to 30000"),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    struct Given<'a>(&'a [(&'a str, &'a str)]);

    impl Variables for Given<'_> {
        async fn variable(&self, name: &'static str) -> Result<String, String> {
            let found = self.0.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or_else(|| "is not defined".to_owned())
        }
    }

    fn read(primary: &str, path: &str, timeout: &str) -> Result<Config, String> {
        let given = [("doh_primary", primary), ("doh_path", path), ("dns_timeout_ms", timeout)];
        Config::read(&Given(&given)).now_or_never().unwrap().map_err(|error| error.to_string())
    }

    #[test]
    fn good_values() {
        for (primary, path, expected, why) in [
            ("https://dns.example", "/dns-query", "https://dns.example/dns-query", "the usual"),
            ("https://dns.example/", "/dns-query", "https://dns.example/dns-query", "a slash at the end"),
            ("http://127.0.0.1:8053", "/", "http://127.0.0.1:8053/", "a resolver of one's own"),
            ("https://[2001:db8::53]", "/q/1", "https://[2001:db8::53]/q/1", "IPv6"),
            ("HTTPS://dns.example", "/q", "https://dns.example/q", "schemes have no case"),
        ] {
            let config = read(primary, path, "1500").unwrap_or_else(|error| panic!("{why}: {error}"));
            assert_eq!(config.resolver.to_string(), expected, "{why}");
            assert_eq!(config.dns_timeout, Duration::from_millis(1500), "{why}");
        }
    }

    #[test]
    fn bad_values_name_their_variable() {
        for (primary, path, timeout, expected, why) in [
            ("", "/q", "1", "doh_primary", "empty"),
            ("dns.example", "/q", "1", "doh_primary", "no scheme"),
            ("ftp://dns.example", "/q", "1", "doh_primary", "not a scheme to ask over"),
            ("https://dns.example/dns-query", "/q", "1", "doh_primary", "the path belongs to doh_path"),
            ("https://dns.example?x=1", "/q", "1", "doh_primary", "a query"),
            ("https://me:secret@dns.example", "/q", "1", "doh_primary", "credentials"),
            ("https://dns.example", "dns-query", "1", "doh_path", "no slash"),
            ("https://dns.example", "/q?x=1", "1", "doh_path", "a query"),
            ("https://dns.example", "/a b", "1", "doh_path", "a blank"),
            ("https://dns.example", "/q", "0", "dns_timeout_ms", "no time at all"),
            ("https://dns.example", "/q", "30001", "dns_timeout_ms", "longer than a request may run"),
            ("https://dns.example", "/q", "-1", "dns_timeout_ms", "negative"),
            ("https://dns.example", "/q", "1.5s", "dns_timeout_ms", "a unit"),
        ] {
            let error = read(primary, path, timeout).expect_err(why);
            assert!(error.starts_with(&format!("variable {expected} must be ")), "{why}: {error}");
        }
    }

    #[test]
    fn a_variable_that_is_not_there() {
        let error = Config::read(&Given(&[])).now_or_never().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "variable doh_primary is not defined");
    }
}
