//! What every test starts from: the component served by the host, a resolver to ask, and a client.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use host::doh::{Doh, Identity, Script};
use host::{Options, Program, Running};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// The component served, with a resolver that follows a script.
pub struct World {
    pub host: Running,
    pub doh: Doh,
    pub client: Client,
}

impl World {
    /// The application of the workspace's spin.toml, with a deadline for DNS that no slow machine misses.
    pub async fn new(script: impl Into<Script>) -> Self {
        Self::with(script, &[("dns_timeout_ms", "30000")]).await
    }

    /// The same, with these variables set.
    pub async fn with(script: impl Into<Script>, variables: &[(&str, &str)]) -> Self {
        let doh = Doh::start(script).await.unwrap();
        let origin = doh.origin();
        let host = serve(&[&resolvers(&origin, &origin), variables].concat()).await;
        let client = Client::new(host.addr());
        Self { host, doh, client }
    }

    /// The document about `subject`, which must come with status 200.
    pub async fn report(&self, subject: &str) -> Value {
        self.client.get(&format!("/{subject}")).await.report()
    }
}

/// The variables that name the resolvers; the primary's own origin for the fallback is none.
pub fn resolvers<'a>(primary: &'a str, fallback: &'a str) -> [(&'static str, &'a str); 2] {
    [("doh_primary", primary), ("doh_fallback", fallback)]
}

/// Serves the application of the workspace's spin.toml.
pub async fn serve(variables: &[(&str, &str)]) -> Running {
    serve_manifest(&workspace().join("spin.toml"), variables).await
}

/// Serves the component as the application of another manifest.
pub async fn serve_manifest(manifest: &Path, variables: &[(&str, &str)]) -> Running {
    program().serve(&options(manifest, variables)).await.unwrap()
}

/// Serves the application of the workspace's spin.toml, which trusts this certificate besides those of the world.
pub async fn serve_trusting(certificate: CertificateDer<'static>, variables: &[(&str, &str)]) -> Running {
    let mut options = options(&workspace().join("spin.toml"), variables);
    options.trusted.push(certificate);
    program().serve(&options).await.unwrap()
}

fn options(manifest: &Path, variables: &[(&str, &str)]) -> Options {
    let mut options = Options::new(manifest);
    options.variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    options
}

/// A TLS server's identity for 127.0.0.1, and the certificate that a client must trust to believe it.
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
    pool: Pool<HttpConnector, Empty<Bytes>>,
}

/// An answer, whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Client {
    pub fn new(server: SocketAddr) -> Self {
        Self { server, pool: Pool::builder(TokioExecutor::new()).build_http() }
    }

    /// A client whose connections come from this address of the machine.
    pub fn at(address: IpAddr, server: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(address));
        Self { server, pool: Pool::builder(TokioExecutor::new()).build(connector) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.server));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::new()).unwrap();
        within(async {
            let (head, body) = self.pool.request(request).await.unwrap().into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Answer { status: head.status, headers: head.headers, body }
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

/// Ends a test that waits for what never happens. It decides over no result: what it allows is far more than anything
/// here takes.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("the test hangs")
}
