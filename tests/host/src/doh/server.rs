//! Connections and HTTP: from a POST to its script.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hickory_proto::op::Message;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::answer::{Body, DNS_MESSAGE, Watched};
use super::tls::{HTTP2, Identity};
use super::{Question, State};

/// Serves until it is dropped, and its connections with it.
pub(super) async fn accept(listener: TcpListener, identity: Option<Identity>, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, identity.clone(), Arc::clone(&state)));
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

/// One connection. Its errors are what the scripts ask for, and what clients do who have lost patience.
async fn converse(stream: TcpStream, identity: Option<Identity>, state: Arc<State>) {
    // As public resolvers do. What is measured are the host and the component, not this end's delays.
    if let Err(error) = stream.set_nodelay(true) {
        eprintln!("doh: {error}");
    }
    let Some(identity) = identity else { return plain(stream, &state).await };
    let Ok(stream) = identity.acceptor().accept(stream).await else { return };
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move { respond(request, &state, &AtomicBool::new(false)).await }
    });
    if is_http2 {
        let builder = http2::Builder::new(TokioExecutor::new());
        builder.serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
    } else {
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
    }
}

async fn plain(stream: TcpStream, state: &State) {
    let reset = AtomicBool::new(false);
    let service = service_fn(|request| Box::pin(respond(request, state, &reset)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    poll_fn(|context| connection.poll_without_shutdown(context)).await.unwrap_or_default();
    let stream = connection.into_parts().io.into_inner();
    if reset.load(Ordering::Relaxed)
        && let Err(error) = stream.set_zero_linger()
    {
        eprintln!("doh: {error}");
    }
}

/// Answers a request, or a bench that wants to know how many questions there were; sets `reset` where the connection is to end by a reset.
async fn respond(request: Request<Incoming>, state: &State, reset: &AtomicBool) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    if head.method == Method::GET && head.uri.path() == "/questions" {
        let count = Full::from(state.events.read(|tally| tally.arrived).to_string());
        return Ok(Response::new(count.map_err(|never| match never {}).boxed_unsync()));
    }
    if head.method != Method::POST {
        let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
        return Ok(response);
    }
    if head.headers.get(header::CONTENT_TYPE).is_none_or(|media| media != DNS_MESSAGE) {
        return Ok(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let Ok(body) = body.collect().await else { return Ok(refusal(StatusCode::BAD_REQUEST)) };
    let bytes = body.to_bytes();
    let Ok(message) = Message::from_vec(&bytes) else { return Ok(refusal(StatusCode::BAD_REQUEST)) };
    let question =
        Question { path: head.uri.path().to_owned(), version: head.version, message: message.clone(), bytes };
    let name = question.name();
    let (script, exchange) = state.receive(question);
    script.wait(&name, &state.released).await;
    reset.store(script.answer.resets(), Ordering::Relaxed);
    let response = script.answer.response(&message);
    Ok(response.map(|body| Watched::new(body, exchange).boxed_unsync()))
}

fn refusal(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Full::default().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}
