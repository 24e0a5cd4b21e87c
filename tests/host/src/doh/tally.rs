//! Counts of what a server has seen; every change is an event.

use std::collections::HashMap;

use tokio::sync::watch;

/// The counts. Wait for a change of them with [`Events`].
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Queries that have arrived.
    pub(super) arrived: usize,
    /// The same, by name.
    pub(super) by_name: HashMap<String, usize>,
    /// Queries that have arrived, and are neither answered to the last byte nor abandoned.
    pub(super) open: usize,
    /// Queries whose answer the client did not wait for.
    pub(super) abandoned: usize,
    /// Connections that the server has begun to close by [`Connections`](super::Connections).
    pub(super) closed: usize,
}

/// A tally to change and to wait for.
#[derive(Clone, Debug, Default)]
pub(super) struct Events(watch::Sender<Tally>);

impl Events {
    /// Reads the tally as it is now.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Tally) -> T) -> T {
        read(&self.0.borrow())
    }

    /// Waits until `condition` holds.
    pub(super) async fn until(&self, mut condition: impl FnMut(&Tally) -> bool) {
        if self.0.subscribe().wait_for(|tally| condition(tally)).await.is_err() {
            unreachable!("the sender lives in `self`");
        }
    }

    /// Counts a query that has arrived.
    pub(super) fn arrive(&self, name: &str) -> Exchange {
        self.0.send_modify(|tally| {
            tally.arrived += 1;
            tally.open += 1;
            *tally.by_name.entry(name.to_owned()).or_default() += 1;
        });
        Exchange { events: self.clone(), answered: false }
    }

    /// Counts a connection that the server is about to close.
    pub(super) fn close(&self) {
        self.0.send_modify(|tally| tally.closed += 1);
    }
}

/// A query that is being answered. Dropped before [`answered`](Self::answered), it counts as abandoned by the client.
pub(super) struct Exchange {
    events: Events,
    answered: bool,
}

impl Exchange {
    /// The last byte of the answer has been sent, or the server itself has broken off.
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
