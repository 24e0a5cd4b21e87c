//! The paths that crawlers may request (RFC 9309).

/// The rules of `/robots.txt`. There is a path for every address and every name, so only the pages of the service itself
/// are allowed: a `$` ends a path (section 2.2.3), and the longest match counts (section 2.2.2).
pub const RULES: &str = "User-agent: *\nAllow: /$\nAllow: /about$\nAllow: /openapi.json$\nAllow: /icon.svg$\nAllow: \
                         /favicon.ico$\nDisallow: /\n";
