//! Requests that the component sends.

use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody, OutgoingRequest,
};
use wstd::io::AsyncOutputStream;
use wstd::runtime::AsyncPollable;

use super::{BodyReader, scheme};
use crate::platform::{Outgoing, Response, wasi_http, write};

/// Sends a DNS query: see [`Platform::send`](crate::platform::Platform::send).
///
/// A message to POST is written, as far as the platform takes it, before the request is handed over, so that head and
/// body leave together.
pub(super) async fn send(query: &Outgoing<'_>) -> Result<Response<BodyReader>, ErrorCode> {
    let request = request(query)?;
    let rest = match query.message {
        None => None,
        Some(message) => {
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
            rest.await
        }
    };
    let response = outgoing_handler::handle(request, None)?;
    if let Some(rest) = rest {
        rest.await;
    }
    let response = received(&response).await?;
    let headers = response.headers();
    Ok(wasi_http::response(
        response.status(),
        move |name| headers.get(name),
        |length| BodyReader::new(response.consume().ok(), length),
    ))
}

fn request(query: &Outgoing<'_>) -> Result<OutgoingRequest, ErrorCode> {
    let fields = Fields::from_list(&wasi_http::query_fields(query)).map_err(|error| internal(&error.to_string()))?;
    let request = OutgoingRequest::new(fields);
    let method = if query.message.is_some() { Method::Post } else { Method::Get };
    request
        .set_method(&method)
        .and_then(|()| request.set_scheme(Some(&scheme(query.url))))
        .and_then(|()| request.set_authority(query.url.authority().map(|authority| authority.as_str())))
        .and_then(|()| request.set_path_with_query(Some(&query.path_with_query)))
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
