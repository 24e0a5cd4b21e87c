//! What every test starts from: the component served by the host, a resolver, and a client for each version of HTTP.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use host::doh::{Doh, Identity, Script};
use host::{Options, Program, Running};
use http::{HeaderMap, Method, Request, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// The component served, with a resolver that follows a script, and clients.
pub struct World {
    pub host: Running,
    pub doh: Doh,
    pub client: Client,
    /// A client of the same host that speaks HTTP/2.
    pub http2: Client,
}

impl World {
    /// The application of the workspace's spin.toml, with a DNS deadline that no slow machine misses.
    pub async fn new(script: impl Into<Script>) -> Self {
        Self::with(script, &[("dns_timeout_ms", "30000")]).await
    }

    /// The same, with these variables set.
    pub async fn with(script: impl Into<Script>, variables: &[(&str, &str)]) -> Self {
        let doh = Doh::start(script).await.unwrap();
        let origin = doh.origin();
        Self::of(serve(&[&resolvers(&origin, &origin), variables].concat()).await, doh)
    }

    /// A host that is being served, and its resolver.
    pub fn of(host: Running, doh: Doh) -> Self {
        let (client, http2) = (Client::new(host.addr()), Client::http2(host.addr()));
        Self { host, doh, client, http2 }
    }

    /// A client for each version of HTTP.
    pub fn clients(&self) -> [&Client; 2] {
        [&self.client, &self.http2]
    }

    /// The document about `subject`, which must come with status 200.
    pub async fn report(&self, subject: &str) -> Value {
        self.client.get(&format!("/{subject}")).await.report()
    }
}

/// The variables that name the resolvers; equal origins disable the fallback.
pub fn resolvers<'a>(primary: &'a str, fallback: &'a str) -> [(&'static str, &'a str); 2] {
    [("doh_primary", primary), ("doh_fallback", fallback)]
}

/// Serves the application of the workspace's spin.toml.
pub async fn serve(variables: &[(&str, &str)]) -> Running {
    serve_manifest(&workspace().join("spin.toml"), variables).await
}

/// Serves the component as the application of another manifest.
pub async fn serve_manifest(manifest: &Path, variables: &[(&str, &str)]) -> Running {
    serve_options(&options(manifest, variables)).await
}

/// Serves the component with these options.
pub async fn serve_options(options: &Options) -> Running {
    program().serve(options).await.unwrap()
}

/// Serves the application of the workspace's spin.toml, with this certificate trusted besides the public authorities.
pub async fn serve_trusting(certificate: CertificateDer<'static>, variables: &[(&str, &str)]) -> Running {
    let mut options = options(&workspace().join("spin.toml"), variables);
    options.trusted.push(certificate);
    serve_options(&options).await
}

/// The options for a manifest and variables.
pub fn options(manifest: &Path, variables: &[(&str, &str)]) -> Options {
    let mut options = Options::new(manifest);
    options.variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    options
}

/// A TLS server's identity for 127.0.0.1, and the certificate for clients to trust.
pub fn identity() -> (Identity, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    (Identity::new(certificate.clone(), key.into()).unwrap(), certificate)
}

/// The component, compiled once for all tests.
pub fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        Program::compile(&crate::component()).unwrap_or_else(|error| panic!("{error:#}: run `make test`"))
    })
}

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// An HTTP client that keeps its connections, to one server.
pub struct Client {
    server: SocketAddr,
    version: Version,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

/// A whole response.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Client {
    /// A client that speaks HTTP/1.1.
    pub fn new(server: SocketAddr) -> Self {
        Self { server, version: Version::HTTP_11, pool: Pool::builder(TokioExecutor::new()).build_http() }
    }

    /// A client that speaks HTTP/2 without asking first.
    pub fn http2(server: SocketAddr) -> Self {
        let pool = Pool::builder(TokioExecutor::new()).http2_only(true).build_http();
        Self { server, version: Version::HTTP_2, pool }
    }

    /// A client whose connections come from this address of the machine.
    pub fn at(address: IpAddr, server: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(address));
        Self { pool: Pool::builder(TokioExecutor::new()).build(connector), ..Self::new(server) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_body(method, path, headers, Bytes::new()).await
    }

    /// Sends a request with a body, and reads the whole response.
    pub async fn send_body(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let sent = self.try_send(method.clone(), path, headers, body).await;
        sent.unwrap_or_else(|error| panic!("{method} {path} over {:?}: {error:#}", self.version))
    }

    /// The same, with an error if the response is not complete.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.server));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into()))?;
        within(async {
            let (head, body) = self.pool.request(request).await?.into_parts();
            assert_eq!(head.version, self.version);
            let body = body.collect().await?.to_bytes();
            Ok(Answer { status: head.status, headers: head.headers, body })
        })
        .await
    }
}

impl Answer {
    /// The value of a header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The document, which must come with status 200.
    pub fn report(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        self.json()
    }
}

/// Ends a test that waits for an event that never comes. The limit is far beyond what any test takes, so that no result
/// depends on it.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("the event did not come within 60 s")
}
