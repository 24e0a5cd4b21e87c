//! The application's variables, read once and checked.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use futures_util::future::{try_join, try_join3, try_join4, try_join5};
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::platform::Platform;
use crate::request::caller;

/// What the application's variables say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `doh_primary` and `doh_path`: the resolver that is queried first.
    pub primary: Resolver,
    /// `doh_fallback` and `doh_path`: the resolver that is queried when the first fails or is slow; `None` where it is
    /// the same.
    pub fallback: Option<Resolver>,
    /// `dns_timeout_ms`: how long an answer may wait for DNS.
    pub dns_timeout: Duration,
    /// `dns_hedge_ms`: after how long without an answer the second resolver is queried, too. One that is not less than
    /// `dns_timeout` turns this off; the second is then queried only when the first fails.
    pub dns_hedge: Duration,
    /// `caller_header` and `trusted_proxies`: which header gives the caller's address.
    pub caller: caller::CallerHeader,
    /// `batch_limit`: how many subjects a batch may have; 0 turns batches off.
    pub batch_limit: usize,
    /// `host_names`: whether host names are looked up.
    pub host_names: bool,
    /// `ipv4_origin` and `ipv6_origin`: where the page finds out the caller's other address.
    pub origins: Origins,
}

/// Origins of the same service that are reached over one version of IP only, such as `https://ipv4.example`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// The origin without IPv6 addresses.
    pub ipv4: Option<String>,
    /// The origin without IPv4 addresses.
    pub ipv6: Option<String>,
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
        let origins = try_join(get("ipv4_origin"), get("ipv6_origin"));
        let (dns, rest, (ipv4, ipv6)) = try_join3(dns, rest, origins).await?;
        let ((primary, fallback, path, timeout, hedge), (header, proxies, limit, names)) = (dns, rest);
        let path = checked("doh_path", endpoint(&path))?;
        let primary = checked("doh_primary", resolver(&primary, &path))?;
        let fallback = checked("doh_fallback", resolver(&fallback, &path))?;
        Ok(Self {
            fallback: (fallback != primary).then_some(fallback),
            primary,
            dns_timeout: checked("dns_timeout_ms", milliseconds(&timeout))?,
            dns_hedge: checked("dns_hedge_ms", milliseconds(&hedge))?,
            caller: caller::CallerHeader::parse(&header, proxy_count(&proxies))?,
            batch_limit: checked("batch_limit", batch_limit(&limit))?,
            host_names: checked("host_names", switch(&names))?,
            origins: Origins {
                ipv4: checked("ipv4_origin", origin(&ipv4))?,
                ipv6: checked("ipv6_origin", origin(&ipv6))?,
            },
        })
    }

    /// The resolvers, in the order in which they are queried.
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
    Ok(Resolver { url: Uri::from_parts(parts).map_err(|_| FORM)? })
}

/// An origin (RFC 6454 section 6.2) in its normal form; `None` where the value is empty. It goes into a header, and has
/// no character that ends something there.
fn origin(value: &str) -> Result<Option<String>, &'static str> {
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
fn endpoint(value: &str) -> Result<PathAndQuery, &'static str> {
    const FORM: &str = "must be a path like /dns-query";
    // The parser drops a fragment silently.
    if !value.starts_with('/') || value.contains('#') {
        return Err(FORM);
    }
    let path: PathAndQuery = value.parse().map_err(|_| FORM)?;
    if path.query().is_some() { Err(FORM) } else { Ok(path) }
}

/// A duration between a millisecond and the 30 seconds that an edge platform lets a request run.
fn milliseconds(value: &str) -> Result<Duration, &'static str> {
    match number(value) {
        Some(ms @ 1..=30_000) => Ok(Duration::from_millis(ms)),
        _ => Err("must be a whole number of milliseconds from 1 to 30000"),
    }
}

/// As many subjects as are looked up within a deadline.
fn batch_limit(value: &str) -> Result<usize, &'static str> {
    match number(value) {
        Some(limit @ 0..=1_000) => Ok(limit),
        _ => Err("must be a whole number from 0 to 1000"),
    }
}

fn switch(value: &str) -> Result<bool, &'static str> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false"),
    }
}

