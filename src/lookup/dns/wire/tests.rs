use hickory_proto::op::Metadata;
use hickory_proto::rr::Record;
use hickory_proto::rr::rdata::{CNAME, MX, NS, PTR, SOA, SRV, TXT};

use super::*;

const ADDRESS: &str = "8.8.8.8";
const NAME: &str = "8.8.8.8.in-addr.arpa.";

fn query() -> Query {
    Query::ptr(ADDRESS.parse().unwrap()).unwrap()
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

fn record(owner: &str, ttl: u32, data: RData) -> Record {
    Record::from_rdata(name(owner), ttl, data)
}

fn ptr_to(owner: &str, ttl: u32, target: &str) -> Record {
    record(owner, ttl, RData::PTR(PTR(name(target))))
}

fn cname_to(owner: &str, ttl: u32, target: &str) -> Record {
    record(owner, ttl, RData::CNAME(CNAME(name(target))))
}

fn soa(ttl: u32, minimum: u32) -> Record {
    soa_of("8.in-addr.arpa.", ttl, minimum)
}

fn soa_of(zone: &str, ttl: u32, minimum: u32) -> Record {
    let soa = SOA::new(name("ns.example."), name("admin.example."), 1, 3600, 600, 86400, minimum);
    record(zone, ttl, RData::SOA(soa))
}

/// A reply to [`query`], changed by `change`.
fn reply(change: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut message = Message::response(0, OpCode::Query);
    message.add_query(QuestionSection::query(name(NAME), RecordType::PTR));
    change(&mut message);
    message.to_vec().unwrap()
}

fn answer(change: impl FnOnce(&mut Message)) -> Outcome {
    query().read_reply(&reply(change)).unwrap()
}

/// What the PTR records of an outcome say.
fn targets(outcome: &Outcome) -> Vec<String> {
    outcome.records.iter().map(|data| data.to_string()).collect()
}

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
            // No label is of one byte of length and nothing else.
            let taken = if left == 65 { 63 } else { left.min(64) };
            labels.push(vec![b'x'; taken - 1]);
            left -= taken;
        }
        Name::from_labels(labels).unwrap()
    };
    for (length, blocks, why) in [
        (1, 1, "the root"),
        (3, 1, "the shortest name"),
        (96, 1, "a byte of padding"),
        (97, 1, "a whole block without padding"),
        (98, 2, "a byte more: the next block"),
        (225, 2, "two whole blocks"),
        (226, 3, "a byte more"),
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
    assert_eq!(query.name, name(expected), "the example of RFC 3596 section 2.5");
}

#[test]
fn names() {
    struct TestCase {
        answers: Vec<Record>,
        names: &'static [&'static str],
        ttl: u32,
        why: &'static str,
    }
    for case in [
        TestCase {
            answers: vec![ptr_to(NAME, 300, "dns.google.")],
            names: &["dns.google."],
            ttl: 300,
            why: "one name",
        },
        TestCase {
            answers: vec![ptr_to(NAME, 300, "b.example."), ptr_to(NAME, 60, "a.example.")],
            names: &["b.example.", "a.example."],
            ttl: 60,
            why: "the order of the reply, the least TTL",
        },
        TestCase {
            answers: vec![ptr_to(NAME, 9, "a.example."), ptr_to(NAME, 9, "A.Example.")],
            names: &["a.example."],
            ttl: 9,
            why: "an RRset has each record once (RFC 2181 section 5), and names have no case",
        },
        TestCase {
            answers: vec![
                cname_to(NAME, 100, "8.0-15.8.8.8.in-addr.arpa."),
                ptr_to("8.0-15.8.8.8.in-addr.arpa.", 200, "host.example."),
            ],
            names: &["host.example."],
            ttl: 100,
            why: "a delegation of RFC 2317",
        },
        TestCase {
            answers: vec![
                ptr_to("b.example.", 50, "host.example."),
                cname_to("a.example.", 60, "b.example."),
                cname_to(NAME, 70, "a.example."),
            ],
            names: &["host.example."],
            ttl: 50,
            why: "two CNAMEs, backwards: records have no order (RFC 1034 section 3.6)",
        },
        TestCase {
            answers: vec![ptr_to("9.8.8.8.in-addr.arpa.", 1, "evil.example."), ptr_to(NAME, 8, "good.example.")],
            names: &["good.example."],
            ttl: 8,
            why: "a PTR of another owner is not ours",
        },
        TestCase {
            answers: vec![ptr_to("8.8.8.8.IN-ADDR.ARPA.", 8, "good.example.")],
            names: &["good.example."],
            ttl: 8,
            why: "the owner in another case",
        },
        TestCase {
            answers: vec![ptr_to(NAME, 1 << 31, "a.example.")],
            names: &["a.example."],
            ttl: 0,
            why: "a TTL with the top bit set is 0 (RFC 2181 section 8)",
        },
        TestCase {
            answers: vec![
                cname_to(NAME, 100, "a.example."),
                cname_to(NAME, 7, "a.example."),
                ptr_to("a.example.", 200, "host.example."),
            ],
            names: &["host.example."],
            ttl: 7,
            why: "a CNAME twice: the least TTL (RFC 2181 section 5.2)",
        },
        TestCase { answers: vec![ptr_to(NAME, 5, ".")], names: &["."], ttl: 5, why: "the root is a name" },
    ] {
        let answer = answer(|message| message.answers = case.answers);
        assert_eq!((answer.status, answer.ttl), (Status::Ok, Some(case.ttl)), "{}", case.why);
        assert_eq!(targets(&answer), case.names, "{}", case.why);
    }
}

