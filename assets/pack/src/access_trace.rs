//! A reader that records which bytes of a database a lookup touches.

use maxminddb::Reader;

/// A database whose lookups are traced.
pub struct AccessTrace<'d> {
    bytes: &'d [u8],
    /// Both records of every node.
    pub nodes: Vec<[u32; 2]>,
    /// The size of a node in bytes.
    pub node_bytes: usize,
    /// Where the data section begins in the file.
    pub data_start: usize,
    /// Where the metadata begins in the file.
    pub data_end: usize,
}

/// The number of zero bytes between search tree and data section.
const SEPARATOR: usize = 16;

/// No schema nests pointers and containers deeper than this.
const DEEPEST: u32 = 32;

impl<'d> AccessTrace<'d> {
    /// Opens a database.
    pub fn open(bytes: &'d [u8]) -> Result<Self, String> {
        let reader = Reader::from_source(bytes).map_err(|error| error.to_string())?;
        let metadata = reader.metadata();
        if metadata.ip_version != 6 {
            return Err("the database is IPv4 only".to_owned());
        }
        let node_bytes = usize::from(metadata.record_size) / 4;
        let tree = bytes.get(..metadata.node_count as usize * node_bytes).ok_or("the search tree is cut off")?;
        let nodes = tree.chunks_exact(node_bytes).map(records).collect();
        let data_start = tree.len() + SEPARATOR;
        let marker = b"\xab\xcd\xefMaxMind.com";
        let data_end = bytes.windows(marker.len()).rposition(|window| window == marker);
        Ok(Self { bytes, nodes, node_bytes, data_start, data_end: data_end.ok_or("there is no metadata")? })
    }

    /// Records the offsets in the file of the bytes of the value to which a node's record refers.
    pub fn value(&self, record: u32, touched: &mut Vec<usize>) -> Result<(), String> {
        let offset = (record as usize).checked_sub(self.nodes.len() + SEPARATOR).ok_or("a record without a value")?;
        self.decode(self.data_start + offset, touched, 0).map(|_| ())
    }

    /// Records a value's bytes, and returns the offset of the next value.
    fn decode(&self, at: usize, touched: &mut Vec<usize>, depth: u32) -> Result<usize, String> {
        if depth > DEEPEST {
            return Err("values are nested too deeply".to_owned());
        }
        let byte = |at: usize| self.bytes.get(at).copied().map(usize::from).ok_or("a value is cut off");
        let control = byte(at)?;
        let (mut kind, mut next) = (control >> 5, at + 1);
        if kind == 1 {
            let length = (control >> 3 & 3) + 1;
            let mut offset = if length == 4 { 0 } else { control & 7 };
            for _ in 0..length {
                offset = offset << 8 | byte(next)?;
                next += 1;
            }
            touched.extend([at, next - 1]);
            self.decode(self.data_start + offset + [0, 2_048, 526_336, 0][length - 1], touched, depth + 1)?;
            return Ok(next);
        }
        if kind == 0 {
            kind = byte(next)? + 7;
            next += 1;
        }
        let mut size = control & 31;
        if size > 28 {
            let length = size - 28;
            let mut more = 0;
            for _ in 0..length {
                more = more << 8 | byte(next)?;
                next += 1;
            }
            size = [29, 285, 65_821][length - 1] + more;
        }
        touched.extend([at, next - 1]);
        match kind {
            7 | 11 => {
                for _ in 0..if kind == 7 { 2 * size } else { size } {
                    next = self.decode(next, touched, depth + 1)?;
                }
            }
            14 => {}
            _ => {
                next += size;
                touched.push(next - 1);
            }
        }
        Ok(next)
    }
}

fn records(node: &[u8]) -> [u32; 2] {
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
    match *node {
        [_, _, _, middle, _, _, _] => {
            let (left, right) = (number(&node[..3]), number(&node[4..]));
            [u32::from(middle >> 4) << 24 | left, u32::from(middle & 15) << 24 | right]
        }
        _ => [number(&node[..node.len() / 2]), number(&node[node.len() / 2..])],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_read_in_every_record_size() {
        for (node, reason) in [
            (&[0x34, 0x56, 0x78, 0xbc, 0xde, 0xf1][..], "24 bits"),
            (&[0x34, 0x56, 0x78, 0x00, 0xbc, 0xde, 0xf1], "28 bits, the middle byte shared"),
            (&[0x00, 0x34, 0x56, 0x78, 0x00, 0xbc, 0xde, 0xf1], "32 bits"),
        ] {
            assert_eq!(records(node), [0x0034_5678, 0x00bc_def1], "{reason}");
        }
        assert_eq!(records(&[0, 0, 1, 0x2a, 0, 0, 1]), [0x0200_0001, 0x0a00_0001], "the left record's bits come first");
    }

    #[test]
    fn a_value_is_followed_through_its_pointers() {
        let world = crate::fixture::build("[asn]\n::/1 | 1 | One\n8000::/2 | 2 | One\n").unwrap();
        let trace = AccessTrace::open(&world.asn).unwrap();
        let leaves = trace.nodes.iter().flatten().filter(|&&record| record as usize > trace.nodes.len());
        for &leaf in leaves {
            let mut touched = Vec::new();
            trace.value(leaf, &mut touched).unwrap();
            let name = world.asn.windows(3).position(|window| window == b"One").unwrap();
            assert!(touched.contains(&(name + 2)), "both records have the name, one of them through a pointer");
            assert!(touched.iter().all(|place| (trace.data_start..trace.data_end).contains(place)));
        }
        assert!(AccessTrace::open(b"<!doctype html>").is_err());
    }
}
