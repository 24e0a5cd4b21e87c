//! The order of the nodes in the file, chosen so that a lookup touches few pages of memory.
//!
//! An instance that has just started has none of the database in memory, and every page that a lookup touches costs a
//! page fault. A page has room for several hundred nodes. Filled with a node and the nodes that most lookups visit after
//! it, a page serves nine or more steps of a lookup. In plain depth-first order, a page near the root serves two or
//! three.

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

/// The size in bytes of a node with 24-bit records, as the edge profile has.
const NODE: usize = 6;

/// Fills one page after another. Each starts with the most visited node that has no place yet, and takes the most visited
/// of the nodes below it.
pub fn by_pages(graph: &Graph, root: Child) -> Layout {
    let visits = visits(graph, root);
    let mut layout = Layout { nodes: Vec::new(), position: vec![ABSENT; graph.node_count()], leaves: Vec::new() };
    // The most visited first; of equally visited nodes, the lowest number.
    let key = |node: u32| (visits[node as usize].to_bits(), Reverse(node));
    let nodes = |children: [Child; 2]| {
        children.into_iter().filter_map(|child| match child.kind() {
            Kind::Node(node) => Some(node),
            Kind::Leaf(_) | Kind::Empty => None,
        })
    };
    let mut page = BinaryHeap::new();
    let mut later: BinaryHeap<_> = nodes([root, Child::EMPTY]).map(|root| (u64::MAX, Reverse(root))).collect();
    while let Some((_, Reverse(start))) = later.pop() {
        page.push(key(start));
        while let Some((_, Reverse(node))) = page.pop() {
            if layout.position[node as usize] != ABSENT {
                continue;
            }
            let place = layout.nodes.len();
            layout.position[node as usize] = place as u32;
            layout.nodes.push(node);
            page.extend(nodes(graph.records(node)).filter(|&node| layout.position[node as usize] == ABSENT).map(key));
            if place * NODE / PAGE != (place + 1) * NODE / PAGE {
                later.extend(page.drain());
            }
        }
    }
    layout.leaves = leaves(graph, &layout.nodes);
    layout
}

/// For each node the share of lookups that visit it, for addresses drawn uniformly by network, half of them IPv4.
fn visits(graph: &Graph, root: Child) -> Vec<f64> {
    let entry = graph.ipv4_entry(root);
    let networks = graph.networks_below(entry);
    let mut visits = vec![0.0; graph.node_count()];
    for start in [root, entry] {
        if let Kind::Node(node) = start.kind() {
            visits[node as usize] += 0.5;
        }
    }
    // A node is made after those under it.
    for node in (0..graph.node_count()).rev() {
        let records = graph.records(node as u32);
        let all: u64 = records.iter().map(|&record| networks.of(record)).sum();
        for record in records {
            if let Kind::Node(below) = record.kind()
                && all > 0
            {
                visits[below as usize] += visits[node] * networks.of(record) as f64 / all as f64;
            }
        }
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
}
