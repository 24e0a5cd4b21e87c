//! The only module that knows Spin: entry point, variables, outbound HTTP, clock.
//!
//! The entry point implements the export of `wasi:http/service` itself, where the SDK's `#[http_service]` would first
//! copy every header of the request, and would start the body of the response only after its head is gone: see
//! [`start_write`].

use std::borrow::Cow;
use std::cell::Cell;
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use spin_sdk::wasip3::clocks::monotonic_clock;
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::{self, ErrorCode, Fields, Method, Scheme, Trailers};
use spin_sdk::wasip3::wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult, StreamWriter};
use spin_sdk::wasip3::{spawn, wit_future, wit_stream};

use super::memory::Taken;
use super::write::{self, Cut, Sink};
use super::{Body, Platform, Request, Response, Unreachable, WakeOnDrop, variables};
use crate::response::reply::{self, Reply};
use crate::service::Service;
use http::Uri;

/// The component, as the platform sees it.
pub struct Component;

/// The export links in WebAssembly only.
#[cfg(target_family = "wasm")]
mod export {
    use super::Component;

    spin_sdk::wasip3::http::service::export!(Component);
}

impl spin_sdk::wasip3::exports::http::handler::Guest for Component {
    async fn handle(request: types::Request) -> Result<types::Response, ErrorCode> {
        /// Opened by the first request of an instance, used by all that follow.
        static SERVICE: OnceLock<Service> = OnceLock::new();
        let service = SERVICE.get_or_init(Service::open);
        let (reply, taken) = service.within_memory(service.answer(&Incoming::new(request), &Spin).await);
        respond(reply, taken).await
    }
}

/// A request, as Spin hands it over.
struct Incoming {
    method: Cow<'static, str>,
    path_with_query: String,
    headers: Fields,
    /// Gone once the body is taken.
    request: Cell<Option<types::Request>>,
}

impl Incoming {
    fn new(request: types::Request) -> Self {
        Self {
            method: method(request.get_method()),
            // A request without a path, as `OPTIONS *` is to some, is about the root.
            path_with_query: request.get_path_with_query().unwrap_or_default(),
            headers: request.get_headers(),
            request: Cell::new(Some(request)),
        }
    }
}

impl Request for Incoming {
    type Body = BodyReader;

    fn method(&self) -> &str {
        &self.method
    }

    fn path_with_query(&self) -> &str {
        &self.path_with_query
    }

    fn header(&self, name: &str) -> Vec<Vec<u8>> {
        self.headers.get(name)
    }

    /// The platform keeps `host` out of the headers.
    fn authority(&self) -> Option<String> {
        let request = self.request.take();
        let authority = request.as_ref().and_then(types::Request::get_authority);
        self.request.set(request);
        authority
    }

    fn body(&self) -> BodyReader {
        let (received, result) = wit_future::new(|| Ok(()));
        let message = self.request.take().map(|request| types::Request::consume_body(request, result));
        BodyReader { message, _received: received }
    }
}

fn method(method: Method) -> Cow<'static, str> {
    Cow::Borrowed(match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => return Cow::Owned(name),
    })
}

/// Hands a response over. The write of its body is started before, and goes on after: see [`start_write`].
async fn respond(reply: Reply<'static>, taken: Option<Taken>) -> Result<types::Response, ErrorCode> {
    let headers = fields(reply.headers.into_iter().map(|(name, value)| (name, value.into_owned().into_bytes())))?;
    let (body, trailers) = match reply.body {
        // A response to HEAD, 204 or 304 (RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5). An empty stream would not do:
        // the platform checks its length against `content-length`, which HEAD keeps; without a stream, it does not.
        reply::Body::Whole(bytes) if bytes.is_empty() => (None, wit_future::new(|| Ok(None)).1),
        reply::Body::Whole(bytes) => {
            let write = async move |sink: &mut StreamSink| {
                let written = write::whole(&Spin, sink, bytes).await;
                drop(taken);
                written
            };
            let (message, rest) = start_write(write).await;
            rest.into_iter().for_each(spawn);
            (Some(message.0), message.1)
        }
        reply::Body::Pieces(mut pieces) => {
            // The head leaves with the first piece.
            let first = pieces.next().await;
            let write = async move |sink: &mut StreamSink| write::pieces(&Spin, sink, first, pieces).await;
            let (message, rest) = start_write(write).await;
            rest.into_iter().for_each(spawn);
            (Some(message.0), message.1)
        }
    };
    let (response, _transmission) = types::Response::new(headers, body, trailers);
    match response.set_status_code(reply.status) {
        Ok(()) => Ok(response),
        Err(()) => Err(ErrorCode::InternalError(Some(format!("status {} cannot be sent", reply.status)))),
    }
}

