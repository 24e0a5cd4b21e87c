//! Sizes of the parts of a database, and the number of memory pages that a lookup touches.

use crate::access_trace::AccessTrace;
use crate::node_layout::{PAGE, WINDOW};
use fastrand::Rng;
use std::fmt;

/// The figures of a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The file's size.
    pub bytes: usize,
    /// Nodes of the search tree.
    pub nodes: usize,
    /// Bytes of the search tree.
    pub tree_bytes: usize,
    /// Bytes of the data section.
    pub data_bytes: usize,
    /// Pages of the search tree that a lookup would touch if the nodes were in depth-first order.
    pub tree_pages_plain: Pages,
    /// Pages of the search tree that a lookup touches.
    pub tree_pages: Pages,
    /// Pages of the data section that a lookup touches.
    pub data_pages: Pages,
    /// Windows of 64 KiB that a lookup touches, in the search tree and in the data section.
    pub windows: Pages,
}

/// Pages, or windows, touched per lookup.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pages {
    /// On average.
    pub mean: f64,
    /// The 99th percentile.
    pub p99: usize,
}

/// The number of lookups to measure, half of them IPv4.
const LOOKUPS: usize = 1_000_000;

/// Measures a database, with addresses drawn uniformly by network. The error says what is wrong with the database.
pub fn of(bytes: &[u8]) -> Result<Figures, String> {
    let trace = AccessTrace::open(bytes)?;
    let entry = (0..96).fold(0, |node: u32, _| trace.nodes.get(node as usize).map_or(node, |records| records[0]));
    let networks = networks(&trace, entry)?;
    let plain = plain(&trace);
    let mut random = Rng::with_seed(1);
    let [mut before, mut after, mut data] = [PAGE; 3].map(Histogram::of);
    let mut windows = Histogram::of(WINDOW);
    let (mut touched, mut touched_plain, mut touched_data) = (Vec::new(), Vec::new(), Vec::new());
    for lookup in 0..LOOKUPS {
        let mut record = if lookup % 2 == 0 { entry } else { 0 };
        while let Some(&records) = trace.nodes.get(record as usize) {
            touched.push(record as usize * trace.node_bytes);
            touched_plain.push(plain[record as usize] as usize * trace.node_bytes);
            let [left, right] = records.map(|record| below(&networks, trace.nodes.len(), record));
            if left + right == 0 {
                break;
            }
            record = records[usize::from(random.u64(..left + right) >= left)];
        }
        if record as usize > trace.nodes.len() {
            trace.value(record, &mut touched_data)?;
        }
        windows.add(&mut touched.iter().chain(&touched_data).copied().collect());
        after.add(&mut touched);
        before.add(&mut touched_plain);
        data.add(&mut touched_data);
    }
    Ok(Figures {
        bytes: bytes.len(),
        nodes: trace.nodes.len(),
        tree_bytes: trace.nodes.len() * trace.node_bytes,
        data_bytes: trace.data_end - trace.data_start,
        tree_pages_plain: before.pages(),
        tree_pages: after.pages(),
        data_pages: data.pages(),
        windows: windows.pages(),
    })
}

/// For each node the number of networks with data below it. Nodes above `entry` do not count those of IPv4.
fn networks(trace: &AccessTrace, entry: u32) -> Result<Vec<Option<u64>>, String> {
    let nodes = trace.nodes.len();
    let mut counts: Vec<Option<u64>> = vec![None; nodes];
    let mut open: Vec<(u32, bool)> = vec![(0, false)];
    while let Some((node, are_children_done)) = open.pop() {
        if counts[node as usize].is_some() {
            continue;
        }
        let records = trace.nodes[node as usize];
        if are_children_done {
            let [left, right] = records.map(|record| below(&counts, nodes, record));
            counts[node as usize] = Some(if node == entry { 0 } else { left.saturating_add(right) });
            continue;
        }
        if open.len() > 3 * 128 {
            return Err("the search tree is deeper than an address is long".to_owned());
        }
        open.push((node, true));
        let inner = records.into_iter().filter(|&record| (record as usize) < nodes);
        open.extend(inner.filter(|&record| counts[record as usize].is_none()).map(|record| (record, false)));
    }
    Ok(counts)
}

