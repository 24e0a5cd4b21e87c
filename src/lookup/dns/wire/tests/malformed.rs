//! Replies that do not count.

use super::*;

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
        (vec![], "an empty body"),
        (vec![0], "one byte"),
        (reply(|_| {})[..11].to_vec(), "a header that ends early"),
        (b"<html>captive portal</html>".to_vec(), "an HTML page"),
        (vec![0xff; 65_535], "all ones"),
        (head(|head| head.message_type = MessageType::Query), "our own query, echoed"),
        (head(|head| head.id = 1), "another ID"),
        (head(|head| head.op_code = OpCode::Notify), "another opcode"),
        (head(|head| head.truncation = true), "truncated: DNS over HTTPS has no other transport for the rest"),
        (asked(vec![]), "an answer without a question"),
        (asked(vec![QuestionSection::query(name("9.8.8.8.in-addr.arpa."), RecordType::PTR)]), "another name"),
        (asked(vec![QuestionSection::query(name(NAME), RecordType::A)]), "another type"),
        (asked(vec![chaos]), "another class"),
        (asked(vec![QuestionSection::query(name(NAME), RecordType::PTR); 2]), "two questions"),
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
