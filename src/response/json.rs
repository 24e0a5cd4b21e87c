//! Documents as JSON, and what identifies them, in one pass.

use std::cell::Cell;
use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::etag::Essence;

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without blanks.
    Compact,
    /// Indented by two blanks a level.
    Indented,
    /// Indented as an element of an indented array is. The first line is not.
    Element,
}

impl Style {
    /// The style of a document that is or is not requested with `pretty`.
    pub fn of(pretty: bool) -> Self {
        if pretty { Self::Indented } else { Self::Compact }
    }
}

/// A document as JSON.
#[derive(Debug)]
pub struct Json {
    /// The text.
    pub text: Vec<u8>,
    /// What it says, except its TTLs: they count down while the rest stays the same.
    pub essence: Essence,
}

impl Json {
    /// `document` as JSON.
    ///
    /// # Errors
    ///
    /// When it has a key that is not a string. Ours have none.
    pub fn new(document: &impl Serialize, style: Style) -> Result<Self, serde_json::Error> {
        Self::bounded(document, style, usize::MAX)
    }

    /// `document` as JSON of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// As [`Self::new`]; and one that [is of input and output](serde_json::Error::is_io) when it is longer.
    pub fn bounded(document: &impl Serialize, style: Style, limit: usize) -> Result<Self, serde_json::Error> {
        let passes = Cell::new(false);
        let json = Self { text: Vec::with_capacity(1024.min(limit)), essence: Essence::default() };
        let mut output = Output { json, limit, passes: &passes };
        document.serialize(&mut Serializer::with_formatter(&mut output, Layout::new(style, &passes)))?;
        Ok(output.json)
    }
}

/// What has been written so far.
struct Output<'a> {
    json: Json,
    limit: usize,
    /// Whether what is written now passes with time, and so is not part of the essence.
    passes: &'a Cell<bool>,
}

impl io::Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.limit - self.json.text.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.json.text.extend_from_slice(bytes);
        if !self.passes.get() {
            self.json.essence.add(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The layout, which also notices TTLs: numbers under the key `ttl`. No key of a document has characters that are escaped.
struct Layout<'a> {
    /// The number of levels; `None` if nothing is indented.
    level: Option<usize>,
    /// Whether the array or object that ends next has elements.
    has_elements: bool,
    key: Key,
    /// Whether the value that is written next is that of the key `ttl`.
    is_ttl: bool,
    passes: &'a Cell<bool>,
}

/// The key that is being written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// It is not a key.
    None,
    /// Nothing of it is written.
    Begins,
    /// It is `ttl` so far.
    Ttl,
    /// It is another.
    Other,
}

impl<'a> Layout<'a> {
    fn new(style: Style, passes: &'a Cell<bool>) -> Self {
        let level = match style {
            Style::Compact => None,
            Style::Indented => Some(0),
            Style::Element => Some(1),
        };
        Self { level, has_elements: false, key: Key::None, is_ttl: false, passes }
    }

    fn open<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level = self.level.map(|level| level + 1);
        self.has_elements = false;
        writer.write_all(bracket)
    }

    fn close<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level = self.level.map(|level| level.saturating_sub(1));
        if self.has_elements {
            self.begin_line(writer)?;
        }
        self.has_elements = true;
        self.is_ttl = false;
        writer.write_all(bracket)
    }

    fn begin_element<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.has_elements = true;
        if !first {
            writer.write_all(b",")?;
        }
        self.begin_line(writer)
    }

    fn begin_line<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        let Some(level) = self.level else { return Ok(()) };
        writer.write_all(b"\n")?;
        (0..level).try_for_each(|_| writer.write_all(b"  "))
    }

    fn number<W: io::Write + ?Sized>(&mut self, writer: &mut W, number: u64) -> io::Result<()> {
        self.passes.set(std::mem::take(&mut self.is_ttl));
        let written = write!(writer, "{number}");
        self.passes.set(false);
        written
    }
}

