//! Entity tags, by which a client avoids fetching what it has (RFC 9110 sections 8.8.3 and 13.1.2).

use std::fmt;

use crate::request::header_syntax;
use crate::request::negotiate::MediaType;

/// A weak entity tag: two answers with the same tag may be used in place of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ETag(u64);

impl ETag {
    /// The tag of an answer that says `essence`, in this media type.
    ///
    /// Every build of this version makes the same tag, with any compiler, so that an instance recognises the tags of
    /// another.
    pub fn new(mut essence: Essence, media_type: MediaType) -> Self {
        essence.add(media_type.as_str().as_bytes());
        Self(essence.0)
    }

    /// Whether the values of `if-none-match` name this tag. They are compared weakly (RFC 9110 section 8.8.3.2), so
    /// that `W/` does not matter; `*` names every tag.
    pub fn is_in<V: AsRef<[u8]>>(self, if_none_match: &[V]) -> bool {
        let opaque = self.opaque();
        if_none_match.iter().any(|line| {
            let line = line.as_ref();
            // Our tags contain no comma. If another tag does, its parts do not equal ours.
            header_syntax::trim(line) == b"*"
                || line
                    .split(|byte| *byte == b',')
                    .map(header_syntax::trim)
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

/// What an answer says, as the hash FNV-1a of 64 bits, by Fowler, Noll and Vo. It need not resist attacks: a client that
/// finds a collision only keeps a wrong answer in its own cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Essence(u64);

impl Default for Essence {
    fn default() -> Self {
        Self::of(b"")
    }
}

impl Essence {
    /// That of a whole answer.
    pub const fn of(answer: &[u8]) -> Self {
        let mut essence = Self(0xcbf2_9ce4_8422_2325);
        essence.add(answer);
        essence
    }

    /// Adds what the answer says next.
    pub const fn add(&mut self, mut bytes: &[u8]) {
        while let [byte, rest @ ..] = bytes {
            self.0 = (self.0 ^ *byte as u64).wrapping_mul(0x0000_0100_0000_01b3);
            bytes = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test vectors of the hash's authors, and a whole tag, which every build must make.
    #[test]
    fn the_hash_is_fixed() {
        for (text, expected) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(Essence::of(text.as_bytes()).0, expected, "{text}");
        }
        let tag = ETag::new(Essence::of(b"a"), MediaType::Json);
        assert_eq!(tag.to_string(), "W/\"c5c88c48fbd379f5\"");
    }

    #[test]
    fn a_tag_depends_on_content_and_media_type() {
        let tag = |text: &str, media_type| ETag::new(Essence::of(text.as_bytes()), media_type);
        let first = tag("a", MediaType::Json);
        assert_eq!(first, tag("a", MediaType::Json));
        for (other, why) in
            [(tag("b", MediaType::Json), "another content"), (tag("a", MediaType::Text), "another media type")]
        {
            assert_ne!(first, other, "{why}");
        }
    }

    #[test]
    fn tags_in_if_none_match() {
        let tag = ETag(0xabc);
        assert_eq!(tag.to_string(), "W/\"0000000000000abc\"");
        let rows: [(&[&str], bool, &str); 12] = [
            (&["W/\"0000000000000abc\""], true, "as it was sent"),
            (&["\"0000000000000abc\""], true, "as a strong tag"),
            (&["\"x\", W/\"0000000000000abc\""], true, "in a list"),
            (&["\"x\"", "W/\"0000000000000abc\""], true, "in a second line"),
            (&["*"], true, "any tag"),
            (&[" * "], true, "any tag, with blanks"),
            (&[], false, "no header"),
            (&[""], false, "an empty header"),
            (&["W/\"0000000000000abd\""], false, "another tag"),
            (&["0000000000000abc"], false, "without quotes it is not a tag"),
            (&["w/\"0000000000000abc\""], false, "the W is case-sensitive"),
            (&["\"a,b\""], false, "a comma inside"),
        ];
        for (values, expected, why) in rows {
            assert_eq!(tag.is_in(values), expected, "{why}");
        }
    }
}
