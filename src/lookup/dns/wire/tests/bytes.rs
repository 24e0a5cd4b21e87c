//! Replies in hex: records that cannot be read beside others that can, and whole replies.

use super::*;

/// A length field gives the end of each record (RFC 1035 section 4.1.3), so a record that cannot be read does not affect
/// the others.
#[test]
fn a_record_that_cannot_be_read_does_not_affect_others() {
    use RecordType as Type;
    let (good, bad) = ("c00c 000c 0001 00000258 0003 016100", "c00c 000c 0001 0000003c 0003 096100");
    // Each row: type, counts, records, the outcome (status, records, unreadable, TTL), why.
    let ok = |records, unreadable, ttl| Ok((Status::Ok, records, unreadable, Some(ttl)));
    let nodata = |ttl| Ok((Status::Nodata, 0, 0, ttl));
    let odd = Err("the answer's records cannot be read");
    let early = Err("not a DNS message: it ends before its last record");
    for (kind, counts, records, expected, why) in [
        (Type::PTR, [2, 0, 0], format!("{good}{bad}"), ok(1, 1, 60), "a bad record after a good one, and the least TTL"),
        (Type::PTR, [2, 0, 0], format!("{bad}{good}"), ok(1, 1, 60), "a bad record before a good one"),
        (Type::PTR, [1, 0, 0], bad.to_owned(), odd, "a bad record alone: it exists, so this is not nodata"),
        (Type::PTR, [1, 0, 0], "c00c 000c 0001 0000003c 0000".to_owned(), odd, "no data at all"),
        (Type::PTR, [1, 0, 0], "c00c 000c 0001 0000003c 0002 c027".to_owned(), odd, "a pointer to itself"),
        (Type::PTR, [1, 0, 0], "c00c 000c 0001 0000003c 0004 01610000".to_owned(), odd, "a byte after the name"),
        (Type::PTR, [1, 0, 0], "c01b 000c 0001 0000003c 0003 016100".to_owned(), odd, "an owner that points to itself"),
        (Type::PTR, [2, 0, 0], format!("{good} c02a 000c 0001 0000003c 0003 016200"), ok(1, 1, 60), "the same beside a good record"),
        (Type::PTR, [2, 0, 0], format!("{good} c00c 0001 0001 0000003c 0003 010203"), ok(1, 0, 600), "an address of three bytes is another type"),
        (Type::PTR, [1, 0, 0], "c00c 0001 0001 0000003c 0003 010203".to_owned(), nodata(None), "alone, it is nodata"),
        (Type::PTR, [2, 0, 0], format!("{good} 0178 00 000c 0001 0000003c 0003 096100"), ok(1, 0, 600), "a record of another owner"),
        (Type::PTR, [1, 0, 0], "0178 00 000c 0001 0000003c 0003 096100".to_owned(), nodata(None), "a record of another owner, alone"),
        (Type::PTR, [2, 0, 0], format!("{good} c00c 000c 0003 0000003c 0003 096100"), ok(1, 0, 600), "another class"),
        (Type::PTR, [2, 0, 0], format!("{good} c00c ff00 0001 0000003c 0000"), ok(1, 0, 600), "an unknown type, empty"),
        (Type::PTR, [2, 0, 0], format!("{good} c00c 00ff 0001 0000003c 0001 78"), ok(1, 0, 600), "a type that only queries have"),
        (Type::PTR, [2, 0, 0], format!("{good} 00 0029 04d0 00000000 0000"), ok(1, 0, 600), "an OPT among the answers"),
        (Type::PTR, [1, 0, 2], format!("{good} 00 0029 04d0 00000000 0000 00 0029 04d0 00000000 0000"), ok(1, 0, 600), "two OPT"),
        (Type::PTR, [1, 0, 1], format!("{good} 0178 00 0029 04d0 00000000 0000"), ok(1, 0, 600), "an OPT with an owner"),
        (Type::PTR, [1, 0, 1], format!("{good} 00 0029 04d0 00000000 0006 0008 0002 0009"), ok(1, 0, 600), "a client subnet of two bytes"),
        (Type::PTR, [1, 0, 1], format!("{good} 00 0029 04d0 00000000 0006 000c 0009 0000"), ok(1, 0, 600), "an option longer than its record"),
        (Type::PTR, [1, 1, 0], format!("{good} 00 0006 0001 0000003c 0002 0000"), ok(1, 0, 600), "a SOA of two names, beside an answer"),
        (Type::PTR, [0, 1, 0], "00 0006 0001 0000003c 0002 0000".to_owned(), nodata(None), "a SOA of two names: it gives no TTL"),
        (
            Type::PTR,
            [0, 2, 0],
            "00 0006 0001 0000003c 0002 0000 00 0006 0001 00000009 0016 0000 00000001 00000001 00000001 00000001 00000008".to_owned(),
            nodata(Some(8)),
            "the same beside a good SOA",
        ),
        (Type::PTR, [1, 0, 0], "c00c 0005 0001 0000003c 0003 096100".to_owned(), odd, "a CNAME whose target cannot be read"),
        (Type::PTR, [2, 0, 0], format!("c00c 0005 0001 0000003c 0003 096100 {good}"), ok(1, 0, 600), "the same beside an answer"),
        (Type::PTR, [2, 0, 0], good.to_owned(), early, "fewer records than are counted"),
        (Type::PTR, [1, 0, 1], good.to_owned(), early, "the same in another section"),
        (Type::PTR, [1, 0, 0], "c00c 000c 0001 0000003c 0009 016100".to_owned(), early, "data longer than the message"),
        (Type::PTR, [1, 0, 0], "4100 000c 0001 0000003c 0003 016100".to_owned(), early, "an owner of unknown length"),
        (Type::A, [2, 0, 0], "c00c 0001 0001 0000003c 0004 c0000201 c00c 0001 0001 0000003c 0003 c00002".to_owned(), ok(1, 1, 60), "A"),
        (
            Type::AAAA,
            [2, 0, 0],
            "c00c 001c 0001 0000003c 0010 20010db8000000000000000000000001 c00c 001c 0001 0000003c 0004 c0000201".to_owned(),
            ok(1, 1, 60),
            "AAAA",
        ),
        (Type::NS, [2, 0, 0], "c00c 0002 0001 0000003c 0003 016100 c00c 0002 0001 0000003c 0001 80".to_owned(), ok(1, 1, 60), "NS"),
        (Type::MX, [2, 0, 0], "c00c 000f 0001 0000003c 0002 0001 c00c 000f 0001 0000003c 0005 0001 016100".to_owned(), ok(1, 1, 60), "MX"),
        (Type::TXT, [2, 0, 0], "c00c 0010 0001 0000003c 0002 0978 c00c 0010 0001 0000003c 0002 0178".to_owned(), ok(1, 1, 60), "TXT"),
        (
            Type::SOA,
            [2, 0, 0],
            "c00c 0006 0001 0000003c 0015 0000 00000001 00000001 00000001 00000001 000008
             c00c 0006 0001 0000003c 0016 0000 00000001 00000001 00000001 00000001 00000008"
                .to_owned(),
            ok(1, 1, 60),
            "SOA",
        ),
        (
            Type::CAA,
            [2, 0, 0],
            "c00c 0101 0001 0000003c 0005 00 09 697373 c00c 0101 0001 0000003c 0008 00 05 6973737565 78".to_owned(),
            ok(1, 1, 60),
            "CAA",
        ),
    ] {
        let ask = ("a.example.", kind);
        let query = Query::new(name(ask.0), kind).unwrap();
        let outcome = query.read_reply(&raw(ask, counts, &records));
        let read = outcome.as_ref().map(|outcome| (outcome.status, outcome.records.len(), outcome.unreadable, outcome.ttl));
        assert_eq!(read.map_err(ToString::to_string), expected.map_err(str::to_owned), "{kind}: {why}");
    }
}