#[test]
fn no_names() {
    struct TestCase {
        code: ResponseCode,
        answers: Vec<Record>,
        authorities: Vec<Record>,
        expected: (Status, Option<u32>),
        why: &'static str,
    }
    let case = |code, answers, authorities, status, ttl, why| TestCase {
        code,
        answers,
        authorities,
        expected: (status, ttl),
        why,
    };
    use ResponseCode::{NXDomain, NoError};
    for case in [
        case(NXDomain, vec![], vec![soa(300, 900)], Status::Nxdomain, Some(300), "the SOA's own TTL is less"),
        case(NXDomain, vec![], vec![soa(900, 60)], Status::Nxdomain, Some(60), "its MINIMUM is less"),
        case(NXDomain, vec![], vec![], Status::Nxdomain, None, "no SOA: nobody says for how long"),
        case(NoError, vec![], vec![soa(300, 300)], Status::Nodata, Some(300), "no PTR"),
        case(
            NoError,
            vec![],
            vec![soa_of("9.in-addr.arpa.", 7, 7)],
            Status::Nodata,
            None,
            "the SOA of a zone that the name is not in",
        ),
        case(
            NXDomain,
            vec![cname_to(NAME, 20, "gone.example.")],
            vec![soa(7, 7), soa_of("EXAMPLE.", 300, 10)],
            Status::Nxdomain,
            Some(10),
            "after a CNAME the SOA is of the end's zone (RFC 2308 section 2.1)",
        ),
        case(
            NoError,
            vec![cname_to(NAME, 20, "gone.example.")],
            vec![soa_of("example.", 300, 300)],
            Status::Nodata,
            Some(20),
            "a CNAME to nothing: the chain's TTL counts",
        ),
        case(
            NXDomain,
            vec![cname_to(NAME, 20, "gone.example.")],
            vec![],
            Status::Nxdomain,
            None,
            "a CNAME to a name that is not (RFC 2308 section 2.1)",
        ),
        case(
            NoError,
            vec![ptr_to("other.example.", 9, "x.example.")],
            vec![],
            Status::Nodata,
            None,
            "a PTR of another name",
        ),
    ] {
        let answer = answer(|message| {
            message.metadata.response_code = case.code;
            message.answers = case.answers;
            message.authorities = case.authorities;
        });
        assert_eq!((answer.status, answer.ttl), case.expected, "{}", case.why);
        assert!(answer.records.is_empty(), "{}", case.why);
    }
}

