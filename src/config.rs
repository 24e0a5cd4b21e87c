//! The application's variables, read once and checked.

use std::{fmt, time::Duration};

use futures_util::future::{try_join, try_join4, try_join5};
use http::Uri;
use http::uri::{PathAndQuery, Scheme};

use crate::platform::Platform;
use crate::request::caller;

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
    pub caller: caller::CallerHeader,
    /// `batch_limit`: how many subjects a batch may have; 0 turns batches off.
    pub batch_limit: usize,
    /// `host_names`: whether host names are looked up.
    pub host_names: bool,
}

/// A DNS-over-HTTPS resolver (RFC 8484). Shown as its origin only: the path can identify the operator's account.
#[derive(Clone, PartialEq, Eq)]
pub struct Resolver {
    /// The URL that takes queries: `https`, or `http` for a resolver nearby, with an authority and a path.
    pub url: Uri,
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

impl Config {
    /// Reads the variables, all at the same time, and checks them.
    ///
    /// # Errors
    ///
    /// The first variable that is not there or has no usable value.
    pub async fn read(platform: &impl Platform) -> Result<Self, Error> {
        let get = async |name| platform.variable(name).await.map_err(|why| Error { variable: name, why });
        let dns = try_join5(
            get("doh_primary"),
            get("doh_fallback"),
            get("doh_path"),
            get("dns_timeout_ms"),
            get("dns_hedge_ms"),
        );
        let rest = try_join4(get("caller_header"), get("trusted_proxies"), get("batch_limit"), get("host_names"));
        let ((primary, fallback, path, timeout, hedge), (header, proxies, limit, host_names)) =
            try_join(dns, rest).await?;
        let path = checked("doh_path", endpoint(&path))?;
        let primary = checked("doh_primary", resolver(&primary, &path))?;
        let fallback = checked("doh_fallback", resolver(&fallback, &path))?;
        Ok(Self {
            fallback: (fallback != primary).then_some(fallback),
            primary,
            dns_timeout: checked("dns_timeout_ms", milliseconds(&timeout))?,
            dns_hedge: checked("dns_hedge_ms", milliseconds(&hedge))?,
            caller: caller::CallerHeader::parse(&header, &proxies)?,
            batch_limit: checked("batch_limit", batch_limit(&limit))?,
            host_names: checked("host_names", true_or_false(&host_names))?,
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

/// A resolver's URL; `path` where it has none.
fn resolver(value: &str, path: &PathAndQuery) -> Result<Resolver, &'static str> {
    const FORM: &str = "must be a URL like https://dns.example/dns-query or http://127.0.0.1:8053, without credentials, \
                        query or fragment";
    // The parser drops a fragment silently.
    if value.contains('#') {
        return Err(FORM);
    }
    let mut parts = value.parse::<Uri>().map_err(|_| FORM)?.into_parts();
    let Some(authority) = &parts.authority else { return Err(FORM) };
    let has_web_scheme =
        parts.scheme.as_ref().is_some_and(|scheme| *scheme == Scheme::HTTPS || *scheme == Scheme::HTTP);
    let host = authority.host();
    let port = authority.as_str().get(host.len()..).unwrap_or_default();
    let has_good_port = port.is_empty() || authority.port_u16().is_some_and(|port| port != 0);
    let query = parts.path_and_query.as_ref().and_then(PathAndQuery::query);
    if host.is_empty() || authority.as_str().contains('@') || !has_web_scheme || !has_good_port || query.is_some() {
        return Err(FORM);
    }
    if parts.path_and_query.as_ref().is_none_or(|own| own == "/") {
        parts.path_and_query = Some(path.clone());
    }
    Ok(Resolver { url: Uri::from_parts(parts).map_err(|_| FORM)? })
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

/// As many subjects as can be looked up within a deadline, or none.
fn batch_limit(value: &str) -> Result<usize, &'static str> {
    match value.parse() {
        Ok(limit @ 0..=1_000) => Ok(limit),
        _ => Err("must be a whole number from 0 to 1000"),
    }
}

fn true_or_false(value: &str) -> Result<bool, &'static str> {
    value.parse().map_err(|_| "must be true or false")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Reaction, World};

    /// The configuration with good values, but for those given.
    fn read(changed: &[(&'static str, &'static str)]) -> Result<Config, String> {
        let mut world = World::new(|_, _| Reaction::silence());
        world.variables = changed.to_vec();
        world.run(Config::read(&world)).map_err(|error| error.to_string())
    }

    #[test]
    fn good_values() {
        for (primary, path, expected, why) in [
            ("https://dns.example", "/dns-query", "https://dns.example/dns-query", "the usual"),
            ("https://dns.example/", "/dns-query", "https://dns.example/dns-query", "a slash at the end"),
            ("http://127.0.0.1:8053", "/", "http://127.0.0.1:8053/", "a resolver of one's own"),
            ("https://dns.example/account/1", "/dns-query", "https://dns.example/account/1", "a path of its own"),
            ("https://[2001:db8::53]", "/q/1", "https://[2001:db8::53]/q/1", "IPv6"),
            ("HTTPS://dns.example", "/q", "https://dns.example/q", "schemes have no case"),
        ] {
            let config = read(&[("doh_primary", primary), ("doh_path", path)]);
            let config = config.unwrap_or_else(|error| panic!("{why}: {error}"));
            assert_eq!(config.primary.url.to_string(), expected, "{why}");
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
            let fallback =
                read(&[("doh_fallback", fallback)]).unwrap().fallback.map(|resolver| resolver.url.to_string());
            assert_eq!(fallback.as_deref(), expected, "{why}");
        }
    }

    #[test]
    fn bad_values_name_their_variable() {
        for (variable, value, why) in [
            ("doh_primary", "", "empty"),
            ("doh_primary", "dns.example", "no scheme"),
            ("doh_primary", "ftp://dns.example", "not a scheme to ask over"),
            ("doh_primary", "https://dns.example#x", "a fragment"),
            ("doh_primary", "https://dns.example:99999", "a port beyond 16 bits"),
            ("doh_primary", "https://dns.example:0", "port 0"),
            ("doh_primary", "https://:53", "no host"),
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
            ("batch_limit", "-1", "negative"),
            ("host_names", "no", "neither true nor false"),
            ("batch_limit", "1001", "more than a deadline allows"),
        ] {
            let error = read(&[(variable, value)]).expect_err(why);
            assert!(error.starts_with(&format!("variable {variable} must be ")), "{why}: {error}");
        }
    }

    #[test]
    fn a_variable_that_is_not_there() {
        let mut world = World::new(|_, _| Reaction::silence());
        world.without_variables = true;
        let error = world.run(Config::read(&world)).unwrap_err();
        assert_eq!(error.to_string(), "variable doh_primary is not defined");
    }

    #[test]
    fn a_resolver_is_shown_without_its_path() {
        let resolver = read(&[("doh_primary", "https://dns.example:8443/account/1")]).unwrap().primary;
        assert_eq!(format!("{resolver} {resolver:?}"), "https://dns.example:8443 Resolver(https://dns.example:8443)");
    }
}
