//! Outbound HTTP as Spin does it: only to allowed hosts, over pooled connections, HTTP/2 where TLS negotiates it and
//! HTTP/1.1 without TLS, and with the same `wasi:http` error codes.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri, header};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::p3::bindings::http::types::{DnsErrorPayload, ErrorCode};
use wasmtime_wasi_http::{p2, p3};

use crate::allowed_hosts::AllowedHosts;
use crate::counters::Gauge;
use crate::observed::Observed;

/// The client for the component's outbound requests. Clones share the connections.
#[derive(Clone)]
pub(crate) struct Outbound {
    allowed: Arc<AllowedHosts>,
    client: Client<HttpsConnector<Connector>, Body>,
    gauge: Gauge,
}

/// Spin's default.
const TIMEOUT: Duration = Duration::from_secs(600);

type Body = UnsyncBoxBody<Bytes, ErrorCode>;
type BoxFuture<T> = Box<dyn Future<Output = T> + Send>;

impl Outbound {
    /// Connects to allowed hosts; over TLS to those with a certificate of a public authority, or one that is `trusted`.
    pub(crate) fn new(allowed: AllowedHosts, trusted: &[CertificateDer<'static>]) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in trusted {
            roots.add(certificate.clone())?;
        }
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_all_versions();
        Ok(Self {
            allowed: Arc::new(allowed),
            client: Client::builder(TokioExecutor::new()).build(connector.wrap_connector(Connector)),
            gauge: Gauge::default(),
        })
    }

    /// The same connections, for one instance.
    pub(crate) fn of_instance(&self, gauge: Gauge) -> Self {
        Self { gauge, ..self.clone() }
    }

    async fn send(self, mut request: Request<Body>, timeout: Duration) -> Result<Response<Body>, ErrorCode> {
        if !self.allowed.allow(request.uri()) {
            return Err(ErrorCode::HttpRequestDenied);
        }
        let under_way = self.gauge.begin();
        // The client sets it again where the protocol has it.
        request.headers_mut().remove(header::HOST);
        match tokio::time::timeout(timeout, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response.map(|body| {
                let body = body.map_err(|error| body_error(&error)).boxed_unsync();
                Observed::new(body, under_way, |_, _| {}).boxed_unsync()
            })),
            Ok(Err(error)) => Err(request_error(&error)),
            Err(_) => Err(ErrorCode::ConnectionReadTimeout),
        }
    }
}

impl p3::WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: Request<Body>,
        options: Option<p3::RequestOptions>,
        // Whether the component accepted the response's body, which nothing here needs to know.
        _accepted: BoxFuture<Result<(), ErrorCode>>,
    ) -> BoxFuture<Result<(Response<Body>, BoxFuture<Result<(), ErrorCode>>), TrappableError<ErrorCode>>> {
        let timeout = options.and_then(|options| options.first_byte_timeout).unwrap_or(TIMEOUT);
        let response = self.clone().send(request, timeout);
        Box::new(async move {
            let response = response.await?;
            let transmitted: BoxFuture<_> = Box::new(async { Ok(()) });
            Ok((response, transmitted))
        })
    }
}

impl p2::WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: Request<p2::body::HyperOutgoingBody>,
        config: p2::types::OutgoingRequestConfig,
    ) -> p2::HttpResult<p2::types::HostFutureIncomingResponse> {
        let request = request.map(|body| body.map_err(ErrorCode::from).boxed_unsync());
        let response = self.clone().send(request, config.first_byte_timeout);
        let response = async move {
            Ok(response.await.map_err(Into::into).map(|response| p2::types::IncomingResponse {
                resp: response.map(|body| body.map_err(Into::into).boxed_unsync()),
                worker: None,
                between_bytes_timeout: config.between_bytes_timeout,
            }))
        };
        Ok(p2::types::HostFutureIncomingResponse::pending(wasmtime_wasi::runtime::spawn(response)))
    }
}

/// Opens TCP connections; its errors are [`ErrorCode`]s.
#[derive(Clone)]
struct Connector;

impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = ErrorCode;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ErrorCode>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ErrorCode>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(async move { connect(&uri).await.map(TokioIo::new) })
    }
}

async fn connect(uri: &Uri) -> Result<TcpStream, ErrorCode> {
    let authority = uri.authority().ok_or(ErrorCode::HttpRequestUriInvalid)?;
    let target = match authority.port() {
        Some(_) => authority.to_string(),
        None => format!("{authority}:{}", if uri.scheme_str() == Some("https") { 443 } else { 80 }),
    };
    let addresses: Vec<_> = tokio::net::lookup_host(target).await.map_err(|_| no_address())?.collect();
    TcpStream::connect(addresses.as_slice()).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrNotAvailable => no_address(),
        _ => ErrorCode::ConnectionRefused,
    })
}

fn no_address() -> ErrorCode {
    ErrorCode::DnsError(DnsErrorPayload { rcode: Some("address not available".to_owned()), info_code: Some(0) })
}

fn request_error(error: &legacy::Error) -> ErrorCode {
    cause(error).unwrap_or(if error.is_connect() {
        // The connector's own errors are codes already; the only other step of connecting is TLS.
        ErrorCode::TlsProtocolError
    } else {
        ErrorCode::HttpProtocolError
    })
}

fn body_error(error: &hyper::Error) -> ErrorCode {
    cause(error).unwrap_or(ErrorCode::HttpProtocolError)
}

/// The code that an error was made from, however deep it is wrapped.
fn cause(error: &(dyn Error + 'static)) -> Option<ErrorCode> {
    match error.downcast_ref::<ErrorCode>() {
        Some(code) => Some(code.clone()),
        None => error.source().and_then(cause),
    }
}
