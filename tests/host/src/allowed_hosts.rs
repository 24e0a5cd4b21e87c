//! `allowed_outbound_hosts`: where the manifest lets the component connect to. The rules are those of Spin's
//! `spin-outbound-networking-config`; what one HTTP component does not need is refused (`self`, CIDR blocks).

use std::net::IpAddr;
use std::ops::Range;

use anyhow::{Context, bail, ensure};
use http::Uri;

use crate::variables::Variables;

/// The allowed hosts, with the templates' variables replaced.
#[derive(Debug)]
pub(crate) struct AllowedHosts(Vec<AllowedHost>);

impl AllowedHosts {
    /// Reads the manifest's list.
    ///
    /// An invalid entry is an error only where it is literal (Spin's rule), because variables are set later: a template
    /// that becomes empty allows nothing, and one that becomes invalid lets the component connect to no host at all.
    pub(crate) fn resolve(templates: &[String], variables: &Variables) -> anyhow::Result<Self> {
        let mut hosts = Vec::new();
        for template in templates {
            let context = || format!("allowed_outbound_hosts: {template:?}");
            let text = variables.expand(template).with_context(context)?;
            let is_template = &text != template;
            if is_template && matches!(text.as_str(), "" | "http://" | "https://") {
                continue;
            }
            match AllowedHost::parse(&text).with_context(context) {
                Ok(host) => hosts.push(host),
                Err(error) if is_template => {
                    eprintln!("{error:#}; it became {text:?}: the component may not connect to any host");
                    return Ok(Self(Vec::new()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Self(hosts))
    }

    /// Whether a request to this absolute URI may leave.
    pub(crate) fn allow(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else { return false };
        let Some(port) = uri.port_u16().or_else(|| default_port(scheme)) else { return false };
        self.0.iter().any(|allowed| allowed.allows(scheme, &Host::parse(host), port))
    }
}

/// One entry: `scheme://host[:port]`, `*` standing for any scheme, host or port.
#[derive(Debug)]
struct AllowedHost {
    scheme: Option<String>,
    host: HostPattern,
    port: Option<Range<u32>>,
}

impl AllowedHost {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let (scheme, rest) = text.trim().split_once("://").context("must have a scheme: http://, https:// or *://")?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        ensure!(!authority.contains('/'), "must not have a path");
        // A colon inside the brackets of an IPv6 address does not separate a port.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        Ok(Self {
            scheme: (scheme != "*").then(|| scheme.to_owned()),
            host: HostPattern::parse(host)?,
            port: match port {
                "*" => None,
                "" => Some(one(default_port(scheme).with_context(|| format!("{scheme}:// must have a port"))?)),
                _ => Some(ports(port)?),
            },
        })
    }

    fn allows(&self, scheme: &str, host: &Host, port: u16) -> bool {
        self.scheme.as_deref().is_none_or(|allowed| allowed == scheme)
            && self.host.matches(host)
            && self.port.as_ref().is_none_or(|allowed| allowed.contains(&u32::from(port)))
    }
}

#[derive(Debug, PartialEq)]
enum Host {
    Address(IpAddr),
    Name(String),
}

impl Host {
    fn parse(text: &str) -> Self {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        bare.parse().map_or_else(|_| Self::Name(text.to_ascii_lowercase()), Self::Address)
    }
}

#[derive(Debug)]
enum HostPattern {
    Any,
    Exactly(Host),
    /// `*.example.com`, kept as `.example.com`.
    Below(String),
}

impl HostPattern {
    fn parse(text: &str) -> anyhow::Result<Self> {
        match (text, text.strip_prefix("*.")) {
            ("", _) => bail!("must have a host"),
            ("self" | "self.alt", _) => bail!("is not supported here: it means the application itself"),
            ("*", _) => Ok(Self::Any),
            (_, Some(parent)) if !parent.contains('*') => Ok(Self::Below(format!(".{}", parent.to_ascii_lowercase()))),
            _ if text.contains('*') => bail!("must have `*` for a whole host or for the subdomains of one"),
            _ => Ok(Self::Exactly(Host::parse(text))),
        }
    }

    fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Exactly(allowed), host) => allowed == host,
            (Self::Below(parent), Host::Name(name)) => name.ends_with(parent),
            (Self::Below(_), Host::Address(_)) => false,
        }
    }
}

fn one(port: u16) -> Range<u32> {
    u32::from(port)..u32::from(port) + 1
}

/// `8053`, or `8000..9000` without its end.
fn ports(text: &str) -> anyhow::Result<Range<u32>> {
    let number = |text: &str| text.parse::<u16>().with_context(|| format!("{text:?} is not a port"));
    match text.split_once("..") {
        Some((start, end)) => Ok(u32::from(number(start)?)..u32::from(number(end)?)),
        None => Ok(one(number(text)?)),
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows() {
        let cases = [
            ("https://dns.test", "https://dns.test/q", true, "the default port of the scheme"),
            ("https://dns.test", "https://DNS.test:443/q", true, "the same, written out; case does not matter"),
            ("https://dns.test", "http://dns.test/q", false, "another scheme"),
            ("https://dns.test", "https://dns.test:8443/q", false, "another port"),
            ("https://dns.test/", "https://dns.test/q", true, "a trailing slash is not a path"),
            ("https://dns.test", "https://a.dns.test/", false, "a subdomain is another host"),
            ("https://*.dns.test", "https://a.dns.test/", true, "subdomains"),
            ("https://*.dns.test", "https://dns.test/", false, "the parent is not a subdomain"),
            ("https://*.dns.test", "https://adns.test/", false, "a part of a label"),
            ("http://127.0.0.1:8053", "http://127.0.0.1:8053/q", true, "an address"),
            ("http://127.0.0.1:8053", "http://localhost:8053/q", false, "a name is not its address"),
            ("http://[::1]:8053", "http://[0::1]:8053/q", true, "an address has many spellings"),
            ("http://[::1]", "http://[::1]/q", true, "colons inside brackets do not separate a port"),
            ("http://h.test:8000..9000", "http://h.test:8999/", true, "a range of ports"),
            ("http://h.test:8000..9000", "http://h.test:9000/", false, "its end is outside"),
            ("*://*:*", "http://anything.test:1/", true, "everything"),
            ("https://*:*", "https://dns.nextdns.io/abc123", true, "any host over TLS, with any path"),
            ("https://*:*", "https://[2606:4700:4700::1111]:8443/q", true, "an address, another port"),
            ("https://*:*", "http://127.0.0.1:8053/q", false, "not without TLS"),
            ("http://*:*", "http://127.0.0.1:8053/q", true, "any host without TLS"),
            ("http://*:*", "http://localhost/q", true, "the default port"),
            ("http://*:*", "https://dns.test/q", false, "not over TLS"),
            ("https://*", "https://dns.test/q", true, "any host, the default port"),
            ("https://*", "https://dns.test:8443/q", false, "any host, another port"),
        ];
        for (allowed, uri, expected, reason) in cases {
            let hosts = AllowedHosts(vec![AllowedHost::parse(allowed).unwrap()]);
            assert_eq!(hosts.allow(&uri.parse().unwrap()), expected, "{allowed} {uri}: {reason}");
        }
    }

    #[test]
    fn refuses() {
        let cases = [
            ("dns.test", "no scheme"),
            ("https://dns.test/dns-query", "a path"),
            ("https://", "no host"),
            ("https://a*.test", "a wildcard inside a label"),
            ("ftp://dns.test", "a scheme without a default port"),
            ("https://dns.test:many", "not a port number"),
            ("https://dns.test:65536", "not a port number"),
            ("https://*:*/dns-query", "a path behind wildcards"),
            ("https://self", "the application itself"),
            ("https://10.0.0.0/8", "a CIDR block"),
        ];
        for (text, reason) in cases {
            assert!(AllowedHost::parse(text).is_err(), "{text}: {reason}");
        }
    }
}