/// Whole replies, and their outcomes.
#[test]
fn whole_replies() {
    let eight = ("8.in-addr.arpa.", RecordType::PTR);
    let refused = Ok((Status::Refused, 0, 0, None));
    let servfail = |detail| Ok((Status::Servfail, 0, 0, Some(detail)));
    for (ask, reply, expected, why) in [
        (eight, "000081850000000000000000", refused, "an error reply without a question"),
        (eight, "000081820000000000000000", Ok((Status::Servfail, 0, 0, None)), "the same, SERVFAIL"),
        (eight, "000081810000000000000000", servfail("RCODE 1 (FormErr)"), "the same, FORMERR"),
        (eight, "000081840000000000000000", servfail("RCODE 4 (NotImp)"), "the same, NOTIMP"),
        (eight, "000081800000000000000000", Err("an answer without a question"), "an answer needs a question"),
        (eight, "000081830000000000000000", Err("an answer without a question"), "NXDOMAIN needs one, too"),
        (eight, "000181850000000000000000", Err("a response to another ID"), "an error reply must have our ID"),
        (eight, "000001850000000000000000", Err("a query instead of a response"), "and must be a response"),
        (
            eight,
            "000081850001000000000000 0139 07696e2d61646472 0461727061 00 000c0001",
            Err("a response to another question"),
            "a question in an error reply must be ours",
        ),
        (
            eight,
            "000081800001000000000001013801380130013507696e2d61646472046172706100000c000100002904d0010000000000",
            Err("a response to another question"),
            "BADVERS for another name",
        ),
        (
            eight,
            "000081800000000000000001 00002904d0010000000000",
            servfail("RCODE 16 (BADVERS)"),
            "RCODE 16 with OPT and without TSIG (RFC 6895 section 2.3)",
        ),
        (
            eight,
            "000081810000000000000001 00002904d0010000000000",
            servfail("RCODE 17"),
            "RCODE 17 without a key record",
        ),
        (
            eight,
            "000081810000000000000002 00002904d0010000000000 0000fa00ff000000000000",
            servfail("RCODE 17 (BADKEY)"),
            "RCODE 17 with TSIG",
        ),
        (
            eight,
            "000081870000000000000001 00002904d0010000000000",
            servfail("RCODE 23 (BADCOOKIE)"),
            "RCODE 23, which needs no key",
        ),
        (
            eight,
            "000081820000000000000001 00002904d00000000000 1b 000f0002 0016 000f000b 0017 74696d6564206f7574 000f0002 0009",
            servfail(
                "extended error 22 (No Reachable Authority); extended error 23 (Network Error): timed out; extended error 9 (DNSKEY Missing)",
            ),
            "three extended errors, in order (RFC 8914 section 2)",
        ),
        (
            eight,
            "000081820000000000000001 00002904d00000000000 10 000f0001 00 000f0002 0016 fde90005 00",
            servfail("extended error 22 (No Reachable Authority)"),
            "an extended error without a code, and an option that is cut off",
        ),
    ] {
        let query = Query::new(name(ask.0), ask.1).unwrap();
        let outcome = query.read_reply(&hex(reply));
        let detail = outcome.as_ref().ok().and_then(|outcome| outcome.detail.clone());
        let read = outcome
            .as_ref()
            .map(|outcome| (outcome.status, outcome.records.len(), outcome.unreadable, detail.as_deref()));
        assert_eq!(read.map_err(ToString::to_string), expected.map_err(str::to_owned), "{why}");
    }
}

/// Replies that were once read wrong: a CAA record with an empty tag beside a good one, and BADVERS.
#[test]
fn reported_replies() {
    let caa = "0000818000010002000000000763616174616730076578616d706c6503636f6d0001010001c00c010100010000012c000c000063612e657861\
               6d706c65c00c010100010000012c00110005697373756563612e6578616d706c65";
    let outcome = Query::new(name("caatag0.example.com."), RecordType::CAA).unwrap().read_reply(&hex(caa)).unwrap();
    assert_eq!((outcome.status, outcome.records.len(), outcome.unreadable), (Status::Ok, 1, 1));
    assert_eq!(outcome.ttl, Some(300));
    let badvers = "000081800001000000000001013801300130013507696e2d61646472046172706100000c000100002904d0010000000000";
    let outcome = Query::ptr("5.0.0.8".parse().unwrap()).unwrap().read_reply(&hex(badvers)).unwrap();
    assert_eq!((outcome.status, outcome.detail.as_deref()), (Status::Servfail, Some("RCODE 16 (BADVERS)")));
}
