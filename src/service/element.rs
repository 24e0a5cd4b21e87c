//! The elements of a batch as bytes. Each is rendered once and shared by all positions of its subject.

use std::sync::Arc;

use serde::Serialize;

use crate::lookup;
use crate::lookup::report::Item;
use crate::platform::memory::{Pool, Taken};
use crate::request::subject::Subject;
use crate::response::json::{Json, Style};
use crate::response::problem::Problem;

/// The longest element. A host name with 16 addresses of 8 KiB of names each, and five sets of records of 16 KiB, has 208
/// KiB of text. Escapes of JSON can double it.
const MAX_ELEMENT: usize = 512 * 1024;

/// The most memory that a lookup holds before it ends: for an address its names, for a host name its records and the
/// names of its addresses.
pub(super) fn cost(subject: &Subject) -> usize {
    match subject {
        Subject::Address(_) => 16 * 1024,
        Subject::Host(_) => 256 * 1024,
    }
}

/// The element of a subject, or why there is none.
pub(super) enum Rendered {
    /// The element.
    Known(Element),
    /// Why it cannot be given.
    Failed(Problem),
}

/// The JSON of an element. It holds memory of the instance and of its request.
pub(super) struct Element {
    /// The JSON, an object.
    pub(super) json: Box<[u8]>,
    _of_instance: Taken,
    _of_request: Taken,
}

impl Rendered {
    /// Renders the result of a lookup, and takes the memory for it.
    pub(super) fn new(
        known: Result<Item<'_>, lookup::Error>,
        style: Style,
        instance: &Arc<Pool>,
        request: &Arc<Pool>,
    ) -> Self {
        let rendered = known.map_err(Problem::from).and_then(|item| render(&item, style));
        let json = match rendered {
            Ok(json) => json,
            Err(problem) => return Self::Failed(problem),
        };
        Element::new(json, instance, request).map_or_else(|| Self::Failed(Problem::busy()), Self::Known)
    }
}

impl Element {
    /// The element with this JSON, if there is memory for it.
    pub(super) fn new(json: Box<[u8]>, instance: &Arc<Pool>, request: &Arc<Pool>) -> Option<Self> {
        let (_of_instance, _of_request) = (instance.try_take(json.len())?, request.try_take(json.len())?);
        Some(Self { json, _of_instance, _of_request })
    }
}

/// `document` as JSON.
///
/// # Errors
///
/// When it is longer than an element may be, or cannot be written as JSON.
pub(super) fn render(document: &impl Serialize, style: Style) -> Result<Box<[u8]>, Problem> {
    match Json::bounded(document, style, MAX_ELEMENT) {
        Ok(json) => Ok(json.text.into_boxed_slice()),
        Err(error) if error.is_io() => Err(too_long()),
        Err(error) => Err(error.into()),
    }
}

fn too_long() -> Problem {
    let detail = format!(
        "The report on this subject is longer than {MAX_ELEMENT} bytes. Request it without verify=true and records=true."
    );
    Problem::new(413, "Too much at once", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_bounded() {
        for (length, fits, why) in [
            (MAX_ELEMENT - 2, true, "as long as an element may be, with its quotes"),
            (MAX_ELEMENT - 1, false, "one byte more"),
            (MAX_ELEMENT * 3, false, "much more"),
        ] {
            match render(&"x".repeat(length), Style::Compact) {
                Ok(json) => assert!(fits && json.len() == length + 2, "{why}"),
                Err(problem) => assert!(!fits && problem.status == 413, "{why}: {problem:?}"),
            }
        }
    }
}
