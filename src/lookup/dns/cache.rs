//! The cache of answers: each is kept for as long as it holds, in bounded memory.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use hickory_proto::rr::Name;

use super::outcome::{Answer, Outcome};
use super::wire::Query;

/// What identifies a query: its name, compared without case (RFC 4343), and its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Name, u16);

impl Key {
    pub(super) fn new(query: &Query) -> Self {
        Self(query.name().clone(), u16::from(query.kind()))
    }

    #[cfg(test)]
    fn of(name: &str) -> Self {
        Self(Name::from_ascii(name).unwrap(), 12)
    }
}

/// A cache with two bounds: entries and bytes. It evicts first what was not used since it was last considered (the CLOCK
/// algorithm).
///
/// The map is a tree: it needs no random numbers to withstand keys chosen against it.
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: BTreeMap<Key, Entry>,
    /// Every key of `entries`, once, in the order in which they are to be considered for eviction.
    order: VecDeque<Key>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    answer: Answer,
    until: Duration,
    bytes: usize,
    used: Cell<bool>,
}

impl Cache {
    /// More than the requests that Spin gives one instance by default.
    pub(super) const MAX_ENTRIES: usize = 2_048;
    /// A small part of a component's memory: Akamai Functions gives an execution 128 MiB.
    pub(super) const MAX_BYTES: usize = 1024 * 1024;

    /// The answer to the query of `key`, if it is kept and holds at the time `now`.
    pub(super) fn find(&self, key: &Key, now: Duration) -> Option<&Answer> {
        let entry = self.entries.get(key).filter(|entry| now < entry.until)?;
        entry.used.set(true);
        Some(&entry.answer)
    }

    /// Keeps an answer that has just arrived, for as long as it holds. An answer with a TTL of 0 is not kept, nor is one
    /// that is larger than the whole cache.
    pub(super) fn keep(&mut self, key: Key, answer: Answer) {
        let (bytes, now, until) = (cost(&key, &answer.outcome), answer.received, answer.expires());
        if until <= now || bytes > Self::MAX_BYTES {
            return;
        }
        self.bytes += bytes;
        match self.entries.insert(key.clone(), Entry { answer, until, bytes, used: Cell::new(false) }) {
            Some(old) => self.bytes -= old.bytes,
            None => self.order.push_back(key),
        }
        while self.entries.len() > Self::MAX_ENTRIES || self.bytes > Self::MAX_BYTES {
            self.evict(now);
        }
    }

    /// Drops the first entry in order that has not been used since it was last considered.
    fn evict(&mut self, now: Duration) {
        while let Some(key) = self.order.pop_front() {
            if let Some(entry) = self.entries.get(&key)
                && now < entry.until
                && entry.used.replace(false)
            {
                self.order.push_back(key);
                continue;
            }
            if let Some(entry) = self.entries.remove(&key) {
                self.bytes -= entry.bytes;
            }
            return;
        }
    }
}

/// About how many bytes an entry takes. A parsed record is larger than in the reply, where it takes ten bytes or more.
fn cost(key: &Key, outcome: &Outcome) -> usize {
    const RECORD: usize = size_of::<hickory_proto::rr::RData>();
    let records: usize = outcome.records.len() * (RECORD + 64);
    2 * (size_of::<Key>() + key.0.len()) + size_of::<Entry>() + size_of::<Outcome>() + records + outcome.size
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lookup::dns::Status;

    /// An answer of this size that was received at a time and holds for `ttl` seconds.
    fn answer(size: usize, received: u32, ttl: u32) -> Answer {
        let outcome = Outcome { size, ttl: Some(ttl), ..Outcome::without_records(Status::Nxdomain, None) };
        Answer { outcome: Arc::new(outcome), source: None, received: received * SECOND, shared: true }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn an_entry_holds_for_its_time() {
        let mut cache = Cache::default();
        cache.keep(Key::of("a.example."), answer(1, 10, 3));
        for (name, now, expected, why) in [
            ("a.example.", 10, true, "just received"),
            ("A.Example.", 12, true, "names have no case"),
            ("b.example.", 11, false, "another name"),
            ("a.example.", 13, false, "expired"),
        ] {
            assert_eq!(cache.find(&Key::of(name), now * SECOND).is_some(), expected, "{why}");
        }
        cache.keep(Key::of("zero.example."), answer(1, 1, 0));
        assert!(cache.find(&Key::of("zero.example."), SECOND).is_none(), "a TTL of 0: not kept");
    }

    #[test]
    fn entries_are_bounded_and_used_ones_stay() {
        let mut cache = Cache::default();
        let key = |n: usize| Key::of(&format!("{n}.example."));
        for n in 0..Cache::MAX_ENTRIES {
            cache.keep(key(n), answer(1, 1, 1));
        }
        assert!(cache.find(&key(0), SECOND).is_some(), "kept, and now used");
        for n in 0..Cache::MAX_ENTRIES / 2 {
            cache.keep(key(1_000_000 + n), answer(1, 1, 1));
            assert_eq!((cache.entries.len(), cache.order.len()), (Cache::MAX_ENTRIES, Cache::MAX_ENTRIES));
        }
        assert!(cache.find(&key(0), SECOND).is_some(), "an entry that was used gets a second chance");
        assert!(cache.find(&key(1), SECOND).is_none(), "an entry that was not used is evicted");
    }

    #[test]
    fn bytes_are_bounded() {
        let mut cache = Cache::default();
        for n in 0..100 {
            cache.keep(Key::of(&format!("{n}.example.")), answer(60_000, 1, 1));
            assert!(cache.bytes <= Cache::MAX_BYTES);
            assert_eq!(
                cache.bytes,
                cache.entries.values().map(|entry| entry.bytes).sum::<usize>(),
                "the sum of all entries"
            );
        }
        assert!(cache.find(&Key::of("99.example."), SECOND).is_some(), "the newest is kept");
        cache.keep(Key::of("99.example."), answer(1, 1, 1));
        assert_eq!(
            cache.bytes,
            cache.entries.values().map(|entry| entry.bytes).sum::<usize>(),
            "the sum after a replacement"
        );
        let before = cache.entries.len();
        cache.keep(Key::of("huge.example."), answer(Cache::MAX_BYTES, 1, 1));
        assert_eq!(cache.entries.len(), before, "an answer larger than the cache is not kept and evicts nothing");
    }
}
