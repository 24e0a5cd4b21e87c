//! The HTTP server in front of the instances.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use wasmtime_wasi_http::handler::{ErrorCode, ProxyHandler};
use wasmtime_wasi_http::p3::bindings::http::types;

use crate::Options;
use crate::application::Application;
use crate::instances::{Counters, Instances, Program};
use crate::outbound::Outbound;

/// An application that is being served. Dropping it closes the listener and every connection.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    counters: Arc<Counters>,
    accepting: AbortHandle,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// What has become of its instances.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.counters.closing.store(true, Ordering::Relaxed);
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
        let counters = Arc::new(Counters::default());
        let handler = ProxyHandler::new(Instances {
            program: self.clone(),
            variables: application.variables,
            outbound: Outbound::new(application.allowed, &options.trusted)?,
            reuse: options.instance_reuse,
            concurrency: options.instance_concurrency,
            counters: Arc::clone(&counters),
        });
        let listener =
            TcpListener::bind(options.listen).await.with_context(|| format!("--listen {}", options.listen))?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, handler)).abort_handle();
        Ok(Running { address, counters, accepting })
    }
}

async fn accept(listener: TcpListener, handler: ProxyHandler<Instances>) {
    // Dropped with this future, and the connections with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    connections.spawn(converse(stream, client, handler.clone()));
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

async fn converse(stream: TcpStream, client: SocketAddr, handler: ProxyHandler<Instances>) {
    // No TCP_NODELAY, because Spin sets none. Where a component's answer leaves as two writes, head and body, Nagle's
    // algorithm holds the second until the client has acknowledged the first, which a client delays by 40 ms. A host
    // without that stall would hide it from the tests.
    let service = service_fn(|request| respond(request, client, &handler));
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
        && !error.is_incomplete_message()
    {
        eprintln!("{client}: {error}");
    }
}

type Body = UnsyncBoxBody<Bytes, wasmtime::Error>;

async fn respond(
    request: Request<Incoming>,
    client: SocketAddr,
    handler: &ProxyHandler<Instances>,
) -> Result<Response<Body>, std::convert::Infallible> {
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
    Ok(handler.handle((), request).await.unwrap_or_else(|error| {
        eprintln!("{client}: {line}: {error:#}");
        empty(StatusCode::INTERNAL_SERVER_ERROR)
    }))
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}

/// Does to a request what Spin does before it hands it to a component: makes its URI whole, takes out what concerns the
/// connection alone, and appends Spin's headers.
fn prepare(mut request: Request<Incoming>, client: SocketAddr) -> anyhow::Result<Request<Incoming>> {
    let mut uri = request.uri().clone().into_parts();
    let host = request.headers().get(header::HOST).context("no Host header")?;
    let authority = Authority::try_from(host.as_bytes()).context("Host")?;
    uri.scheme = Some(Scheme::HTTP);
    uri.authority = Some(authority);
    *request.uri_mut() = Uri::from_parts(uri)?;
    request.headers_mut().remove(header::CONNECTION);
    let uri = request.uri().clone();
    append_spin_headers(request.headers_mut(), &uri, client)?;
    Ok(request)
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

    #[test]
    fn spin_client_addr_comes_last() {
        let cases = [("127.0.0.1:5", "127.0.0.1:5", "IPv4"), ("[::1]:5", "[::1]:5", "IPv6 in brackets")];
        for (client, expected, reason) in cases {
            let mut headers = HeaderMap::new();
            headers.append("spin-client-addr", HeaderValue::from_static("8.8.8.8:53"));
            append_spin_headers(&mut headers, &Uri::from_static("http://h/a?b"), client.parse().unwrap()).unwrap();
            let values: Vec<_> = headers.get_all("spin-client-addr").iter().collect();
            assert_eq!(values, ["8.8.8.8:53", expected], "{reason}");
            assert_eq!(headers["spin-full-url"], "http://h/a?b");
            assert_eq!(headers["spin-path-info"], "/a");
        }
    }
}
