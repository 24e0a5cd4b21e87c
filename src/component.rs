//! The only module that knows Spin: entry point, variables, outbound HTTP, clock.
//!
//! The entry point implements the export of `wasi:http/service` itself, where the SDK's `#[http_service]` would first
//! copy every header of the request, and would start the body of the response only after its head is gone: see
//! [`begin`].

use std::borrow::Cow;
use std::future::poll_fn;
use std::sync::OnceLock;
use std::task::Poll;
use std::time::Duration;

use spin_sdk::variables;
use spin_sdk::wasip3::clocks::monotonic_clock;
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::{self, ErrorCode, Fields, Method, Scheme, Trailers};
use spin_sdk::wasip3::wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult};
use spin_sdk::wasip3::{spawn, wit_future, wit_stream};

use crate::config::{Resolver, Variables};
use crate::dns::resolver::{Body, Clock, MEDIA_TYPE, Response, Transport, Unreachable};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::service::{Request, Service};

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
        static SERVICE: OnceLock<Result<Service, Problem>> = OnceLock::new();
        let service = SERVICE.get_or_init(|| Service::open().map_err(Problem::from));
        let reply = match service {
            Ok(service) => answer(service, &request).await,
            Err(problem) => Reply::problem(problem),
        };
        respond(reply).await
    }
}