impl Formatter for Layout<'_> {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.is_ttl = false;
        self.open(writer, b"[")
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.begin_element(writer, first)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.key = Key::Begins;
        self.is_ttl = false;
        self.begin_element(writer, first)
    }

    fn end_object_key<W: io::Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_ttl = self.key == Key::Ttl;
        self.key = Key::None;
        Ok(())
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.level.is_some() { b": " } else { b":" })
    }

    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        self.key = match self.key {
            Key::None => Key::None,
            Key::Begins if text == "ttl" => Key::Ttl,
            Key::Begins | Key::Ttl | Key::Other => Key::Other,
        };
        writer.write_all(text.as_bytes())
    }

    fn write_u32<W: io::Write + ?Sized>(&mut self, writer: &mut W, number: u32) -> io::Result<()> {
        self.number(writer, number.into())
    }

    fn write_u64<W: io::Write + ?Sized>(&mut self, writer: &mut W, number: u64) -> io::Result<()> {
        self.number(writer, number)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn documents() -> [Value; 6] {
        [
            json!({"a": 1, "b": [], "c": {}, "d": [1, -2, 0.5, null, true, "x\"\n\u{1}é"], "e": {"f": [{"g": []}]}}),
            json!([]),
            json!({}),
            json!([[], [[]], {}]),
            json!("text"),
            json!(u64::MAX),
        ]
    }

    #[test]
    fn the_layouts_are_those_of_serde_json() {
        for document in documents() {
            let text = |style| String::from_utf8(Json::new(&document, style).unwrap().text).unwrap();
            assert_eq!(text(Style::Compact), serde_json::to_string(&document).unwrap());
            let indented = serde_json::to_string_pretty(&document).unwrap();
            assert_eq!(text(Style::Indented), indented);
            assert_eq!(text(Style::Element), indented.replace('\n', "\n  "));
        }
    }

    #[test]
    fn the_essence_is_all_but_ttls() {
        let first = json!({"ttl": 300, "a": {"ttl": 5, "b": 7}});
        for (other, same, why) in [
            (json!({"ttl": 299, "a": {"ttl": 4, "b": 7}}), true, "other TTLs"),
            (json!({"ttl": 300, "a": {"ttl": 5, "b": 8}}), false, "another number"),
            (json!({"ttl": null, "a": {"ttl": 5, "b": 7}}), false, "no TTL"),
            (json!({"ttm": 300, "a": {"ttl": 5, "b": 7}}), false, "another key"),
        ] {
            for style in [Style::Compact, Style::Indented] {
                let essence = |document: &Value| Json::new(document, style).unwrap().essence;
                assert_eq!(essence(&first) == essence(&other), same, "{why}");
            }
        }
        let essence = |document: &Value, style| Json::new(document, style).unwrap().essence;
        assert_ne!(essence(&first, Style::Compact), essence(&first, Style::Indented), "another layout");
        for (one, other, why) in [
            (json!(300), json!(299), "a TTL alone is all that there is"),
            (json!({"a": "\"ttl\":300"}), json!({"a": "\"ttl\":299"}), "a text that looks like a TTL"),
            (json!({"a": {"ttl": 1}, "b": 300}), json!({"a": {"ttl": 1}, "b": 299}), "a number after a TTL"),
            (json!({"ttl": [300]}), json!({"ttl": [299]}), "numbers in a list are not TTLs"),
            (json!({"ttl": null, "": 300}), json!({"ttl": null, "": 299}), "an empty key after a TTL"),
            (json!([{"ttl": null}, 300]), json!([{"ttl": null}, 299]), "a number after an object with a TTL"),
        ] {
            assert_ne!(essence(&one, Style::Compact), essence(&other, Style::Compact), "{why}");
        }
    }

    #[test]
    fn the_length_is_bounded() {
        for (limit, fits, why) in [(5, true, "as long as the limit"), (4, false, "longer"), (0, false, "nothing fits")]
        {
            match Json::bounded(&"abc", Style::Compact, limit) {
                Ok(json) => assert!(fits && json.text == b"\"abc\"", "{why}"),
                Err(error) => assert!(!fits && error.is_io(), "{why}: {error}"),
            }
        }
    }
}
