//! The texts of `detail`: short and safe to print for any reply of a resolver.

/// How many characters a list of remarks may have: enough for a few sentences, because a document can have hundreds of
/// details.
pub(super) const MAX_LIST: usize = 1_000;

/// The text without control and direction characters (a terminal or a page would obey them), cut after `most` characters.
pub(super) fn printable(text: &str, most: usize) -> String {
    let mut characters = text.chars().filter(|character| !is_hidden(*character));
    let mut printable: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        printable.push('…');
    }
    printable
}

/// Whether a character changes how the text around it is shown: control characters, line and paragraph separators, and
/// the direction marks and overrides of the Unicode Bidirectional Algorithm (UAX #9 section 2).
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first items that fit into [`MAX_LIST`] characters, joined, and the number of the others.
pub(super) fn list(items: impl IntoIterator<Item = String>, separator: &str, what: &str) -> Option<String> {
    let mut text = String::new();
    let (mut characters, mut omitted) = (0, 0);
    for item in items {
        let more = item.chars().count() + if text.is_empty() { 0 } else { separator.len() };
        if omitted > 0 || characters + more > MAX_LIST {
            omitted += 1;
            continue;
        }
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push_str(&item);
        characters += more;
    }
    let rest = (omitted > 0).then(|| self::omitted(omitted, "further", what));
    join([(!text.is_empty()).then_some(text), rest])
}

/// The remarks, joined; `None` if there are none.
pub(super) fn join(remarks: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    remarks.into_iter().flatten().reduce(|all, remark| format!("{all}; {remark}"))
}

/// How many items were omitted, as in `3 further names omitted`.
pub(super) fn omitted(number: usize, which: &str, what: &str) -> String {
    let plural = match what.ends_with('s') {
        _ if number == 1 => "",
        true => "es",
        false => "s",
    };
    format!("{number} {which} {what}{plural} omitted")
}

/// A detail with the number of omitted items: those that did not fit, and records that cannot be read.
pub(super) fn with_omitted(detail: Option<String>, over: usize, unreadable: usize, what: &str) -> Option<String> {
    let over = (over > 0).then(|| omitted(over, "further", what));
    let unreadable = (unreadable > 0).then(|| omitted(unreadable, "unreadable", "record"));
    join([detail, over, unreadable])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_safe_and_short() {
        for (text, expected, why) in [
            ("timed out.", "timed out.", "an ordinary text"),
            ("fällt aus", "fällt aus", "letters beyond ASCII"),
            ("\u{1b}[31mred\r\n\u{7f}\u{9b}", "[31mred", "control characters of ASCII and Latin 1"),
            ("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{2028}f", "abcdef", "direction marks and separators"),
            ("12345678901", "1234567890…", "one character too many"),
            ("1234567890\0", "1234567890", "exactly the limit, without the hidden character"),
            ("", "", "empty"),
        ] {
            assert_eq!(printable(text, 10), expected, "{why}");
        }
    }

    #[test]
    fn lists_are_bounded() {
        let items = |number: usize, length: usize| vec!["x".repeat(length); number];
        for (items, expected, omitted, why) in [
            (vec![], None, 0, "no items"),
            (items(1, 1_000), Some(1_000), 0, "an item as long as the limit"),
            (items(1, 1_001), Some(0), 1, "an item that is too long"),
            (items(10, 98), Some(10 * 98 + 9 * 2), 0, "ten items that fit with their separators"),
            (items(11, 98), Some(10 * 98 + 9 * 2), 1, "one item more"),
            (items(1_000, 98), Some(10 * 98 + 9 * 2), 990, "many items more"),
        ] {
            let text = list(items, ", ", "item");
            let length = text.as_ref().map(|text| text.chars().filter(|c| "x, ".contains(*c)).count());
            let rest = if omitted == 0 { String::new() } else { self::omitted(omitted, "further", "item") };
            let spaces = rest.chars().filter(|c| "x, ".contains(*c)).count();
            let joint = usize::from(omitted > 0 && expected != Some(0));
            assert_eq!(length, expected.map(|expected| expected + spaces + joint), "{why}");
            assert!(text.unwrap_or_default().ends_with(&rest), "{why}");
        }
    }
}