async fn answer(service: &Service, request: &types::Request) -> Reply {
    // A request without a path, as `OPTIONS *` is, is about the root.
    let path_with_query = request.get_path_with_query().unwrap_or_default();
    let request = Request {
        method: &method(request.get_method()),
        path_with_query: &path_with_query,
        header: &|name| request.get_headers().get(name),
    };
    service.answer(request, &Spin).await
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

async fn respond(reply: Reply) -> Result<types::Response, ErrorCode> {
    let headers = fields(reply.headers.into_iter().map(|(name, value)| (name, value.into_owned().into_bytes())))?;
    let (body, trailers) = begin(reply.body).await;
    let (response, _transmission) = types::Response::new(headers, Some(body), trailers);
    match response.set_status_code(reply.status) {
        Ok(()) => Ok(response),
        Err(()) => Err(ErrorCode::InternalError(Some(format!("status {} cannot be sent", reply.status)))),
    }
}

fn fields(list: impl Iterator<Item = (&'static str, Vec<u8>)>) -> Result<Fields, ErrorCode> {
    let list: Vec<_> = list.map(|(name, value)| (name.to_owned(), value)).collect();
    Fields::from_list(&list).map_err(|error| ErrorCode::InternalError(Some(error.to_string())))
}

/// A body, and the trailers after it.
type Message = (StreamReader<u8>, FutureReader<Result<Option<Trailers>, ErrorCode>>);

/// A body of `bytes` whose write has begun.
///
/// Begun before the head is handed over, the write lets head and body leave together. Spin sets no TCP_NODELAY: a body
/// that follows its head in a segment of its own waits for the peer to acknowledge the head (Nagle's algorithm, RFC
/// 896), and the peer delays that acknowledgement, 40 ms on Linux (RFC 1122 section 4.2.3.2). For the same reason the
/// word that there are no trailers follows the body: given first, it is dealt with first, and the head leaves alone.
async fn begin(bytes: Vec<u8>) -> Message {
    let (mut writer, body) = wit_stream::new();
    let (end, trailers) = wit_future::new(|| Ok(None));
    let mut write = Box::pin(async move {
        // What comes back unwritten belongs to a peer that has gone away: there is nobody left to tell.
        drop(writer.write_all(bytes).await);
        drop(writer);
        // Dropped unwritten, it sends its default: no trailers.
        drop(end);
    });
    let begun = poll_fn(|context| Poll::Ready(write.as_mut().poll(context))).await;
    if begun.is_pending() {
        spawn(write);
    }
    (body, trailers)
}

/// What Spin gives a component of the world outside.
struct Spin;

impl Variables for Spin {
    async fn variable(&self, name: &'static str) -> Result<String, String> {
        variables::get(name).await.map_err(|error| match error {
            variables::Error::Undefined(_) => "is not defined; spin.toml must give it to the component".to_owned(),
            other => format!("cannot be read: {other}"),
        })
    }
}

impl Clock for Spin {
    async fn sleep(&self, duration: Duration) {
        // More nanoseconds than 64 bits hold are 584 years.
        monotonic_clock::wait_for(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)).await;
    }
}

impl Transport for Spin {
    type Body = Incoming;

    async fn post(&self, resolver: &Resolver, message: &[u8]) -> Result<Response<Incoming>, Unreachable> {
        let explain = |error: ErrorCode| Unreachable(format!("{resolver}: {}", explain(error)));
        let request = post(resolver, message).await.map_err(explain)?;
        let response = client::send(request).await.map_err(explain)?;
        let content_type = match <[_; 1]>::try_from(response.get_headers().get("content-type")) {
            Ok([one]) => Some(one),
            Err(_) => None,
        };
        Ok(Response { status: response.get_status_code(), content_type, body: Incoming::new(response) })
    }
}

async fn post(resolver: &Resolver, message: &[u8]) -> Result<types::Request, ErrorCode> {
    let headers = [
        ("content-type", MEDIA_TYPE.into()),
        ("accept", MEDIA_TYPE.into()),
        ("content-length", message.len().to_string().into_bytes()),
    ];
    let headers = fields(headers.into_iter())?;
    let (body, trailers) = begin(message.to_vec()).await;
    let (request, _transmission) = types::Request::new(headers, Some(body), trailers, None);
    let scheme = if resolver.scheme == http::uri::Scheme::HTTP { Scheme::Http } else { Scheme::Https };
    request
        .set_method(&Method::Post)
        .and_then(|()| request.set_scheme(Some(&scheme)))
        .and_then(|()| request.set_authority(Some(resolver.authority.as_str())))
        .and_then(|()| request.set_path_with_query(Some(resolver.path.as_str())))
        .map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    Ok(request)
}

/// The body of a response, while it comes in.
struct Incoming {
    stream: StreamReader<u8>,
    end: Option<FutureReader<Result<Option<Trailers>, ErrorCode>>>,
    /// Dropped with the rest, which tells the platform that the response has been dealt with.
    _received: FutureWriter<Result<(), ErrorCode>>,
}

impl Incoming {
    fn new(response: types::Response) -> Self {
        let (received, result) = wit_future::new(|| Ok(()));
        let (stream, end) = types::Response::consume_body(response, result);
        Self { stream, end: Some(end), _received: received }
    }
}

impl Body for Incoming {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Unreachable> {
        /// A reply with a few names fits at once.
        const PIECE: usize = 1024;
        let (result, bytes) = self.stream.read(Vec::with_capacity(PIECE)).await;
        if matches!(result, StreamResult::Complete(_)) {
            return Ok(Some(bytes));
        }
        // The stream ends the same way whether the body is whole or was cut off; this tells which.
        match self.end.take() {
            Some(end) => match end.await {
                Ok(_) => Ok(None),
                Err(error) => Err(Unreachable(format!("the reply was cut off: {}", explain(error)))),
            },
            None => Ok(None),
        }
    }
}

/// What the platform's error means to whoever runs the service.
fn explain(error: ErrorCode) -> Cow<'static, str> {
    Cow::Borrowed(match error {
        ErrorCode::HttpRequestDenied => "not among the application's allowed_outbound_hosts",
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) => "its host name does not resolve",
        ErrorCode::ConnectionRefused => "connection refused",
        ErrorCode::ConnectionTerminated | ErrorCode::HttpResponseIncomplete => {
            "connection closed before the reply was whole"
        }
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
        ErrorCode::InternalError(Some(why)) => return Cow::Owned(why),
        other => return Cow::Owned(format!("{other:?}")),
    })
}
