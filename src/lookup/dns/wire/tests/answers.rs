//! Replies that count: names, negative answers, failures of the resolver.

use super::*;

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
            why: "a PTR record of another owner does not count",
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
            why: "a repeated CNAME: the least TTL (RFC 2181 section 5.2)",
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
        case(NXDomain, vec![], vec![], Status::Nxdomain, None, "no SOA: no TTL"),
        case(NoError, vec![], vec![soa(300, 300)], Status::Nodata, Some(300), "no PTR record"),
        case(NoError, vec![], vec![soa_of("9.in-addr.arpa.", 7, 7)], Status::Nodata, None, "the SOA of another zone"),
        case(
            NXDomain,
            vec![cname_to(NAME, 20, "gone.example.")],
            vec![soa(7, 7), soa_of("EXAMPLE.", 300, 10)],
            Status::Nxdomain,
            Some(10),
            "after a CNAME, the SOA of the zone at its end (RFC 2308 section 2.1)",
        ),
        case(
            NoError,
            vec![cname_to(NAME, 20, "gone.example.")],
            vec![soa_of("example.", 300, 300)],
            Status::Nodata,
            Some(20),
            "a CNAME to a name without records: the chain's TTL counts",
        ),
        case(
            NXDomain,
            vec![cname_to(NAME, 20, "gone.example.")],
            vec![],
            Status::Nxdomain,
            None,
            "a CNAME to a name that does not exist (RFC 2308 section 2.1)",
        ),
        case(
            NoError,
            vec![ptr_to("other.example.", 9, "x.example.")],
            vec![],
            Status::Nodata,
            None,
            "a PTR record of another name",
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
        (ResponseCode::ServFail, None, Status::Servfail, None, "without a reason"),
        (
            ResponseCode::ServFail,
            extended(6, ""),
            Status::Servfail,
            Some("extended error 6 (DNSSEC Bogus)"),
            "a reason without a text",
        ),
        (
            ResponseCode::ServFail,
            extended(22, "at delegation x.\u{1b}[31m"),
            Status::Servfail,
            Some("extended error 22 (No Reachable Authority): at delegation x.[31m"),
            "a text, without its control character",
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
fn the_ad_bit_is_read() {
    let answer = answer(|message| {
        message.metadata.authentic_data = true;
        message.add_answer(ptr_to(NAME, 1, "a.example."));
    });
    assert!(answer.authenticated);
}
