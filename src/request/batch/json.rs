//! A JSON array of subjects, read in little memory: as a tree of values, half a megabyte of JSON can take eight.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Unreadable;

/// How many elements are kept: one more than any batch may have. The others are read and dropped.
const KEPT: usize = 1_001;

/// The elements of a JSON array, at most [`KEPT`] of them.
#[derive(Debug)]
pub(super) struct Elements(pub(super) Vec<Element>);

/// An element of a JSON array.
#[derive(Debug)]
pub(super) enum Element {
    /// A string.
    Text(String),
    /// Another value: a scalar as in JSON, `[…]` or `{…}`.
    Other(String),
}

impl Elements {
    /// Reads an array.
    ///
    /// # Errors
    ///
    /// When the text is not JSON, or not an array.
    pub(super) fn parse(text: &str) -> Result<Self, Unreadable> {
        let error = match serde_json::from_str(text) {
            Ok(elements) => return Ok(elements),
            Err(error) => error,
        };
        // The first error is that it is not an array. It may also not be JSON at all.
        match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) if error.is_data() => Err(Unreadable::NotAList),
            Ok(_) => Err(Unreadable::Syntax(error.to_string())),
            Err(error) => Err(Unreadable::Syntax(error.to_string())),
        }
    }
}

impl<'de> Deserialize<'de> for Elements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Array;
        impl<'de> Visitor<'de> for Array {
            type Value = Elements;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Elements, A::Error> {
                let mut elements = Vec::new();
                while elements.len() < KEPT {
                    match sequence.next_element()? {
                        Some(element) => elements.push(element),
                        None => return Ok(Elements(elements)),
                    }
                }
                drain(sequence)?;
                Ok(Elements(elements))
            }
        }
        deserializer.deserialize_seq(Array)
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Element;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_str<E>(self, text: &str) -> Result<Element, E> {
                Ok(Element::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Element, E> {
                Ok(Element::Other(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Element, E> {
                Ok(Element::Other(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Element, E> {
                Ok(Element::Other(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Element, E> {
                Ok(Element::Other(value.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Element, E> {
                Ok(Element::Other("null".to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Element, A::Error> {
                drain(sequence)?;
                Ok(Element::Other("[…]".to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Element::Other("{…}".to_owned()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Reads the rest of an array without keeping it.
fn drain<'de, A: SeqAccess<'de>>(mut sequence: A) -> Result<(), A::Error> {
    while sequence.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}
