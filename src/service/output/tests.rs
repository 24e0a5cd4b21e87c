use serde_json::Value;

use super::*;

const LAYOUTS: [Layout; 3] = [Layout::Array { indented: false }, Layout::Array { indented: true }, Layout::Lines];

/// A response of at most `limit` bytes to these texts, each a problem with `detail` bytes of detail.
fn written(layout: Layout, texts: &[&str], detail: usize, limit: usize) -> Vec<u8> {
    let mut output = Output::bounded(layout, texts.iter().map(|text| text.len()), limit);
    (0..texts.len()).for_each(|index| output.ready(index));
    let mut bytes = Vec::new();
    loop {
        match output.next() {
            Some(index) => output.problem(index, texts[index], Problem::new(400, "Bad", "x".repeat(detail))),
            None => {
                match output.piece() {
                    Some(piece) => bytes.extend(piece),
                    None => break,
                };
            }
        }
    }
    assert!(output.is_closed());
    bytes
}

fn elements(layout: Layout, bytes: &[u8]) -> Vec<Value> {
    match layout {
        Layout::Array { .. } => serde_json::from_slice(bytes).unwrap(),
        Layout::Lines => {
            bytes.split_inclusive(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).unwrap()).collect()
        }
    }
}

#[test]
fn a_full_response_names_what_it_omits() {
    let worst = "\0".repeat(1024);
    for layout in LAYOUTS {
        for (texts, detail, limit, expected, why) in [
            (vec!["a", "b", "c"], 10, 10_000, vec![400, 400, 400], "all fit"),
            (vec!["a", "b", "c"], 3_000, 7_500, vec![400, 400, 413], "the last does not fit"),
            (vec!["a", "b", "c"], 9_999, 7_500, vec![413, 413, 413], "none fits"),
            (vec![&*worst; 9], 9_999, 9 * (1024 * 6 + 400) + 4, vec![413; 9], "texts whose bytes are all escaped"),
            (vec![], 0, 4, vec![], "no entries"),
        ] {
            let bytes = written(layout, &texts, detail, limit);
            let elements = elements(layout, &bytes);
            let statuses: Vec<_> = elements.iter().map(|element| element["status"].as_u64().unwrap()).collect();
            assert_eq!(statuses, expected, "{layout:?}: {why}");
            let named: Vec<_> = elements.iter().map(|element| element["subject"].as_str().unwrap()).collect();
            assert_eq!(named, texts, "{layout:?}: {why}");
            assert!(bytes.len() <= limit, "{layout:?}: {why}: {}", bytes.len());
        }
    }
}

#[test]
fn after_an_omitted_element_all_are_omitted() {
    let mut output = Output::bounded(Layout::Lines, [1, 1, 1].into_iter(), 3_000);
    output.ready(1);
    let index = output.next().unwrap();
    output.problem(index, "b", Problem::new(400, "Bad", "x".repeat(3_000)));
    assert!(output.is_full());
    for expected in [0, 2] {
        assert_eq!(output.next(), Some(expected), "without a lookup");
        output.problem(expected, "a", Problem::new(400, "Bad", "short"));
    }
    let lines = output.piece().unwrap();
    let lines = elements(Layout::Lines, &lines);
    assert!(lines.iter().all(|line| line["status"] == 413), "{lines:?}");
}
