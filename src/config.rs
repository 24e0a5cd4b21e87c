//! The application's variables, read once and checked.

use std::{fmt, time::Duration};

use futures_util::future::{try_join, try_join3, try_join5};
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::caller;

/// Where the application's variables come from.
pub trait Variables {
    /// The value of a variable that spin.toml declares, or why there is none.
    fn variable(&self, name: &'static str) -> impl Future<Output = Result<String, String>>;
}

/// What the application's variables say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `doh_primary` and `doh_path`: the resolver that is asked first.
    pub primary: Resolver,
    /// `doh_fallback` and `doh_path`: the resolver that is asked when the first fails or is slow; `None` where it is the
    /// same.
    pub fallback: Option<Resolver>,
    /// `dns_timeout_ms`: how long an answer may wait for DNS.
    pub dns_timeout: Duration,
    /// `dns_hedge_ms`: how long the first resolver may keep silent until the second is asked, too.
    pub dns_hedge: Duration,
    /// `caller_header` and `trusted_proxies`: where the caller's address is told.
    pub caller: caller::Source,
    /// `batch_limit`: how many subjects a batch may have.
    pub batch_limit: usize,
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
        let dns = try_join5(
            get("doh_primary"),
            get("doh_fallback"),
            get("doh_path"),
            get("dns_timeout_ms"),
            get("dns_hedge_ms"),
        );
        let rest = try_join3(get("caller_header"), get("trusted_proxies"), get("batch_limit"));
        let ((primary, fallback, path, timeout, hedge), (header, proxies, limit)) = try_join(dns, rest).await?;
        let primary = checked("doh_primary", origin(&primary))?;
        let fallback = checked("doh_fallback", origin(&fallback))?;
        let path = checked("doh_path", endpoint(&path))?;
        let resolver = |(scheme, authority)| Resolver { scheme, authority, path: path.clone() };
        Ok(Self {
            fallback: (fallback != primary).then(|| resolver(fallback)),
            primary: resolver(primary),
            dns_timeout: checked("dns_timeout_ms", milliseconds(&timeout))?,
            dns_hedge: checked("dns_hedge_ms", milliseconds(&hedge))?,
            caller: caller::Source::parse(&header, &proxies)?,
            batch_limit: checked("batch_limit", batch_limit(&limit))?,
        })
    }

    /// The resolvers, in the order in which they are asked.
    pub fn resolvers(&self) -> impl Iterator<Item = &Resolver> {
        [Some(&self.primary), self.fallback.as_ref()].into_iter().flatten()
    }
}

fn checked<T>(variable: &'static str, value: Result<T, &'static str>) -> Result<T, Error> {
    value.map_err(|why| Error { variable, why: why.to_owned() })
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

impl From<caller::BadVariable> for Error {
    fn from(caller::BadVariable { variable, why }: caller::BadVariable) -> Self {
        Self { variable, why }
    }
}

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

/// As many subjects as are asked about within a deadline.
fn batch_limit(value: &str) -> Result<usize, &'static str> {
    match value.parse() {
        Ok(limit @ 1..=1_000) => Ok(limit),
        _ => Err("must be a whole number from 1 to 1000"),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::VARIABLES;

    struct Given<'a>(&'a [(&'a str, &'a str)]);

    impl Variables for Given<'_> {
        async fn variable(&self, name: &'static str) -> Result<String, String> {
            let found = self.0.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned()).ok_or_else(|| "is not defined".to_owned())
        }
    }

    /// The configuration with good values, but for those given.
    fn read(changed: &[(&str, &str)]) -> Result<Config, String> {
        let given = [changed, &VARIABLES].concat();
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
            let config = read(&[("doh_primary", primary), ("doh_path", path)]);
            let config = config.unwrap_or_else(|error| panic!("{why}: {error}"));
            assert_eq!(config.primary.to_string(), expected, "{why}");
            assert_eq!(config.fallback.unwrap().path, config.primary.path, "{why}: one path for both");
            assert_eq!(config.dns_timeout, Duration::from_millis(1500), "{why}");
            assert_eq!(config.dns_hedge, Duration::from_millis(250), "{why}");
        }
    }

    #[test]
    fn a_fallback_that_is_the_primary_is_none() {
        for (fallback, expected, why) in [
            ("https://other.example", Some("https://other.example/dns-query"), "another"),
            ("https://one.example", None, "the same"),
            ("HTTPS://ONE.Example/", None, "the same, written otherwise"),
            ("http://one.example", Some("http://one.example/dns-query"), "another scheme"),
        ] {
            let fallback = read(&[("doh_fallback", fallback)]).unwrap().fallback.map(|resolver| resolver.to_string());
            assert_eq!(fallback.as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn bad_values_name_their_variable() {
        for (variable, value, why) in [
            ("doh_primary", "", "empty"),
            ("doh_primary", "dns.example", "no scheme"),
            ("doh_primary", "ftp://dns.example", "not a scheme to ask over"),
            ("doh_primary", "https://dns.example/dns-query", "the path belongs to doh_path"),
            ("doh_primary", "https://dns.example?x=1", "a query"),
            ("doh_primary", "https://me:secret@dns.example", "credentials"),
            ("doh_fallback", "", "empty: the primary's origin says that there is none"),
            ("doh_fallback", "other.example", "no scheme"),
            ("doh_path", "dns-query", "no slash"),
            ("doh_path", "/q?x=1", "a query"),
            ("doh_path", "/a b", "a blank"),
            ("dns_timeout_ms", "0", "no time at all"),
            ("dns_timeout_ms", "30001", "longer than a request may run"),
            ("dns_timeout_ms", "-1", "negative"),
            ("dns_timeout_ms", "1.5s", "a unit"),
            ("dns_hedge_ms", "0", "no time at all"),
            ("dns_hedge_ms", "soon", "no number"),
            ("caller_header", "x-real-ip", "not a header that we read"),
            ("trusted_proxies", "-1", "negative"),
            ("trusted_proxies", "1", "nobody adds to spin-client-addr"),
            ("batch_limit", "0", "nothing at all"),
            ("batch_limit", "1001", "more than a deadline allows"),
        ] {
            let error = read(&[(variable, value)]).expect_err(why);
            assert!(error.starts_with(&format!("variable {variable} must be ")), "{why}: {error}");
        }
    }

    #[test]
    fn a_variable_that_is_not_there() {
        let error = Config::read(&Given(&[])).now_or_never().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "variable doh_primary is not defined");
    }
}
