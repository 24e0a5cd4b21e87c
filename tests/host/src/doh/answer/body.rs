//! Bodies that do not arrive as one expects.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Interval, interval};

/// Promises all its bytes and breaks off in the middle.
pub(super) struct Cut {
    first_half: Option<Bytes>,
    promised: u64,
}

impl Cut {
    pub(super) fn new(mut bytes: Bytes) -> Self {
        let promised = bytes.len() as u64;
        bytes.truncate(bytes.len() / 2);
        Self { first_half: Some(bytes), promised }
    }
}

impl http_body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(match self.first_half.take() {
            Some(bytes) => Ok(Frame::data(bytes)),
            None => Err(io::ErrorKind::ConnectionReset.into()),
        }))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
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

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}
