//! Lists of bounded length, measured on the text that a client gets.

use std::io;

use serde::Serialize;

/// The first items, at most `most` of them and at most `bytes` bytes of JSON, in order, and the number of the others. An
/// item that does not fit is omitted as a whole; later items that fit are kept.
///
/// `text` gives the part of an item that is written. It is measured with its escapes: a byte that is not printable is
/// `\\DDD` in JSON, five bytes.
pub(super) fn take<T, S: Serialize>(
    items: impl IntoIterator<Item = T>,
    text: impl Fn(&T) -> &S,
    most: usize,
    bytes: usize,
) -> (Vec<T>, usize) {
    let (mut taken, mut omitted, mut left) = (Vec::new(), 0, bytes);
    for item in items {
        let room = left.checked_sub(length(text(&item)).saturating_add(SEPARATOR));
        match room.filter(|_| taken.len() < most) {
            Some(room) => {
                left = room;
                taken.push(item);
            }
            None => omitted += 1,
        }
    }
    (taken, omitted)
}

/// The comma between two items.
const SEPARATOR: usize = 1;

/// The length of the value as JSON, in bytes. A value that cannot be written counts as too long.
fn length(value: &impl Serialize) -> usize {
    struct Counter(usize);

    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, value) {
        Ok(()) => counter.0,
        Err(_) => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_do_not_fit_are_counted() {
        // A text of one letter takes four bytes: the letter, two quotes and a comma.
        for (items, most, bytes, expected, omitted, why) in [
            (&["a", "b", "c"][..], 3, 12, &["a", "b", "c"][..], 0, "all fit"),
            (&["a", "b", "c"], 2, 12, &["a", "b"], 1, "one item too many"),
            (&["a", "b", "c"], 3, 11, &["a", "b"], 1, "one byte too many"),
            (&["a", "long text", "c"], 3, 8, &["a", "c"], 1, "the items after a large one are kept"),
            (&["\\", "b"], 3, 8, &["\\"], 1, "a backslash takes two bytes of JSON"),
            (&["\u{1}", "b"], 3, 8, &["b"], 1, "a control character takes six bytes of JSON"),
            (&["long text"], 3, 8, &[], 1, "nothing fits"),
            (&[], 3, 8, &[], 0, "an empty list"),
        ] {
            let (taken, rest) = take(items.iter().copied(), |item| item, most, bytes);
            assert_eq!((taken.as_slice(), rest), (expected, omitted), "{why}");
        }
    }
}
