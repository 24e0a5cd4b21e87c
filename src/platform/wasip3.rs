//! The adapter of WASI HTTP 0.3 (`wasi:http/handler@0.3.0`): Spin 4.1 and newer, Akamai Functions, Wasmtime 46 and newer.
//!
//! The entry point implements the export of `wasi:http/service` itself, where the SDK's `#[http_service]` would first
//! copy every header of the request, and would start the body of the response only after its head is gone: see
//! [`start_write`](message::start_write).

mod inbound;
mod message;
mod outbound;

use std::sync::OnceLock;
use std::time::Duration;

use wasip3::clocks::monotonic_clock;
use wasip3::http::types::{self, ErrorCode};
use wasip3::wit_stream;

use self::message::BodyReader;
use super::{Outgoing, Platform, Response, Unreachable, WakeOnDrop, variables};
use crate::service::Service;

super::wasi_http::define_for_types!();

/// The component, as the platform sees it.
pub struct Component;

/// The export links in WebAssembly only.
#[cfg(target_family = "wasm")]
mod export {
    use super::Component;

    wasip3::http::service::export!(Component);
}

impl wasip3::exports::http::handler::Guest for Component {
    async fn handle(request: types::Request) -> Result<types::Response, ErrorCode> {
        /// Opened by the first request of an instance, used by all that follow.
        static SERVICE: OnceLock<Service> = OnceLock::new();
        let service = SERVICE.get_or_init(Service::open);
        let request = inbound::Incoming::new(request);
        let (reply, taken) = service.within_memory(service.answer(&request, &Wasi).await);
        inbound::respond(reply, taken).await
    }
}

/// What the platform provides.
struct Wasi;

impl Platform for Wasi {
    type Body = BodyReader;

    async fn variable(&self, name: &'static str) -> Result<Option<String>, String> {
        variables::get(name).await
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    async fn sleep(&self, duration: Duration) {
        // More nanoseconds than 64 bits hold are 584 years.
        monotonic_clock::wait_for(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)).await;
    }

    /// A stream in which nothing is ever sent: it ends when its writer is dropped.
    fn wake_on_drop(&self) -> (WakeOnDrop, impl Future<Output = ()>) {
        let (writer, mut reader) = wit_stream::new::<u8>();
        (WakeOnDrop::new(writer), async move {
            let (_ended, _nothing) = reader.read(Vec::with_capacity(1)).await;
        })
    }

    async fn send(&self, query: &Outgoing<'_>) -> Result<Response<BodyReader>, Unreachable> {
        outbound::send(query).await.map_err(|error| unreachable(&error))
    }
}
