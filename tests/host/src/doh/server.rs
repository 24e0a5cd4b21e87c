//! Connections and HTTP: from a request to its script.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use hickory_proto::op::Message;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::{Body, DNS_MESSAGE, Watched};
use super::connection::{Connection, Connections};
use super::tls::{HTTP2, Identity};
use super::{Query, State};

/// Serves until it is dropped, and its connections with it.
pub(super) async fn accept(listener: TcpListener, identity: Option<Identity>, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, identity.clone(), Arc::clone(&state)));
                }
                Err(error) => {
                    eprintln!("doh: accept: {error}");
                    return;
                }
            },
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    eprintln!("doh: a connection failed: {error}");
                }
            }
        }
    }
}

/// One connection. Its errors are those that a script or a client causes on purpose.
async fn serve_connection(stream: TcpStream, identity: Option<Identity>, state: Arc<State>) {
    // As public resolvers do: measurements are of the host and the component, not of delays at this end.
    if let Err(error) = stream.set_nodelay(true) {
        eprintln!("doh: {error}");
    }
    let Some(identity) = identity else { return plain(stream, state).await };
    let Ok(stream) = identity.acceptor().accept(stream).await else { return };
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
    let service = service_fn(|request| {
        // Over HTTP/2, a stream takes the place of a connection.
        respond(request, Arc::clone(&state), Arc::new(Connection::new(Connections::Kept)))
    });
    if is_http2 {
        let builder = http2::Builder::new(TokioExecutor::new());
        builder.serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
    } else {
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
    }
}

async fn plain(stream: TcpStream, state: Arc<State>) {
    let connection = Arc::new(Connection::new(state.scripts().connections));
    let service = service_fn(|request| Box::pin(respond(request, Arc::clone(&state), Arc::clone(&connection))));
    let mut serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut closes = pin!(connection.closes());
    let mut is_closing = false;
    loop {
        tokio::select! {
            biased;
            ended = poll_fn(|context| serving.poll_without_shutdown(context)) => break ended.unwrap_or_default(),
            () = connection.breaks() => {
                state.events.close();
                break;
            }
            () = &mut closes, if !is_closing => {
                is_closing = true;
                state.events.close();
                std::pin::Pin::new(&mut serving).graceful_shutdown();
            }
        }
    }
    let stream = serving.into_parts().io.into_inner();
    if connection.reset.load(Ordering::Relaxed)
        && let Err(error) = stream.set_zero_linger()
    {
        eprintln!("doh: {error}");
    }
}

/// Answers a query, or a bench that asks for the number of queries so far.
async fn respond(
    request: Request<Incoming>,
    state: Arc<State>,
    connection: Arc<Connection>,
) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    if head.method == Method::GET && head.uri.path() == "/queries" {
        let count = Full::from(state.events.read(|tally| tally.arrived).to_string());
        return Ok(Response::new(count.map_err(|never| match never {}).boxed_unsync()));
    }
    let Ok(body) = body.collect().await else { return Ok(refusal(StatusCode::BAD_REQUEST)) };
    let body = body.to_bytes();
    let bytes = match head.method {
        Method::GET => match parameter(head.uri.query()) {
            Some(bytes) if body.is_empty() => bytes,
            _ => return Ok(refusal(StatusCode::BAD_REQUEST)),
        },
        Method::POST if head.headers.get(header::CONTENT_TYPE).is_some_and(|media| media == DNS_MESSAGE) => body,
        Method::POST => return Ok(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
        _ => {
            let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
            return Ok(response);
        }
    };
    let Ok(message) = Message::from_vec(&bytes) else { return Ok(refusal(StatusCode::BAD_REQUEST)) };
    let query = Query {
        method: head.method,
        path: head.uri.path().to_owned(),
        version: head.version,
        headers: head.headers,
        message: message.clone(),
        bytes,
    };
    let name = query.name();
    let (script, exchange) = state.receive(query);
    connection.query().await;
    script.wait(&name, &state.released).await;
    connection.reset.store(script.answer.resets(), Ordering::Relaxed);
    let mut response = script.answer.response(&message);
    if connection.is_announced() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Watched::new(body, exchange, connection).boxed_unsync()))
}

/// The DNS message in the query of a URL (RFC 8484 section 4.1).
fn parameter(query: Option<&str>) -> Option<Bytes> {
    let encoded = query?.strip_prefix("dns=")?;
    BASE64URL_NOPAD.decode(encoded.as_bytes()).ok().map(Bytes::from)
}

fn refusal(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Full::default().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}
