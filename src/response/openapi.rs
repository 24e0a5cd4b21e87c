//! The contract for programs: an OpenAPI 3.1 document.

use super::etag::Essence;

/// The document. Its schemas and the types of [`report`](crate::lookup::report) are tested against each other.
pub const DOCUMENT: &str = include_str!("openapi.json");

/// What the document says: it is known when the component is built.
pub const ESSENCE: Essence = Essence::of(DOCUMENT.as_bytes());

#[cfg(test)]
mod tests;
