//! The contract for programs: an OpenAPI 3.1 document.

/// The document. Its schemas and the types of [`report`](crate::lookup::report) are tested against each other.
pub const DOCUMENT: &str = include_str!("openapi.json");

#[cfg(test)]
mod tests;
