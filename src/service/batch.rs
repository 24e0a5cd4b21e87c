//! The answers to many subjects, as one JSON array or as lines of JSON, in bounded memory.
//!
//! Equal subjects are looked up once. A result is rendered at once, and its bytes are kept until they can be written. While
//! a client does not read, no lookup begins.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::element::{Rendered, cost};
use super::memory::Memory;
use super::output::{Layout, Output};
use crate::lookup::Lookup;
use crate::platform::Platform;
use crate::platform::memory::{Pool, Taken};
use crate::request::batch::{BadEntry, Batch};
use crate::request::subject::Subject;
use crate::response::problem::Problem;
use crate::response::reply::Source;

/// How many subjects of a request are looked up at once: as many as an instance may have queries in flight.
const AT_ONCE: usize = 32;

/// While a request has more unwritten bytes than this, none of its lookups begins. The client must read first.
const UNWRITTEN: usize = 512 * 1024;

/// The most unwritten bytes of a request. Lookups that have begun add to [`UNWRITTEN`]: at most sixteen host names with a
/// quarter of a MiB each.
const MAX_UNWRITTEN: usize = 4 * 1024 * 1024;

/// The longest array that is held until it is complete, and sent with its length and `server-timing`. Longer arrays are
/// streamed.
const WHOLE: usize = UNWRITTEN;

/// The answers to the entries of a batch.
pub(super) struct Answers<'a, P> {
    lookup: Rc<Lookup<'a, P>>,
    platform: &'a P,
    memory: &'a Memory,
    /// The memory of the unwritten bytes.
    unwritten: Arc<Pool>,
    entries: Vec<Entry>,
    /// The subjects, each once, in the order of the entries.
    subjects: Vec<Distinct>,
    /// The subject to look up next.
    next: usize,
    running: FuturesUnordered<Running<'a, (usize, Rendered)>>,
    /// Completes when there may be memory for another lookup.
    room: Option<Running<'a, ()>>,
    output: Output,
    /// The memory of the entries' texts, and of an array that is held until it is complete.
    taken: Vec<Taken>,
}

type Running<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// An entry: its text, and the position of its subject among the subjects.
struct Entry {
    text: String,
    subject: Result<usize, BadEntry>,
}

/// A subject, the positions of its entries, and how many of them are not written yet.
struct Distinct {
    subject: Option<Subject>,
    answer: Option<Rc<Rendered>>,
    entries: Vec<usize>,
    left: usize,
}

impl<'a, P: Platform> Answers<'a, P> {
    /// The answers to `batch`, laid out as `layout` says.
    ///
    /// # Errors
    ///
    /// When there is no memory for the batch itself.
    pub(super) fn new(
        batch: Batch,
        lookup: Lookup<'a, P>,
        platform: &'a P,
        memory: &'a Memory,
        layout: Layout,
    ) -> Result<Self, Problem> {
        let texts = memory.buffers.try_take(batch.text_bytes()).ok_or_else(Problem::busy)?;
        let (entries, subjects) = distinct(batch);
        let mut output = Output::new(layout, entries.iter().map(|entry| entry.text.len()));
        for (index, entry) in entries.iter().enumerate() {
            if entry.subject.is_err() {
                output.ready(index);
            }
        }
        Ok(Self {
            lookup: Rc::new(lookup),
            platform,
            memory,
            unwritten: Pool::new(MAX_UNWRITTEN),
            entries,
            subjects,
            next: 0,
            running: FuturesUnordered::new(),
            room: None,
            output,
            taken: vec![texts],
        })
    }