/// A number of digits alone: `str::parse` accepts a sign.
fn number<N: std::str::FromStr>(value: &str) -> Option<N> {
    value.parse().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `trusted_proxies`, or nothing, which is refused where the value has a sign.
fn proxy_count(value: &str) -> &str {
    number::<usize>(value).map_or("", |_| value)
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
            ("http://127.0.0.1:8053", "/", "http://127.0.0.1:8053/", "a local resolver"),
            ("https://dns.example/account/1", "/dns-query", "https://dns.example/account/1", "a path in the URL"),
            ("https://[2001:db8::53]", "/q/1", "https://[2001:db8::53]/q/1", "IPv6"),
            ("HTTPS://DNS.Example", "/q", "https://dns.example/q", "neither schemes nor hosts have case"),
            ("https://dns.example:443", "/q", "https://dns.example/q", "the default port"),
            ("http://dns.example:443", "/q", "http://dns.example:443/q", "another scheme's default port"),
            ("https://[2001:0DB8::0:53]", "/q", "https://[2001:db8::53]/q", "IPv6, not in its normal form"),
            ("https://dns_1.example", "/q", "https://dns_1.example/q", "an underscore, as in Docker's names"),
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
            ("HTTPS://ONE.Example/", None, "the same in another spelling"),
            ("https://one.example:443/dns-query", None, "the same with its port and path"),
            ("https://one.example/other", Some("https://one.example/other"), "another path"),
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
            ("doh_primary", "ftp://dns.example", "not HTTP"),
            ("doh_primary", " https://dns.example", "a blank in front"),
            ("doh_primary", "https://dns.example ", "a blank behind"),
            ("doh_primary", "https://dns.example.", "the root dot"),
            ("doh_primary", "https://dns..example", "an empty label"),
            ("doh_primary", "https://", "no host"),
            ("doh_primary", "https://1.2.3", "not an address"),
            ("doh_primary", "https://[2001:db8::53", "an open bracket"),
            ("doh_primary", "https://[dns.example]", "a name in brackets"),
            ("doh_primary", "https://[fe80::1%25eth0]", "a zone"),
            ("doh_primary", "https://2001:db8::53", "IPv6 without brackets"),
            ("doh_primary", "https://dns.example:", "an empty port"),
            ("doh_primary", "https://dns.example:+53", "a sign in the port"),
            ("doh_primary", "https://dns.example/q#x", "a fragment after a path"),
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
            ("doh_path", "/q#x", "a fragment"),
            ("doh_path", "/a b", "a blank"),
            ("dns_timeout_ms", "0", "no time at all"),
            ("dns_timeout_ms", "30001", "longer than a request may run"),
            ("dns_timeout_ms", "-1", "negative"),
            ("dns_timeout_ms", "+5", "a sign"),
            ("dns_timeout_ms", " 5", "a blank"),
            ("dns_timeout_ms", "", "empty"),
            ("dns_timeout_ms", "1.5s", "a unit"),
            ("dns_hedge_ms", "0", "no time at all"),
            ("dns_hedge_ms", "soon", "not a number"),
            ("caller_header", "x-real-ip", "not a header that we read"),
            ("trusted_proxies", "-1", "negative"),
            ("trusted_proxies", "+0", "a sign"),
            ("trusted_proxies", "1", "nobody adds to spin-client-addr"),
            ("batch_limit", "-1", "negative"),
            ("batch_limit", "1001", "more than a deadline allows"),
            ("ipv4_origin", "ipv4.example", "no scheme"),
            ("ipv4_origin", "https://ipv4.example/", "a path"),
            ("ipv4_origin", "https://ipv4.example; script-src *", "another directive of a policy"),
            ("ipv6_origin", "ftp://ipv6.example", "not HTTP"),
            ("ipv6_origin", "https://me:secret@ipv6.example", "credentials"),
            ("ipv6_origin", "https://*.example", "a wildcard"),
            ("host_names", "", "empty"),
            ("host_names", "no", "neither true nor false"),
            ("host_names", "True", "another case"),
        ] {
            let error = read(&[(variable, value)]).expect_err(why);
            assert!(error.starts_with(&format!("variable {variable} must be ")), "{why}: {error}");
        }
    }

    #[test]
    fn errors_do_not_show_values() {
        for variable in crate::testing::VARIABLES.map(|(variable, _)| variable) {
            let error = read(&[(variable, "https://me:s3cret@dns.example")]).unwrap_err();
            assert!(error.contains(variable) && !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn switches() {
        for (variable, value, expected) in [
            ("host_names", "true", (true, 100)),
            ("host_names", "false", (false, 100)),
            ("batch_limit", "0", (true, 0)),
        ] {
            let config = read(&[(variable, value)]).unwrap();
            assert_eq!((config.host_names, config.batch_limit), expected, "{variable}={value}");
        }
        let config = read(&[("caller_header", "True-Client-IP")]).unwrap();
        assert_eq!(config.caller.header(), "true-client-ip", "field names have no case");
    }

    #[test]
    fn origins() {
        for (value, expected, why) in [
            ("", None, "empty: there is none"),
            ("https://ipv4.example", Some("https://ipv4.example"), "the usual"),
            ("HTTPS://IPv4.Example:443", Some("https://ipv4.example"), "the form that browsers compare"),
            ("http://127.0.0.1:3000", Some("http://127.0.0.1:3000"), "a server nearby"),
            ("https://[2001:DB8::1]:8443", Some("https://[2001:db8::1]:8443"), "an address"),
        ] {
            let config = read(&[("ipv4_origin", value)]).unwrap_or_else(|error| panic!("{why}: {error}"));
            let expected = Origins { ipv4: expected.map(str::to_owned), ipv6: None };
            assert_eq!(config.origins, expected, "{why}");
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
