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
            "what is no string is its own problem",
        ),
        (Form::Json, r#"{"ip": "8.8.8.8"}"#, Err(Unreadable::NotAList), "an object"),
        (Form::Json, r#""8.8.8.8""#, Err(Unreadable::NotAList), "a string"),
        (Form::Json, r#"["1","2","3","4"]"#, Err(Unreadable::TooMany(3)), "more than may be"),
        (Form::Lines, "8.8.8.8\r\n\n  dns.google \n", list(&["8.8.8.8", "dns.google"]), "lines, blank ones aside"),
        (Form::Lines, "", list(&[]), "no line"),
        (Form::Lines, "1\n2\n3\n4", Err(Unreadable::TooMany(3)), "more than may be"),
        (Form::Lines, "[\"8.8.8.8\"]", list(&["[\"8.8.8.8\"]"]), "who says lines gets lines"),
        (Form::Either, "8.8.8.8\n1.1.1.1", list(&["8.8.8.8", "1.1.1.1"]), "lines"),
        (Form::Either, " [\"8.8.8.8\"]", list(&["8.8.8.8"]), "an array"),
        (Form::Either, "[ ]", list(&[]), "an empty array"),
        (Form::Either, "[2001:db8::1]\n", list(&["[2001:db8::1]"]), "an address in brackets is no array"),
        (Form::Either, "\u{feff}8.8.8.8", list(&["8.8.8.8"]), "an editor's byte order mark"),
    ] {
        assert_eq!(parse(body, form), expected, "{body:?}: {why}");
    }
    for (form, body, why) in [
        (Form::Json, "", "nothing is no JSON"),
        (Form::Json, "[\"8.8.8.8\"", "an array that does not end"),
        (Form::Json, "8.8.8.8", "a line where an array was announced"),
    ] {
        assert!(syntax(&parse(body, form)), "{body:?}: {why}");
    }
    let deep = "[".repeat(100_000);
    assert!(syntax(&parse(&deep, Form::Json)), "no stack is deep enough");
    assert!(matches!(Batch::parse(b"\xff", Form::Lines, 3), Err(Unreadable::Syntax(_))), "no UTF-8");
}

#[test]
fn forms() {
    let rows: [(&[&str], Result<Form, Unreadable>, &str); 9] = [
        (&["application/json"], Ok(Form::Json), "JSON"),
        (&["Application/JSON; charset=utf-8"], Ok(Form::Json), "with a parameter, in another case"),
        (&["text/plain;charset=UTF-8"], Ok(Form::Lines), "what fetch says of a string"),
        (&["application/x-www-form-urlencoded"], Ok(Form::Either), "what curl says of everything"),
        (&[], Ok(Form::Either), "not said"),
        (&["application/x-ndjson"], Err(Unreadable::MediaType), "lines of JSON are an answer, not a question"),
        (&["multipart/form-data; boundary=x"], Err(Unreadable::MediaType), "a form"),
        (&[""], Err(Unreadable::MediaType), "empty"),
        (&["text/plain", "application/json"], Err(Unreadable::MediaType), "two"),
    ];
    for (values, expected, why) in rows {
        assert_eq!(Form::of(values), expected, "{why}");
    }
}

#[test]
fn bodies_are_bounded() {
    let pieces = |count: usize| vec![Ok(vec![b'\n'; 64 * 1024]); count].into_iter();
    let read = |count| {
        let world = World::new(|_, _| Reaction::silence());
        world.run(Batch::read(pieces(count), Form::Lines, 3))
    };
    assert_eq!(read(8), Ok(Batch(Vec::new())), "as much as may be");
    assert_eq!(read(9), Err(Unreadable::TooLong));
}
