//! The load on a server, and the measurements.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::server::{Server, Usage};

/// Requests for random addresses, as many as a number of keep-alive connections can carry.
pub(crate) struct Load<'a> {
    pub(crate) name: &'static str,
    pub(crate) server: &'a Server,
    /// Its resolver.
    pub(crate) resolver: &'a Server,
    /// Follows the address.
    pub(crate) query: &'static str,
    /// How many addresses there are, requested by Zipf's law; 0: any address, all equally often.
    pub(crate) population: usize,
    pub(crate) connections: usize,
    /// Whether the answers are pages, as for browsers.
    pub(crate) pages: bool,
}

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    /// Milliseconds within which half of the answers came.
    pub(crate) p50: f64,
    /// Milliseconds within which 99 of 100 answers came.
    pub(crate) p99: f64,
    /// Microseconds of processor time that the server spent on an answer: in the process itself, and in the kernel.
    pub(crate) user: f64,
    pub(crate) system: f64,
    /// Page faults of the server per answer.
    pub(crate) faults: f64,
    /// Queries to the resolver per answer.
    pub(crate) queries: f64,
}

impl<'a> Load<'a> {
    /// Any addresses, without a query string.
    pub(crate) fn new(name: &'static str, server: &'a Server, resolver: &'a Server, connections: usize) -> Self {
        Self { name, server, resolver, query: "", population: 0, connections, pages: false }
    }

    /// Measures; an error where any answer is missing or not 2xx.
    pub(crate) fn run(&self, duration: Duration) -> anyhow::Result<Sample> {
        let sent = self.resolver.queries()?;
        let before = self.server.usage()?;
        let output = self.start(duration)?.wait_with_output()?;
        let spent = self.server.usage()?.since(before);
        let text = String::from_utf8(output.stdout)?;
        let line = text.lines().find_map(|line| line.strip_prefix("figures ")).context("wrk printed no figures")?;
        let sent = self.resolver.queries()? - sent;
        Sample::parse(line, spent, sent).with_context(|| format!("{}: {text}", self.name))
    }

    /// Starts the load.
    pub(crate) fn start(&self, duration: Duration) -> anyhow::Result<Child> {
        Command::new("wrk")
            .args(["--threads", "1", "--connections", &self.connections.to_string()])
            .args(["--duration", &format!("{}s", duration.as_secs()), "--script", "benches/random.lua"])
            .args([&format!("http://{}", self.server.address), "--", self.query, &self.population.to_string()])
            .args(self.pages.then_some("text/html"))
            .stdout(Stdio::piped())
            .spawn()
            .context("wrk, the load generator, does not start (Debian has it in the package wrk)")
    }
}

impl Sample {
    /// Reads what benches/random.lua prints: requests, then microseconds in all, of the 50th and of the 99th
    /// percentile, then errors.
    fn parse(line: &str, spent: Usage, sent: u64) -> anyhow::Result<Self> {
        let figures = line.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let [requests, duration, p50, p99, errors] = figures[..] else { anyhow::bail!("{line:?} is not five figures") };
        ensure!(requests > 0.0, "nothing was answered");
        ensure!(errors == 0.0, "{errors} of {requests} requests failed");
        Ok(Self {
            per_second: requests / (duration / 1e6),
            p50: p50 / 1e3,
            p99: p99 / 1e3,
            user: spent.user.as_secs_f64() * 1e6 / requests,
            system: spent.system.as_secs_f64() * 1e6 / requests,
            faults: spent.faults as f64 / requests,
            queries: sent as f64 / requests,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures() {
        let sample =
            Sample { per_second: 500.0, p50: 20.5, p99: 31.0, user: 100.0, system: 50.0, faults: 3.0, queries: 0.5 };
        let spent = Usage { user: Duration::from_millis(100), system: Duration::from_millis(50), faults: 3_000 };
        let cases = [
            ("1000 2000000 20500 31000 0", Some(sample), "a thousand in two seconds"),
            ("1000 2000000 20500 31000 1", None, "one failed"),
            ("0 2000000 0 0 0", None, "none answered"),
            ("1000 2000000 20500 31000", None, "a figure is missing"),
            ("1000 2000000 20500 31000 none", None, "not a figure"),
        ];
        for (line, expected, reason) in cases {
            assert_eq!(Sample::parse(line, spent, 500).ok(), expected, "{reason}");
        }
    }
}
