//! The figures as Markdown.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use crate::breakdown::{Breakdown, Part};
use crate::load::{Load, Sample};
use crate::machine::Machine;
use crate::metered::{Metered, REUSED};
use crate::worst::Worst;

/// The measurements of a run.
pub(crate) struct Report {
    seconds: u64,
    rounds: usize,
    pub(crate) rows: Vec<Row>,
    pub(crate) starts: Vec<Start>,
    /// Bytes that an instance adds, by component.
    pub(crate) instances: Vec<(&'static str, u64)>,
    pub(crate) batches: Vec<Batches>,
    pub(crate) worst: Vec<Worst>,
    pub(crate) metered: Vec<Metered>,
    /// Empty where it could not be measured.
    pub(crate) breakdown: Vec<Breakdown>,
    pub(crate) machine: Option<Machine>,
}

/// One load: the medians of its measurements.
pub(crate) struct Row {
    instances: &'static str,
    name: &'static str,
    connections: usize,
    middle: Sample,
    /// Requests per second, relative to the load that this is compared with: median, least and greatest of the rounds.
    ratio: Option<[f64; 3]>,
}

/// The media type of batches, and the times of each to the first byte of the body and to the last.
pub(crate) type Batches = (&'static str, Vec<[Duration; 2]>);

/// How a host starts.
pub(crate) struct Start {
    pub(crate) name: &'static str,
    /// Until its first answer.
    pub(crate) ready: Duration,
    /// Its memory then, in bytes.
    pub(crate) idle: u64,
}

impl Report {
    pub(crate) fn new(seconds: u64, rounds: usize) -> Self {
        Self {
            seconds,
            rounds,
            rows: Vec::new(),
            starts: Vec::new(),
            instances: Vec::new(),
            batches: Vec::new(),
            worst: Vec::new(),
            metered: Vec::new(),
            breakdown: Vec::new(),
            machine: None,
        }
    }
}

impl Row {
    /// The medians of `samples`, and their ratio to those of `base` in the same rounds.
    pub(crate) fn new(instances: &'static str, load: &Load<'_>, samples: &[Sample], base: Option<&[Sample]>) -> Self {
        let ratio = base.map(|base| {
            let ratios = || samples.iter().zip(base).map(|(ours, base)| ours.per_second / base.per_second);
            [median(ratios()), ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max)]
        });
        let of = |figure: fn(&Sample) -> f64| median(samples.iter().map(figure));
        let middle = Sample {
            per_second: of(|sample| sample.per_second),
            p50: of(|sample| sample.p50),
            p99: of(|sample| sample.p99),
            user: of(|sample| sample.user),
            system: of(|sample| sample.system),
            faults: of(|sample| sample.faults),
            queries: of(|sample| sample.queries),
        };
        Self { instances, name: load.name, connections: load.connections, middle, ratio }
    }
}

/// The middle one; of an even number, the mean of the middle two.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = &values[values.len().saturating_sub(1) / 2..(values.len() / 2 + 1).min(values.len())];
    middle.iter().sum::<f64>() / middle.len() as f64
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.rows.is_empty() {
            self.write_loads(f)?;
        }
        if !self.metered.is_empty() {
            self.write_metered(f)?;
        }
        if !self.breakdown.is_empty() {
            self.write_breakdown(f)?;
        }
        if !self.worst.is_empty() {
            self.write_worst(f)?;
        }
        Ok(())
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

const MIB: f64 = (1 << 20) as f64;

impl Report {
    fn write_loads(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Medians of {} rounds of {} s; the resolver takes 20 ms; load and resolver run on the same machine.\n",
            self.rounds, self.seconds
        )?;
        writeln!(
            f,
            "| instances | load | connections | req/s | b/a, d/c, e/d, f/d, g/d (least to greatest) | p50 ms | p99 ms | host CPU, µs an answer: user + system | page faults an answer | queries an answer |"
        )?;
        writeln!(f, "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for row in &self.rows {
            let Sample { per_second, p50, p99, user, system, faults, queries } = row.middle;
            write!(f, "| {} | {} | {} | {per_second:.0} | ", row.instances, row.name, row.connections)?;
            if let Some([middle, least, greatest]) = row.ratio {
                write!(f, "{middle:.2} ({least:.2} to {greatest:.2}) ")?;
            }
            writeln!(f, "| {p50:.2} | {p99:.2} | {user:.0} + {system:.0} | {faults:.1} | {queries:.2} |")?;
        }
        if let Some(Machine { fault, call }) = self.machine {
            writeln!(
                f,
                "\nOn this machine a page fault costs {:.2} µs, and a system call {:.2} µs.",
                micros(fault),
                micros(call)
            )?;
        }
        writeln!(f, "\n| batch of 100 new addresses | begins after ms | is whole after ms (least to greatest) |")?;
        writeln!(f, "|---|--:|--:|")?;
        for (accept, times) in &self.batches {
            let milliseconds = |which: usize| times.iter().map(move |time| time[which].as_secs_f64() * 1e3);
            writeln!(
                f,
                "| {accept} | {:.0} | {:.0} ({:.0} to {:.0}) |",
                median(milliseconds(0)),
                median(milliseconds(1)),
                milliseconds(1).fold(f64::INFINITY, f64::min),
                milliseconds(1).fold(0.0, f64::max),
            )?;
        }
        writeln!(f, "\n| component | start to first answer, ms | host then, MiB | an instance adds, KiB |")?;
        writeln!(f, "|---|--:|--:|--:|")?;
        for Start { name, ready, idle } in &self.starts {
            write!(f, "| {name} | {} | {:.0} | ", ready.as_millis(), *idle as f64 / MIB)?;
            match self.instances.iter().find(|(of, _)| of == name) {
                Some((_, bytes)) => writeln!(f, "{} |", bytes / 1024)?,
                None => writeln!(f, "|")?,
            }
        }
        Ok(())
    }

