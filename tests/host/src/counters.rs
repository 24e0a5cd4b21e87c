//! What the host has seen of instances, requests and outbound requests. Every change is an event that a test can wait
//! for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::watch;
use wasmtime::ResourceLimiter;

/// The figures of one host. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Counters(watch::Sender<Figures>);

/// The figures at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Instances made.
    pub created: usize,
    /// Instances that have ended, for any reason.
    pub ended: usize,
    /// Instances that ended by a trap.
    pub failed: usize,
    /// Instances that have a request, or work left from one that they have answered.
    pub busy: usize,
    /// Requests that an instance has accepted.
    pub accepted: usize,
    /// Requests that occupy a slot of an instance: accepted, and not yet answered with a response head.
    pub slots: usize,
    /// The greatest number of bytes in a response body.
    pub largest_response: usize,
    /// Outbound requests that were let out.
    pub outbound: usize,
    /// Instances that have sent an outbound request.
    pub senders: usize,
    /// The greatest number of outbound requests that one instance had at once.
    pub outbound_at_once: usize,
    /// The greatest linear memory of an instance, in bytes.
    pub memory: usize,
    /// WebAssembly instructions that instances executed until they ended, if their program is metered.
    pub instructions: u64,
    /// The host is ending, and its instances with it: that is not a failure of theirs.
    pub(crate) closing: bool,
}

impl Counters {
    /// The figures now.
    #[must_use]
    pub fn figures(&self) -> Figures {
        *self.0.borrow()
    }

    /// Instances made.
    #[must_use]
    pub fn created(&self) -> usize {
        self.figures().created
    }

    /// Instances that ended by a trap.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.figures().failed
    }

    /// Waits until `condition` holds.
    pub async fn until(&self, mut condition: impl FnMut(&Figures) -> bool) {
        if self.0.subscribe().wait_for(|figures| condition(figures)).await.is_err() {
            unreachable!("the sender lives in `self`");
        }
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Figures)) {
        self.0.send_modify(change);
    }

    /// The host ends.
    pub(crate) fn close(&self) {
        self.change(|figures| figures.closing = true);
    }

    /// Counts a request into a slot, until the result is dropped.
    pub(crate) fn slot(&self) -> Held {
        self.change(|figures| figures.accepted += 1);
        Held::new(self, |figures| &mut figures.slots)
    }

    /// Counts an instance as busy, until the result is dropped.
    pub(crate) fn busy(&self) -> Held {
        Held::new(self, |figures| &mut figures.busy)
    }

    /// Counts the bytes of one response.
    pub(crate) fn response(&self) -> ResponseSize {
        ResponseSize { counters: self.clone(), bytes: 0 }
    }

    /// Counts the outbound requests of one instance.
    pub(crate) fn gauge(&self) -> Gauge {
        Gauge { counters: self.clone(), now: Arc::default(), is_sender: Arc::default() }
    }

    /// Counts the linear memory of one instance, and refuses it more than `limit` bytes.
    pub(crate) fn memory(&self, limit: usize) -> Memory {
        Memory { counters: self.clone(), bytes: 0, limit }
    }
}

/// One of a figure that goes up and down.
pub(crate) struct Held {
    counters: Counters,
    figure: fn(&mut Figures) -> &mut usize,
}

impl Held {
    fn new(counters: &Counters, figure: fn(&mut Figures) -> &mut usize) -> Self {
        counters.change(|figures| *figure(figures) += 1);
        Self { counters: counters.clone(), figure }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.counters.change(|figures| *(self.figure)(figures) -= 1);
    }
}

/// The size of one response, known when it is dropped.
pub(crate) struct ResponseSize {
    counters: Counters,
    bytes: usize,
}

impl ResponseSize {
    pub(crate) fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
    }
}

impl Drop for ResponseSize {
    fn drop(&mut self) {
        self.counters.change(|figures| figures.largest_response = figures.largest_response.max(self.bytes));
    }
}

/// The outbound requests of one instance. Clones count the same instance's.
#[derive(Clone, Default)]
pub(crate) struct Gauge {
    counters: Counters,
    now: Arc<AtomicUsize>,
    is_sender: Arc<AtomicBool>,
}

impl Gauge {
    /// Counts an outbound request, which is under way until the result is dropped.
    pub(crate) fn begin(&self) -> UnderWay {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        let is_first = !self.is_sender.swap(true, Ordering::Relaxed);
        self.counters.change(|figures| {
            figures.outbound += 1;
            figures.senders += usize::from(is_first);
            figures.outbound_at_once = figures.outbound_at_once.max(now);
        });
        UnderWay(Arc::clone(&self.now))
    }
}

/// An outbound request from its start to the end of its response.
pub(crate) struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The linear memory of one instance.
pub(crate) struct Memory {
    counters: Counters,
    bytes: usize,
    limit: usize,
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let bytes = self.bytes + desired.saturating_sub(current);
        if bytes > self.limit {
            return Ok(false);
        }
        self.bytes = bytes;
        self.counters.change(|figures| figures.memory = figures.memory.max(bytes));
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_go_up_and_down() {
        let counters = Counters::default();
        let (one, other) = (counters.slot(), counters.slot());
        let busy = counters.busy();
        assert_eq!((counters.figures().slots, counters.figures().busy), (2, 1));
        drop((one, busy));
        assert_eq!((counters.figures().slots, counters.figures().busy), (1, 0));
        drop(other);
        assert_eq!(counters.figures(), Figures { accepted: 2, ..Figures::default() });
    }

    #[test]
    fn outbound_requests_are_counted_by_instance() {
        let counters = Counters::default();
        let (one, other) = (counters.gauge(), counters.gauge());
        let first = one.begin();
        let (second, third) = (one.begin(), other.begin());
        drop((first, second));
        let fourth = one.begin();
        let figures = counters.figures();
        assert_eq!((figures.outbound, figures.senders, figures.outbound_at_once), (4, 2, 2));
        drop((third, fourth));
    }

    #[test]
    fn memory_is_the_sum_of_an_instance() {
        let counters = Counters::default();
        let mut memory = counters.memory(300);
        let cases = [
            (0, 100, true, 100, "the first memory"),
            (0, 50, true, 150, "a second one"),
            (100, 250, true, 300, "the first one grows, to the limit"),
            (50, 51, false, 300, "the second one may not"),
        ];
        for (current, desired, allowed, peak, reason) in cases {
            assert_eq!(memory.memory_growing(current, desired, None).unwrap(), allowed, "{reason}");
            assert_eq!(counters.figures().memory, peak, "{reason}");
        }
        counters.memory(300).memory_growing(0, 200, None).unwrap();
        assert_eq!(counters.figures().memory, 300, "the greatest of all instances");
    }
}
