//! The bytes of a batch's response: an array or lines, in pieces, never longer than a response may be.

use std::collections::VecDeque;
use std::rc::Rc;

use super::element::{Rendered, render};
use crate::response::json::Style;
use crate::response::problem::Problem;

/// The longest response. Akamai Functions accepts 10 MiB.
pub(super) const MAX_RESPONSE: usize = 8 * 1024 * 1024;

/// The bytes that are reserved for each entry that is not written yet, so that a full response can still report that the
/// entry is omitted: the problem without its subject, and the position.
const OMITTED: usize = 400;

/// The most bytes of JSON for a byte of text: `\u0000`.
const ESCAPED: usize = 6;

/// The end of an array.
const CLOSING: usize = 4;

/// How the elements are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// As a JSON array, in the order of the entries.
    Array {
        /// Whether it is indented.
        indented: bool,
    },
    /// As lines of JSON with the positions of their entries, counted from 0, in the order in which they become known.
    Lines,
}

/// A response while it is written.
pub(super) struct Output {
    layout: Layout,
    limit: usize,
    full: bool,
    /// For each entry, the bytes that are reserved for it; 0 when it is written.
    kept: Vec<usize>,
    /// The sum of these.
    all_kept: usize,
    /// For each entry, whether its element is known.
    ready: Vec<bool>,
    /// In an array, the next entry to write.
    position: usize,
    /// In lines, the entries that are known and not written yet.
    known: VecDeque<usize>,
    /// The number of entries that are written.
    entries: usize,
    /// The bytes written so far, and how many of them are not taken yet.
    written: usize,
    length: usize,
    parts: VecDeque<Part>,
}

/// Bytes from a position on.
struct Part {
    bytes: Bytes,
    from: usize,
}

enum Bytes {
    Own(Box<[u8]>),
    Shared(Rc<Rendered>),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Shared(answer) => match &**answer {
                Rendered::Known(element) => &element.json,
                Rendered::Failed(_) => &[],
            },
        }
    }
}

impl Output {
    /// The length of a piece: all responses of an instance together have one of these in writing.
    pub(super) const PIECE: usize = 32 * 1024;

    /// A response for entries whose texts have these lengths.
    pub(super) fn new(layout: Layout, texts: impl Iterator<Item = usize>) -> Self {
        Self::bounded(layout, texts, MAX_RESPONSE)
    }

    pub(super) fn bounded(layout: Layout, texts: impl Iterator<Item = usize>, limit: usize) -> Self {
        let kept: Vec<_> = texts.map(|length| OMITTED + ESCAPED * length).collect();
        let mut output = Self {
            layout,
            limit,
            full: false,
            all_kept: kept.iter().sum(),
            ready: vec![false; kept.len()],
            kept,
            position: 0,
            known: VecDeque::new(),
            entries: 0,
            written: 0,
            length: 0,
            parts: VecDeque::new(),
        };
        if output.is_closed() && layout != Layout::Lines {
            output.push(Bytes::Own((*b"[]\n").into()), 0);
        }
        output
    }

    /// The style of the elements.
    pub(super) fn style(&self) -> Style {
        match self.layout {
            Layout::Array { indented: true } => Style::Element,
            Layout::Array { indented: false } | Layout::Lines => Style::Compact,
        }
    }

    /// Marks the element of an entry as known.
    pub(super) fn ready(&mut self, index: usize) {
        let Some(ready) = self.ready.get_mut(index) else { return };
        if !std::mem::replace(ready, true) && self.layout == Layout::Lines {
            self.known.push_back(index);
        }
    }

    /// The next entry to write, if it is known. The caller must write it.
    pub(super) fn next(&mut self) -> Option<usize> {
        if self.layout == Layout::Lines {
            return self.known.pop_front();
        }
        let index = self.position;
        self.ready.get(index).filter(|ready| **ready)?;
        self.position += 1;
        Some(index)
    }

    /// Whether something can be written or sent without another lookup.
    pub(super) fn can_go_on(&self) -> bool {
        match self.layout {
            Layout::Lines => self.length > 0 || !self.known.is_empty(),
            Layout::Array { .. } => {
                self.length >= Self::PIECE || self.ready.get(self.position).is_some_and(|ready| *ready)
            }
        }
    }

