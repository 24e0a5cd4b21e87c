//! What the adapters of both versions of WASI HTTP have in common. The types of the two differ in their paths only, so what
//! names them is a macro.

use super::{Outgoing, Response};

/// The fields of a DNS query over HTTPS (RFC 8484 section 4.1).
pub(super) fn query_fields(query: &Outgoing<'_>) -> Vec<(String, Vec<u8>)> {
    const MEDIA_TYPE: &[u8] = b"application/dns-message";
    let field = |name: &str, value: &[u8]| (name.to_owned(), value.to_owned());
    // Without the second, any coding is acceptable (RFC 9110 section 12.5.3).
    let mut fields = vec![field("accept", MEDIA_TYPE), field("accept-encoding", b"identity")];
    if query.is_private {
        // RFC 9111 sections 5.2.1.4 and 5.2.1.5.
        fields.push(field("cache-control", b"no-cache, no-store"));
    }
    if let Some(message) = query.message {
        fields.push(field("content-type", MEDIA_TYPE));
        fields.push(field("content-length", message.len().to_string().as_bytes()));
    }
    fields
}

/// The response with this status, whose fields `get` gives, a value for each field line. `get` is dropped before the body
/// is taken, because the platform may want the fields back first. `body` gets its length, if that is known.
pub(super) fn response<B>(
    status: u16,
    get: impl Fn(&str) -> Vec<Vec<u8>>,
    body: impl FnOnce(Option<usize>) -> B,
) -> Response<B> {
    let one = |name: &str| <[_; 1]>::try_from(get(name)).ok().map(|[one]| one);
    let content_type = one("content-type");
    let length = one("content-length").as_deref().and_then(length);
    let codings = get("content-encoding");
    let content_encoding = (!codings.is_empty()).then(|| codings.join(&b", "[..]));
    let age = get("age").into_iter().next();
    let retry_after = if status < 300 { None } else { get("retry-after").into_iter().next() };
    drop(get);
    Response { status, content_type, content_encoding, age, retry_after, body: body(length) }
}

