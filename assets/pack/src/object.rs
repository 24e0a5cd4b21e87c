//! Bytes as an object file for the linker of WebAssembly.
//!
//! A compiler that gets the databases as constants puts them among its other constants, and has to read all of them. As an
//! object file of their own they get a place of their own in memory.
//!
//! The format is that of LLVM: <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md>.

/// A symbol, and the bytes that it stands for.
pub struct Symbol<'a> {
    /// The name, under which code finds the bytes.
    pub name: &'a str,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// The name of the segments. The linker puts the segments `.rodata` and `.data` first, then others, then `.bss`.
const SEGMENT: &str = "mmdb";

/// The binary logarithm of the alignment of the segments: that of [`WINDOW`](crate::node_layout::WINDOW).
const ALIGNMENT: u32 = 16;

/// The kinds of sections and subsections.
const CUSTOM: u8 = 0;
const DATA: u8 = 11;
const SEGMENT_INFO: u8 = 5;
const SYMBOL_TABLE: u8 = 8;

/// The version of the custom section `linking`.
const LINKING_VERSION: u32 = 2;

/// An object file that defines these symbols. Their bytes must be less than 4 GiB in all.
pub fn file(symbols: &[Symbol<'_>]) -> Vec<u8> {
    let mut data = Vec::new();
    let mut infos = Vec::new();
    let mut table = Vec::new();
    for list in [&mut data, &mut infos, &mut table] {
        unsigned(list, symbols.len() as u32);
    }
    let mut offset = 0;
    for (Symbol { name, bytes }, segment) in symbols.iter().zip(0..) {
        // Active, in memory 0, from `i32.const offset` on. The linker chooses the address itself.
        data.extend([0, 0x41]);
        signed(&mut data, offset);
        data.push(0x0b);
        text(&mut data, bytes);
        offset += bytes.len() as i64;
        text(&mut infos, SEGMENT.as_bytes());
        unsigned(&mut infos, ALIGNMENT);
        unsigned(&mut infos, 0);
        // A symbol of data, global and visible, that is all of its segment.
        table.extend([1, 0]);
        text(&mut table, name.as_bytes());
        for number in [segment, 0, bytes.len() as u32] {
            unsigned(&mut table, number);
        }
    }
    let mut linking = Vec::new();
    text(&mut linking, b"linking");
    unsigned(&mut linking, LINKING_VERSION);
    section(&mut linking, SEGMENT_INFO, &infos);
    section(&mut linking, SYMBOL_TABLE, &table);
    let mut file = b"\0asm\x01\0\0\0".to_vec();
    section(&mut file, DATA, &data);
    section(&mut file, CUSTOM, &linking);
    file
}

fn section(file: &mut Vec<u8>, kind: u8, content: &[u8]) {
    file.push(kind);
    text(file, content);
}

/// Bytes with their length in front.
fn text(file: &mut Vec<u8>, bytes: &[u8]) {
    unsigned(file, bytes.len() as u32);
    file.extend_from_slice(bytes);
}

/// A number in LEB128.
fn unsigned(file: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        file.push(number as u8 | 0x80);
        number >>= 7;
    }
    file.push(number as u8);
}

/// A number in signed LEB128: bit 6 of the last byte is the sign.
fn signed(file: &mut Vec<u8>, mut number: i64) {
    while !(-0x40..0x40).contains(&number) {
        file.push(number as u8 | 0x80);
        number >>= 7;
    }
    file.push(number as u8 & 0x7f);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_file() {
        let symbols = [Symbol { name: "one", bytes: &[7; 200] }, Symbol { name: "two", bytes: b"abc" }];
        let mut expected = b"\0asm\x01\0\0\0".to_vec();
        expected.extend([11, 0xd8, 1, 2, 0, 0x41, 0, 0x0b, 0xc8, 1]);
        expected.extend([7; 200]);
        expected.extend(b"\0\x41\xc8\x01\x0b\x03abc");
        expected.extend(b"\0\x30\x07linking\x02");
        expected.extend(b"\x05\x0f\x02\x04mmdb\x10\0\x04mmdb\x10\0");
        expected.extend(b"\x08\x14\x02\x01\0\x03one\0\0\xc8\x01\x01\0\x03two\x01\0\x03");
        assert_eq!(file(&symbols), expected);
    }
}
