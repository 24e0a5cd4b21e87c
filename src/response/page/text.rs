//! Text from DNS and from the databases, which may be anything.

use std::fmt::{self, Write as _};

/// A text whose characters are all seen: one that is invisible, or that changes the direction of the text around it,
/// is written as its code point, ⟨U+202E⟩. The template escapes markup and isolates the direction (`<bdi>`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text<T>(pub(super) T);

impl<T: AsRef<str>> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_ref();
        while let Some((start, hidden)) = rest.char_indices().find(|(_, character)| is_hidden(*character)) {
            let (before, after) = rest.split_at(start);
            f.write_str(before)?;
            write!(f, "⟨U+{:04X}⟩", u32::from(hidden))?;
            rest = after.get(hidden.len_utf8()..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

/// Control characters, separators of lines and paragraphs, marks and overrides of the direction (UAX #9 section 2), and
/// characters without width that no language needs.
fn is_hidden(character: char) -> bool {
    !character.is_ascii_graphic()
        && (character.is_control()
            || matches!(character,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'))
}

/// A time in whole units: `90 s`, `15 min`, `6 h`, `2 d`. Rounded down, so that it is never longer than the time.
pub(super) fn duration(seconds: u32) -> String {
    let (number, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7_200 => (seconds / 60, "min"),
        7_200..172_800 => (seconds / 3_600, "h"),
        _ => (seconds / 86_400, "d"),
    };
    format!("{number} {unit}")
}

/// `1 name`, `2 names`, `2 addresses`.
pub(super) fn count(number: usize, what: &str) -> String {
    let mut text = format!("{number} {what}");
    if number != 1 {
        text.push_str(if what.ends_with('s') { "es" } else { "s" });
    }
    text
}

/// A number without zeros at its end: at most `decimals` of them behind the point.
pub(super) fn decimal(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// The texts that there are, joined by commas.
pub(super) fn join(texts: impl IntoIterator<Item = Option<String>>) -> String {
    let mut joined = String::new();
    for text in texts.into_iter().flatten() {
        let comma = if joined.is_empty() { "" } else { ", " };
        // Writing to a string cannot fail.
        let written = write!(joined, "{comma}{text}");
        debug_assert!(written.is_ok());
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_seen() {
        for (text, expected, why) in [
            ("Bog City", "Bog City", "as usual"),
            ("Élbonie 東京 القاهرة", "Élbonie 東京 القاهرة", "letters of every script"),
            ("a\u{202e}b", "a⟨U+202E⟩b", "an override of the direction"),
            ("\u{2067}x\u{2069}", "⟨U+2067⟩x⟨U+2069⟩", "isolates, at the ends"),
            ("a\0\u{1b}[31m", "a⟨U+0000⟩⟨U+001B⟩[31m", "control characters"),
            ("pay\u{200b}pal", "pay⟨U+200B⟩pal", "no width"),
            ("\u{e0041}", "⟨U+E0041⟩", "tags"),
            ("", "", "nothing"),
        ] {
            assert_eq!(Text(text).to_string(), expected, "{why}");
        }
    }

    #[test]
    fn durations() {
        for (seconds, expected, why) in [
            (0, "0 s", "at once"),
            (119, "119 s", "below two minutes"),
            (120, "2 min", "two minutes"),
            (21_600, "6 h", "hours"),
            (172_799, "47 h", "rounded down"),
            (u32::MAX, "49710 d", "the longest"),
        ] {
            assert_eq!(duration(seconds), expected, "{why}");
        }
    }

    #[test]
    fn numbers() {
        for (number, decimals, expected, why) in [
            (37.4225, 4, "37.4225", "all decimals"),
            (37.5, 4, "37.5", "zeros removed"),
            (-0.000_01, 4, "0", "not minus zero"),
            (100.0, 4, "100", "zeros before the point stay"),
            (100.0, 0, "100", "without a point"),
        ] {
            assert_eq!(decimal(number, decimals), expected, "{why}");
        }
        assert_eq!([count(0, "name"), count(1, "name"), count(2, "address")], ["0 names", "1 name", "2 addresses"]);
        assert_eq!(join([Some("a".to_owned()), None, Some("b".to_owned())]), "a, b");
    }
}
