//! Counts the calls of components into the host, by name, for the benches.
//!
//! The bindings open a span of the crate `tracing` for each call, and a subscriber counts them. The built-in functions of
//! the component model (streams, futures, waiting) are not counted: they have no spans.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// The number of calls of each function, such as `types [method]fields.get`.
pub type Calls = BTreeMap<String, u64>;

static CALLS: Mutex<Calls> = Mutex::new(Calls::new());

/// The spans that `wasmtime::component::bindgen!` makes.
const SPAN: &str = "wit-bindgen import";

/// Counts from now on the calls of all components in this process.
///
/// # Errors
///
/// When the process has a subscriber of `tracing` already.
pub fn count() -> anyhow::Result<()> {
    Ok(tracing::subscriber::set_global_default(Counter)?)
}

/// The calls since the last time.
#[must_use]
pub fn take() -> Calls {
    std::mem::take(&mut *lock())
}

/// The map is whole between any two statements.
fn lock() -> MutexGuard<'static, Calls> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Counter;

impl Subscriber for Counter {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == SPAN
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut name = Name::default();
        span.record(&mut name);
        *lock().entry(format!("{} {}", name.module, name.function)).or_default() += 1;
        // All spans may have the same number, because nothing is kept of them.
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The fields of a span.
#[derive(Default)]
struct Name {
    module: String,
    function: String,
}

impl Visit for Name {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "module" => value.clone_into(&mut self.module),
            "function" => value.clone_into(&mut self.function),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
