//! Bodies whose end is noticed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;

/// A body that holds something until its last frame has been taken, or it is dropped.
pub(crate) struct Observed<T, E> {
    body: UnsyncBoxBody<Bytes, E>,
    held: Option<T>,
    on_data: fn(&mut T, usize),
}

impl<T, E> Observed<T, E> {
    /// Drops `held` at the end of `body`, and calls `on_data` with the length of each piece before that.
    pub(crate) fn new(body: UnsyncBoxBody<Bytes, E>, held: T, on_data: fn(&mut T, usize)) -> Self {
        let held = if body.is_end_stream() { None } else { Some(held) };
        Self { body, held, on_data }
    }
}

impl<T: Unpin, E> Body for Observed<T, E> {
    type Data = Bytes;
    type Error = E;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, E>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let this = &mut *self;
        if let (Some(held), Some(Ok(frame))) = (&mut this.held, &frame) {
            (this.on_data)(held, frame.data_ref().map_or(0, Bytes::len));
        }
        if !matches!(frame, Some(Ok(_))) || this.body.is_end_stream() {
            this.held = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
