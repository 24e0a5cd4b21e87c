//! The search tree, in which equal subtrees are stored once.
//!
//! A MaxMind DB reader walks from the root by the bits of an address. It does not check whether two records lead to the
//! same node, so the tree can be a graph. That saves most of the space of a plain tree.

use crate::network::Network;
use rustc_hash::FxHashMap;

/// What a record of a node refers to: another node, a value, or nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Child(u32);

/// What a [`Child`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// There is no data for these addresses.
    Empty,
    /// All of these addresses have the value with this number.
    Leaf(u32),
    /// The node with this number decides by the next bit.
    Node(u32),
}

/// The number of networks with data below each node of a graph.
pub struct Counts {
    nodes: Vec<u64>,
    /// Below the IPv4 entry.
    pub at_entry: u64,
}

impl Counts {
    /// Below a node, or in a leaf.
    pub fn of(&self, child: Child) -> u64 {
        match child.kind() {
            Kind::Empty => 0,
            Kind::Leaf(_) => 1,
            Kind::Node(node) => self.nodes[node as usize],
        }
    }
}

/// Nodes and values are numbered below this, so that one bit of 32 distinguishes the two.
const LIMIT: u32 = 1 << 31;

impl Child {
    /// No data.
    pub const EMPTY: Self = Self(u32::MAX);

    /// The value with this number.
    pub fn leaf(value: u32) -> Self {
        assert!(value < LIMIT - 1, "more values than a search tree can number");
        Self(value | LIMIT)
    }

    fn node(index: usize) -> Self {
        let index = u32::try_from(index).ok().filter(|&index| index < LIMIT);
        Self(index.expect("more nodes than a search tree can number"))
    }

    /// What this is.
    pub fn kind(self) -> Kind {
        match self {
            Self::EMPTY => Kind::Empty,
            Self(value) if value >= LIMIT => Kind::Leaf(value - LIMIT),
            Self(node) => Kind::Node(node),
        }
    }

    fn is_node(self) -> bool {
        self.0 < LIMIT
    }
}

/// Nodes, each stored once.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<[Child; 2]>,
    known: FxHashMap<[Child; 2], Child>,
}

impl Graph {
    /// Makes the tree over `space` of these networks, which must be sorted and within it. For an address in several
    /// networks the longest prefix applies; of two values for the same prefix, the later.
    pub fn tree(&mut self, space: Network, networks: &[(Network, u32)]) -> Child {
        debug_assert!(networks.is_sorted_by_key(|&(network, _)| network));
        debug_assert!(networks.iter().all(|&(network, _)| space.contains(network)));
        self.subtree(networks, space.length(), Child::EMPTY)
    }

    fn subtree(&mut self, mut networks: &[(Network, u32)], depth: u8, mut inherited: Child) -> Child {
        while let Some((&(network, value), rest)) = networks.split_first()
            && network.length() == depth
        {
            inherited = Child::leaf(value);
            networks = rest;
        }
        if networks.is_empty() {
            return inherited;
        }
        let bit = 1 << (127 - depth);
        let middle = networks.partition_point(|(network, _)| network.first() & bit == 0);
        let (left, right) = networks.split_at(middle);
        let left = self.subtree(left, depth + 1, inherited);
        let right = self.subtree(right, depth + 1, inherited);
        self.node(left, right)
    }

    /// The node with these records; the record itself if both are equal and neither is a node.
    pub fn node(&mut self, left: Child, right: Child) -> Child {
        if left == right && !left.is_node() {
            return left;
        }
        *self.known.entry([left, right]).or_insert_with(|| {
            self.nodes.push([left, right]);
            Child::node(self.nodes.len() - 1)
        })
    }

    /// The records of a node.
    pub fn records(&self, node: u32) -> [Child; 2] {
        self.nodes[node as usize]
    }

    /// The number of nodes made so far, including those that no tree uses any more.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The number of networks with data in a tree. Those under an alias of IPv4 are counted once, under `::/96`.
    pub fn networks(&self, root: Child) -> u64 {
        let entry = self.ipv4_entry(root);
        let below = self.networks_below(entry);
        below.of(root) + below.at_entry
    }

    /// The number of networks with data below each node. Nodes above `entry` do not count those below it.
    pub fn networks_below(&self, entry: Child) -> Counts {
        let mut counts = Counts { nodes: Vec::with_capacity(self.nodes.len()), at_entry: 0 };
        for (node, records) in self.nodes.iter().enumerate() {
            let count = records.iter().map(|&record| counts.of(record)).sum();
            let is_entry = Child::node(node) == entry;
            counts.at_entry += if is_entry { count } else { 0 };
            counts.nodes.push(if is_entry { 0 } else { count });
        }
        counts
    }

