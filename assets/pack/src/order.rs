//! In which order the nodes stand in the file: so that a lookup touches few pages of memory.
//!
//! An instance that has just started has none of the database in its memory, and pays for every page that a lookup
//! touches. A page has room for some hundred nodes: filled with a node and those that most lookups go on to from it, it
//! serves nine steps of the way or more, where a page of a plain tree order serves two or three in the upper levels.

use crate::graph::{Child, Graph, Kind};
use rustc_hash::FxHashSet;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The nodes that a tree uses, in the order of the file; the root is the first.
pub struct Order {
    /// The nodes' numbers in the graph.
    pub nodes: Vec<u32>,
    /// For each node of the graph its place in `nodes`; those that the tree does not use have [`ABSENT`].
    pub position: Vec<u32>,
    /// The numbers of the values that the tree uses, in the order in which the nodes first lead to them.
    pub leaves: Vec<u32>,
}

/// The position of a node that is not in the file.
pub const ABSENT: u32 = u32::MAX;

/// The bytes of a page, of WebAssembly's hosts as of nearly all machines.
pub const PAGE: usize = 4096;

/// The bytes of a node with records of 24 bits, which is what the databases at the edge have.
const NODE: usize = 6;

/// Fills page after page, each time from the node that most lookups have yet to find, with those that most go on to.
pub fn by_pages(graph: &Graph, root: Child) -> Order {
    let visits = visits(graph, root);
    let mut order = Order { nodes: Vec::new(), position: vec![ABSENT; graph.node_count()], leaves: Vec::new() };
    // The greatest first; of equal ones the first.
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
            if order.position[node as usize] != ABSENT {
                continue;
            }
            let place = order.nodes.len();
            order.position[node as usize] = place as u32;
            order.nodes.push(node);
            page.extend(nodes(graph.records(node)).filter(|&node| order.position[node as usize] == ABSENT).map(key));
            if place * NODE / PAGE != (place + 1) * NODE / PAGE {
                later.extend(page.drain());
            }
        }
    }
    order.leaves = leaves(graph, &order.nodes);
    order
}

/// For each node the share of lookups that pass it, of addresses drawn uniformly by network, half of them IPv4.
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
        let order = by_pages(&graph, root);
        assert!(Kind::Node(order.nodes[0]) == root.kind());
        for (place, &node) in order.nodes.iter().enumerate() {
            assert_eq!(order.position[node as usize] as usize, place);
            for child in graph.records(node) {
                let Kind::Node(child) = child.kind() else { continue };
                assert_ne!(order.position[child as usize], ABSENT, "what a node leads to is in the file");
            }
        }
        let absent = order.position.iter().filter(|&&position| position == ABSENT).count();
        assert_eq!(order.nodes.len() + absent, graph.node_count());
        assert!(absent > 0, "a node that no tree uses is left out");
        assert_eq!(order.leaves.len(), 4000);
    }
}
