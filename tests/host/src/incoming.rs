//! What Spin does to a request before it hands it to a component.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header};

/// Completes the URI, removes the header that concerns the connection only, and appends Spin's headers.
///
/// # Errors
///
/// A request whose authority is missing, invalid, or different in URI and `Host`.
pub(crate) fn prepare<B>(mut request: Request<B>, client: SocketAddr) -> anyhow::Result<Request<B>> {
    let mut uri = request.uri().clone().into_parts();
    uri.authority = Some(authority(request.uri(), request.headers())?);
    uri.scheme = Some(Scheme::HTTP);
    let uri = Uri::from_parts(uri)?;
    *request.uri_mut() = uri.clone();
    request.headers_mut().remove(header::CONNECTION);
    append_spin_headers(request.headers_mut(), &uri, client)?;
    Ok(request)
}

/// HTTP/1.1 has the authority in `Host`, HTTP/2 in the URI (RFC 9113 section 8.3.1); where both are given, they must be
/// equal.
fn authority(uri: &Uri, headers: &HeaderMap) -> anyhow::Result<Authority> {
    let host = headers.get(header::HOST).map(|host| Authority::try_from(host.as_bytes()).context("Host"));
    match (uri.authority(), host.transpose()?) {
        (None, None) => anyhow::bail!("no Host header"),
        (Some(authority), None) => Ok(authority.clone()),
        (None, Some(host)) => Ok(host),
        (Some(authority), Some(host)) => {
            ensure!(*authority == host, "the Host header differs from the authority of the URI");
            Ok(host)
        }
    }
}

/// Appends, never replaces: a client's own `spin-client-addr` stays, and comes first. The route is always `/...`.
fn append_spin_headers(headers: &mut HeaderMap, uri: &Uri, client: SocketAddr) -> anyhow::Result<()> {
    for (name, value) in [
        ("spin-path-info", uri.path()),
        ("spin-full-url", &uri.to_string()),
        ("spin-matched-route", "/..."),
        ("spin-base-path", "/"),
        ("spin-raw-component-route", "/..."),
        ("spin-component-route", ""),
        ("spin-client-addr", &client.to_string()),
    ] {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, host: Option<&str>) -> Request<()> {
        let request = host.into_iter().fold(Request::get(uri), |request, host| request.header(header::HOST, host));
        request.header(header::CONNECTION, "keep-alive").header("spin-client-addr", "8.8.8.8:53").body(()).unwrap()
    }

    #[test]
    fn the_authority() {
        let cases = [
            ("/a?b", Some("h.test"), Ok("http://h.test/a?b"), "HTTP/1.1"),
            ("http://h.test/a", None, Ok("http://h.test/a"), "HTTP/2"),
            ("http://h.test/a", Some("h.test"), Ok("http://h.test/a"), "both"),
            ("http://h.test/a", Some("other.test"), Err("differs"), "two authorities"),
            ("/a", None, Err("no Host header"), "HTTP/1.0"),
            ("/a", Some("h test"), Err("Host"), "an invalid one"),
        ];
        for (uri, host, expected, reason) in cases {
            match (prepare(request(uri, host), ([127, 0, 0, 1], 5).into()), expected) {
                (Ok(request), Ok(expected)) => assert_eq!(request.uri().to_string(), expected, "{reason}"),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{reason}: {error}"),
                (result, _) => panic!("{reason}: {result:?}"),
            }
        }
    }

    #[test]
    fn spin_client_addr_comes_last() {
        let cases = [("127.0.0.1:5", "127.0.0.1:5", "IPv4"), ("[::1]:5", "[::1]:5", "IPv6 in brackets")];
        for (client, expected, reason) in cases {
            let request = prepare(request("/a?b", Some("h")), client.parse().unwrap()).unwrap();
            let headers = request.headers();
            let values: Vec<_> = headers.get_all("spin-client-addr").iter().collect();
            assert_eq!(values, ["8.8.8.8:53", expected], "{reason}");
            assert_eq!(headers["spin-full-url"], "http://h/a?b");
            assert_eq!(headers["spin-path-info"], "/a");
            assert!(!headers.contains_key(header::CONNECTION));
        }
    }
}
