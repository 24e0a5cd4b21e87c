//! How fast the component is, compared with minimal Spin components under the same host, and what its worst requests cost.
//!
//! `make bench` builds what this needs. Host, resolver and load generator (wrk) are processes of their own, so that
//! they share the processors as they would elsewhere. Loads that are compared are measured in turns, round by round, so
//! that a disturbance of the machine affects both.

mod breakdown;
mod load;
mod machine;
mod metered;
mod report;
mod server;
mod worst;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};

use load::{Load, Sample};
use machine::Machine;
use report::{Batches, Report, Row, Start};
use server::Server;

/// Measures the component against a hello-world component, and against one that only queries the resolver
#[derive(Parser)]
#[command(name = "bench")]
struct Options {
    /// Seconds of a measurement
    #[arg(long, default_value = "3", value_name = "S")]
    seconds: u64,

    /// Measurements of each load
    #[arg(long, default_value = "4", value_name = "N")]
    rounds: usize,

    /// Measure only these: `loads`, `metered`, `breakdown` or `worst`
    #[arg(long, value_enum, value_name = "WHAT")]
    only: Option<Part>,

    /// Where to write the report
    #[arg(long, default_value = "target/bench.md", value_name = "FILE")]
    out: PathBuf,
}

/// A part of the report.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Rates, latencies, processor time and page faults under load; memory and starts.
    Loads,
    /// Instructions and calls into the host.
    Metered,
    /// Where the host's processor time goes, where `perf` can tell.
    Breakdown,
    /// The worst requests.
    Worst,
}

/// The delay of the resolver's answers.
const RESOLVER: Duration = Duration::from_millis(20);
/// Addresses that are requested by Zipf's law, as those of the visitors of a site.
const VISITORS: usize = 10_000;
/// Clients at once.
const CONNECTIONS: usize = 32;
const MANY_CONNECTIONS: usize = 256;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let mut report = Report::new(options.seconds, options.rounds);
    let wanted = |part| options.only.is_none_or(|only| only == part);
    if wanted(Part::Loads) {
        report.machine = Some(Machine::probe()?);
        measure_loads(&options, &mut report)?;
    }
    if wanted(Part::Metered) {
        report.metered = metered::measure()?;
    }
    if wanted(Part::Breakdown) {
        report.breakdown = breakdown::measure(&Server::doh(RESOLVER)?, CONNECTIONS)?.unwrap_or_default();
    }
    if wanted(Part::Worst) {
        report.worst = worst::measure(&server::component("ipedge.wasm")?)?;
    }
    let text = report.to_string();
    std::fs::write(&options.out, &text).with_context(|| options.out.display().to_string())?;
    println!("{text}");
    Ok(())
}