    /// The lookups of the batch.
    pub(super) fn lookup(&self) -> &Lookup<'a, P> {
        &self.lookup
    }

    /// The whole array if it is short, else `None`: it must then be streamed. Completes when this is known.
    pub(super) async fn whole(&mut self) -> Option<Vec<u8>> {
        let all = poll_fn(|context| {
            self.work(context);
            if self.subjects.iter().all(|subject| subject.answer.is_some()) {
                return Poll::Ready(true);
            }
            if self.unwritten.used() >= UNWRITTEN { Poll::Ready(false) } else { Poll::Pending }
        })
        .await;
        self.taken.push(self.memory.buffers.try_take(WHOLE).filter(|_| all)?);
        self.fill(WHOLE + 1);
        (self.output.is_closed() && self.output.length() <= WHOLE).then(|| self.output.take(WHOLE))
    }

    /// Begins as many lookups as may run at once.
    fn begin(&mut self, context: &mut Context<'_>) {
        while self.running.len() < AT_ONCE && !self.output.is_full() {
            // Results kept for later entries must not stop the entries before them: one lookup may always begin.
            let idle = self.running.is_empty() && !self.output.can_go_on();
            if self.unwritten.used() >= UNWRITTEN && !idle {
                return;
            }
            let Some(Distinct { subject, .. }) = self.subjects.get_mut(self.next) else { return };
            let Some(taken) = subject.as_ref().and_then(|subject| self.memory.work.try_take(cost(subject))) else {
                let (memory, platform) = (self.memory, self.platform);
                let room = self.room.get_or_insert_with(|| Box::pin(memory.work.freed(platform)));
                if room.as_mut().poll(context).is_pending() {
                    return;
                }
                self.room = None;
                continue;
            };
            let Some(subject) = subject.take() else { return };
            let (index, lookup, style) = (self.next, Rc::clone(&self.lookup), self.output.style());
            let (instance, request) = (Arc::clone(&self.memory.buffers), Arc::clone(&self.unwritten));
            self.running.push(Box::pin(async move {
                let known = lookup.subject(&subject).await;
                drop(taken);
                (index, Rendered::new(known, style, &instance, &request))
            }));
            self.next += 1;
        }
    }

    /// Writes elements that are ready, until the output has `length` bytes.
    fn fill(&mut self, length: usize) {
        while self.output.length() < length {
            let Some(index) = self.output.next() else { break };
            let Some(entry) = self.entries.get(index) else { break };
            match &entry.subject {
                Err(error) => self.output.problem(index, &entry.text, error.clone().into()),
                Ok(subject) => {
                    let Some(subject) = self.subjects.get_mut(*subject) else { break };
                    match &subject.answer {
                        Some(answer) => self.output.answer(index, &entry.text, answer),
                        // The response is full, so the subject was not looked up.
                        None => self.output.omit(index, &entry.text),
                    }
                    subject.left = subject.left.saturating_sub(1);
                    if subject.left == 0 {
                        subject.answer = None;
                    }
                }
            }
        }
    }
}

impl<P: Platform> Source for Answers<'_, P> {
    fn work(&mut self, context: &mut Context<'_>) {
        loop {
            self.begin(context);
            let Poll::Ready(Some((subject, answer))) = self.running.poll_next_unpin(context) else { return };
            let Some(subject) = self.subjects.get_mut(subject) else { return };
            subject.answer = Some(Rc::new(answer));
            for entry in &subject.entries {
                self.output.ready(*entry);
            }
        }
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        loop {
            self.work(context);
            self.fill(Output::PIECE);
            if self.output.is_full() {
                self.running.clear();
            }
            match self.output.piece() {
                Some(piece) => return Poll::Ready(Some(piece)),
                None if self.output.is_closed() => return Poll::Ready(None),
                // The elements just written have made room for lookups, and nothing else would begin them.
                None if self.running.is_empty() && self.room.is_none() => {}
                None => return Poll::Pending,
            }
        }
    }
}

/// The entries of a batch, and its subjects, each once.
fn distinct(batch: Batch) -> (Vec<Entry>, Vec<Distinct>) {
    let mut known: BTreeMap<(Option<IpAddr>, String), usize> = BTreeMap::new();
    let mut subjects: Vec<Distinct> = Vec::new();
    let entries = batch.0.into_iter().enumerate().map(|(index, entry)| {
        let subject = entry.subject.map(|subject| {
            let key = match &subject {
                Subject::Address(ip) => (Some(*ip), String::new()),
                Subject::Host(host) => (None, host.ascii().to_owned()),
            };
            let position = *known.entry(key).or_insert(subjects.len());
            match subjects.get_mut(position) {
                Some(subject) => {
                    subject.entries.push(index);
                    subject.left += 1;
                }
                None => subjects.push(Distinct { subject: Some(subject), answer: None, entries: vec![index], left: 1 }),
            }
            position
        });
        Entry { text: entry.text, subject }
    });
    (entries.collect(), subjects)
}

#[cfg(test)]
mod tests;
