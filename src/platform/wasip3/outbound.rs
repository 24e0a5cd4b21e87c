//! Requests that the component sends.

use std::pin::pin;

use futures_util::future::{Either, select};
use http::Uri;
use wasip3::http::client;
use wasip3::http::types::{self, ErrorCode, Fields, Method};

use super::message::{BodyReader, StreamSink, Write, start_write};
use super::scheme;
use crate::platform::{Response, wasi_http};

/// POSTs a DNS message: see [`Platform::post`](crate::platform::Platform::post).
pub(super) async fn post(url: &Uri, message: &[u8], taken: impl FnOnce()) -> Result<Response<BodyReader>, ErrorCode> {
    let (request, rest) = request(url, message).await?;
    let send = pin!(client::send(request));
    let response = match rest {
        None => {
            taken();
            send.await
        }
        Some(rest) => match select(send, rest).await {
            Either::Left((response, _)) => {
                taken();
                response
            }
            Either::Right(((), send)) => {
                taken();
                send.await
            }
        },
    }?;
    let headers = response.get_headers();
    Ok(wasi_http::response(response.get_status_code(), move |name| headers.get(name), || response.into()))
}

/// A request, and the rest of the write of its body.
async fn request(url: &Uri, message: &[u8]) -> Result<(types::Request, Option<Write>), ErrorCode> {
    let fields = Fields::from_list(&wasi_http::query_fields(message.len()))
        .map_err(|error| ErrorCode::InternalError(Some(error.to_string())))?;
    let message = message.to_vec();
    let ((body, trailers), rest) = start_write(async move |sink: &mut StreamSink| sink.write_all(message).await).await;
    let (request, _transmission) = types::Request::new(fields, Some(body), trailers, None);
    request
        .set_method(&Method::Post)
        .and_then(|()| request.set_scheme(Some(&scheme(url))))
        .and_then(|()| request.set_authority(url.authority().map(|authority| authority.as_str())))
        .and_then(|()| request.set_path_with_query(url.path_and_query().map(|path| path.as_str())))
        .map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    Ok((request, rest))
}