    /// The node at `::/96`, from which readers look up IPv4 addresses.
    pub fn ipv4_entry(&self, root: Child) -> Child {
        (0..Network::IPV4.length()).fold(root, |child, _| self.split(child)[0])
    }

    /// One tree over both address families: `ipv4` at `::/96`, and again at each of `aliases`.
    ///
    /// The node at `::/96` is always a distinct one, even if another has the same records: readers recognise aliases by
    /// its number, and would skip an IPv6 network whose records happen to equal those of IPv4.
    pub fn join(&mut self, ipv4: Child, ipv6: Child, aliases: &[Network]) -> Child {
        let records = self.split(ipv4);
        self.nodes.push(records);
        let entry = Child::node(self.nodes.len() - 1);
        aliases.iter().chain([&Network::IPV4]).fold(ipv6, |root, &network| self.graft(root, network, 0, entry))
    }

    /// The tree under `root`, with `branch` in place of `network`.
    fn graft(&mut self, root: Child, network: Network, depth: u8, branch: Child) -> Child {
        if depth == network.length() {
            return branch;
        }
        let [left, right] = self.split(root);
        if network.first() & (1 << (127 - depth)) == 0 {
            let left = self.graft(left, network, depth + 1, branch);
            self.node(left, right)
        } else {
            let right = self.graft(right, network, depth + 1, branch);
            self.node(left, right)
        }
    }

    fn split(&self, child: Child) -> [Child; 2] {
        match child.kind() {
            Kind::Node(node) => self.records(node),
            Kind::Leaf(_) | Kind::Empty => [child, child],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(of: &[(&str, u32)]) -> Vec<(Network, u32)> {
        let mut networks: Vec<_> = of.iter().map(|&(network, value)| (network.parse().unwrap(), value)).collect();
        networks.sort();
        networks
    }

    fn get(graph: &Graph, mut child: Child, address: u128) -> Kind {
        for depth in 0..128 {
            let Kind::Node(node) = child.kind() else { break };
            child = graph.records(node)[usize::from(address & (1 << (127 - depth)) != 0)];
        }
        child.kind()
    }

    #[test]
    fn the_longer_prefix_applies() {
        let mut graph = Graph::default();
        let tree =
            graph.tree(Network::ALL, &networks(&[("8000::/1", 1), ("8000::/3", 2), ("8000::/2", 3), ("e000::/3", 1)]));
        for (address, value, reason) in [
            (0x8000 << 112, Kind::Leaf(2), "the longest of three"),
            (0xa000 << 112, Kind::Leaf(3), "within the second"),
            (0xc000 << 112, Kind::Leaf(1), "only in the first"),
            (0x4000 << 112, Kind::Empty, "in none"),
        ] {
            assert_eq!(get(&graph, tree, address), value, "{reason}");
        }
    }

    #[test]
    fn equal_subtrees_are_one() {
        let mut graph = Graph::default();
        graph.tree(Network::ALL, &networks(&[("::/2", 1), ("8000::/2", 1)]));
        assert_eq!(graph.node_count(), 2, "the root, and one node for both halves");
        let mut graph = Graph::default();
        assert_eq!(
            graph.tree(Network::ALL, &networks(&[("::/1", 1), ("8000::/1", 1)])).kind(),
            Kind::Leaf(1),
            "no node needed"
        );
    }

    #[test]
    fn the_entry_of_ipv4_is_a_distinct_node() {
        let mut graph = Graph::default();
        let ipv4 = graph.tree(Network::IPV4, &networks(&[("0.0.0.0/1", 1)]));
        let ipv6 = graph.tree(Network::ALL, &networks(&[("2001:db8::/33", 1)]));
        let root = graph.join(ipv4, ipv6, &[]);
        assert_eq!(get(&graph, root, 0x7f00_0001), Kind::Leaf(1));
        let walk = |address: u128, depth| {
            (0..depth).fold(root, |child, bit| match child.kind() {
                Kind::Node(node) => graph.records(node)[usize::from(address & (1 << (127 - bit)) != 0)],
                _ => child,
            })
        };
        assert!(walk(0x2001_0db8 << 96, 32) != walk(0, 96), "two nodes with the same records");
    }
}
