//! When the server closes a plain HTTP/1.1 connection.

use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// What the server does with its plain HTTP/1.1 connections.
#[derive(Clone, Copy, Debug, Default)]
pub enum Connections {
    /// Keeps them open.
    #[default]
    Kept,
    /// Closes a connection that has been idle for this long.
    ClosedWhenIdle(Duration),
    /// Closes a connection after one response, and announces that in the response (`connection: close`) or does not.
    ClosedAfterReply {
        /// Whether it is announced.
        announced: bool,
    },
    /// Answers one query, and closes the connection when it has read the second.
    ClosedOnSecondQuery,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    policy: Connections,
    queries: AtomicUsize,
    /// Whether all queries so far have been answered to the last byte, and there was one.
    idle: watch::Sender<bool>,
    /// Whether a query has come that is not to be answered.
    broken: watch::Sender<bool>,
    /// Whether the connection is to end in a reset.
    pub(super) reset: AtomicBool,
}

impl Connection {
    pub(super) fn new(policy: Connections) -> Self {
        Self {
            policy,
            queries: AtomicUsize::new(0),
            idle: watch::Sender::new(false),
            broken: watch::Sender::new(false),
            reset: AtomicBool::new(false),
        }
    }

    /// A query has arrived. Does not return where the policy is not to answer it.
    pub(super) async fn query(&self) {
        self.idle.send_replace(false);
        let earlier = self.queries.fetch_add(1, Ordering::Relaxed);
        if earlier > 0 && matches!(self.policy, Connections::ClosedOnSecondQuery) {
            self.broken.send_replace(true);
            pending().await
        }
    }

    /// The last byte of a response has been taken.
    pub(super) fn answered(&self) {
        self.idle.send_replace(true);
    }

    /// Whether responses announce that the connection ends.
    pub(super) fn is_announced(&self) -> bool {
        matches!(self.policy, Connections::ClosedAfterReply { announced: true })
    }

    /// Waits until the connection is to be closed between two queries.
    pub(super) async fn closes(&self) {
        let mut idle = self.idle.subscribe();
        loop {
            wait_for(&mut idle, true).await;
            match self.policy {
                Connections::ClosedAfterReply { announced: false } => return,
                Connections::ClosedWhenIdle(limit) => {
                    if timeout(limit, wait_for(&mut idle, false)).await.is_err() {
                        return;
                    }
                }
                _ => pending().await,
            }
        }
    }

    /// Waits until the connection is to be closed in the middle of a query.
    pub(super) async fn breaks(&self) {
        wait_for(&mut self.broken.subscribe(), true).await;
    }
}

async fn wait_for(receiver: &mut watch::Receiver<bool>, value: bool) {
    if receiver.wait_for(|now| *now == value).await.is_err() {
        unreachable!("the connection has the sender");
    }
}
