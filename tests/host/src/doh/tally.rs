//! What a server has seen, counted, and every change an event.

use std::collections::HashMap;

use tokio::sync::watch;

/// The counts. Wait for a change of them with [`Events`].
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Questions that have arrived.
    pub(super) arrived: usize,
    /// The same, by the name asked about.
    pub(super) about: HashMap<String, usize>,
    /// Questions that have arrived, and are neither answered to the last byte nor abandoned.
    pub(super) open: usize,
    /// Questions whose answer the client did not wait for.
    pub(super) abandoned: usize,
}

/// A tally to change and to wait for.
#[derive(Clone, Debug, Default)]
pub(super) struct Events(watch::Sender<Tally>);

impl Events {
    /// What `read` makes of the tally as it is.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Tally) -> T) -> T {
        read(&self.0.borrow())
    }

    /// Waits until the tally is as `condition` wants it.
    pub(super) async fn until(&self, mut condition: impl FnMut(&Tally) -> bool) {
        if self.0.subscribe().wait_for(|tally| condition(tally)).await.is_err() {
            unreachable!("the sender lives in `self`");
        }
    }

    /// Counts a question in.
    pub(super) fn arrive(&self, name: &str) -> Exchange {
        self.0.send_modify(|tally| {
            tally.arrived += 1;
            tally.open += 1;
            *tally.about.entry(name.to_owned()).or_default() += 1;
        });
        Exchange { events: self.clone(), answered: false }
    }
}

/// A question on its way to its answer. Dropped before [`answered`](Self::answered), it is one that the client gave up.
pub(super) struct Exchange {
    events: Events,
    answered: bool,
}

impl Exchange {
    /// The last byte of the answer is out, or the server itself has broken off.
    pub(super) fn answered(&mut self) {
        self.answered = true;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.events.0.send_modify(|tally| {
            tally.open -= 1;
            tally.abandoned += usize::from(!self.answered);
        });
    }
}
