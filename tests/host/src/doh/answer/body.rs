//! Bodies that arrive late or in part, and a body that notices its own end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Interval, interval};

use super::Body;
use crate::doh::connection::Connection;
use crate::doh::tally::Exchange;

/// Announces all its bytes and breaks off in the middle.
pub(super) struct Cut {
    next: Part,
    announced: u64,
}

enum Part {
    FirstHalf(Bytes),
    /// Nothing once, so that the first half is sent.
    Pause,
    Break,
}

impl Cut {
    pub(super) fn new(mut bytes: Bytes) -> Self {
        let announced = bytes.len() as u64;
        bytes.truncate(bytes.len() / 2);
        Self { next: Part::FirstHalf(bytes), announced }
    }
}

impl http_body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match std::mem::replace(&mut self.next, Part::Break) {
            Part::FirstHalf(bytes) => {
                self.next = Part::Pause;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Part::Pause => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Part::Break => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

/// One byte at a time.
pub(super) struct Drip {
    bytes: Bytes,
    clock: Interval,
}

impl Drip {
    pub(super) fn new(bytes: Bytes, pause: Duration) -> Self {
        Self { bytes, clock: interval(pause) }
    }
}

impl http_body::Body for Drip {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.bytes.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.clock.poll_tick(context));
        Poll::Ready(Some(Ok(Frame::data(self.bytes.split_to(1)))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// A body that reports when its end has been taken.
pub(in crate::doh) struct Watched {
    body: Body,
    exchange: Exchange,
    connection: Arc<Connection>,
}

impl Watched {
    pub(in crate::doh) fn new(body: Body, exchange: Exchange, connection: Arc<Connection>) -> Self {
        let mut watched = Self { body, exchange, connection };
        if http_body::Body::is_end_stream(&watched.body) {
            watched.end();
        }
        watched
    }

    fn end(&mut self) {
        self.exchange.answered();
        self.connection.answered();
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) || http_body::Body::is_end_stream(&self.body) {
            self.end();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        http_body::Body::is_end_stream(&self.body)
    }

    fn size_hint(&self) -> SizeHint {
        http_body::Body::size_hint(&self.body)
    }
}
