//! Makes a smaller tree in which no address moves farther than the radius.
//!
//! Every leaf may take any of its candidates, so a subtree becomes one leaf if its leaves have a common candidate. From
//! the leaves up, the candidates of a node are those that both of its branches have, which finds every possible merge.
//! (Fitch's method for evolutionary trees does the same.) The choice among common candidates does not change the size of
//! a tree, but it changes that of a graph: always choosing the most frequent one makes more subtrees equal, and equal
//! subtrees are stored once.

use crate::candidates::Candidates;
use crate::graph::{Child, Graph, Kind};

/// The simplified graph, and its roots in the order of the ones given.
pub struct Simplified<const N: usize> {
    /// The graph, whose leaves are numbers of places.
    pub graph: Graph,
    /// The roots of the trees.
    pub roots: [Child; N],
}

/// Simplifies the trees under `roots`, whose leaves are numbers of places.
pub fn simplify<const N: usize>(graph: &Graph, roots: [Child; N], candidates: &mut Candidates) -> Simplified<N> {
    let mut simplified = Graph::default();
    let mut done: Vec<Branch> = Vec::with_capacity(graph.node_count());
    // Children have lower numbers than their parents.
    for node in 0..graph.node_count() {
        let [left, right] = graph.records(node as u32).map(|record| branch(record, &done, candidates));
        let common = match (left, right) {
            (Branch::One(left), Branch::One(right)) => candidates.sets.intersect(left, right),
            _ => None,
        };
        done.push(match common {
            Some(common) => Branch::One(common),
            None => Branch::Many(simplified.node(child(left, candidates), child(right, candidates))),
        });
    }
    let roots = roots.map(|root| child(branch(root, &done, candidates), candidates));
    Simplified { graph: simplified, roots }
}

/// The result for a branch.
#[derive(Clone, Copy)]
enum Branch {
    /// Any one place of this set of candidates can represent the whole branch.
    One(u32),
    /// The branch needs several places, or has none.
    Many(Child),
}

fn branch(record: Child, done: &[Branch], candidates: &Candidates) -> Branch {
    match record.kind() {
        Kind::Empty => Branch::Many(record),
        Kind::Leaf(place) => Branch::One(candidates.of[place as usize]),
        Kind::Node(node) => done[node as usize],
    }
}

fn child(branch: Branch, candidates: &Candidates) -> Child {
    match branch {
        Branch::One(set) => Child::leaf(candidates.ranked[candidates.sets.first(set) as usize]),
        Branch::Many(child) => child,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates;
    use crate::network::Network;
    use crate::place::{Place, Point};
    use std::sync::Arc;

    /// Places on the equator, the given numbers of km east of the meridian, after simplification.
    fn simplified(km: &[f64], networks: &[(&str, u32)], radius_km: f64) -> Vec<(String, f64)> {
        let place = |km: &f64| Arc::new(Place { point: Point::new(0.0, km / 111.195), ..Place::default() });
        let places: Vec<Arc<Place>> = km.iter().map(place).collect();
        let count = |place: u32| networks.iter().filter(|(_, value)| *value == place).count() as u32;
        let counts: Vec<u32> = (0..places.len() as u32).map(count).collect();
        let mut networks: Vec<(Network, u32)> =
            networks.iter().map(|&(network, place)| (network.parse().unwrap(), place)).collect();
        networks.sort_unstable();
        let mut graph = Graph::default();
        let root = graph.tree(Network::ALL, &networks);
        let mut candidates = candidates::find(&places, &counts, radius_km);
        let Simplified { graph, roots: [root] } = simplify(&graph, [root], &mut candidates);
        let mut found = Vec::new();
        list(&graph, root, 0, 0, &mut |network, place| found.push((network, km[place as usize])));
        found
    }

    fn list(graph: &Graph, child: Child, first: u128, depth: u8, found: &mut impl FnMut(String, u32)) {
        match child.kind() {
            Kind::Empty => {}
            Kind::Leaf(place) => found(Network::new(first, depth).unwrap().to_string(), place),
            Kind::Node(node) => {
                let [left, right] = graph.records(node);
                list(graph, left, first, depth + 1, found);
                list(graph, right, first | 1 << (127 - depth), depth + 1, found);
            }
        }
    }

    #[test]
    fn branches_with_a_candidate_in_common_become_one() {
        let quarters = ["::/2", "4000::/2", "8000::/2", "c000::/2"];
        for (km, places, radius, expected, reason) in [
            (&[0.0, 9.0][..], [0, 1, 0, 0], 10.0, &[("::/0", 0.0)][..], "all within the radius of the most frequent"),
            (&[0.0, 9.0], [0, 1, 0, 0], 8.0, &[("::/2", 0.0), ("4000::/2", 9.0), ("8000::/1", 0.0)], "too far apart"),
            (&[0.0, 9.0, 18.0], [0, 1, 2, 1], 10.0, &[("::/0", 9.0)], "a place between two represents both"),
            (
                &[0.0, 9.0, 18.0, 99.0],
                [0, 1, 2, 3],
                10.0,
                &[("::/1", 0.0), ("8000::/2", 9.0), ("c000::/2", 99.0)],
                "merged as far up as possible; all take the same place",
            ),
            (&[0.0], [0, 0, 0, 0], 0.0, &[("::/0", 0.0)], "nothing moves"),
        ] {
            let networks: Vec<(&str, u32)> = quarters.into_iter().zip(places).collect();
            let expected: Vec<(String, f64)> = expected.iter().map(|&(network, km)| (network.to_owned(), km)).collect();
            assert_eq!(simplified(km, &networks, radius), expected, "{reason}");
        }
        let gap = simplified(&[0.0, 9.0], &[("::/2", 0), ("8000::/2", 0)], 10.0);
        assert_eq!(gap.len(), 2, "networks without data stay without data");
    }
}
