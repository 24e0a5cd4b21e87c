//! Writes a search tree and its values as a MaxMind DB file.

use crate::data;
use crate::error::Error;
use crate::graph::{Child, Graph, Kind};
use crate::metadata::Metadata;
use crate::node_layout;
use crate::value::Value;
use rustc_hash::FxHashMap;

/// The number of zero bytes between search tree and data section.
const SEPARATOR: usize = 16;

/// The bytes that mark the beginning of the metadata.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";

/// A finished database.
pub struct Database {
    /// The file.
    pub bytes: Vec<u8>,
    /// The number of nodes in the search tree.
    pub nodes: u32,
    /// The number of networks with data, not counting aliases.
    pub networks: u64,
}

/// Writes the tree under `root`; `record` returns the record for a leaf's number.
pub fn write(
    graph: &Graph,
    root: Child,
    record: impl Fn(u32) -> Value,
    metadata: &Metadata,
) -> Result<Database, Error> {
    let layout = node_layout::by_pages(graph, root);
    let section = data::encode(layout.leaves.iter().map(|&leaf| record(leaf)))?;
    let offsets: FxHashMap<u32, u32> = layout.leaves.iter().copied().zip(section.offsets).collect();
    let nodes = u32::try_from(layout.nodes.len()).map_err(|_| Error::unfit("the search tree is too large"))?;
    let record_size = RecordSize::for_largest(layout.nodes.len() + SEPARATOR + section.bytes.len())?;

    let mut bytes = Vec::with_capacity(record_size.node_bytes() * layout.nodes.len() + section.bytes.len() + 4096);
    let value = |child: Child| match child.kind() {
        Kind::Node(node) => layout.position[node as usize],
        Kind::Empty => nodes,
        Kind::Leaf(record) => nodes + SEPARATOR as u32 + offsets[&record],
    };
    for &node in &layout.nodes {
        record_size.push(&mut bytes, graph.records(node).map(value));
    }
    bytes.extend([0; SEPARATOR]);
    bytes.extend(&section.bytes);
    bytes.extend(MARKER);
    bytes.extend(data::encode_alone(metadata.value(nodes, record_size.bits())));
    Ok(Database { bytes, nodes, networks: graph.networks(root) })
}

/// The size in bits of a record of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordSize {
    Bits24,
    Bits28,
    Bits32,
}

impl RecordSize {
    /// The smallest size in which all numbers below `largest` fit.
    fn for_largest(largest: usize) -> Result<Self, Error> {
        match largest {
            ..=0x100_0000 => Ok(Self::Bits24),
            0x100_0001..=0x1000_0000 => Ok(Self::Bits28),
            0x1000_0001..=0x1_0000_0000 => Ok(Self::Bits32),
            _ => Err(Error::unfit("search tree and data section are over the 4 GiB that a MaxMind DB can address")),
        }
    }

    fn bits(self) -> u16 {
        match self {
            Self::Bits24 => 24,
            Self::Bits28 => 28,
            Self::Bits32 => 32,
        }
    }

    fn node_bytes(self) -> usize {
        usize::from(self.bits()) / 4
    }

    fn push(self, bytes: &mut Vec<u8>, [left, right]: [u32; 2]) {
        let [l3, l2, l1, l0] = left.to_be_bytes();
        let [r3, r2, r1, r0] = right.to_be_bytes();
        match self {
            Self::Bits24 => bytes.extend([l2, l1, l0, r2, r1, r0]),
            // The middle byte holds the highest four bits of both records, those of the left one first.
            Self::Bits28 => bytes.extend([l2, l1, l0, l3 << 4 | r3, r2, r1, r0]),
            Self::Bits32 => bytes.extend([l3, l2, l1, l0, r3, r2, r1, r0]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_as_small_as_possible() {
        for (largest, size, reason) in [
            (1, RecordSize::Bits24, "the smallest size"),
            (1 << 24, RecordSize::Bits24, "the last number is 2^24 - 1"),
            ((1 << 24) + 1, RecordSize::Bits28, "2^24 does not fit in 24 bits"),
            (1 << 28, RecordSize::Bits28, "the last number is 2^28 - 1"),
            ((1 << 28) + 1, RecordSize::Bits32, "2^28 does not fit in 28 bits"),
        ] {
            assert_eq!(RecordSize::for_largest(largest).unwrap(), size, "{reason}");
        }
        assert!(RecordSize::for_largest((1 << 32) + 1).is_err());
    }

    #[test]
    fn nodes_are_encoded_as_specified() {
        for (size, bytes) in [
            (RecordSize::Bits24, &[0x34, 0x56, 0x78, 0xbc, 0xde, 0xf1][..]),
            (RecordSize::Bits28, &[0x34, 0x56, 0x78, 0x2a, 0xbc, 0xde, 0xf1]),
            (RecordSize::Bits32, &[0x02, 0x34, 0x56, 0x78, 0x0a, 0xbc, 0xde, 0xf1]),
        ] {
            let mut written = Vec::new();
            size.push(&mut written, [0x0234_5678, 0x0abc_def1]);
            assert_eq!(written, bytes, "{size:?}");
        }
    }
}