/// The stream of a body that this component sends.
struct StreamSink(StreamWriter<u8>);

impl StreamSink {
    /// Writes all of `bytes`, however long that takes.
    async fn write_all(&mut self, bytes: Vec<u8>) -> Result<(), Cut> {
        // What comes back unwritten belongs to a peer that has gone away.
        if self.0.write_all(bytes).await.is_empty() { Ok(()) } else { Err(Cut::Gone) }
    }
}

impl Sink for StreamSink {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, Cut> {
        match self.0.write(bytes).await {
            (StreamResult::Dropped, _) => Err(Cut::Gone),
            (StreamResult::Complete(_) | StreamResult::Cancelled, rest) => Ok(rest.into_vec()),
        }
    }
}

fn fields(list: impl Iterator<Item = (&'static str, Vec<u8>)>) -> Result<Fields, ErrorCode> {
    let list: Vec<_> = list.map(|(name, value)| (name.to_owned(), value)).collect();
    Fields::from_list(&list).map_err(|error| ErrorCode::InternalError(Some(error.to_string())))
}

/// A body, and the trailers after it.
type Message = (StreamReader<u8>, FutureReader<Result<Option<Trailers>, ErrorCode>>);

/// A body that `write` writes, and the rest of the write, which has been started.
///
/// Started before the head is handed over, the write lets head and body leave together. Spin sets no TCP_NODELAY: a body
/// that follows its head in a segment of its own waits for the peer to acknowledge the head (Nagle's algorithm, RFC
/// 896), and the peer delays that acknowledgement, 40 ms on Linux (RFC 1122 section 4.2.3.2). For the same reason the
/// word that there are no trailers follows the body: given first, it is dealt with first, and the head leaves alone.
///
/// A body that was not written to its end does not look complete: its trailers are an error, on which the platform
/// closes an HTTP/1.1 connection without the last chunk, and resets an HTTP/2 stream.
async fn start_write(
    write: impl AsyncFnOnce(&mut StreamSink) -> Result<(), Cut> + 'static,
) -> (Message, Option<Write>) {
    let (writer, body) = wit_stream::new();
    let (end, trailers) = wit_future::new(|| Ok(None));
    let write: Write = Box::pin(async move {
        let mut sink = StreamSink(writer);
        let written = write(&mut sink).await;
        drop(sink);
        match written {
            // Dropped unwritten, it sends its default: no trailers.
            Ok(()) | Err(Cut::Gone) => drop(end),
            // It comes back unsent when the client has gone meanwhile: then nobody waits for it.
            Err(Cut::Stalled) => drop(end.write(Err(ErrorCode::HttpResponseTimeout)).await),
        }
    });
    ((body, trailers), write::start(write).await)
}

/// The rest of a write: done when the platform has taken all of it.
type Write = Pin<Box<dyn Future<Output = ()>>>;

/// What Spin gives a component of the world platform.
struct Spin;

impl Platform for Spin {
    type Body = BodyReader;

    async fn variable(&self, name: &'static str) -> Result<String, String> {
        variables::get(name).await
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    async fn sleep(&self, duration: Duration) {
        // More nanoseconds than 64 bits hold are 584 years.
        monotonic_clock::wait_for(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)).await;
    }

    /// A stream in which nothing is ever sent: it ends when its writer is dropped.
    fn wake_on_drop(&self) -> (WakeOnDrop, impl Future<Output = ()>) {
        let (writer, mut reader) = wit_stream::new::<u8>();
        (WakeOnDrop::new(writer), async move {
            let (_ended, _nothing) = reader.read(Vec::with_capacity(1)).await;
        })
    }

    async fn post(&self, url: &Uri, message: &[u8], taken: impl FnOnce()) -> Result<Response<BodyReader>, Unreachable> {
        let unreachable = |error: ErrorCode| Unreachable { why: explain(&error).into(), closed: is_closed(&error) };
        let (request, rest) = post(url, message).await.map_err(unreachable)?;
        let send = pin!(client::send(request));
        let response = match rest {
            None => {
                taken();
                send.await
            }
            Some(rest) => match select(send, rest).await {
                Either::Left((response, _)) => {
                    taken();
                    response
                }
                Either::Right(((), send)) => {
                    taken();
                    send.await
                }
            },
        };
        let response = response.map_err(unreachable)?;
        let status = response.get_status_code();
        let headers = response.get_headers();
        let content_type = <[_; 1]>::try_from(headers.get("content-type")).ok().map(|[one]| one);
        let retry_after = if status < 300 { None } else { headers.get("retry-after").into_iter().next() };
        let codings = headers.get("content-encoding");
        let content_encoding = (!codings.is_empty()).then(|| codings.join(&b", "[..]));
        let age = headers.get("age").into_iter().next();
        drop(headers);
        Ok(Response { status, content_type, content_encoding, age, retry_after, body: BodyReader::of(response) })
    }
}

async fn post(url: &Uri, message: &[u8]) -> Result<(types::Request, Option<Write>), ErrorCode> {
    let headers = [
        ("content-type", b"application/dns-message".to_vec()),
        ("accept", b"application/dns-message".to_vec()),
        // Without it any coding is acceptable (RFC 9110 section 12.5.3).
        ("accept-encoding", b"identity".to_vec()),
        ("content-length", message.len().to_string().into_bytes()),
    ];
    let headers = fields(headers.into_iter())?;
    let message = message.to_vec();
    let ((body, trailers), rest) = start_write(async move |sink: &mut StreamSink| sink.write_all(message).await).await;
    let (request, _transmission) = types::Request::new(headers, Some(body), trailers, None);
    let scheme = if url.scheme() == Some(&http::uri::Scheme::HTTP) { Scheme::Http } else { Scheme::Https };
    request
        .set_method(&Method::Post)
        .and_then(|()| request.set_scheme(Some(&scheme)))
        .and_then(|()| request.set_authority(url.authority().map(|authority| authority.as_str())))
        .and_then(|()| request.set_path_with_query(url.path_and_query().map(|path| path.as_str())))
        .map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    Ok((request, rest))
}

/// The body of a message, while it comes in.
struct BodyReader {
    /// `None` once it has ended.
    message: Option<Message>,
    /// Dropped with the rest, which tells the platform that the message has been dealt with.
    _received: FutureWriter<Result<(), ErrorCode>>,
}

impl BodyReader {
    fn of(response: types::Response) -> Self {
        let (received, result) = wit_future::new(|| Ok(()));
        Self { message: Some(types::Response::consume_body(response, result)), _received: received }
    }
}

impl Body for BodyReader {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Unreachable> {
        /// A reply with a few names fits at once.
        const PIECE: usize = 1024;
        let Some((mut stream, end)) = self.message.take() else { return Ok(None) };
        let (result, bytes) = stream.read(Vec::with_capacity(PIECE)).await;
        if matches!(result, StreamResult::Complete(_)) {
            self.message = Some((stream, end));
            return Ok(Some(bytes));
        }
        // The stream ends the same way whether the body is whole or was cut off; this tells which.
        match end.await {
            Ok(_) => Ok(None),
            Err(error) => Err(Unreachable::new(format!("the body was cut off: {}", explain(&error)))),
        }
    }
}

/// Whether the peer has, or may have, closed the connection before any byte of a response. Wasmtime's HTTP client reports
/// that as a protocol error.
fn is_closed(error: &ErrorCode) -> bool {
    matches!(error, ErrorCode::ConnectionTerminated | ErrorCode::HttpResponseIncomplete | ErrorCode::HttpProtocolError)
}

/// What the platform's error means, in words that clients may read. The platform's own text is dropped: it can name
/// addresses and paths. Nor is it logged, since a resolver that fails would fill the log; the platform logs it itself.
fn explain(error: &ErrorCode) -> &'static str {
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
mod tests {
    use super::*;

    #[test]
    fn errors_in_words_of_our_own() {
        for (error, expected, closed, why) in [
            (ErrorCode::HttpProtocolError, "not valid HTTP, or the connection was closed", true, "hyper's word for it"),
            (ErrorCode::ConnectionTerminated, "connection closed before the reply was complete", true, "closed"),
            (ErrorCode::ConnectionRefused, "connection refused", false, "a second try is refused, too"),
            (ErrorCode::HttpRequestDenied, "not among the application's allowed_outbound_hosts", false, "a policy"),
            (ErrorCode::ConnectionReadTimeout, "connection timed out", false, "the time has passed"),
            (ErrorCode::InternalError(Some("/home/secret".to_owned())), "the platform failed", false, "its text stays"),
        ] {
            assert_eq!((explain(&error), is_closed(&error)), (expected, closed), "{why}");
        }
    }
}
