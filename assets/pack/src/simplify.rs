//! A smaller tree, with no address farther from where it was than the radius.
//!
//! Every leaf may take any of its candidates, so a subtree becomes one leaf wherever its leaves have a candidate in
//! common: on the way up, the candidates of a node are those that both its branches have. This finds every merge there
//! is for these candidates. (Fitch's method for evolutionary trees does the same, for the same reason.) Which of the
//! common candidates is taken makes no difference to the size of a tree, but it does to a graph: everybody takes the
//! most frequent one, so that what can be equal becomes equal, and is stored once.

use crate::candidates::Candidates;
use crate::graph::{Child, Graph, Kind};

/// The simplified graph, and its roots in the order of the ones given.
pub struct Simplified<const N: usize> {
    /// Leaves are numbers of places, as before.
    pub graph: Graph,
    /// Where the trees begin.
    pub roots: [Child; N],
}

/// Simplifies the trees under `roots`, whose leaves are numbers of places.
pub fn simplify<const N: usize>(graph: &Graph, roots: [Child; N], candidates: &mut Candidates) -> Simplified<N> {
    let mut simplified = Graph::default();
    let mut done: Vec<Branch> = Vec::with_capacity(graph.node_count());
    // A node is made after those under it.
    for node in 0..graph.node_count() {
        let [left, right] = graph.records(node as u32).map(|record| branch(record, &done, candidates));
        let common = match (left, right) {
            (Branch::One(left), Branch::One(right)) => candidates.sets.meet(left, right),
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

/// What has become of a branch.
#[derive(Clone, Copy)]
enum Branch {
    /// One place of this set of candidates will do for all of it.
    One(u32),
    /// It takes several, or has none.
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
