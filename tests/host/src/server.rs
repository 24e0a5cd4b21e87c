//! The HTTP server in front of the instances: HTTP/1.1, and HTTP/2 without TLS for clients that know it is there ("prior
//! knowledge", RFC 9113 section 3.3), on the same port.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use wasmtime_wasi_http::handler::{ErrorCode, ProxyHandler};
use wasmtime_wasi_http::p3::bindings::http::types;

use crate::Options;
use crate::application::Application;
use crate::counters::{Counters, ResponseSize};
use crate::incoming::prepare;
use crate::instances::{Instances, Program};
use crate::observed::Observed;
use crate::outbound::Outbound;

/// An application that is being served. Dropping it closes the listener and every connection.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    counters: Counters,
    accepting: AbortHandle,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Its instances, requests and outbound requests so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.counters.close();
        self.accepting.abort();
    }
}

impl Program {
    /// Serves this program as the application that `options` name.
    ///
    /// # Errors
    ///
    /// A manifest, variable, listening address or trusted certificate that cannot be used.
    pub async fn serve(&self, options: &Options) -> anyhow::Result<Running> {
        let application = Application::read(options)?;
        let counters = Counters::default();
        let handler = ProxyHandler::new(Instances {
            program: self.clone(),
            variables: application.variables,
            outbound: Outbound::new(application.allowed, &options.trusted)?,
            reuse: if self.is_reused() { options.instance_reuse } else { NonZeroUsize::MIN },
            concurrency: options.instance_concurrency,
            idle: options.idle,
            memory: options.instance_memory.map_or(usize::MAX, |mebibytes| mebibytes.get() << 20),
            counters: counters.clone(),
        });
        let listener = listen(options).with_context(|| format!("--listen {}", options.listen))?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, handler, counters.clone())).abort_handle();
        Ok(Running { address, counters, accepting })
    }
}

fn listen(options: &Options) -> std::io::Result<TcpListener> {
    /// What the standard library and Tokio take.
    const BACKLOG: u32 = 1024;
    let socket = if options.listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    if let Some(bytes) = options.send_buffer {
        // The connections that it accepts inherit it.
        socket.set_send_buffer_size(bytes)?;
    }
    socket.bind(options.listen)?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, handler: ProxyHandler<Instances>, counters: Counters) {
    // Dropped with this future, and the connections with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    connections.spawn(serve_connection(stream, client, handler.clone(), counters.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: others may be given back soon.
                    eprintln!("accept: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    eprintln!("a connection failed: {error}");
                }
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, client: SocketAddr, handler: ProxyHandler<Instances>, counters: Counters) {
    // No TCP_NODELAY, because Spin sets none. Where a component's answer leaves as two writes, head and body, Nagle's
    // algorithm holds the second until the client has acknowledged the first, which a client delays by 40 ms. A host
    // without that stall would hide it from the tests.
    let service = service_fn(move |request| respond(request, client, handler.clone(), counters.clone()));
    let server = auto::Builder::new(TokioExecutor::new());
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await
        && !is_incomplete(&*error)
    {
        eprintln!("{client}: {error}");
    }
}

/// Whether the client closed the connection in the middle of a message, as clients do.
fn is_incomplete(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message)
}

type Body = UnsyncBoxBody<Bytes, wasmtime::Error>;

async fn respond(
    request: Request<Incoming>,
    client: SocketAddr,
    handler: ProxyHandler<Instances>,
    counters: Counters,
) -> Result<Response<Body>, Infallible> {
    let line = format!("{} {}", request.method(), request.uri());
    let request = match prepare(request, client) {
        Ok(request) => request,
        Err(error) => {
            eprintln!("{client}: {line}: {error:#}");
            return Ok(empty(StatusCode::BAD_REQUEST));
        }
    };
    let request =
        request.map(|body| body.map_err(|_| ErrorCode::P3(types::ErrorCode::HttpProtocolError)).boxed_unsync());
    let response = handler.handle((), request).await.unwrap_or_else(|error| {
        eprintln!("{client}: {line}: {error:#}");
        empty(StatusCode::INTERNAL_SERVER_ERROR)
    });
    Ok(response.map(|body| Observed::new(body, counters.response(), ResponseSize::add).boxed_unsync()))
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}
