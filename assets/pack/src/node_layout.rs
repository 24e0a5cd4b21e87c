//! The order of the nodes in the file, chosen so that a lookup touches few pages of memory.
//!
//! An instance that has just started has none of the database in memory. Every page that a lookup touches costs a page
//! fault, or where the system maps sixteen pages at a time, every such window. A page has room for several hundred nodes.
//! Filled with a node and the nodes that most lookups visit after it, a page serves nine or more steps of a lookup, and a
//! window thirteen. In plain depth-first order, a page near the root serves two or three.

use crate::graph::{Child, Graph, Kind};
use rustc_hash::FxHashSet;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The nodes that a tree uses, in the order of the file; the root is the first.
pub struct Layout {
    /// The nodes' numbers in the graph.
    pub nodes: Vec<u32>,
    /// For each node of the graph its index in `nodes`, or [`ABSENT`] if the tree does not use it.
    pub position: Vec<u32>,
    /// The numbers of the values that the tree uses, in the order in which the nodes first refer to them.
    pub leaves: Vec<u32>,
}

/// The position of a node that is not in the file.
pub const ABSENT: u32 = u32::MAX;

/// The size in bytes of a memory page on nearly all machines.
pub const PAGE: usize = 4096;

/// How many bytes of a file Linux maps into memory around a page that is touched (`fault_around_bytes`), from a multiple of
/// this on.
pub const WINDOW: usize = 65_536;

/// The size in bytes of a node with 24-bit records, as the edge profile has.
const NODE: usize = 6;

/// Fills one window after another, and in each window one page after another.
pub fn by_pages(graph: &Graph, root: Child) -> Layout {
    let visits = visits(graph, root);
    let mut nodes = Vec::with_capacity(graph.node_count());
    let mut part = vec![ABSENT; graph.node_count()];
    let mut next = 0;
    // The windows first: each node gets the number of its window.
    let all = [root].into_iter().filter_map(node).collect();
    let in_windows = fill(graph, &visits, all, WINDOW, &mut |node| {
        let is_new = part[node as usize] == ABSENT;
        if is_new {
            part[node as usize] = (next * NODE / WINDOW) as u32;
            next += 1;
        }
        is_new
    });
    // Then the pages of each window.
    let mut placed = vec![false; graph.node_count()];
    for window in in_windows.chunk_by(|one, other| part[*one as usize] == part[*other as usize]) {
        let number = part[window[0] as usize];
        let start = nodes.len() * NODE;
        nodes.extend(fill_from(graph, &visits, window.to_vec(), PAGE, start, &mut |node| {
            part[node as usize] == number && !std::mem::replace(&mut placed[node as usize], true)
        }));
    }
    let mut position = vec![ABSENT; graph.node_count()];
    for (place, node) in nodes.iter().enumerate() {
        position[*node as usize] = place as u32;
    }
    let leaves = leaves(graph, &nodes);
    Layout { nodes, position, leaves }
}

/// The nodes that can be reached from `starts` and that `take` takes, block by block. Each block starts with the most
/// visited node that is left, and takes the most visited of the nodes below it.
fn fill(graph: &Graph, visits: &[f64], starts: Vec<u32>, block: usize, take: &mut dyn FnMut(u32) -> bool) -> Vec<u32> {
    fill_from(graph, visits, starts, block, 0, take)
}

/// The same, from an offset in the file.
fn fill_from(
    graph: &Graph,
    visits: &[f64],
    starts: Vec<u32>,
    block: usize,
    offset: usize,
    take: &mut dyn FnMut(u32) -> bool,
) -> Vec<u32> {
    // The most visited first; of equally visited nodes, the lowest number.
    let key = |node: u32| (visits[node as usize].to_bits(), Reverse(node));
    let mut taken = Vec::with_capacity(starts.len());
    let mut later: BinaryHeap<_> = starts.into_iter().map(key).collect();
    let mut current = BinaryHeap::new();
    while let Some(start) = later.pop() {
        current.push(start);
        while let Some((_, Reverse(next))) = current.pop() {
            if !take(next) {
                continue;
            }
            let end = offset + (taken.len() + 1) * NODE;
            taken.push(next);
            current.extend(graph.records(next).into_iter().filter_map(node).map(key));
            if (end - NODE) / block != end / block {
                later.extend(current.drain());
            }
        }
    }
    taken
}

fn node(child: Child) -> Option<u32> {
    match child.kind() {
        Kind::Node(node) => Some(node),
        Kind::Leaf(_) | Kind::Empty => None,
    }
}

