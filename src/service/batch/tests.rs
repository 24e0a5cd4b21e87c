use serde_json::{Value, json};

use super::*;
use crate::config::Config;
use crate::lookup::Databases;
use crate::lookup::dns::Shared;
use crate::lookup::dns::session::Scope;
use crate::lookup::dns::session::Session;
use crate::request::batch::Form;
use crate::request::route::Options;
use crate::testing::{Reaction, World, config, ptr};

/// A batch of a hundred subjects, in public.
const SCOPE: Scope = Scope { subjects: 100, private: false };

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
    let databases = Databases::open().unwrap();
    let (config, shared) = (Config { fallback: None, ..config() }, Shared::default());
    let session = Session::new(&world, &config, &shared, SCOPE);
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
        async |batch, lookup| serde_json::from_slice::<Value>(&array(batch, &lookup, false).await.unwrap()).unwrap(),
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
        run(&body.join("\n"), |_| 20, async |batch, lookup| array(batch, &lookup, false).await.unwrap());
    assert_eq!((time, questions), (80, 100), "28 at once");
}

#[test]
fn all_is_over_at_the_deadline() {
    let body: Vec<_> = (0..100).map(|n| format!("20.0.0.{n}")).collect();
    let (time, questions, json) = run(
        &body.join("\n"),
        |_| 10_000,
        async |batch, lookup| serde_json::from_slice::<Value>(&array(batch, &lookup, false).await.unwrap()).unwrap(),
    );
    assert_eq!((time, questions), (1_500, 28), "what had no turn until then is not queried");
    for item in json.as_array().unwrap() {
        assert_eq!(item["dns"]["status"], "timeout");
        assert!(item["dns"]["detail"].is_string());
    }
}

#[test]
fn lines_come_as_they_are_known() {
    let slow = |name: &str| if name.starts_with("1.") { 1_000 } else { 20 };
    let (_, _, pieces) = run("20.0.0.1\nnonsense\n20.0.0.2\n10.0.0.1", slow, async |batch, lookup| {
        let pieces: Vec<Vec<u8>> = lines(batch, lookup).collect().await;
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
