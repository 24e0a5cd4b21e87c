//! fetch against a server that plays all sources, and errs in every way that a server can.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod faults;
mod program;
mod server;
mod sources;
mod support;