#[test]
fn failures() {
    let extended = |code: u16, text: &str| {
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Unknown(15, [&code.to_be_bytes(), text.as_bytes()].concat()));
        Some(edns)
    };
    for (code, edns, status, detail, why) in [
        (ResponseCode::ServFail, None, Status::Servfail, None, "and no reason"),
        (
            ResponseCode::ServFail,
            extended(6, ""),
            Status::Servfail,
            Some("extended error 6 (DNSSEC Bogus)"),
            "a reason without words",
        ),
        (
            ResponseCode::ServFail,
            extended(22, "at delegation x.\u{1b}[31m"),
            Status::Servfail,
            Some("extended error 22 (No Reachable Authority): at delegation x.[31m"),
            "words, without the control character",
        ),
        (
            ResponseCode::ServFail,
            extended(4711, ""),
            Status::Servfail,
            Some("extended error 4711"),
            "a code without a name",
        ),
        (
            ResponseCode::Refused,
            extended(18, "not for you"),
            Status::Refused,
            Some("extended error 18 (Prohibited): not for you"),
            "refused",
        ),
        (
            ResponseCode::FormErr,
            None,
            Status::Servfail,
            Some("RCODE 1 (FormErr)"),
            "any other RCODE is a failure of the resolver",
        ),
    ] {
        let answer = answer(|message| {
            message.metadata.response_code = code;
            message.edns = edns;
        });
        assert_eq!((answer.status, answer.detail.as_deref()), (status, detail), "{why}");
    }
}

#[test]
fn records_over_the_bound_are_counted() {
    let long = |n: usize| ptr_to(NAME, 9, &format!("{n}.{}.example.", ["x".repeat(60).as_str(); 3].join(".")));
    let short = ptr_to(NAME, 5, "a.example.");
    // Each long name has 196 bytes, and 12 beside it; 16 KiB hold 78.
    for (records, kept, omitted, ttl, why) in [
        ((100..178).map(long).collect::<Vec<_>>(), 78, 0, 9, "just fits"),
        ((100..179).map(long).collect(), 78, 1, 9, "one more"),
        (
            (100..179).map(long).chain([short.clone()]).collect(),
            79,
            1,
            5,
            "a short one after it fits, and its TTL counts",
        ),
        ((100..178).chain(100..178).map(long).collect(), 78, 0, 9, "records that are there twice are not omitted"),
        ((100..300).map(long).chain([short]).collect(), 79, 122, 5, "and many more"),
    ] {
        let answer = answer(|message| message.answers = records);
        assert_eq!((answer.status, answer.ttl), (Status::Ok, Some(ttl)), "{why}");
        assert_eq!((answer.records.len(), answer.omitted, answer.unreadable), (kept, omitted, 0), "{why}");
    }
}

/// A TXT record over the bound is a record: `nodata` would deny it.
#[test]
fn a_record_that_is_too_long_is_not_nodata() {
    let asked = name("a.example.");
    let query = Query::new(asked.clone(), RecordType::TXT).unwrap();
    // Each string has a byte of length before it.
    let text = |length: usize| {
        let data = vec![b'x'; length - length.div_ceil(256)];
        TXT::from_bytes(data.chunks(255).collect())
    };
    for (lengths, kept, omitted, why) in [
        (&[16_372][..], 1, 0, "just fits"),
        (&[16_373], 0, 1, "a byte too long"),
        (&[65_024], 0, 1, "as long as can be"),
        (&[16_384, 256], 1, 1, "it does not hide those after it"),
        (&[256, 16_384, 512], 2, 1, "nor those around it"),
    ] {
        let mut message = Message::response(0, OpCode::Query);
        message.add_query(QuestionSection::query(asked.clone(), RecordType::TXT));
        for length in lengths {
            message.add_answer(Record::from_rdata(asked.clone(), 300, RData::TXT(text(*length))));
        }
        let outcome = query.read_reply(&message.to_vec().unwrap()).unwrap();
        assert_eq!((outcome.status, outcome.ttl), (Status::Ok, Some(300)), "{why}");
        assert_eq!((outcome.records.len(), outcome.omitted), (kept, omitted), "{why}");
    }
}

