//! What an answer costs the component, in numbers that do not depend on the machine's speed or load: instructions, and
//! calls into the host.
//!
//! Host, resolver and client are in this process. A fixed series of addresses is requested, one after the other.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context, ensure};
use fastrand::Rng;
use host::calls::{self, Calls};
use host::doh::{Answer, Doh};
use host::{Options, Program, Watch};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::component;

/// The costs of a number of answers.
pub(crate) struct Metered {
    pub(crate) name: &'static str,
    pub(crate) instances: &'static str,
    pub(crate) requests: u64,
    pub(crate) instructions: u64,
    pub(crate) calls: Calls,
}

/// A load of many requests to an instance.
pub(crate) const REUSED: &str = "reused";

/// The requests to an instance when it is reused: Spin's default.
const REUSE: usize = 128;
/// The requests of a measurement.
const REQUESTS: usize = 4 * REUSE;

struct Kind {
    name: &'static str,
    component: &'static str,
    query: &'static str,
    accept: &'static str,
}

const KINDS: [Kind; 5] = [
    Kind { name: "a: hello world", component: "bench_hello.wasm", query: "", accept: "*/*" },
    Kind { name: "b: /{ip}?dns=false", component: "ipedge.wasm", query: "?dns=false", accept: "*/*" },
    Kind { name: "c: one DoH request", component: "bench_outbound.wasm", query: "", accept: "*/*" },
    Kind { name: "d: /{ip}", component: "ipedge.wasm", query: "", accept: "*/*" },
    Kind { name: "f: /{ip} as a page", component: "ipedge.wasm", query: "", accept: "text/html" },
];

/// Measures all loads, with instances that are reused and with an instance a request.
pub(crate) fn measure() -> anyhow::Result<Vec<Metered>> {
    calls::count()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut all = Vec::new();
    for kind in KINDS {
        let program = Program::watched(&component(kind.component)?, Watch::Instructions)?;
        for (reuse, instances) in [(REUSE, REUSED), (1, "one a request")] {
            all.push(runtime.block_on(measure_kind(&program, &kind, reuse, instances))?);
        }
    }
    Ok(all)
}

async fn measure_kind(
    program: &Program,
    kind: &Kind,
    reuse: usize,
    instances: &'static str,
) -> anyhow::Result<Metered> {
    let resolver = Doh::start(Answer::names(&["host.example."], 300)).await?;
    let mut options = Options::new(Path::new("spin.toml"));
    options.instance_reuse = NonZeroUsize::new(reuse).context("no requests")?;
    options.variables = ["doh_primary", "doh_fallback"].map(|name| (name.to_owned(), resolver.origin())).into();
    let host = program.serve(&options).await?;
    drop(calls::take());
    let mut random = Rng::with_seed(1);
    let mut connection = TcpStream::connect(host.addr()).await?;
    for _ in 0..REQUESTS {
        let target = format!("/{}{}", address(&mut random), kind.query);
        request(&mut connection, host.addr(), &target, kind.accept).await.with_context(|| kind.name)?;
    }
    host.counters().until(|figures| figures.ended == figures.created).await;
    let figures = host.counters().figures();
    ensure!(figures.failed == 0 && figures.created == REQUESTS.div_ceil(reuse), "{}: {figures:?}", kind.name);
    Ok(Metered {
        name: kind.name,
        instances,
        requests: REQUESTS as u64,
        instructions: figures.instructions,
        calls: calls::take(),
    })
}

/// An address as in benches/random.lua: three of four are IPv4, and none is special.
fn address(random: &mut Rng) -> IpAddr {
    const SPECIAL: [u8; 8] = [10, 100, 127, 169, 172, 192, 198, 203];
    if random.u8(..4) == 0 {
        let registry = [0x2400, 0x2600, 0x2800, 0x2a00][random.usize(..4)] + random.u16(..16);
        return Ipv6Addr::from([registry, random.u16(..), random.u16(..), 0, 0, 0, 0, random.u16(1..)]).into();
    }
    let mut first = random.u8(1..=223);
    while SPECIAL.contains(&first) {
        first = random.u8(1..=223);
    }
    Ipv4Addr::new(first, random.u8(..), random.u8(..), random.u8(..)).into()
}

/// Sends a request and reads the response, whose length may be given or chunked.
async fn request(connection: &mut TcpStream, host: SocketAddr, target: &str, accept: &str) -> anyhow::Result<()> {
    let head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\n\r\n");
    connection.write_all(head.as_bytes()).await?;
    let mut response = Vec::new();
    loop {
        ensure!(connection.read_buf(&mut response).await? > 0, "the connection was closed");
        let Some(end) = position(&response, b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&response[..end])?.to_ascii_lowercase();
        ensure!(head.starts_with("http/1.1 200 "), "{target}: {head}");
        let body = &response[end + 4..];
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let is_whole = match length {
            Some(length) => body.len() >= length.parse()?,
            None => body.ends_with(b"0\r\n\r\n"),
        };
        if is_whole {
            return Ok(());
        }
    }
}

fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
