//! Whether a page of another site has sent a request (the `Origin` header, RFC 6454 section 7).
//!
//! Browsers send `text/plain` and form bodies to other origins without a preflight (the "simple requests" of CORS), so
//! every page could make its visitors send batches. For `application/json` they send an `OPTIONS` request first, which
//! costs little. Clients that are not browsers send no `Origin`.

use crate::platform::Request;

/// Whether `Origin` is another than the host that the request was sent to. `null`, the origin of sandboxed pages and of
/// files, always is.
///
/// The scheme is not compared: TLS may end in front of the service, which then cannot know the scheme.
pub fn is_another(request: &impl Request) -> bool {
    let origins = request.header("origin");
    match origins.as_slice() {
        [] => false,
        [origin] => match (host_of(origin), request.authority()) {
            (Some((host, default_port)), Some(authority)) => {
                let own = authority.strip_suffix(default_port).unwrap_or(&authority);
                !host.strip_suffix(default_port).unwrap_or(host).eq_ignore_ascii_case(own)
            }
            _ => true,
        },
        _ => true,
    }
}

/// The host and port of an origin, and the port that its scheme implies.
fn host_of(origin: &[u8]) -> Option<(&str, &'static str)> {
    let origin = std::str::from_utf8(origin).ok()?;
    let (scheme, host) = origin.split_once("://")?;
    let default_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    (!host.is_empty()).then_some((host, default_port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Unreachable;

    struct Sent<'a>(&'a [&'a str], Option<&'a str>);

    impl Request for Sent<'_> {
        type Body = std::vec::IntoIter<Result<Vec<u8>, Unreachable>>;

        fn method(&self) -> &str {
            "POST"
        }

        fn path_with_query(&self) -> &str {
            "/batch"
        }

        fn header(&self, name: &str) -> Vec<Vec<u8>> {
            let values = if name == "origin" { self.0 } else { &[] };
            values.iter().map(|value| value.as_bytes().to_vec()).collect()
        }

        fn authority(&self) -> Option<String> {
            self.1.map(str::to_owned)
        }

        fn body(&self) -> Self::Body {
            Vec::new().into_iter()
        }
    }

    #[test]
    fn origins() {
        for (origins, authority, expected, why) in [
            (&[][..], Some("ip.example"), false, "curl sends none"),
            (&["https://ip.example"], Some("ip.example"), false, "the service's own page"),
            (&["http://127.0.0.1:3000"], Some("127.0.0.1:3000"), false, "with a port"),
            (&["https://ip.example"], Some("IP.Example:443"), false, "the default port of the scheme, in any case"),
            (&["http://[::1]:3000"], Some("[::1]:3000"), false, "IPv6"),
            (&["https://ip.example"], Some("ip.example:80"), true, "another port than the default"),
            (&["https://evil.example"], Some("ip.example"), true, "another site"),
            (&["https://ip.example.evil.example"], Some("ip.example"), true, "the same beginning"),
            (&["https://evil-ip.example"], Some("ip.example"), true, "the same end"),
            (&["http://127.0.0.1:8000"], Some("127.0.0.1:3000"), true, "another port"),
            (&["null"], Some("ip.example"), true, "a sandboxed page, or a file"),
            (&[""], Some("ip.example"), true, "empty"),
            (&["ip.example"], Some("ip.example"), true, "not an origin"),
            (&["chrome-extension://ip.example"], Some("ip.example"), true, "an extension"),
            (&["https://ip.example", "https://evil.example"], Some("ip.example"), true, "two"),
            (&["https://ip.example"], None, true, "a request without a host"),
        ] {
            assert_eq!(is_another(&Sent(origins, authority)), expected, "{origins:?} {authority:?}: {why}");
        }
    }
}
