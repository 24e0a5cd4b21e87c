//! The request that a client sent, and the response to it.

use std::borrow::Cow;
use std::cell::Cell;
use std::pin::Pin;

use futures_util::StreamExt as _;
use wasip2::http::types::{ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};
use wstd::io::AsyncOutputStream;

use super::{BodyReader, Wasi, method_name};
use crate::platform::Request;
use crate::platform::write::{self, Cut, Sink};
use crate::response::reply::{self, Reply};

/// A request, as the platform hands it over.
pub(super) struct Incoming {
    method: Cow<'static, str>,
    path_with_query: String,
    headers: Fields,
    request: IncomingRequest,
    is_body_taken: Cell<bool>,
}

impl Incoming {
    pub(super) fn new(request: IncomingRequest) -> Self {
        Self {
            method: method_name(request.method()),
            // A request without a path, as `OPTIONS *` is to some, is about the root.
            path_with_query: request.path_with_query().unwrap_or_default(),
            headers: request.headers(),
            request,
            is_body_taken: Cell::new(false),
        }
    }
}

impl Request for Incoming {
    type Body = BodyReader;

    fn method(&self) -> &str {
        &self.method
    }

    fn path_with_query(&self) -> &str {
        &self.path_with_query
    }

    fn header(&self, name: &str) -> Vec<Vec<u8>> {
        self.headers.get(name)
    }

    /// The platform may keep `host` out of the headers.
    fn authority(&self) -> Option<String> {
        self.request.authority()
    }

    fn body(&self) -> BodyReader {
        let body = if self.is_body_taken.replace(true) { None } else { self.request.consume().ok() };
        BodyReader::new(body, None)
    }
}

/// Sends a response.
///
/// The write of the body is started before the head is handed over, so that head and body leave together. Spin and
/// Wasmtime set no TCP_NODELAY: a body that follows its head in a segment of its own waits for the peer to acknowledge
/// the head (Nagle's algorithm, RFC 896), and the peer delays that acknowledgement, 40 ms on Linux (RFC 1122 section
/// 4.2.3.2).
pub(super) async fn respond(outparam: ResponseOutparam, reply: Reply<'_>) {
    let (response, body) = match head(&reply) {
        Ok(made) => made,
        Err(error) => return ResponseOutparam::set(outparam, Err(error)),
    };
    let rest = match (body, reply.body) {
        (Some(body), reply::Body::Whole(bytes)) => {
            let write = async move |sink: &mut StreamSink| write::whole(&Wasi, sink, bytes).await;
            start_write(body, write).await
        }
        (Some(body), reply::Body::Pieces(mut pieces)) => {
            // The head leaves with the first piece.
            let first = pieces.next().await;
            let write = async move |sink: &mut StreamSink| write::pieces(&Wasi, sink, first, pieces).await;
            start_write(body, write).await
        }
        (None, _) => None,
    };
    ResponseOutparam::set(outparam, Ok(response));
    if let Some(rest) = rest {
        rest.await;
    }
}

/// The head of a response, and what its body is written to.
///
/// A response to HEAD, 204 or 304 (RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5) has no body. An empty one would not do:
/// the platform checks its length against `content-length`, which HEAD keeps.
fn head(reply: &Reply<'_>) -> Result<(OutgoingResponse, Option<OutgoingBody>), ErrorCode> {
    let internal = |why: String| ErrorCode::InternalError(Some(why));
    let fields: Vec<_> =
        reply.headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    let fields = Fields::from_list(&fields).map_err(|error| internal(error.to_string()))?;
    let response = OutgoingResponse::new(fields);
    response.set_status_code(reply.status).map_err(|()| internal(format!("status {} cannot be sent", reply.status)))?;
    if matches!(&reply.body, reply::Body::Whole(bytes) if bytes.is_empty()) {
        return Ok((response, None));
    }
    let body = response.body().map_err(|()| internal("the response has no body to write to".to_owned()))?;
    Ok((response, Some(body)))
}

/// Starts to write a body, and gives the rest of the write. A body that was not written to its end does not look
/// complete: the platform aborts a message whose body is dropped unfinished.
async fn start_write<'a>(
    body: OutgoingBody,
    write: impl AsyncFnOnce(&mut StreamSink) -> Result<(), Cut> + 'a,
) -> Option<Pin<Box<dyn Future<Output = ()> + 'a>>> {
    let write: Pin<Box<dyn Future<Output = ()> + 'a>> = Box::pin(async move {
        let Ok(stream) = body.write() else { return };
        let mut sink = StreamSink(AsyncOutputStream::new(stream));
        let written = write(&mut sink).await;
        drop(sink);
        if written.is_ok() {
            // It fails where the length is not that of `content-length`; then the platform has aborted the message.
            drop(OutgoingBody::finish(body, None));
        }
    });
    write::start(write).await
}

/// The stream of a body that this component sends.
struct StreamSink(AsyncOutputStream);

impl Sink for StreamSink {
    async fn write(&mut self, mut bytes: Vec<u8>) -> Result<Vec<u8>, Cut> {
        // The error is a text of the platform's. Whatever it is, nothing more can be written.
        let written = self.0.write(&bytes).await.map_err(|_| Cut::Gone)?;
        Ok(bytes.split_off(written.min(bytes.len())))
    }
}