    /// Writes the element of an entry.
    pub(super) fn answer(&mut self, index: usize, text: &str, answer: &Rc<Rendered>) {
        match &**answer {
            Rendered::Known(_) => self.element(index, text, Bytes::Shared(Rc::clone(answer))),
            Rendered::Failed(problem) => self.problem(index, text, problem.clone()),
        }
    }

    /// Writes a problem as the element of an entry.
    pub(super) fn problem(&mut self, index: usize, text: &str, problem: Problem) {
        let json = self.render(text, problem);
        self.element(index, text, json);
    }

    /// Writes that the element of an entry is omitted.
    pub(super) fn omit(&mut self, index: usize, text: &str) {
        let omitted = self.render(text, omitted(self.limit));
        self.write(index, omitted);
    }

    /// Whether an element was omitted. All later elements are then omitted, too.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Whether everything is written.
    pub(super) fn is_closed(&self) -> bool {
        self.entries == self.kept.len()
    }

    /// The number of bytes that are not taken yet.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// The next piece, if it can be sent. A piece of an array is sent only when it is full or the last: a client needs the
    /// whole array, and Nagle's algorithm would hold the pieces after a short one.
    pub(super) fn piece(&mut self) -> Option<Vec<u8>> {
        let enough = match self.layout {
            Layout::Lines => self.length > 0,
            Layout::Array { .. } => self.length >= Self::PIECE || (self.is_closed() && self.length > 0),
        };
        enough.then(|| self.take(Self::PIECE))
    }

    /// Takes up to `length` bytes.
    pub(super) fn take(&mut self, length: usize) -> Vec<u8> {
        let mut taken = Vec::with_capacity(length.min(self.length));
        while let Some(part) = self.parts.front_mut() {
            let rest = part.bytes.get().get(part.from..).unwrap_or_default();
            let some = rest.get(..length - taken.len()).unwrap_or(rest);
            taken.extend_from_slice(some);
            if some.len() < rest.len() {
                part.from += some.len();
                break;
            }
            self.parts.pop_front();
        }
        self.length -= taken.len();
        taken
    }

    /// Writes an element, if there is room for it beside the bytes that are reserved for others.
    fn element(&mut self, index: usize, text: &str, json: Bytes) {
        let framed = json.get().len() + OMITTED;
        let kept = self.all_kept - self.kept.get(index).copied().unwrap_or_default();
        if !self.full && self.written + framed + kept + CLOSING > self.limit {
            self.full = true;
            // All others can be written now, as omitted: they need no lookup.
            for other in 0..self.ready.len() {
                self.ready(other);
            }
        }
        if self.full { self.omit(index, text) } else { self.write(index, json) }
    }

    fn render(&self, text: &str, problem: Problem) -> Bytes {
        let problem = Problem { subject: Some(text.to_owned()), ..problem };
        // A problem is short and has only texts and numbers, so this does not fail in practice.
        Bytes::Own(
            render(&problem, self.style())
                .unwrap_or_else(|problem| format!("{{\"status\":{}}}", problem.status).into_bytes().into()),
        )
    }

    /// Writes JSON as the element of an entry.
    fn write(&mut self, index: usize, json: Bytes) {
        let own = |text: &str| Bytes::Own(text.as_bytes().into());
        let first = self.entries == 0;
        self.entries += 1;
        self.all_kept -= self.kept.get_mut(index).map(std::mem::take).unwrap_or_default();
        match self.layout {
            Layout::Lines => {
                self.push(Bytes::Own(format!("{{\"index\":{index},").into_bytes().into()), 0);
                // Without its opening brace.
                self.push(json, 1);
                self.push(own("\n"), 0);
            }
            Layout::Array { indented } => {
                self.push(own(if first { "[" } else { "," }), 0);
                if indented {
                    self.push(own("\n  "), 0);
                }
                self.push(json, 0);
                if self.is_closed() {
                    self.push(own(if indented { "\n]\n" } else { "]\n" }), 0);
                }
            }
        }
    }

    fn push(&mut self, bytes: Bytes, from: usize) {
        let length = bytes.get().len().saturating_sub(from);
        self.length += length;
        self.written += length;
        self.parts.push_back(Part { bytes, from });
    }
}

/// The response has no room for the subject.
fn omitted(limit: usize) -> Problem {
    let detail = format!("The response has reached its limit of {limit} bytes. Send this subject in another request.");
    Problem::new(413, "The response is full", detail)
}

#[cfg(test)]
mod tests;
