//! The table of variables. Both manifests, the environment's names and docs/deploy.md follow it: `tests/variables.rs`
//! compares them.

/// A variable of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name in the manifests. In the environment it is `IPEDGE_` and the name in capitals.
    pub name: &'static str,
    /// Its value where the manifest has no other, or the environment does not set it.
    pub default: &'static str,
}

/// The URL of the resolver that is queried first.
pub const DOH_PRIMARY: Variable = Variable { name: "doh_primary", default: "https://cloudflare-dns.com" };

/// The URL of the resolver that is queried when the first one fails or is slow.
pub const DOH_FALLBACK: Variable = Variable { name: "doh_fallback", default: "https://dns.google" };

/// The path of resolvers whose URL has none.
pub const DOH_PATH: Variable = Variable { name: "doh_path", default: "/dns-query" };

/// The method of the requests to resolvers, `get` or `post`.
pub const DOH_METHOD: Variable = Variable { name: "doh_method", default: "get" };

/// How long a request waits for DNS, in milliseconds.
pub const DNS_TIMEOUT_MS: Variable = Variable { name: "dns_timeout_ms", default: "1500" };

/// After how many milliseconds without an answer the second resolver is queried, too.
pub const DNS_HEDGE_MS: Variable = Variable { name: "dns_hedge_ms", default: "250" };

/// The header that gives the caller's address.
pub const CALLER_HEADER: Variable = Variable { name: "caller_header", default: "spin-client-addr" };

/// How many proxies in front add to that header.
pub const TRUSTED_PROXIES: Variable = Variable { name: "trusted_proxies", default: "0" };

/// How many subjects a batch may have.
pub const BATCH_LIMIT: Variable = Variable { name: "batch_limit", default: "100" };

/// Whether host names are looked up.
pub const HOST_NAMES: Variable = Variable { name: "host_names", default: "true" };

/// An origin of the service without IPv6 addresses, where the page finds out the caller's IPv4 address; may be empty.
pub const IPV4_ORIGIN: Variable = Variable { name: "ipv4_origin", default: "" };

/// The same without IPv4 addresses.
pub const IPV6_ORIGIN: Variable = Variable { name: "ipv6_origin", default: "" };

/// All of them.
pub const ALL: [Variable; 12] = [
    DOH_PRIMARY,
    DOH_FALLBACK,
    DOH_PATH,
    DOH_METHOD,
    DNS_TIMEOUT_MS,
    DNS_HEDGE_MS,
    CALLER_HEADER,
    TRUSTED_PROXIES,
    BATCH_LIMIT,
    HOST_NAMES,
    IPV4_ORIGIN,
    IPV6_ORIGIN,
];

impl Variable {
    /// Its default where variables come from the environment. Hosts other than Spin do not add `spin-client-addr`: there
    /// the client alone would write it.
    pub fn environment_default(&self) -> &'static str {
        if *self == CALLER_HEADER { "none" } else { self.default }
    }
}