/// A value of `content-length` (RFC 9110 section 8.6): digits alone.
fn length(value: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(value).ok()?;
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Defines, for the types in a module `types`: `method_name`, `scheme`, `unreachable`, `cut_off`.
macro_rules! define_for_types {
    () => {
        /// The name of a method.
        fn method_name(method: types::Method) -> std::borrow::Cow<'static, str> {
            use types::Method;
            std::borrow::Cow::Borrowed(match method {
                Method::Get => "GET",
                Method::Head => "HEAD",
                Method::Post => "POST",
                Method::Put => "PUT",
                Method::Delete => "DELETE",
                Method::Connect => "CONNECT",
                Method::Options => "OPTIONS",
                Method::Trace => "TRACE",
                Method::Patch => "PATCH",
                Method::Other(name) => return std::borrow::Cow::Owned(name),
            })
        }

        /// The scheme of a resolver's URL.
        fn scheme(url: &http::Uri) -> types::Scheme {
            if url.scheme() == Some(&http::uri::Scheme::HTTP) { types::Scheme::Http } else { types::Scheme::Https }
        }

        /// Why there is no response.
        fn unreachable(error: &types::ErrorCode) -> $crate::platform::Unreachable {
            $crate::platform::Unreachable { why: explain(error).into(), closed: is_closed(error) }
        }

        /// Why a body is not complete.
        fn cut_off(error: &types::ErrorCode) -> $crate::platform::Unreachable {
            $crate::platform::Unreachable::new(format!("the body was cut off: {}", explain(error)))
        }

        /// Whether the peer has, or may have, closed the connection before any byte of a response. Wasmtime's HTTP client
        /// reports that as a protocol error.
        fn is_closed(error: &types::ErrorCode) -> bool {
            use types::ErrorCode;
            matches!(
                error,
                ErrorCode::ConnectionTerminated | ErrorCode::HttpResponseIncomplete | ErrorCode::HttpProtocolError
            )
        }

        /// What the platform's error means, in words that clients may read. The platform's own text is dropped: it can
        /// name addresses and paths. Nor is it logged, since a resolver that fails would fill the log; the platform logs
        /// it itself.
        fn explain(error: &types::ErrorCode) -> &'static str {
            use types::ErrorCode;
            match error {
                ErrorCode::HttpRequestDenied => "not among the application's allowed_outbound_hosts",
                ErrorCode::DnsTimeout | ErrorCode::DnsError(_) => "its host name does not resolve",
                ErrorCode::ConnectionRefused => "connection refused",
                ErrorCode::ConnectionTerminated | ErrorCode::HttpResponseIncomplete => {
                    "connection closed before the reply was complete"
                }
                ErrorCode::ConnectionLimitReached => "too many connections",
                ErrorCode::ConnectionTimeout
                | ErrorCode::ConnectionReadTimeout
                | ErrorCode::ConnectionWriteTimeout
                | ErrorCode::HttpResponseTimeout => "connection timed out",
                ErrorCode::TlsProtocolError | ErrorCode::TlsAlertReceived(_) => "TLS failed",
                ErrorCode::TlsCertificateError => "its certificate is not valid",
                ErrorCode::DestinationIpProhibited
                | ErrorCode::DestinationIpUnroutable
                | ErrorCode::DestinationNotFound
                | ErrorCode::DestinationUnavailable => "its address cannot be reached",
                ErrorCode::HttpProtocolError => "not valid HTTP, or the connection was closed",
                ErrorCode::HttpUpgradeFailed => "not valid HTTP",
                ErrorCode::HttpRequestLengthRequired
                | ErrorCode::HttpRequestBodySize(_)
                | ErrorCode::HttpRequestMethodInvalid
                | ErrorCode::HttpRequestUriInvalid
                | ErrorCode::HttpRequestUriTooLong
                | ErrorCode::HttpRequestHeaderSectionSize(_)
                | ErrorCode::HttpRequestHeaderSize(_)
                | ErrorCode::HttpRequestTrailerSectionSize(_)
                | ErrorCode::HttpRequestTrailerSize(_) => "the request could not be sent",
                ErrorCode::HttpResponseHeaderSectionSize(_)
                | ErrorCode::HttpResponseHeaderSize(_)
                | ErrorCode::HttpResponseBodySize(_)
                | ErrorCode::HttpResponseTrailerSectionSize(_)
                | ErrorCode::HttpResponseTrailerSize(_) => "the response is too large",
                ErrorCode::HttpResponseTransferCoding(_) | ErrorCode::HttpResponseContentCoding(_) => {
                    "the response has a coding that cannot be read"
                }
                ErrorCode::LoopDetected => "the request came back",
                ErrorCode::ConfigurationError => "the platform is misconfigured",
                ErrorCode::InternalError(_) => "the platform failed",
            }
        }

        #[cfg(test)]
        mod words {
            use super::types::ErrorCode;
            use super::{explain, is_closed};

            #[test]
            fn errors_have_words_of_our_own() {
                for (error, expected, closed, why) in [
                    (ErrorCode::HttpProtocolError, "not valid HTTP, or the connection was closed", true, "from hyper"),
                    (
                        ErrorCode::ConnectionTerminated,
                        "connection closed before the reply was complete",
                        true,
                        "another connection may work",
                    ),
                    (ErrorCode::ConnectionRefused, "connection refused", false, "a second try is refused, too"),
                    (
                        ErrorCode::HttpRequestDenied,
                        "not among the application's allowed_outbound_hosts",
                        false,
                        "a policy of the platform",
                    ),
                    (ErrorCode::ConnectionReadTimeout, "connection timed out", false, "the time has passed"),
                    (
                        ErrorCode::InternalError(Some("/home/secret".to_owned())),
                        "the platform failed",
                        false,
                        "the platform's text is not shown",
                    ),
                ] {
                    assert_eq!((explain(&error), is_closed(&error)), (expected, closed), "{why}");
                }
            }
        }
    };
}

pub(super) use define_for_types;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_queries() {
        let url = "https://dns.example/q".parse().unwrap();
        for (message, is_private, expected, why) in [
            (None, false, "accept accept-encoding", "a GET"),
            (None, true, "accept accept-encoding cache-control", "caches must not know of it"),
            (Some(&b"abc"[..]), false, "accept accept-encoding content-type content-length", "a POST"),
        ] {
            let query = Outgoing { url: &url, path_with_query: "/q".into(), message, is_private };
            let names: Vec<_> = query_fields(&query).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names.join(" "), expected, "{why}");
        }
    }

    #[test]
    fn lengths() {
        for (value, expected, why) in [
            (&b"0"[..], Some(0), "no body"),
            (b"1234", Some(1234), "a body"),
            (b"", None, "empty"),
            (b"+5", None, "a sign"),
            (b"5, 5", None, "a list"),
            (b"99999999999999999999999", None, "more than memory has"),
            (b"\xff", None, "not a text"),
        ] {
            assert_eq!(length(value), expected, "{why}");
        }
    }
}
