//! The memory of a batch, and its answers when there is none left.

use super::*;

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
                // Nothing is written for a minute, while work goes on.
                let mut timer = Box::pin(world.sleep(std::time::Duration::from_secs(60)));
                poll_fn(|context| {
                    answers.work(context);
                    timer.as_mut().poll(context)
                })
                .await;
                assert!(
                    answers.running.is_empty(),
                    "running lookups end, because other requests may wait for their queries"
                );
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
        assert!(queries < 1_000, "the others began after the DNS deadline: {queries}");
        assert_eq!((memory.buffers.used(), memory.work.used()), (0, 0), "all memory is returned");
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
            assert!(answers.whole().await.is_none(), "too long to be held until complete");
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

/// Results kept for the second half must not fill the memory of the request.
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

/// The lookups of another batch hold all memory for a while.
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

#[test]
fn a_dropped_batch_returns_its_memory() {
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
