//! Where the host's processor time goes, from `perf`: by sampling, so only the large parts are exact.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::load::Load;
use crate::server::Server;

/// The share of each part in the processor time of a load, in percent.
pub(crate) struct Breakdown {
    pub(crate) name: &'static str,
    pub(crate) instances: &'static str,
    pub(crate) shares: BTreeMap<Part, f64>,
}

/// A part of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Component,
    Wasmtime,
    Http,
    Tasks,
    Copies,
    Allocator,
    OtherHost,
    KernelMemory,
    KernelNetwork,
    OtherKernel,
}

impl Part {
    /// All parts, in the order of the report.
    pub(crate) const ALL: [Self; 10] = [
        Self::Component,
        Self::Wasmtime,
        Self::Http,
        Self::Tasks,
        Self::Copies,
        Self::Allocator,
        Self::OtherHost,
        Self::KernelMemory,
        Self::KernelNetwork,
        Self::OtherKernel,
    ];

    /// What it is.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Component => "the component's code",
            Self::Wasmtime => "Wasmtime: calls, tasks and streams of the component model",
            Self::Http => "HTTP",
            Self::Tasks => "Tokio: tasks, timers, events",
            Self::Copies => "clearing and copying memory",
            Self::Allocator => "the host's allocator",
            Self::OtherHost => "the host, other",
            Self::KernelMemory => "the kernel: page faults and mappings",
            Self::KernelNetwork => "the kernel: network",
            Self::OtherKernel => "the kernel, other",
        }
    }

    /// The part to which a function of a file belongs.
    fn of(file: &str, function: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| function.contains(word));
        if file.starts_with("[JIT]") || file.starts_with("perf-") {
            Self::Component
        } else if file.contains("kernel") {
            const MEMORY: &[&str] =
                &["fault", "folio", "filemap", "unmap", "zap", "madvise", "tlb", "pte", "vma", "_mm"];
            const NETWORK: &[&str] = &["tcp", "ip_", "skb", "sock", "net", "napi", "inet", "dev_"];
            if has(MEMORY) {
                Self::KernelMemory
            } else if has(NETWORK) {
                Self::KernelNetwork
            } else {
                Self::OtherKernel
            }
        } else if has(&["memmove", "memcpy", "memset"]) {
            Self::Copies
        } else if has(&["malloc", "free", "calloc", "realloc", "unlink_chunk"]) {
            Self::Allocator
        } else {
            Self::of_crate(function)
        }
    }

    /// The part to which a function belongs by the crate that it begins with, or by the first that it names: `<&mut
    /// hyper::…`, `core::ptr::drop_in_place<tokio::…>`.
    fn of_crate(function: &str) -> Self {
        let words = function.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let parts = words.filter_map(|word| match word {
            "hyper" | "hyper_util" | "hyper_rustls" | "http" | "http_body" | "http_body_util" | "httparse" | "h2" => {
                Some(Self::Http)
            }
            "tokio" | "tokio_util" | "mio" | "futures_util" | "futures_core" => Some(Self::Tasks),
            word if word.starts_with("wasmtime") => Some(Self::Wasmtime),
            _ => None,
        });
        parts.into_iter().next().unwrap_or(Self::OtherHost)
    }
}

/// Measures `b` and `d`, with instances that are reused and with an instance a request; `None` where `perf` cannot.
pub(crate) fn measure(resolver: &Server, connections: usize) -> anyhow::Result<Option<Vec<Breakdown>>> {
    let can = Command::new("perf").args(["stat", "true"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !can.is_ok_and(|status| status.success()) {
        eprintln!("there is no breakdown: perf is missing, or may not count");
        return Ok(None);
    }
    let mut all = Vec::new();
    for (reuse, instances) in [(128, "reused"), (1, "one a request")] {
        let server = Server::profiled("ipedge.wasm", reuse, resolver)?;
        for (name, query) in [("b: /{ip}?dns=false", "?dns=false"), ("d: /{ip}", "")] {
            let load = Load { query, ..Load::new(name, &server, resolver, connections) };
            all.push(Breakdown { name, instances, shares: shares(&load)? });
        }
    }
    Ok(Some(all))
}

fn shares(load: &Load<'_>) -> anyhow::Result<BTreeMap<Part, f64>> {
    const SECONDS: u64 = 4;
    let file = Path::new("target/bench.perf");
    load.run(Duration::from_secs(1))?;
    let mut running = load.start(Duration::from_secs(SECONDS + 1))?;
    let recorded = Command::new("perf")
        .args(["record", "--freq", "997", "--pid", &load.server.process().to_string(), "--output"])
        .arg(file)
        .args(["--", "sleep", &SECONDS.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    running.wait()?;
    ensure!(recorded.success(), "perf record: {recorded}");
    let report = Command::new("perf")
        .args(["report", "--stdio", "--no-children", "--sort", "dso,symbol", "--input"])
        .arg(file)
        .stderr(Stdio::null())
        .output()?;
    std::fs::remove_file(file)?;
    ensure!(report.status.success(), "perf report: {}", report.status);
    parse(&String::from_utf8_lossy(&report.stdout)).context("perf reported nothing")
}

/// Reads lines such as `  1.25%  host  [.] hyper::proto::h1::…`; `None` if there are none.
fn parse(report: &str) -> Option<BTreeMap<Part, f64>> {
    let mut shares = BTreeMap::new();
    for line in report.lines().filter(|line| !line.starts_with('#')) {
        let Some((share, rest)) = line.trim().split_once('%') else { continue };
        let Some((file, function)) = rest.split_once("[k]").or_else(|| rest.split_once("[.]")) else { continue };
        let Ok(share) = share.parse::<f64>() else { continue };
        *shares.entry(Part::of(file.trim(), function.trim())).or_default() += share;
    }
    Some(shares).filter(|shares| !shares.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports() {
        let report = "\
# Overhead  Shared Object  Symbol
    20.00%  [JIT] tid 8    [.] wasm[0]::function[12]
    10.50%  host           [.] hyper::proto::h1::dispatch::poll
     1.50%  host           [.] <http::header::map::HeaderMap<T>>::append
     9.00%  host           [.] wasmtime::runtime::component::concurrent::poll
     8.00%  libc.so.6      [.] __memmove_avx_unaligned_erms
     7.00%  libc.so.6      [.] _int_malloc
     6.00%  [kernel.kallsyms]  [k] filemap_map_pages
     5.00%  [kernel.kallsyms]  [k] tcp_sendmsg
     4.00%  [kernel.kallsyms]  [k] do_syscall_64
     2.00%  host           [.] tokio::runtime::park
     1.00%  host           [.] core::ptr::drop_in_place<futures_util::map::Map<hyper::Body>>
     2.00%  host           [.] <host::server::Body>::poll
";
        let expected = [
            (Part::Component, 20.0),
            (Part::Wasmtime, 9.0),
            (Part::Http, 12.0),
            (Part::Tasks, 3.0),
            (Part::Copies, 8.0),
            (Part::Allocator, 7.0),
            (Part::OtherHost, 2.0),
            (Part::KernelMemory, 6.0),
            (Part::KernelNetwork, 5.0),
            (Part::OtherKernel, 4.0),
        ];
        assert_eq!(parse(report), Some(expected.into()));
        assert_eq!(parse("# nothing\n"), None);
    }
}
