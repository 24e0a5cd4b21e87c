//! Bodies of messages: written to the platform, and read from it.

use std::pin::Pin;

use wasip3::http::types::{ErrorCode, Trailers};
use wasip3::wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult, StreamWriter};
use wasip3::{wit_future, wit_stream};

use super::cut_off;
use crate::platform::write::{self, Cut, Sink};
use crate::platform::{Body, Unreachable};

/// A body, and the trailers after it.
pub(super) type Message = (StreamReader<u8>, FutureReader<Result<Option<Trailers>, ErrorCode>>);

/// The rest of a write: done when the platform has taken all of it.
pub(super) type Write = Pin<Box<dyn Future<Output = ()>>>;

/// A body that `write` writes, and the rest of the write, which has been started.
///
/// Started before the head is handed over, the write lets head and body leave together. Spin sets no TCP_NODELAY: a body
/// that follows its head in a segment of its own waits for the peer to acknowledge the head (Nagle's algorithm, RFC
/// 896), and the peer delays that acknowledgement, 40 ms on Linux (RFC 1122 section 4.2.3.2). For the same reason the
/// end of the trailers follows the body: given first, it is dealt with first, and the head leaves alone.
///
/// A body that was not written to its end does not look complete: its trailers are an error, on which the platform
/// closes an HTTP/1.1 connection without the last chunk, and resets an HTTP/2 stream.
pub(super) async fn start_write(
    write: impl AsyncFnOnce(&mut StreamSink) -> Result<(), Cut> + 'static,
) -> (Message, Option<Write>) {
    let (writer, body) = wit_stream::new();
    let (end, trailers) = wit_future::new(|| Ok(None));
    let write: Write = Box::pin(async move {
        let mut sink = StreamSink(writer);
        let written = write(&mut sink).await;
        drop(sink);
        match written {
            // Dropped unwritten, it sends its default: no trailers.
            Ok(()) | Err(Cut::Gone) => drop(end),
            // It comes back unsent when the client has closed the connection meanwhile: then nothing waits for it.
            Err(Cut::Stalled) => drop(end.write(Err(ErrorCode::HttpResponseTimeout)).await),
        }
    });
    ((body, trailers), write::start(write).await)
}

/// The stream of a body that this component sends.
pub(super) struct StreamSink(StreamWriter<u8>);

impl StreamSink {
    /// Writes all of `bytes`, however long that takes.
    pub(super) async fn write_all(&mut self, bytes: Vec<u8>) -> Result<(), Cut> {
        // Bytes come back unwritten when the peer has closed the connection.
        if self.0.write_all(bytes).await.is_empty() { Ok(()) } else { Err(Cut::Gone) }
    }
}

impl Sink for StreamSink {
    async fn write(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, Cut> {
        match self.0.write(bytes).await {
            (StreamResult::Dropped, _) => Err(Cut::Gone),
            (StreamResult::Complete(_) | StreamResult::Cancelled, rest) => Ok(rest.into_vec()),
        }
    }
}

/// The body of a message, while it arrives.
pub(super) struct BodyReader {
    /// `None` once it has ended.
    message: Option<Message>,
    /// The bytes that are still to come, if that is known. After the last, nothing is waited for: each wait
    /// ends the work of the task until the platform calls it again.
    left: Option<usize>,
    /// Dropped with the rest, which reports to the platform that the message has been dealt with.
    _received: FutureWriter<Result<(), ErrorCode>>,
}

impl BodyReader {
    /// The body that `consume` takes out of `message`; empty where it has been taken already. `length` is its length, if
    /// that is known.
    pub(super) fn new<M>(
        message: Option<M>,
        length: Option<usize>,
        consume: impl FnOnce(M, FutureReader<Result<(), ErrorCode>>) -> Message,
    ) -> Self {
        let (received, result) = wit_future::new(|| Ok(()));
        Self { message: message.map(|message| consume(message, result)), left: length, _received: received }
    }
}

impl Body for BodyReader {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Unreachable> {
        /// A reply with a few names fits at once.
        const PIECE: usize = 1024;
        let Some((mut stream, end)) = self.message.take() else { return Ok(None) };
        if self.left == Some(0) {
            return Ok(None);
        }
        let (result, bytes) = stream.read(Vec::with_capacity(PIECE)).await;
        if matches!(result, StreamResult::Complete(_)) {
            self.message = Some((stream, end));
            self.left = self.left.map(|left| left.saturating_sub(bytes.len()));
            return Ok(Some(bytes));
        }
        // The stream ends the same way whether the body is complete or was cut off; this distinguishes them.
        match end.await {
            Ok(_) => Ok(None),
            Err(error) => Err(cut_off(&error)),
        }
    }
}
