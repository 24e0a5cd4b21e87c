//! Entity tags: whether a client has an answer already (RFC 9110 sections 8.8.3 and 13.1.2).

use std::fmt;
use std::hash::{DefaultHasher, Hasher as _};
use std::io;

use serde::Serialize;

use crate::request::field;
use crate::request::negotiate::MediaType;

/// A weak entity tag: of two answers with one tag, each may stand for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ETag(u64);

impl ETag {
    /// The tag of an answer that says `essence`, in one of its forms.
    ///
    /// # Errors
    ///
    /// When `essence` cannot be written as JSON.
    pub fn new(essence: &impl Serialize, media_type: MediaType, pretty: bool) -> Result<Self, serde_json::Error> {
        struct Hash(DefaultHasher);
        impl io::Write for Hash {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.write(bytes);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut hash = Hash(DefaultHasher::new());
        hash.0.write(media_type.as_str().as_bytes());
        hash.0.write_u8(pretty.into());
        serde_json::to_writer(&mut hash, essence)?;
        Ok(Self(hash.0.finish()))
    }

    /// Whether the values of `if-none-match` name this tag. They are compared weakly (RFC 9110 section 8.8.3.2), so
    /// that `W/` does not matter; `*` names every tag.
    pub fn is_in<V: AsRef<[u8]>>(self, if_none_match: &[V]) -> bool {
        let opaque = self.opaque();
        if_none_match.iter().any(|line| {
            let line = line.as_ref();
            // Our tags hold no comma; where another's does, its parts do not look like ours.
            field::trim(line) == b"*"
                || line
                    .split(|byte| *byte == b',')
                    .map(field::trim)
                    .any(|tag| tag.strip_prefix(b"W/").unwrap_or(tag) == opaque.as_bytes())
        })
    }

    fn opaque(self) -> String {
        format!("\"{:016x}\"", self.0)
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W/{}", self.opaque())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_that_of_what_is_said_and_how() {
        let tag = |essence, media_type, pretty| ETag::new(&essence, media_type, pretty).unwrap();
        let first = tag("a", MediaType::Json, false);
        assert_eq!(first, tag("a", MediaType::Json, false));
        for (other, why) in [
            (tag("b", MediaType::Json, false), "something else"),
            (tag("a", MediaType::Text, false), "in another form"),
            (tag("a", MediaType::Json, true), "indented"),
        ] {
            assert_ne!(first, other, "{why}");
        }
    }

    #[test]
    fn what_a_client_has() {
        let tag = ETag(0xabc);
        assert_eq!(tag.to_string(), "W/\"0000000000000abc\"");
        let rows: [(&[&str], bool, &str); 12] = [
            (&["W/\"0000000000000abc\""], true, "as it was sent"),
            (&["\"0000000000000abc\""], true, "as a strong one"),
            (&["\"x\", W/\"0000000000000abc\""], true, "in a list"),
            (&["\"x\"", "W/\"0000000000000abc\""], true, "in a second line"),
            (&["*"], true, "whatever there is"),
            (&[" * "], true, "with blanks"),
            (&[], false, "no header"),
            (&[""], false, "an empty one"),
            (&["W/\"0000000000000abd\""], false, "another"),
            (&["0000000000000abc"], false, "without quotes it is none"),
            (&["w/\"0000000000000abc\""], false, "the W has a case"),
            (&["\"a,b\""], false, "a comma inside"),
        ];
        for (values, expected, why) in rows {
            assert_eq!(tag.is_in(values), expected, "{why}");
        }
    }
}