fn below(counts: &[Option<u64>], nodes: usize, record: u32) -> u64 {
    match counts.get(record as usize) {
        Some(count) => count.unwrap_or(0),
        None => u64::from(record as usize > nodes),
    }
}

/// For each node its index in depth-first order, the left branch before the right one.
fn plain(trace: &AccessTrace) -> Vec<u32> {
    let mut places: Vec<Option<u32>> = vec![None; trace.nodes.len()];
    let mut open = vec![0];
    let mut next = 0;
    while let Some(node) = open.pop() {
        let Some(place @ None) = places.get_mut(node as usize) else { continue };
        *place = Some(next);
        next += 1;
        let [left, right] = trace.nodes[node as usize];
        open.extend([right, left]);
    }
    places.into_iter().map(|place| place.unwrap_or(next)).collect()
}

/// The number of lookups by the number of pages, or of larger blocks, that they touched.
struct Histogram {
    block: usize,
    lookups: Vec<u64>,
}

impl Histogram {
    /// Counts blocks of `block` bytes.
    fn of(block: usize) -> Self {
        Self { block, lookups: Vec::new() }
    }

    /// Counts a lookup by the offsets that it touched, and clears them.
    fn add(&mut self, touched: &mut Vec<usize>) {
        touched.iter_mut().for_each(|place| *place /= self.block);
        touched.sort_unstable();
        touched.dedup();
        if self.lookups.len() <= touched.len() {
            self.lookups.resize(touched.len() + 1, 0);
        }
        self.lookups[touched.len()] += 1;
        touched.clear();
    }

    fn pages(&self) -> Pages {
        let lookups: u64 = self.lookups.iter().sum();
        let touched: u64 = (0..).zip(&self.lookups).map(|(pages, count)| pages * count).sum();
        let mut seen = 0;
        let p99 = self.lookups.iter().position(|count| {
            seen += count;
            seen * 100 >= lookups * 99
        });
        Pages { mean: touched as f64 / lookups.max(1) as f64, p99: p99.unwrap_or(0) }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  {} bytes: search tree {} ({} nodes), data {}",
            self.bytes, self.tree_bytes, self.nodes, self.data_bytes
        )?;
        writeln!(f, "  pages of 4 KiB touched by a lookup, over {LOOKUPS} random addresses:")?;
        for (what, pages) in [
            ("search tree, if depth-first", self.tree_pages_plain),
            ("search tree, as stored", self.tree_pages),
            ("data", self.data_pages),
            ("windows of 64 KiB, both", self.windows),
        ] {
            writeln!(f, "    {what:34} mean {:5.2}   p99 {}", pages.mean, pages.p99)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_database_has_few_pages() {
        let world = crate::fixture::build("[asn]\n1.0.0.0/24 | 1 | One\n2400::/12 | 2 | Two\n").unwrap();
        let figures = of(&world.asn).unwrap();
        assert_eq!(figures.tree_bytes, 6 * figures.nodes);
        assert!(figures.tree_bytes + figures.data_bytes < figures.bytes && figures.bytes < 4096);
        assert_eq!(figures.tree_pages, Pages { mean: 1.0, p99: 1 }, "all of it is on one page");
    }

    #[test]
    fn pages_are_counted_once_a_lookup() {
        let mut histogram = Histogram::of(PAGE);
        for _ in 0..98 {
            histogram.add(&mut vec![0, 1, PAGE - 1]);
        }
        histogram.add(&mut vec![0, PAGE, 2 * PAGE]);
        histogram.add(&mut vec![0, PAGE]);
        assert_eq!(histogram.pages(), Pages { mean: 1.03, p99: 2 });
    }
}
