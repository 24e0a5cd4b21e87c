use serde_json::json;

use super::*;
use crate::config::Config;
use crate::dns::flights::Flights;
use crate::dns::session::Session;
use crate::lookup::Databases;
use crate::route::Options;
use crate::testing::{Reaction, World, config, ptr};
use crate::{asn::Systems, embedded, geo::Locations};

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
        (Form::Json, r#"{"ip": "8.8.8.8"}"#, Err(Unreadable::NoList), "an object"),
        (Form::Json, r#""8.8.8.8""#, Err(Unreadable::NoList), "a string"),
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

/// Runs a batch in a world whose resolvers take their time.
fn run<T>(
    body: &str,
    react: impl Fn(&str) -> u64,
    test: impl AsyncFnOnce(Batch, Lookup<'_, World<'_>>) -> T,
) -> (u128, usize, T) {
    let world = World::new(|_, question| {
        let name = question.queries[0].name().to_string();
        Reaction::records(question, 60, vec![ptr("host.good.")]).after(react(&name))
    });
    let databases = Databases {
        locations: Locations::open(embedded::GEO, embedded::ERROR_BOUND_KM).unwrap(),
        systems: Systems::open(embedded::ASN).unwrap(),
    };
    let (config, flights) = (Config { fallback: None, ..config() }, Flights::default());
    let session = Session::new(&world, &config, &flights);
    let lookup = Lookup::new(&databases, &world, Some(session), Options::default());
    let batch = Batch::parse(body.as_bytes(), Form::Lines, 1_000).unwrap();
    let (time, output) = world.time(test(batch, lookup));
    (time, world.hosts().len(), output)
}

#[test]
fn an_array_keeps_order_and_duplicates() {
    let (_, questions, json) = run(
        "8.8.8.8\n10.0.0.1\nnonsense\n8.8.8.8",
        |_| 20,
        async |batch, lookup| serde_json::from_slice::<Value>(&batch.array(&lookup, false).await.unwrap()).unwrap(),
    );
    let items = json.as_array().unwrap();
    let ips: Vec<_> = items.iter().map(|item| item["ip"].as_str()).collect();
    assert_eq!(ips, [Some("8.8.8.8"), Some("10.0.0.1"), None, Some("8.8.8.8")]);
    assert_eq!(items[0], items[3]);
    assert_eq!((&items[2]["status"], &items[2]["subject"]), (&json!(400), &json!("nonsense")), "a problem of its own");
    assert_eq!(questions, 1, "equal questions are asked once, private addresses not at all");
}

#[test]
fn a_hundred_addresses_take_four_rounds() {
    let body: Vec<_> = (0..100).map(|n| format!("20.0.0.{n}")).collect();
    let (time, questions, _) =
        run(&body.join("\n"), |_| 20, async |batch, lookup| batch.array(&lookup, false).await.unwrap());
    assert_eq!((time, questions), (80, 100), "32 at once");
}

#[test]
fn all_is_over_at_the_deadline() {
    let body: Vec<_> = (0..100).map(|n| format!("20.0.0.{n}")).collect();
    let (time, questions, json) = run(
        &body.join("\n"),
        |_| 10_000,
        async |batch, lookup| serde_json::from_slice::<Value>(&batch.array(&lookup, false).await.unwrap()).unwrap(),
    );
    assert_eq!((time, questions), (1_500, 32), "whoever had no turn until then asks nobody");
    for item in json.as_array().unwrap() {
        assert_eq!(item["dns"]["status"], "timeout");
        assert!(item["dns"]["detail"].is_string());
    }
}

#[test]
fn lines_come_as_they_are_known() {
    let slow = |name: &str| if name.starts_with("1.") { 1_000 } else { 20 };
    let (_, _, pieces) = run("20.0.0.1\nnonsense\n20.0.0.2\n10.0.0.1", slow, async |batch, lookup| {
        let pieces: Vec<Vec<u8>> = batch.lines(lookup).collect().await;
        pieces
    });
    let indices = |piece: &Vec<u8>| -> Vec<u64> {
        let lines = piece.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice::<Value>(line).unwrap()["index"].as_u64().unwrap()).collect()
    };
    let mut indices: Vec<_> = pieces.iter().map(indices).collect();
    indices[0].sort_unstable();
    assert_eq!(indices, [vec![1, 3], vec![2], vec![0]], "at once what asks nobody, then each when it is answered");
    assert!(pieces.iter().all(|piece| piece.ends_with(b"\n")));
}