/// For each node the share of lookups that visit it. Half of them are of IPv4 addresses, and half of these are drawn
/// uniformly from the networks and half from the addresses: busy networks are small ones, but not all small ones are busy.
/// IPv6 addresses are drawn from the networks, because nearly all of their space is empty.
///
/// Every reader walks from the root to the node of IPv4 when it opens the file, so these nodes come first.
fn visits(graph: &Graph, root: Child) -> Vec<f64> {
    let entry = graph.ipv4_entry(root);
    let networks = graph.networks_below(entry);
    let mut visits = vec![0.0; graph.node_count()];
    let mut by_address = vec![0.0; graph.node_count()];
    for (start, share) in [(root, 0.5), (entry, 0.25)] {
        if let Some(node) = node(start) {
            visits[node as usize] += share;
        }
    }
    if let Some(node) = node(entry) {
        by_address[node as usize] = 0.25;
    }
    // A node is made after those under it.
    for number in (0..graph.node_count()).rev() {
        let records = graph.records(number as u32);
        let all: u64 = records.iter().map(|&record| networks.of(record)).sum();
        for record in records {
            let Some(below) = node(record) else { continue };
            if all > 0 {
                visits[below as usize] += visits[number] * networks.of(record) as f64 / all as f64;
            }
            by_address[below as usize] += by_address[number] / 2.0;
        }
    }
    visits.iter_mut().zip(by_address).for_each(|(visits, more)| *visits += more);
    let mut chain = root;
    while chain != entry
        && let Some(number) = node(chain)
    {
        visits[number as usize] += 1.0;
        chain = graph.records(number)[0];
    }
    if let Some(root) = node(root) {
        visits[root as usize] = f64::INFINITY;
    }
    visits
}

fn leaves(graph: &Graph, nodes: &[u32]) -> Vec<u32> {
    let mut seen = FxHashSet::default();
    let records = nodes.iter().flat_map(|&node| graph.records(node));
    let leaves = records.filter_map(|record| match record.kind() {
        Kind::Leaf(leaf) => Some(leaf),
        Kind::Node(_) | Kind::Empty => None,
    });
    leaves.filter(|&leaf| seen.insert(leaf)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;

    #[test]
    fn every_node_has_one_place_and_the_root_is_first() {
        let mut graph = Graph::default();
        let networks: Vec<(Network, u32)> =
            (0..4000_u32).map(|n| (format!("{}.{}.0.0/16", n / 100, n % 100).parse().unwrap(), n)).collect();
        let ipv4 = graph.tree(Network::IPV4, &networks);
        graph.node(Child::leaf(4001), Child::leaf(4002));
        let root = graph.join(ipv4, Child::EMPTY, &Network::IPV4_ALIASES);
        let layout = by_pages(&graph, root);
        assert!(Kind::Node(layout.nodes[0]) == root.kind());
        for (place, &node) in layout.nodes.iter().enumerate() {
            assert_eq!(layout.position[node as usize] as usize, place);
            for child in graph.records(node) {
                let Kind::Node(child) = child.kind() else { continue };
                assert_ne!(layout.position[child as usize], ABSENT, "every child of a node is in the file");
            }
        }
        let absent = layout.position.iter().filter(|&&position| position == ABSENT).count();
        assert_eq!(layout.nodes.len() + absent, graph.node_count());
        assert!(absent > 0, "a node that no tree uses is left out");
        assert_eq!(layout.leaves.len(), 4000);
    }

    /// The offsets of the nodes on the way to an address.
    fn path(graph: &Graph, layout: &Layout, root: Child, bits: u128) -> Vec<usize> {
        let mut child = root;
        let mut offsets = Vec::new();
        for bit in (0..128).rev() {
            let Some(number) = node(child) else { break };
            offsets.push(layout.position[number as usize] as usize * NODE);
            child = graph.records(number)[(bits >> bit & 1) as usize];
        }
        offsets
    }

    #[test]
    fn a_lookup_touches_few_windows() {
        let mut graph = Graph::default();
        let networks: Vec<(Network, u32)> = (0..60_000_u32)
            .map(|n| (format!("{}.{}.{}.0/24", 1 + n / 6_000, n / 24 % 250, n % 24 * 10).parse().unwrap(), n))
            .collect();
        let ipv4 = graph.tree(Network::IPV4, &networks);
        let root = graph.join(ipv4, Child::EMPTY, &Network::IPV4_ALIASES);
        let layout = by_pages(&graph, root);
        assert!(layout.nodes.len() * NODE > 4 * WINDOW, "{} nodes: several windows", layout.nodes.len());
        let chain = path(&graph, &layout, root, 0);
        assert!(chain[..96].iter().all(|offset| offset / PAGE == 0), "what every reader visits is on the first page");
        let touched = |block: usize| {
            let blocks = networks.iter().map(|(network, _)| {
                let path = path(&graph, &layout, root, network.first());
                let mut blocks: Vec<_> = path.into_iter().map(|at| at / block).collect();
                blocks.sort_unstable();
                blocks.dedup();
                blocks.len()
            });
            blocks.sum::<usize>() as f64 / networks.len() as f64
        };
        assert!(touched(WINDOW) < 2.1 && touched(PAGE) < 3.1, "{} windows, {} pages", touched(WINDOW), touched(PAGE));
    }
}