/// Every type that is asked for is bounded by what its data takes without compression.
#[test]
fn the_bound_counts_names_without_compression() {
    let long = || name(&[["x".repeat(60).as_str(); 3].join(".").as_str(), "example."].join("."));
    let asked = name("a.example.");
    for (data, why) in [
        (RData::PTR(PTR(long())), "PTR"),
        (RData::NS(NS(long())), "NS"),
        (RData::MX(MX::new(1, long())), "MX"),
        (RData::SOA(SOA::new(long(), long(), 1, 1, 1, 1, 1)), "SOA: two names"),
        (RData::SRV(SRV::new(1, 1, 1, long())), "SRV: a type that nobody asks for today"),
    ] {
        let names = if matches!(data, RData::SOA(_)) { 2 } else { 1 };
        let bytes = canonical(&data).unwrap().len();
        assert!((names * 192..names * 192 + 24).contains(&bytes), "{why}: {bytes} bytes");
        let query = Query::new(asked.clone(), data.record_type()).unwrap();
        let mut message = Message::response(0, OpCode::Query);
        message.add_query(QuestionSection::query(asked.clone(), data.record_type()));
        message.add_answer(Record::from_rdata(asked.clone(), 300, data));
        assert_eq!(query.read_reply(&message.to_vec().unwrap()).unwrap().records.len(), 1, "{why}");
    }
}

#[test]
fn validated_answers_say_so() {
    let answer = answer(|message| {
        message.metadata.authentic_data = true;
        message.add_answer(ptr_to(NAME, 1, "a.example."));
    });
    assert!(answer.authenticated);
}

#[test]
fn what_is_not_an_answer() {
    let loops = vec![cname_to(NAME, 1, "a.example."), cname_to("a.example.", 1, NAME)];
    let long: Vec<_> = std::iter::once(cname_to(NAME, 1, "0.example."))
        .chain((0..100).map(|n| cname_to(&format!("{n}.example."), 1, &format!("{}.example.", n + 1))))
        .collect();
    let head = |change: fn(&mut Metadata)| reply(|message| change(&mut message.metadata));
    let asked = |query| reply(|message| message.queries = query);
    let mut chaos = QuestionSection::query(name(NAME), RecordType::PTR);
    chaos.set_query_class(DNSClass::CH);
    for (bytes, why) in [
        (vec![], "nothing"),
        (vec![0], "one byte"),
        (reply(|_| {})[..11].to_vec(), "a header that ends early"),
        (b"<html>captive portal</html>".to_vec(), "a page"),
        (vec![0xff; 65_535], "all ones"),
        (head(|head| head.message_type = MessageType::Query), "our own question, echoed"),
        (head(|head| head.id = 1), "another ID"),
        (head(|head| head.op_code = OpCode::Notify), "another opcode"),
        (head(|head| head.truncation = true), "truncated: there is no TCP to fall back on"),
        (asked(vec![]), "an answer without a question"),
        (asked(vec![QuestionSection::query(name("9.8.8.8.in-addr.arpa."), RecordType::PTR)]), "another name"),
        (asked(vec![QuestionSection::query(name(NAME), RecordType::A)]), "another type"),
        (asked(vec![chaos]), "another class"),
        (asked(vec![QuestionSection::query(name(NAME), RecordType::PTR); 2]), "the question twice"),
        (reply(|message| message.answers = loops), "a CNAME loop"),
        (reply(|message| message.answers = vec![cname_to(NAME, 1, NAME)]), "a CNAME to itself"),
        (reply(|message| message.answers = long), "100 CNAMEs"),
    ] {
        assert!(query().read_reply(&bytes).is_err(), "{why}");
    }
}

#[test]
fn a_pointer_that_leads_to_itself() {
    let mut bytes = reply(|_| {});
    // The first byte of the question's name becomes a pointer (RFC 1035 section 4.1.4) to where it stands.
    bytes[12..14].copy_from_slice(&[0xc0, 12]);
    assert!(query().read_reply(&bytes).is_err());
}

