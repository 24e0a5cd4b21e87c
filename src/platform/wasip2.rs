//! The adapter of WASI HTTP 0.2 (`wasi:http/incoming-handler@0.2`): Spin 3.1 to 4, SpinKube, and other hosts of WASI 0.2.
//!
//! `wstd` has the executor, the timers and the waiting for streams. Its HTTP server and client are not used: they hand a
//! head over before they write the first byte of its body, which costs 40 ms (see [`inbound::respond`]), and they report
//! errors as text, where the answer has to say which error it was.
//!
//! In 0.2 an instance has one request at a time, and with most hosts one in all. So requests share neither queries nor
//! cached answers.

mod inbound;
mod outbound;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use wasip2::clocks::monotonic_clock;
use wasip2::http::types::{self, IncomingBody};
use wasip2::io::streams::{InputStream, StreamError};
use wstd::runtime::AsyncPollable;

use super::{Body, Outgoing, Platform, Response, Unreachable, WakeOnDrop, variables};
use crate::service::Service;

super::wasi_http::define_for_types!();

/// The component, as the platform sees it.
pub struct Component;

/// The export links in WebAssembly only, and a component exports one version.
#[cfg(all(target_family = "wasm", not(feature = "wasip3")))]
mod export {
    use super::Component;

    wasip2::http::proxy::export!(Component);
}

impl wasip2::exports::http::incoming_handler::Guest for Component {
    fn handle(request: types::IncomingRequest, response: types::ResponseOutparam) {
        /// Opened by the first request of an instance, used by all that follow.
        static SERVICE: OnceLock<Service> = OnceLock::new();
        let service = SERVICE.get_or_init(Service::open);
        wstd::runtime::block_on(async {
            let request = inbound::Incoming::new(request);
            let (reply, taken) = service.within_memory(service.answer(&request, &Wasi).await);
            inbound::respond(response, reply).await;
            drop(taken);
        });
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
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        AsyncPollable::new(monotonic_clock::subscribe_duration(nanoseconds)).wait_for().await;
    }

    /// Both halves are in the same task or in tasks of the same executor.
    fn wake_on_drop(&self) -> (WakeOnDrop, impl Future<Output = ()>) {
        let signal = Arc::new(Mutex::new(Signal::Armed(None)));
        let waiting = Arc::clone(&signal);
        let woken = std::future::poll_fn(move |context| {
            let mut signal = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            match &mut *signal {
                Signal::Dropped => Poll::Ready(()),
                Signal::Armed(waker) => {
                    *waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        });
        (WakeOnDrop::new(End(signal)), woken)
    }

    async fn send(&self, query: &Outgoing<'_>) -> Result<Response<BodyReader>, Unreachable> {
        outbound::send(query).await.map_err(|error| unreachable(&error))
    }
}

/// The state of [`Platform::wake_on_drop`].
enum Signal {
    /// Not dropped yet; who waits for it.
    Armed(Option<Waker>),
    Dropped,
}

/// The half that wakes the other when it is dropped.
struct End(Arc<Mutex<Signal>>);

impl Drop for End {
    fn drop(&mut self) {
        let signal = std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), Signal::Dropped);
        if let Signal::Armed(Some(waker)) = signal {
            waker.wake();
        }
    }
}

/// The body of a message, while it arrives. The fields are dropped in this order: the stream is a child of the body, and
/// what waits for it is a child of the stream.
struct BodyReader {
    ready: Option<AsyncPollable>,
    /// `None` once it has ended.
    stream: Option<InputStream>,
    /// The bytes that are still to come, if that is known. After the last, nothing is waited for.
    left: Option<usize>,
    _body: Option<IncomingBody>,
}

impl BodyReader {
    /// A body; empty where it has been taken already. `length` is its length, if that is known.
    fn new(body: Option<IncomingBody>, length: Option<usize>) -> Self {
        let stream = body.as_ref().and_then(|body| body.stream().ok());
        let ready = stream.as_ref().map(|stream| AsyncPollable::new(stream.subscribe()));
        Self { ready, stream, left: length, _body: body }
    }
}

impl Body for BodyReader {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Unreachable> {
        /// What is asked for at once. The platform gives what it has.
        const PIECE: u64 = 16 * 1024;
        loop {
            let (Some(stream), Some(ready)) = (&self.stream, &self.ready) else { return Ok(None) };
            if self.left == Some(0) {
                return Ok(None);
            }
            match stream.read(PIECE) {
                // Nothing has arrived yet.
                Ok(bytes) if bytes.is_empty() => ready.wait_for().await,
                Ok(bytes) => {
                    self.left = self.left.map(|left| left.saturating_sub(bytes.len()));
                    return Ok(Some(bytes));
                }
                Err(error) => {
                    self.ready = None;
                    self.stream = None;
                    return match error {
                        StreamError::Closed => Ok(None),
                        StreamError::LastOperationFailed(error) => Err(match types::http_error_code(&error) {
                            Some(error) => cut_off(&error),
                            None => Unreachable::new("the body was cut off: the platform failed"),
                        }),
                    };
                }
            }
        }
    }
}
