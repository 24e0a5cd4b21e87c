//! Requests that the component sends.

use std::pin::pin;

use futures_util::future::{Either, select};
use wasip3::http::client;
use wasip3::http::types::{self, ErrorCode, Fields, Method};
use wasip3::wit_future;

use super::message::{BodyReader, StreamSink, Write, start_write};
use super::scheme;
use crate::platform::{Outgoing, Response, wasi_http};

/// Sends a DNS query: see [`Platform::send`](crate::platform::Platform::send).
pub(super) async fn send(query: &Outgoing<'_>) -> Result<Response<BodyReader>, ErrorCode> {
    let (request, rest) = request(query).await?;
    let send = pin!(client::send(request));
    let response = match rest {
        None => send.await,
        Some(rest) => match select(send, rest).await {
            Either::Left((response, _)) => response,
            Either::Right(((), send)) => send.await,
        },
    }?;
    let headers = response.get_headers();
    Ok(wasi_http::response(
        response.get_status_code(),
        move |name| headers.get(name),
        |length| BodyReader::new(Some(response), length, types::Response::consume_body),
    ))
}

/// A request, and the rest of the write of its body.
async fn request(query: &Outgoing<'_>) -> Result<(types::Request, Option<Write>), ErrorCode> {
    let fields = Fields::from_list(&wasi_http::query_fields(query))
        .map_err(|error| ErrorCode::InternalError(Some(error.to_string())))?;
    let (request, rest) = match query.message {
        None => (types::Request::new(fields, None, wit_future::new(|| Ok(None)).1, None).0, None),
        Some(message) => {
            let message = message.to_vec();
            let write = async move |sink: &mut StreamSink| sink.write_all(message).await;
            let ((body, trailers), rest) = start_write(write).await;
            (types::Request::new(fields, Some(body), trailers, None).0, rest)
        }
    };
    let method = if query.message.is_some() { Method::Post } else { Method::Get };
    request
        .set_method(&method)
        .and_then(|()| request.set_scheme(Some(&scheme(query.url))))
        .and_then(|()| request.set_authority(query.url.authority().map(|authority| authority.as_str())))
        .and_then(|()| request.set_path_with_query(Some(&query.path_with_query)))
        .map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    Ok((request, rest))
}
