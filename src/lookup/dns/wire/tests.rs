use hickory_proto::op::Metadata;
use hickory_proto::rr::rdata::{CNAME, PTR, SOA};

use super::*;

const ADDRESS: &str = "8.8.8.8";
const NAME: &str = "8.8.8.8.in-addr.arpa.";

fn question() -> Question {
    Question::ptr(ADDRESS.parse().unwrap()).unwrap()
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

/// A reply to [`question`], changed by `change`.
fn reply(change: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut message = Message::response(0, OpCode::Query);
    message.add_query(Query::query(name(NAME), RecordType::PTR));
    change(&mut message);
    message.to_vec().unwrap()
}

fn answer(change: impl FnOnce(&mut Message)) -> Outcome {
    question().answer(&reply(change)).unwrap()
}

/// What the PTR records of an outcome say.
fn targets(outcome: &Outcome) -> Vec<String> {
    outcome.records.iter().map(|data| data.to_string()).collect()
}

#[test]
fn a_question_to_the_byte() {
    let question = question();
    let bytes = question.bytes();
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
fn questions_are_padded_to_blocks() {
    for (ip, why) in [
        ("1.1.1.1", "the shortest name"),
        ("255.255.255.255", "the longest of IPv4"),
        ("2001:db8::1", "IPv6: all of one length"),
    ] {
        let question = Question::ptr(ip.parse().unwrap()).unwrap();
        assert_eq!(question.bytes().len(), 128, "{ip}: {why}");
    }
}

#[test]
fn ipv6_questions_ask_by_nibble() {
    let question = Question::ptr("2001:db8::567:89ab".parse().unwrap()).unwrap();
    let expected = "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.";
    assert_eq!(question.name, name(expected), "the example of RFC 3596 section 2.5");
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
            names: &["a.example.", "A.Example."],
            ttl: 9,
            why: "every record, in the case in which it stands",
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
            "somebody else's PTR",
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
            "a code that came after us",
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
            Some("RCODE 1 (Form Error)"),
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
fn more_than_anybody_reads_is_cut_and_told() {
    let long = |n: usize| format!("{n}.{}.example.", ["x".repeat(60).as_str(); 3].join("."));
    for (count, told, detail, why) in
        [(80, 80, None, "80 names of 190 bytes"), (100, 84, Some("16 more records than are told"), "the first 16 KiB")]
    {
        let answer =
            answer(|message| message.answers = (100..100 + count).map(|n| ptr_to(NAME, 9, &long(n))).collect());
        assert_eq!((answer.records.len(), answer.detail.as_deref()), (told, detail), "{why}");
        assert_eq!(answer.status, Status::Ok, "{why}");
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
fn what_is_no_answer() {
    let loops = vec![cname_to(NAME, 1, "a.example."), cname_to("a.example.", 1, NAME)];
    let long: Vec<_> = std::iter::once(cname_to(NAME, 1, "0.example."))
        .chain((0..100).map(|n| cname_to(&format!("{n}.example."), 1, &format!("{}.example.", n + 1))))
        .collect();
    let head = |change: fn(&mut Metadata)| reply(|message| change(&mut message.metadata));
    let asked = |query| reply(|message| message.queries = query);
    let mut chaos = Query::query(name(NAME), RecordType::PTR);
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
        (head(|head| head.truncation = true), "truncated: there is no TCP to turn to"),
        (asked(vec![]), "no question"),
        (asked(vec![Query::query(name("9.8.8.8.in-addr.arpa."), RecordType::PTR)]), "another name"),
        (asked(vec![Query::query(name(NAME), RecordType::A)]), "another type"),
        (asked(vec![chaos]), "another class"),
        (asked(vec![Query::query(name(NAME), RecordType::PTR); 2]), "the question twice"),
        (reply(|message| message.answers = loops), "a CNAME loop"),
        (reply(|message| message.answers = vec![cname_to(NAME, 1, NAME)]), "a CNAME to itself"),
        (reply(|message| message.answers = long), "100 CNAMEs"),
    ] {
        assert!(question().answer(&bytes).is_err(), "{why}");
    }
}

#[test]
fn a_pointer_that_leads_to_itself() {
    let mut bytes = reply(|_| {});
    // The first byte of the question's name becomes a pointer (RFC 1035 section 4.1.4) to where it stands.
    bytes[12..14].copy_from_slice(&[0xc0, 12]);
    assert!(question().answer(&bytes).is_err());
}

#[test]
fn every_cut_of_a_reply_is_an_error() {
    let whole = reply(|message| {
        message.add_answer(cname_to(NAME, 1, "a.example."));
        message.add_answer(ptr_to("a.example.", 1, "b.example."));
    });
    for length in 0..whole.len() {
        assert!(question().answer(&whole[..length]).is_err(), "{length} bytes of {}", whole.len());
    }
    let outcome = question().answer(&whole).unwrap();
    assert_eq!((targets(&outcome), outcome.size), (vec!["b.example.".to_owned()], whole.len()));
    assert_eq!(outcome.canonical, Some(name("a.example.")), "where the CNAME leads");
}
