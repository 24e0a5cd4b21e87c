//! Bounds on what a reply can make of an outcome, and on the work to read it.

use super::*;

#[test]
fn records_over_the_bound_are_counted() {
    let long = |n: usize| ptr_to(NAME, 9, &format!("{n}.{}.example.", ["x".repeat(60).as_str(); 3].join(".")));
    let short = ptr_to(NAME, 5, "a.example.");
    // Each long name has 196 bytes, and 12 beside it; 16 KiB hold 78.
    for (records, kept, omitted, ttl, why) in [
        ((100..178).map(long).collect::<Vec<_>>(), 78, 0, 9, "just fits"),
        ((100..179).map(long).collect(), 78, 1, 9, "one record more"),
        (
            (100..179).map(long).chain([short.clone()]).collect(),
            79,
            1,
            5,
            "a short record after it fits, and its TTL counts",
        ),
        ((100..178).chain(100..178).map(long).collect(), 78, 0, 9, "repeated records are not omitted"),
        ((100..300).map(long).chain([short]).collect(), 79, 122, 5, "many records more"),
    ] {
        let answer = answer(|message| message.answers = records);
        assert_eq!((answer.status, answer.ttl), (Status::Ok, Some(ttl)), "{why}");
        assert_eq!((answer.records.len(), answer.omitted, answer.unreadable), (kept, omitted, 0), "{why}");
    }
}

/// A TXT record over the bound exists, so the status must not be `nodata`.
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
        (&[16_373], 0, 1, "one byte too long"),
        (&[65_024], 0, 1, "as long as a record can be"),
        (&[16_384, 256], 1, 1, "the records after it are kept"),
        (&[256, 16_384, 512], 2, 1, "so are the records around it"),
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

/// The data of every type in a query counts as many bytes as it takes without compression.
#[test]
fn the_bound_counts_names_without_compression() {
    let long = || name(&[["x".repeat(60).as_str(); 3].join(".").as_str(), "example."].join("."));
    let asked = name("a.example.");
    for (data, why) in [
        (RData::PTR(PTR(long())), "PTR"),
        (RData::NS(NS(long())), "NS"),
        (RData::MX(MX::new(1, long())), "MX"),
        (RData::SOA(SOA::new(long(), long(), 1, 1, 1, 1, 1)), "SOA: two names"),
        (RData::SRV(SRV::new(1, 1, 1, long())), "SRV: a type that no query asks for today"),
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
        (1, 1_000, 250, "a longer text is cut"),
        (100, 100, 1_100, "as many as fit into a thousand characters"),
        (1_000, 0, 1_100, "the same with short errors"),
    ] {
        let detail = errors(number, length).detail.unwrap();
        assert!(detail.chars().count() <= most, "{why}: {detail}");
        assert!(!detail.contains('\u{202e}'), "{why}: without direction overrides");
        assert_eq!(detail.ends_with("extended errors omitted"), number > 10, "{why}: {detail}");
    }
}

/// The work is bounded: a message of pointers to pointers is read quickly, with any counts.
#[test]
fn pointers_to_pointers_are_not_followed_without_end() {
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
