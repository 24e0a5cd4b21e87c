use super::*;
use crate::testing::{Reaction, World};

fn parse(body: &str, form: Form) -> Result<Vec<String>, Unreadable> {
    Batch::parse(body.as_bytes(), form, 3).map(|batch| batch.0.into_iter().map(|entry| entry.text).collect())
}

#[test]
fn bodies() {
    let list = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    let syntax = |result: &Result<Vec<String>, Unreadable>| matches!(result, Err(Unreadable::Syntax(_)));
    for (form, body, expected, why) in [
        (Form::Json, r#"["8.8.8.8", "dns.google"]"#, list(&["8.8.8.8", "dns.google"]), "an array"),
        (Form::Json, "[]", list(&[]), "an empty one"),
        (Form::Json, r#"["1.1.1.1","1.1.1.1"]"#, list(&["1.1.1.1", "1.1.1.1"]), "duplicates stay"),
        (
            Form::Json,
            r#"["8.8.8.8", 8, null]"#,
            list(&["8.8.8.8", "8", "null"]),
            "elements that are not strings stay, as problems",
        ),
        (Form::Json, r#"["\u0038.8.8.8"]"#, list(&["8.8.8.8"]), "an escape"),
        (Form::Json, r#"[["8.8.8.8", []], {"ip": {}}, -1.5]"#, list(&["[…]", "{…}", "-1.5"]), "other elements"),
        (
            Form::Json,
            r#"[true, -1, 18446744073709551615]"#,
            list(&["true", "-1", "18446744073709551615"]),
            "numbers and truth values",
        ),
        (Form::Json, r#"{"ip": "8.8.8.8"}"#, Err(Unreadable::NotAList), "an object"),
        (Form::Json, r#""8.8.8.8""#, Err(Unreadable::NotAList), "a string"),
        (Form::Json, r#"["1","2","3","4"]"#, Err(Unreadable::TooMany(3)), "more than the limit"),
        (Form::Lines, "8.8.8.8\r\n\n  dns.google \n", list(&["8.8.8.8", "dns.google"]), "lines, blank ones aside"),
        (Form::Lines, "", list(&[]), "no line"),
        (Form::Lines, "1\n2\n3\n4", Err(Unreadable::TooMany(3)), "more than the limit"),
        (Form::Lines, "[\"8.8.8.8\"]", list(&["[\"8.8.8.8\"]"]), "its media type is that of lines"),
        (Form::Either, "8.8.8.8\n1.1.1.1", list(&["8.8.8.8", "1.1.1.1"]), "lines"),
        (Form::Either, " [\"8.8.8.8\"]", list(&["8.8.8.8"]), "an array"),
        (Form::Either, "[ ]", list(&[]), "an empty array"),
        (Form::Either, "[2001:db8::1]\n", list(&["[2001:db8::1]"]), "an address in brackets is not an array"),
        (Form::Either, "\u{feff}8.8.8.8", list(&["8.8.8.8"]), "an editor's byte order mark"),
    ] {
        assert_eq!(parse(body, form), expected, "{body:?}: {why}");
    }
    for (form, body, why) in [
        (Form::Json, "", "an empty body is not JSON"),
        (Form::Json, "{", "an object that is cut off"),
        (Form::Json, "[] []", "two arrays"),
        (Form::Json, r#"["\ud800"]"#, "half a surrogate pair"),
        (Form::Json, "[\"8.8.8.8\"", "an array that is cut off"),
        (Form::Json, "8.8.8.8", "a line with the media type of an array"),
    ] {
        assert!(syntax(&parse(body, form)), "{body:?}: {why}");
    }
    let many = format!("[{}1]", "1,".repeat(200_000));
    assert_eq!(parse(&many, Form::Json), Err(Unreadable::TooMany(3)), "most elements are not kept");
    let deep = "[".repeat(100_000);
    assert!(syntax(&parse(&deep, Form::Json)), "nesting does not exhaust the stack");
    assert!(matches!(Batch::parse(b"\xff", Form::Lines, 3), Err(Unreadable::Syntax(_))), "not UTF-8");
}

#[test]
fn forms() {
    let rows: [(&[&str], Result<Form, Unreadable>, &str); 9] = [
        (&["application/json"], Ok(Form::Json), "JSON"),
        (&["Application/JSON; charset=utf-8"], Ok(Form::Json), "with a parameter, in another case"),
        (&["text/plain;charset=UTF-8"], Ok(Form::Lines), "fetch sends this with a string"),
        (&["application/x-www-form-urlencoded"], Ok(Form::Either), "curl sends this with every body"),
        (&[], Ok(Form::Either), "no media type"),
        (&["application/x-ndjson"], Err(Unreadable::MediaType), "lines of JSON are for responses only"),
        (&["multipart/form-data; boundary=x"], Err(Unreadable::MediaType), "a form"),
        (&[""], Err(Unreadable::MediaType), "empty"),
        (&["text/plain", "application/json"], Err(Unreadable::MediaType), "two"),
    ];
    for (values, expected, why) in rows {
        assert_eq!(Form::of(values), expected, "{why}");
    }
}

#[test]
fn a_content_coding_is_refused() {
    for (values, accepted, why) in [
        (&[][..], true, "none"),
        (&["identity"], true, "the same as none (RFC 9110 section 8.4.1)"),
        (&[" Identity "], true, "in another case"),
        (&["gzip"], false, "a coding"),
        (&["identity, br"], false, "a list with a coding"),
        (&["identity", "gzip"], false, "in a separate field line"),
        (&[""], false, "empty"),
    ] {
        let expected = if accepted { Ok(()) } else { Err(Unreadable::Coded) };
        assert_eq!(check_coding(values), expected, "{values:?}: {why}");
    }
}

#[test]
fn long_texts_are_cut() {
    let text = |body: &str, form| Batch::parse(body.as_bytes(), form, 3).unwrap().0.remove(0).text;
    for (length, expected, why) in
        [(1024, 1024, "as long as a text may be"), (1025, 1027, "cut, with an ellipsis of 3 bytes")]
    {
        let long = "x".repeat(length);
        assert_eq!(text(&long, Form::Lines).len(), expected, "{why}");
        assert_eq!(text(&format!("[\"{long}\"]"), Form::Json).len(), expected, "{why}");
    }
    assert_eq!(text(&"é".repeat(600), Form::Lines), "é".repeat(512) + "…", "between characters");
    assert_eq!(text(&("x".to_owned() + &"é".repeat(600)), Form::Lines), "x".to_owned() + &"é".repeat(511) + "…");
}

/// A body of pieces that each take a time. After the last piece it ends, or it never ends.
struct Slow<'a> {
    world: &'a World<'a>,
    pieces: usize,
    after: Duration,
    ends: bool,
}

impl Body for Slow<'_> {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, crate::platform::Unreachable> {
        if self.pieces == 0 && !self.ends {
            return std::future::pending().await;
        }
        self.world.sleep(self.after).await;
        let more = self.pieces > 0;
        self.pieces -= usize::from(more);
        Ok(more.then(|| vec![b'\n']))
    }
}

#[test]
fn a_body_has_ten_seconds() {
    let ms = Duration::from_millis;
    for (pieces, after, ends, expected, time, why) in [
        (3, ms(0), true, Ok(0), 0, "at once"),
        (99, ms(100), true, Ok(0), 10_000, "slow, and complete in time"),
        (99, ms(101), true, Err(Unreadable::TooSlow), 10_000, "too slow"),
        (1_000, ms(1_000), true, Err(Unreadable::TooSlow), 10_000, "a byte a second"),
        (3, ms(0), false, Err(Unreadable::TooSlow), 10_000, "it does not end"),
        (0, ms(0), false, Err(Unreadable::TooSlow), 10_000, "it does not begin"),
    ] {
        let world = World::new(|_, _| Reaction::silence());
        let body = Slow { world: &world, pieces, after, ends };
        let (took, read) = world.time(Batch::read(&world, body, Form::Lines, 3));
        assert_eq!((took, read.map(|batch| batch.0.len())), (time, expected), "{why}");
    }
}

#[test]
fn bodies_are_bounded() {
    let pieces = |count: usize| vec![Ok(vec![b'\n'; 64 * 1024]); count].into_iter();
    let read = |count| {
        let world = World::new(|_, _| Reaction::silence());
        world.run(Batch::read(&world, pieces(count), Form::Lines, 3))
    };
    assert_eq!(read(8), Ok(Batch(Vec::new())), "as long as a body may be");
    assert_eq!(read(9), Err(Unreadable::TooLong));
}

#[test]
fn a_body_that_is_cut_off() {
    let world = World::new(|_, _| Reaction::silence());
    let pieces = vec![Ok(b"8.8.8.8".to_vec()), Err(crate::platform::Unreachable::new("secret"))].into_iter();
    let error = world.run(Batch::read(&world, pieces, Form::Lines, 3)).unwrap_err();
    assert_eq!(error, Unreadable::CutOff);
    assert!(!error.to_string().contains("secret"), "the platform's own text is not shown");
}