fn measure_loads(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let resolver = Server::doh(RESOLVER)?;
    let duel = |instances, base: Load<'_>, ours: Load<'_>, report: &mut Report| -> anyhow::Result<()> {
        let (base_samples, our_samples) = rounds(options, &base, &ours)?;
        report.rows.push(Row::new(instances, &base, &base_samples, None));
        report.rows.push(Row::new(instances, &ours, &our_samples, Some(&base_samples)));
        Ok(())
    };
    for (reuse, instances) in [(128, "reused"), (1, "one a request")] {
        let hello = Server::host("bench_hello.wasm", reuse, &resolver)?;
        let ipedge = Server::host("ipedge.wasm", reuse, &resolver)?;
        let outbound = Server::host("bench_outbound.wasm", reuse, &resolver)?;
        if reuse > 1 {
            for (name, server) in [("hello", &hello), ("ipedge", &ipedge), ("outbound", &outbound)] {
                report.starts.push(Start { name, ready: server.ready, idle: server.memory()?.resident });
            }
        }
        duel(
            instances,
            Load::new("a: hello world", &hello, &resolver, CONNECTIONS),
            Load { query: "?dns=false", ..Load::new("b: /{ip}?dns=false", &ipedge, &resolver, CONNECTIONS) },
            report,
        )?;
        for connections in [CONNECTIONS, MANY_CONNECTIONS] {
            duel(
                instances,
                Load::new("c: one DoH request", &outbound, &resolver, connections),
                Load::new("d: /{ip}", &ipedge, &resolver, connections),
                report,
            )?;
        }
    }
    let ipedge = Server::host("ipedge.wasm", 128, &resolver)?;
    duel(
        "reused",
        Load::new("d: /{ip}", &ipedge, &resolver, CONNECTIONS),
        Load { pages: true, ..Load::new("f: /{ip} as a page", &ipedge, &resolver, CONNECTIONS) },
        report,
    )?;
    let posts = Server::with("ipedge.wasm", "doh_method=post", &resolver)?;
    duel(
        "reused",
        Load::new("d: /{ip}", &ipedge, &resolver, CONNECTIONS),
        Load::new("g: /{ip}, queries by POST", &posts, &resolver, CONNECTIONS),
        report,
    )?;
    // An instance's DNS cache serves its later requests: the more it has of them, the more it saves.
    for (reuse, instances) in [(128, "128 requests each"), (10_000, "10,000 requests each")] {
        let ipedge = Server::host("ipedge.wasm", reuse, &resolver)?;
        duel(
            instances,
            Load::new("d: /{ip}", &ipedge, &resolver, CONNECTIONS),
            Load { population: VISITORS, ..Load::new("e: /{ip}, Zipf", &ipedge, &resolver, CONNECTIONS) },
            report,
        )?;
    }
    report.batches = batches(&resolver)?;
    // Instances of the hello world end too soon to be measured.
    for (name, file) in [("ipedge", "ipedge.wasm"), ("outbound", "bench_outbound.wasm")] {
        report.instances.push((name, per_instance(file)?));
    }
    Ok(())
}

/// How long batches of new addresses take.
fn batches(resolver: &Server) -> anyhow::Result<Vec<Batches>> {
    const BATCHES: usize = 20;
    let ipedge = Server::host("ipedge.wasm", 128, resolver)?;
    let mut networks = (0..).map(|n| (20 + n / 256, n % 256));
    let mut of = |accept| -> anyhow::Result<_> {
        let times = networks.by_ref().take(BATCHES).map(|(first, second)| {
            let addresses: Vec<_> = (1..=100).map(|last| format!("{first}.{second}.0.{last}")).collect();
            ipedge.batch(accept, &addresses.join("\n"))
        });
        Ok((accept, times.collect::<anyhow::Result<Vec<_>>>()?))
    };
    Ok(vec![of("application/json")?, of("application/x-ndjson")?])
}

/// The bytes that an instance adds to its host: the memory with many that wait for a resolver, less that with none.
fn per_instance(file: &str) -> anyhow::Result<u64> {
    let resolver = Server::doh(Duration::from_secs(10))?;
    let server = Server::host(file, 1, &resolver)?;
    let before = server.memory()?.proportional;
    let load = Load::new("held", &server, &resolver, MANY_CONNECTIONS);
    let mut held = load.start(Duration::from_secs(3))?;
    std::thread::sleep(Duration::from_secs(2));
    let with = server.memory()?.proportional;
    held.wait()?;
    Ok(with.saturating_sub(before) / MANY_CONNECTIONS as u64)
}

/// Measures two loads in turns; which one is first changes from round to round.
fn rounds(options: &Options, base: &Load<'_>, ours: &Load<'_>) -> anyhow::Result<(Vec<Sample>, Vec<Sample>)> {
    let (mut base_samples, mut our_samples) = (Vec::new(), Vec::new());
    for load in [base, ours] {
        load.run(Duration::from_secs(1))?;
    }
    for round in 0..options.rounds {
        let duration = Duration::from_secs(options.seconds);
        if round % 2 == 0 {
            base_samples.push(base.run(duration)?);
            our_samples.push(ours.run(duration)?);
        } else {
            our_samples.push(ours.run(duration)?);
            base_samples.push(base.run(duration)?);
        }
        eprintln!(
            "round {}, {} connections: {} {:.0}/s, {} {:.0}/s",
            round + 1,
            base.connections,
            base.name,
            base_samples[round].per_second,
            ours.name,
            our_samples[round].per_second,
        );
    }
    Ok((base_samples, our_samples))
}
