mod memory;

use serde_json::{Value, json};

use super::super::element;
use super::*;
use crate::config::Config;
use crate::lookup::Databases;
use crate::lookup::dns::Shared;
use crate::lookup::dns::queries::Queries;
use crate::lookup::dns::queries::Scope;
use crate::request::batch::Form;
use crate::request::route::Options;
use crate::response::json::Style;
use crate::testing::{Reaction, World, config, ptr};

const ARRAY: Layout = Layout::Array { indented: false };
const INDENTED: Layout = Layout::Array { indented: true };

/// A batch of a thousand subjects, none of them the caller.
const SCOPE: Scope = Scope { subjects: 1_000, private: false };

/// Answers a batch in a world whose resolvers take `react` milliseconds for a name, and calls `test` with the answers.
/// Returns the time, the number of queries, and the result of `test`.
fn run<T>(
    body: &str,
    layout: Layout,
    memory: &Memory,
    react: impl Fn(&str) -> u64,
    test: impl for<'a, 'w> AsyncFnOnce(Answers<'a, World<'w>>, &'a World<'w>) -> T,
) -> (u128, usize, T) {
    let world = World::new(|_, query| {
        let name = query.queries[0].name().to_string();
        // The addresses in 20.1.0.0/16 have a KiB of names.
        let long = (0..20).map(|n| ptr(&format!("{}.n{n}.good.", "x".repeat(50))));
        let names = if name.contains(".1.20.") { long.collect() } else { vec![ptr("host.good.")] };
        Reaction::records(query, 60, names).after(react(&name))
    });
    let databases = Databases::open().unwrap();
    let (config, shared) = (Config { fallback: None, ..config() }, Shared::default());
    let queries = Queries::new(&world, &config, &shared, SCOPE);
    let lookup = Lookup::new(&databases, &world, Some(queries), Options::default());
    let batch = Batch::parse(body.as_bytes(), Form::Lines, 1_000).unwrap();
    let (time, output) = world.time(async {
        let answers = Answers::new(batch, lookup, &world, memory, layout);
        test(answers.unwrap_or_else(|problem| panic!("{problem:?}")), &world).await
    });
    (time, world.hosts().len(), output)
}

async fn next(answers: &mut impl Source) -> Option<Vec<u8>> {
    poll_fn(|context| answers.poll_piece(context)).await
}

async fn pieces<'a, 'w>(mut answers: Answers<'a, World<'w>>, _: &'a World<'w>) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    while let Some(piece) = next(&mut answers).await {
        pieces.push(piece);
    }
    pieces
}

async fn whole<'a, 'w>(mut answers: Answers<'a, World<'w>>, _: &'a World<'w>) -> Option<Vec<u8>> {
    answers.whole().await
}

fn addresses(count: usize) -> String {
    let lines: Vec<_> = (0..count).map(|n| format!("20.0.{}.{}", n / 256, n % 256)).collect();
    lines.join("\n")
}

fn array(json: &[u8]) -> Vec<Value> {
    serde_json::from_slice(json).unwrap()
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).unwrap()).collect()
}

#[test]
fn an_array_keeps_order_and_duplicates() {
    let body = "8.8.8.8\n10.0.0.1\nnonsense\n 8.8.8.8 \nnonsense!";
    let (_, queries, json) = run(body, ARRAY, &Memory::default(), |_| 20, whole);
    let items = array(&json.unwrap());
    let ips: Vec<_> = items.iter().map(|item| item["ip"].as_str()).collect();
    assert_eq!(ips, [Some("8.8.8.8"), Some("10.0.0.1"), None, Some("8.8.8.8"), None]);
    assert_eq!(items[0], items[3]);
    for (index, text) in [(2, "nonsense"), (4, "nonsense!")] {
        assert_eq!(
            (&items[index]["status"], &items[index]["subject"]),
            (&json!(400), &json!(text)),
            "each has its own problem"
        );
    }
    assert_eq!(queries, 1, "equal subjects are looked up once, private addresses cause no query");
}

#[test]
fn a_streamed_array_has_the_bytes_of_a_whole_one() {
    for (count, indent) in [(0, false), (0, true), (1, false), (1, true), (1_000, false), (1_000, true)] {
        let layout = if indent { INDENTED } else { ARRAY };
        let (body, memory) = (addresses(count), Memory::default());
        let (_, _, (bytes, expected)) = run(
            &body,
            layout,
            &memory,
            |_| 0,
            async |mut answers, _| {
                let lookup = Rc::clone(&answers.lookup);
                let mut bytes = Vec::new();
                while let Some(piece) = next(&mut answers).await {
                    assert!(piece.len() == Output::PIECE || answers.output.is_closed(), "{}", piece.len());
                    bytes.extend(piece);
                }
                let mut items = Vec::new();
                for line in body.lines() {
                    items.push(lookup.subject(&Subject::parse(line).unwrap()).await.unwrap());
                }
                let whole = if indent { serde_json::to_vec_pretty(&items) } else { serde_json::to_vec(&items) };
                (bytes, [whole.unwrap(), b"\n".to_vec()].concat())
            },
        );
        assert!(bytes == expected, "{count} {layout:?}: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(500)]));
    }
}

#[test]
fn a_hundred_addresses_take_four_rounds() {
    let (time, queries, json) = run(&addresses(100), ARRAY, &Memory::default(), |_| 20, whole);
    assert_eq!((time, queries, array(&json.unwrap()).len()), (80, 100, 100), "28 at once");
}

#[test]
fn all_ends_at_the_deadline() {
    let (time, queries, json) = run(&addresses(100), ARRAY, &Memory::default(), |_| 10_000, whole);
    assert_eq!((time, queries), (1_500, 28), "no query is sent after the deadline");
    for item in array(&json.unwrap()) {
        assert_eq!(item["dns"]["status"], "timeout");
        assert!(item["dns"]["detail"].is_string());
    }
}

#[test]
fn lines_are_written_as_they_become_known() {
    let slow = |name: &str| if name.starts_with("1.") { 1_000 } else { 20 };
    let body = "20.0.0.1\nnonsense\n20.0.0.2\n10.0.0.1\n20.0.0.2";
    let (_, _, pieces) = run(body, Layout::Lines, &Memory::default(), slow, pieces);
    let indices =
        |piece: &Vec<u8>| -> Vec<_> { lines(piece).iter().map(|line| line["index"].as_u64().unwrap()).collect() };
    let indices: Vec<_> = pieces.iter().map(indices).collect();
    assert_eq!(indices, [vec![1, 3], vec![2, 4], vec![0]], "first those without DNS, then each after its answer");
    assert!(pieces.iter().all(|piece| piece.ends_with(b"\n")));
}

/// Forty host names: as many lookups at once as the memory allows if each takes the most.
#[test]
fn host_names_take_turns() {
    let memory = Memory::default();
    let body: Vec<_> = (0..40).map(|n| format!("n{n}.good.com")).collect();
    let (time, queries, json) = run(&body.join("\n"), ARRAY, &memory, |_| 20, whole);
    assert_eq!((time, queries, array(&json.unwrap()).len()), (60, 80, 40), "16 at once, each with two queries");
}