#[test]
fn every_cut_of_a_reply_is_an_error() {
    let whole = reply(|message| {
        message.add_answer(cname_to(NAME, 1, "a.example."));
        message.add_answer(ptr_to("a.example.", 1, "b.example."));
    });
    for length in 0..whole.len() {
        assert!(query().read_reply(&whole[..length]).is_err(), "{length} bytes of {}", whole.len());
    }
    let outcome = query().read_reply(&whole).unwrap();
    assert_eq!((targets(&outcome), outcome.size), (vec!["b.example.".to_owned()], whole.len()));
    assert_eq!(outcome.canonical, Some(name("a.example.")), "where the CNAME leads");
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A reply to `ask` in hex: counts of the sections after the question, and their records.
fn raw(ask: (&str, RecordType), counts: [u8; 3], records: &str) -> Vec<u8> {
    let [answers, authorities, additionals] = counts;
    let mut bytes = vec![0, 0, 0x81, 0x80, 0, 1, 0, answers, 0, authorities, 0, additionals];
    bytes.extend(name(ask.0).to_bytes().unwrap());
    bytes.extend([u16::from(ask.1).to_be_bytes(), [0, 1]].concat());
    bytes.extend(hex(records));
    bytes
}

/// Length fields say where a record ends (RFC 1035 section 4.1.3), so that one that cannot be read spoils nothing else.
#[test]
fn one_odd_record_does_not_spoil_the_rest() {
    use RecordType as Type;
    let (good, bad) = ("c00c 000c 0001 00000258 0003 016100", "c00c 000c 0001 0000003c 0003 096100");
    // Each row: type, counts, records, what is read (status, records, unreadable, TTL), why.
    let ok = |records, unreadable, ttl| Ok((Status::Ok, records, unreadable, Some(ttl)));
    let nodata = |ttl| Ok((Status::Nodata, 0, 0, ttl));
    let odd = Err("the answer's records cannot be read");
    let early = Err("not a DNS message: it ends before its last record");
    for (kind, counts, records, expected, why) in [
        (Type::PTR, [2, 0, 0], format!("{good}{bad}"), ok(1, 1, 60), "a bad one after a good one, and the least TTL"),
        (Type::PTR, [2, 0, 0], format!("{bad}{good}"), ok(1, 1, 60), "before a good one"),
        (Type::PTR, [1, 0, 0], bad.to_owned(), odd, "alone: there is a record, so this is not nodata"),
        (Type::PTR, [1, 0, 0], "c00c 000c 0001 0000003c 0000".to_owned(), odd, "no data at all"),
        (Type::PTR, [1, 0, 0], "c00c 000c 0001 0000003c 0002 c027".to_owned(), odd, "a pointer to itself"),
        (Type::PTR, [1, 0, 0], "c00c 000c 0001 0000003c 0004 01610000".to_owned(), odd, "a byte after the name"),
        (Type::PTR, [1, 0, 0], "c01b 000c 0001 0000003c 0003 016100".to_owned(), odd, "an owner that points to itself"),
        (Type::PTR, [2, 0, 0], format!("{good} c02a 000c 0001 0000003c 0003 016200"), ok(1, 1, 60), "the same, beside a good one"),
        (Type::PTR, [2, 0, 0], format!("{good} c00c 0001 0001 0000003c 0003 010203"), ok(1, 0, 600), "an address of three bytes is another type"),
        (Type::PTR, [1, 0, 0], "c00c 0001 0001 0000003c 0003 010203".to_owned(), nodata(None), "alone, it is nodata"),
        (Type::PTR, [2, 0, 0], format!("{good} 0178 00 000c 0001 0000003c 0003 096100"), ok(1, 0, 600), "another's"),
        (Type::PTR, [1, 0, 0], "0178 00 000c 0001 0000003c 0003 096100".to_owned(), nodata(None), "another's alone"),
        (Type::PTR, [2, 0, 0], format!("{good} c00c 000c 0003 0000003c 0003 096100"), ok(1, 0, 600), "another class"),
        (Type::PTR, [2, 0, 0], format!("{good} c00c ff00 0001 0000003c 0000"), ok(1, 0, 600), "an unknown type, empty"),
        (Type::PTR, [2, 0, 0], format!("{good} c00c 00ff 0001 0000003c 0001 78"), ok(1, 0, 600), "a type of queries only"),
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
            "and beside a good one",
        ),
        (Type::PTR, [1, 0, 0], "c00c 0005 0001 0000003c 0003 096100".to_owned(), odd, "a CNAME that leads nobody knows where"),
        (Type::PTR, [2, 0, 0], format!("c00c 0005 0001 0000003c 0003 096100 {good}"), ok(1, 0, 600), "and beside an answer"),
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

/// What is read in whole replies, in hex.
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
        (eight, "000081800000000000000000", Err("an answer without a question"), "an answer needs one"),
        (eight, "000081830000000000000000", Err("an answer without a question"), "so does NXDOMAIN"),
        (eight, "000181850000000000000000", Err("a response to another ID"), "the ID has to be ours all the same"),
        (eight, "000001850000000000000000", Err("a query instead of a response"), "and it has to be a response"),
        (
            eight,
            "000081850001000000000000 0139 07696e2d61646472 0461727061 00 000c0001",
            Err("a response to another question"),
            "a question that is there has to be ours",
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
            "RCODE 17 without a key that could be bad",
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
            "an extended error without a code, and an option that is cut",
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

/// The replies of the report that led to this: a CAA record with an empty tag beside a good one, and BADVERS.
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

#[test]
fn extended_errors_are_bounded() {
    let errors = |number: usize, length: usize| {
        answer(|message| {
            message.metadata.response_code = ResponseCode::ServFail;
            let mut edns = Edns::new();
            let one = [&[0, 22][..], "\u{202e}é".repeat(length).as_bytes()].concat();
            // hickory-proto keeps all options of one code.
            (0..number).for_each(|_| edns.options_mut().insert(EdnsOption::Unknown(15, one.clone())));
            message.edns = Some(edns);
        })
    };
    for (number, length, most, why) in [
        (1, 200, 250, "200 characters of text"),
        (1, 1_000, 250, "no more of longer texts"),
        (100, 100, 1_100, "no more than fit into a thousand characters"),
        (1_000, 0, 1_100, "of short ones, too"),
    ] {
        let detail = errors(number, length).detail.unwrap();
        assert!(detail.chars().count() <= most, "{why}: {detail}");
        assert!(!detail.contains('\u{202e}'), "{why}: without direction overrides");
        assert_eq!(detail.ends_with("extended errors omitted"), number > 10, "{why}: {detail}");
    }
}

/// Work is bounded: a message of pointers to pointers is read in no time, whatever its counts say.
#[test]
fn pointers_to_pointers_are_not_followed_for_ever() {
    let mut bytes = raw((NAME, RecordType::PTR), [0, 0, 0], "");
    let start = bytes.len();
    // One record of 16,000 bytes: 8,000 pointers, each to the one before.
    let mut data = vec![0xc0, 12];
    while data.len() < 16_000 {
        let before = u16::try_from(start + 11 + data.len() - 2).unwrap();
        data.extend((0xc000 | before).to_be_bytes());
    }
    bytes.extend([0, 255, 0, 0, 1, 0, 0, 0, 0]);
    bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
    let last = u16::try_from(start + 11 + data.len() - 2).unwrap() | 0xc000;
    bytes.extend(&data);
    let mut count = 1_u16;
    while bytes.len() + 14 <= 65_535 {
        bytes.extend([last.to_be_bytes(), [0, 12], [0, 1], [0, 0], [0, 9], [0, 2], last.to_be_bytes()].concat());
        count += 1;
    }
    bytes[6..8].copy_from_slice(&count.to_be_bytes());
    assert!(!message::is_short(&bytes, usize::from(last & 0x3fff)), "8,000 steps");
    assert_eq!(query().read_reply(&bytes), Err(Malformed::because("the answer's records cannot be read")));
    bytes[6..8].copy_from_slice(&[0xff; 2]);
    assert_eq!(
        query().read_reply(&bytes),
        Err(Malformed::because("not a DNS message: it ends before its last record"))
    );
    bytes.resize(65_536, 0);
    assert_eq!(query().read_reply(&bytes), Err(Malformed::because("a message of more than 65535 bytes")));
}
