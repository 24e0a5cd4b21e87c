//! In which order the nodes stand in the file.

use crate::graph::{Child, Graph, Kind};
use rustc_hash::FxHashSet;

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

/// Each node before those under it, the left branch before the right one.
pub fn by_descent(graph: &Graph, root: Child) -> Order {
    let mut order = Order { nodes: Vec::new(), position: vec![ABSENT; graph.node_count()], leaves: Vec::new() };
    let mut open = vec![root];
    while let Some(child) = open.pop() {
        let Kind::Node(node) = child.kind() else { continue };
        if order.position[node as usize] != ABSENT {
            continue;
        }
        order.position[node as usize] = order.nodes.len() as u32;
        order.nodes.push(node);
        let [left, right] = graph.records(node);
        open.extend([right, left]);
    }
    order.leaves = leaves(graph, &order.nodes);
    order
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
