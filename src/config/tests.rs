//! Tests of reading the variables.

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
        let fallback = read(&[("doh_fallback", fallback)]).unwrap().fallback.map(|resolver| resolver.url.to_string());
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
        ("doh_method", "", "empty"),
        ("doh_method", "GET", "another case"),
        ("doh_method", "put", "another method"),
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
    for (variable, value, expected) in
        [("host_names", "true", (true, 100)), ("host_names", "false", (false, 100)), ("batch_limit", "0", (true, 0))]
    {
        let config = read(&[(variable, value)]).unwrap();
        assert_eq!((config.host_names, config.batch_limit), expected, "{variable}={value}");
    }
    let config = read(&[("caller_header", "True-Client-IP")]).unwrap();
    assert_eq!(config.caller.header(), "true-client-ip", "field names have no case");
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

#[test]
fn defaults_are_good_values() {
    for (default, caller, why) in [
        (Variable::environment_default as fn(&Variable) -> &'static str, "none", "the environment's"),
        (|variable| variable.default, "spin-client-addr", "the manifests'"),
    ] {
        let config = read(&variables::ALL.map(|variable| (variable.name, default(&variable))));
        let config = config.unwrap_or_else(|error| panic!("{why}: {error}"));
        assert_eq!(config.caller.header(), caller, "{why}");
    }
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
