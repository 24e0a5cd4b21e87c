//! Requests that the component sends.

use http::Uri;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody, OutgoingRequest,
};
use wstd::io::AsyncOutputStream;
use wstd::runtime::AsyncPollable;

use super::{BodyReader, scheme};
use crate::platform::{Response, wasi_http, write};

/// POSTs a DNS message: see [`Platform::post`](crate::platform::Platform::post).
///
/// The message is written, as far as the platform takes it, before the request is handed over, so that head and body
/// leave together.
pub(super) async fn post(url: &Uri, message: &[u8], taken: impl FnOnce()) -> Result<Response<BodyReader>, ErrorCode> {
    let request = request(url, message.len())?;
    let body = request.body().map_err(|()| internal("the request has no body to write to"))?;
    // A failure to write is also the outcome of the request, which says why.
    let rest = write::start(Box::pin(async move {
        let Ok(stream) = body.write() else { return };
        let stream = AsyncOutputStream::new(stream);
        let written = stream.write_all(message).await;
        drop(stream);
        if written.is_ok() {
            drop(OutgoingBody::finish(body, None));
        }
    }));
    let rest = rest.await;
    let response = outgoing_handler::handle(request, None)?;
    if let Some(rest) = rest {
        rest.await;
    }
    taken();
    let response = received(&response).await?;
    let headers = response.headers();
    Ok(wasi_http::response(
        response.status(),
        move |name| headers.get(name),
        || BodyReader::new(response.consume().ok()),
    ))
}

fn request(url: &Uri, length: usize) -> Result<OutgoingRequest, ErrorCode> {
    let fields = Fields::from_list(&wasi_http::query_fields(length)).map_err(|error| internal(&error.to_string()))?;
    let request = OutgoingRequest::new(fields);
    request
        .set_method(&Method::Post)
        .and_then(|()| request.set_scheme(Some(&scheme(url))))
        .and_then(|()| request.set_authority(url.authority().map(|authority| authority.as_str())))
        .and_then(|()| request.set_path_with_query(url.path_and_query().map(|path| path.as_str())))
        .map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    Ok(request)
}

/// Waits for the head of a response.
async fn received(response: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    let ready = AsyncPollable::new(response.subscribe());
    loop {
        match response.get() {
            Some(Ok(received)) => return received,
            Some(Err(())) => return Err(internal("the response was taken before")),
            None => ready.wait_for().await,
        }
    }
}

fn internal(why: &str) -> ErrorCode {
    ErrorCode::InternalError(Some(why.to_owned()))
}
