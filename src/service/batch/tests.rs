use serde_json::{Value, json};

use super::super::element::{self, Style};
use super::*;
use crate::config::Config;
use crate::lookup::Databases;
use crate::lookup::dns::Shared;
use crate::lookup::dns::queries::Queries;
use crate::lookup::dns::queries::Scope;
use crate::request::batch::Form;
use crate::request::route::Options;
use crate::testing::{Reaction, World, config, ptr};

const ARRAY: Layout = Layout::Array(Style::Compact);
const INDENTED: Layout = Layout::Array(Style::Indented);

/// A batch of a thousand subjects, none of them the caller.
const SCOPE: Scope = Scope { subjects: 1_000, private: false };

/// Answers a batch in a world whose resolvers take as many milliseconds as `react` says, and gives `test` the answers.
/// Returns the time, the number of queries, and what `test` returns.
fn run<T>(
    body: &str,
    layout: Layout,
    memory: &Memory,
    react: impl Fn(&str) -> u64,
    test: impl for<'a, 'w> AsyncFnOnce(Answers<'a, World<'w>>, &'a World<'w>) -> T,
) -> (u128, usize, T) {
    let world = World::new(|_, query| {
        let name = query.queries[0].name().to_string();
        // Those of 20.1.0.0/16 have a KiB of names.
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
        assert_eq!((&items[index]["status"], &items[index]["subject"]), (&json!(400), &json!(text)), "its own problem");
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
    assert_eq!((time, queries), (1_500, 28), "a lookup that begins at the deadline sends no query");
    for item in array(&json.unwrap()) {
        assert_eq!(item["dns"]["status"], "timeout");
        assert!(item["dns"]["detail"].is_string());
    }
}

#[test]
fn lines_come_as_they_are_known() {
    let slow = |name: &str| if name.starts_with("1.") { 1_000 } else { 20 };
    let body = "20.0.0.1\nnonsense\n20.0.0.2\n10.0.0.1\n20.0.0.2";
    let (_, _, pieces) = run(body, Layout::Lines, &Memory::default(), slow, pieces);
    let indices =
        |piece: &Vec<u8>| -> Vec<_> { lines(piece).iter().map(|line| line["index"].as_u64().unwrap()).collect() };
    let indices: Vec<_> = pieces.iter().map(indices).collect();
    assert_eq!(indices, [vec![1, 3], vec![2, 4], vec![0]], "at once without DNS, then each when it is answered");
    assert!(pieces.iter().all(|piece| piece.ends_with(b"\n")));
}

#[test]
fn a_client_that_does_not_read_stops_lookups() {
    let memory = Memory::default();
    for layout in [ARRAY, Layout::Lines] {
        let (_, queries, ()) = run(
            &addresses(1_000).replace("20.0.", "20.1."),
            layout,
            &memory,
            |_| 20,
            async |mut answers, world| {
                let first = next(&mut answers).await.unwrap();
                // Nothing is written for a minute, and work goes on.
                let mut timer = Box::pin(world.sleep(std::time::Duration::from_secs(60)));
                poll_fn(|context| {
                    answers.work(context);
                    timer.as_mut().poll(context)
                })
                .await;
                assert!(answers.running.is_empty(), "what was under way has ended: others may wait for its queries");
                let unwritten = answers.unwritten.used();
                assert!((UNWRITTEN..UNWRITTEN + 64 * 1024).contains(&unwritten), "{unwritten}");
                assert_eq!(memory.work.used(), 0);
                let mut bytes = first;
                while let Some(piece) = next(&mut answers).await {
                    bytes.extend(piece);
                }
                assert_eq!(if layout == ARRAY { array(&bytes).len() } else { lines(&bytes).len() }, 1_000);
            },
        );
        assert!(queries < 1_000, "the rest began after the deadline of DNS: {queries}");
        assert_eq!((memory.buffers.used(), memory.work.used()), (0, 0), "all is given back");
    }
}

#[test]
fn a_repeated_subject_is_in_memory_once() {
    let memory = Memory::default();
    let body = "8.8.8.8\n".repeat(1_000);
    let (_, queries, ()) = run(
        &body,
        ARRAY,
        &memory,
        |_| 20,
        async |mut answers, _| {
            assert!(answers.whole().await.is_none(), "too long to be held whole");
            let used = memory.buffers.used();
            assert!(used < WHOLE + 16 * 1024, "{used}");
            let mut length = 0;
            while let Some(piece) = next(&mut answers).await {
                length += piece.len();
            }
            assert!(length > 500_000, "{length}");
        },
    );
    assert_eq!((queries, memory.buffers.used()), (1, 0));
}

/// What is kept for the second half would fill the memory of the request for ever.
#[test]
fn repeated_subjects_do_not_stop_others() {
    let memory = Memory::default();
    let kept = addresses(500).replace("20.0.", "20.1.");
    let body = format!("{kept}\n{}\n{kept}", addresses(10).replace("20.0.", "20.3."));
    let body = body.lines().take(1_000).collect::<Vec<_>>().join("\n");
    let (_, queries, pieces) = run(&body, ARRAY, &memory, |_| 1, pieces);
    assert_eq!((queries, array(&pieces.concat()).len(), memory.buffers.used()), (510, 1_000, 0));
}

#[test]
fn a_busy_instance_says_so_in_the_element() {
    let memory = Memory::default();
    let others = memory.buffers.try_take(16 * 1024 * 1024 - 2_000).unwrap();
    let (_, _, pieces) = run(&addresses(10), ARRAY, &memory, |_| 20, pieces);
    let items = array(&pieces.concat());
    let busy = items.iter().filter(|item| item["status"] == 503).count();
    assert!(items.len() == 10 && (1..10).contains(&busy), "{busy}");
    for item in items.iter().filter(|item| item["status"] == 503) {
        assert!(item["subject"].as_str().unwrap().starts_with("20.0.0."), "{item}");
    }
    drop(others);
    assert_eq!(memory.buffers.used(), 0);
}

/// Another batch's lookups hold all there is for a while.
#[test]
fn lookups_wait_for_those_of_other_requests() {
    let memory = Memory::default();
    let others = memory.work.try_take(4 * 1024 * 1024).unwrap();
    let (time, _, items) = run(
        &addresses(10),
        ARRAY,
        &memory,
        |_| 20,
        async |mut answers, world| {
            let wait = async {
                world.sleep(std::time::Duration::from_millis(300)).await;
                drop(others);
            };
            futures_util::future::join(answers.whole(), wait).await.0.unwrap()
        },
    );
    assert_eq!((time, array(&items).len(), memory.work.used()), (320, 10, 0));
}

/// A hundred host names: as many lookups at once as there is memory for, if each were the worst.
#[test]
fn host_names_take_turns() {
    let memory = Memory::default();
    let body: Vec<_> = (0..40).map(|n| format!("n{n}.good.com")).collect();
    let (time, queries, json) = run(&body.join("\n"), ARRAY, &memory, |_| 20, whole);
    assert_eq!((time, queries, array(&json.unwrap()).len()), (60, 80, 40), "16 at once, each with two queries");
}

#[test]
fn a_dropped_batch_gives_back_what_it_took() {
    let memory = Memory::default();
    run(
        &addresses(1_000),
        ARRAY,
        &memory,
        |_| 20,
        async |mut answers, _| {
            next(&mut answers).await.unwrap();
            assert!(memory.buffers.used() > 0 && memory.work.used() > 0);
        },
    );
    assert_eq!((memory.buffers.used(), memory.work.used()), (0, 0));
}

/// A response of 8 MiB: a thousand copies of an element of 16 KiB.
#[test]
fn a_response_is_never_longer_than_its_bound() {
    const { assert!(Output::PIECE < UNWRITTEN) };
    let memory = Memory::default();
    let request = Pool::new(usize::MAX);
    let document = json!({"ip": "x".repeat(16 * 1024)});
    let json = element::render(&document, Style::Compact).unwrap_or_else(|problem| panic!("{problem:?}"));
    let element = element::Element::new(json, &memory.buffers, &request).unwrap();
    let answer = Rc::new(Rendered::Known(element));
    for layout in [ARRAY, Layout::Lines] {
        let mut output = Output::new(layout, (0..1_000).map(|_| 7));
        (0..1_000).for_each(|index| output.ready(index));
        let mut bytes = Vec::new();
        while let Some(index) = output.next() {
            output.answer(index, "8.8.8.8", &answer);
            while let Some(piece) = output.piece() {
                bytes.extend(piece);
            }
        }
        assert!(output.is_closed() && bytes.len() <= 8 * 1024 * 1024, "{}", bytes.len());
        assert!(bytes.len() > 8_000_000, "the room is used: {}", bytes.len());
        let items = if layout == ARRAY { array(&bytes) } else { lines(&bytes) };
        let (known, full): (Vec<_>, Vec<_>) = items.iter().partition(|item| item["status"].is_null());
        assert!(known.len() + full.len() == 1_000 && (490..512).contains(&known.len()), "{}", known.len());
        assert!(full.iter().all(|item| item["status"] == 413 && item["subject"] == "8.8.8.8"));
    }
}
