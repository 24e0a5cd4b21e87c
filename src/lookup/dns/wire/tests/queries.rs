//! Queries as bytes.

use super::*;

#[test]
fn a_query_to_the_byte() {
    let query = query();
    let bytes = query.bytes();
    #[rustfmt::skip]
    let head = [
        0, 0,                    // ID 0 (RFC 8484 section 4.1)
        0x01, 0x20,              // QR 0, opcode 0, RD 1; AD 1
        0, 1, 0, 0, 0, 0, 0, 1,  // one question, one additional record
        1, b'8', 1, b'8', 1, b'8', 1, b'8', 7, b'i', b'n', b'-', b'a', b'd', b'd', b'r', 4, b'a', b'r', b'p', b'a', 0,
        0, 12, 0, 1,             // PTR, IN
        0, 0, 41, 0x04, 0xd0,    // the root, OPT, 1232 bytes
        0, 0, 0, 0,              // RCODE and version 0, no flags
        0, 79, 0, 12, 0, 75,     // 79 bytes of options: padding, 75 bytes
    ];
    assert_eq!(bytes.get(..head.len()), Some(head.as_slice()));
    assert!(bytes[head.len()..].iter().all(|byte| *byte == 0), "padding is zeros (RFC 7830 section 3)");
}

#[test]
fn queries_are_padded_to_blocks() {
    // Beside the name, a query has 12 bytes of header, 4 of type and class, 11 of OPT and 4 of the option's head.
    let of_length = |length: usize| {
        let (mut labels, mut left) = (Vec::new(), length - 1);
        while left > 0 {
            // A label has at least one byte beside its length byte.
            let taken = if left == 65 { 63 } else { left.min(64) };
            labels.push(vec![b'x'; taken - 1]);
            left -= taken;
        }
        Name::from_labels(labels).unwrap()
    };
    for (length, blocks, why) in [
        (1, 1, "the root"),
        (3, 1, "the shortest name"),
        (96, 1, "one byte of padding"),
        (97, 1, "a whole block without padding"),
        (98, 2, "one byte more: the next block"),
        (225, 2, "two whole blocks"),
        (226, 3, "one byte more"),
        (255, 3, "the longest name"),
    ] {
        let name = of_length(length);
        assert_eq!(name.to_bytes().unwrap().len(), length, "{why}: the name that the test makes");
        let query = Query::new(name, RecordType::A).unwrap();
        assert_eq!(query.bytes().len(), blocks * 128, "{length}: {why}");
    }
}

#[test]
fn ipv6_queries_ask_by_nibble() {
    let query = Query::ptr("2001:db8::567:89ab".parse().unwrap()).unwrap();
    let expected = "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.";
    assert_eq!(query.name(), &name(expected), "the example of RFC 3596 section 2.5");
}
