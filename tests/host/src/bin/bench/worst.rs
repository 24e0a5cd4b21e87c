//! The worst request of each kind: what a client and a resolver can make the component do at most.
//!
//! The resolver answers with as much as fits into a reply. Host, resolver and client are in this process, since what
//! counts here are bounds; the time says only whether a bound has slipped by much.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use host::doh::{Answer, Doh};
use host::{Figures, Options, Program};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A kind of request.
struct Kind {
    name: &'static str,
    path: &'static str,
    accept: &'static str,
    /// The body of a batch, by the number of the request.
    body: Option<fn(usize) -> String>,
    /// How many of them there are at once.
    requests: usize,
}

/// What requests of a kind have cost.
pub(crate) struct Worst {
    pub(crate) name: &'static str,
    pub(crate) requests: usize,
    /// Status codes other than 200, and what else went wrong.
    pub(crate) failures: usize,
    pub(crate) figures: Figures,
    pub(crate) time: Duration,
}

const KINDS: &[Kind] = &[
    Kind { name: "/{ip}", path: "/8.8.8.8?verify=true", accept: "*/*", body: None, requests: 1 },
    Kind { name: "/{host}", path: "/flood.com?verify=true&records=true", accept: "*/*", body: None, requests: 1 },
    Kind { name: "one name 100 times", ..batch("application/json", same, 1) },
    Kind { name: "100 names", ..batch("application/json", different, 1) },
    Kind { name: "100 names, NDJSON", ..batch("application/x-ndjson", different, 1) },
    Kind { name: "100 names, 16 at once", ..batch("application/json", different, 16) },
];

const fn batch(accept: &'static str, body: fn(usize) -> String, requests: usize) -> Kind {
    Kind { name: "", path: "/batch?verify=true&records=true", accept, body: Some(body), requests }
}

fn same(_: usize) -> String {
    "flood.com\n".repeat(100)
}

fn different(series: usize) -> String {
    (0..100).map(|number| format!("name-{number}.flood-{series}.com\n")).collect()
}

/// Measures all kinds, each with a new host.
pub(crate) fn measure(component: &Path) -> anyhow::Result<Vec<Worst>> {
    let program = Program::compile(component)?;
    let runtime = tokio::runtime::Runtime::new()?;
    KINDS.iter().map(|kind| runtime.block_on(measure_kind(&program, kind))).collect()
}

async fn measure_kind(program: &Program, kind: &Kind) -> anyhow::Result<Worst> {
    let resolver = Doh::start(Answer::Flood).await?;
    let mut options = Options::new(Path::new("spin.toml"));
    options.variables = ["doh_primary", "doh_fallback"].map(|name| (name.to_owned(), resolver.origin())).into();
    options.variables.push(("dns_timeout_ms".to_owned(), "30000".to_owned()));
    let host = program.serve(&options).await?;
    let start = Instant::now();
    let mut requests = JoinSet::new();
    for number in 0..kind.requests {
        let body = kind.body.map(|body| body(number));
        requests.spawn(send(host.addr(), kind.path, kind.accept, body));
    }
    let mut failures = 0;
    while let Some(result) = requests.join_next().await {
        if let Err(error) = result? {
            eprintln!("{}: {error:#}", kind.name);
            failures += 1;
        }
    }
    let (time, figures) = (start.elapsed(), host.counters().figures());
    Ok(Worst { name: kind.name, requests: kind.requests, failures, figures, time })
}

/// Sends a request and reads the response to its end; an error where that is not a 200.
async fn send(address: SocketAddr, path: &str, accept: &str, body: Option<String>) -> anyhow::Result<()> {
    let method = if body.is_some() { "POST" } else { "GET" };
    let body = body.unwrap_or_default();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: bench\r\nAccept: {accept}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all((head + &body).as_bytes()).await?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.context("no status line")?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    ensure!(start == *b"HTTP/1.1 200", "{}", String::from_utf8_lossy(&start));
    Ok(())
}