    fn write_metered(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| load | instances | guest instructions an answer | calls into the host an answer |")?;
        writeln!(f, "|---|---|--:|--:|")?;
        for Metered { name, instances, requests, instructions, calls } in &self.metered {
            let an_answer = |count: u64| count as f64 / *requests as f64;
            writeln!(
                f,
                "| {name} | {instances} | {:.0} | {:.1} |",
                an_answer(*instructions),
                an_answer(calls.values().sum())
            )?;
        }
        let listed: Vec<_> = self.metered.iter().filter(|metered| metered.instances == REUSED).collect();
        write!(f, "\n| calls into the host an answer, instances reused |")?;
        listed.iter().try_for_each(|metered| write!(f, " {} |", metered.name))?;
        writeln!(f, "\n|---|{}", "--:|".repeat(listed.len()))?;
        let names: BTreeSet<_> = listed.iter().flat_map(|metered| metered.calls.keys()).collect();
        for name in names {
            write!(f, "| {name} |")?;
            for metered in &listed {
                let count = metered.calls.get(name).copied().unwrap_or(0);
                write!(f, " {:.2} |", count as f64 / metered.requests as f64)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn write_breakdown(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n| % of the host's processor time |")?;
        let columns = || self.breakdown.iter();
        columns().try_for_each(|Breakdown { name, instances, .. }| write!(f, " {name}, {instances} |"))?;
        writeln!(f, "\n|---|{}", "--:|".repeat(self.breakdown.len()))?;
        for part in Part::ALL {
            write!(f, "| {} |", part.name())?;
            for Breakdown { shares, .. } in columns() {
                write!(f, " {:.0} |", shares.get(&part).copied().unwrap_or(0.0))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn write_worst(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n| worst request | at once | largest response, KiB | queries | of an instance at once | memory of an instance, MiB | s | failures |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|")?;
        for Worst { name, requests, failures, figures, time } in &self.worst {
            writeln!(
                f,
                "| {name} | {requests} | {} | {} | {} | {:.0} | {:.1} | {failures} |",
                figures.largest_response / 1024,
                figures.outbound,
                figures.outbound_at_once,
                figures.memory as f64 / MIB,
                time.as_secs_f64(),
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        let cases: [(&[f64], f64, &str); 3] = [
            (&[3.0], 3.0, "one"),
            (&[9.0, 1.0, 2.0], 2.0, "the middle one, in any order"),
            (&[4.0, 1.0, 2.0, 9.0], 3.0, "between the middle two"),
        ];
        for (values, expected, reason) in cases {
            assert!((median(values.iter().copied()) - expected).abs() < f64::EPSILON, "{reason}");
        }
    }
}
