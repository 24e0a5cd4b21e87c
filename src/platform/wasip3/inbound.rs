//! The request that a client sent, and the response to it.

use std::borrow::Cow;
use std::cell::Cell;

use futures_util::StreamExt as _;
use wasip3::http::types::{self, ErrorCode, Fields};
use wasip3::{spawn, wit_future};

use super::message::{BodyReader, StreamSink, start_write};
use super::{Wasi, method_name};
use crate::platform::Request;
use crate::platform::memory::Taken;
use crate::platform::write;
use crate::response::reply::{self, Reply};

/// A request, as the platform hands it over.
pub(super) struct Incoming {
    method: Cow<'static, str>,
    path_with_query: String,
    headers: Fields,
    /// Gone once the body is taken.
    request: Cell<Option<types::Request>>,
}

impl Incoming {
    pub(super) fn new(request: types::Request) -> Self {
        Self {
            method: method_name(request.get_method()),
            // A request without a path, as `OPTIONS *` is to some, is about the root.
            path_with_query: request.get_path_with_query().unwrap_or_default(),
            headers: request.get_headers(),
            request: Cell::new(Some(request)),
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

    /// The platform keeps `host` out of the headers.
    fn authority(&self) -> Option<String> {
        let request = self.request.take();
        let authority = request.as_ref().and_then(types::Request::get_authority);
        self.request.set(request);
        authority
    }

    fn body(&self) -> BodyReader {
        BodyReader::new(self.request.take(), None, types::Request::consume_body)
    }
}

/// Hands a response over. The write of its body is started before, and goes on after: see [`start_write`].
pub(super) async fn respond(reply: Reply<'static>, taken: Option<Taken>) -> Result<types::Response, ErrorCode> {
    let fields: Vec<_> =
        reply.headers.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned().into_bytes())).collect();
    let fields = Fields::from_list(&fields).map_err(|error| ErrorCode::InternalError(Some(error.to_string())))?;
    let (body, trailers) = match reply.body {
        // A response to HEAD, 204 or 304 (RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5). An empty stream would not do:
        // the platform checks its length against `content-length`, which HEAD keeps; without a stream, it does not.
        reply::Body::Whole(bytes) if bytes.is_empty() => (None, wit_future::new(|| Ok(None)).1),
        reply::Body::Whole(bytes) => {
            let write = async move |sink: &mut StreamSink| {
                let written = write::whole(&Wasi, sink, bytes).await;
                drop(taken);
                written
            };
            let (message, rest) = start_write(write).await;
            rest.into_iter().for_each(spawn);
            (Some(message.0), message.1)
        }
        reply::Body::Pieces(mut pieces) => {
            // The head leaves with the first piece.
            let first = pieces.next().await;
            let write = async move |sink: &mut StreamSink| write::pieces(&Wasi, sink, first, pieces).await;
            let (message, rest) = start_write(write).await;
            rest.into_iter().for_each(spawn);
            (Some(message.0), message.1)
        }
    };
    let (response, _transmission) = types::Response::new(fields, body, trailers);
    match response.set_status_code(reply.status) {
        Ok(()) => Ok(response),
        Err(()) => Err(ErrorCode::InternalError(Some(format!("status {} cannot be sent", reply.status)))),
    }
}
