//! `spin up` in small: runs one Spin HTTP component where Spin is not installed, and carries the component's
//! integration tests and benches. It is a development tool; production is Spin.
//!
//! What decides how a component fares is Spin's own code or Spin's own setting: Wasmtime with the pooling allocator,
//! `wasmtime_wasi_http::handler` to keep and reuse instances, pooled outbound connections, `allowed_outbound_hosts` and
//! variables out of the real `spin.toml`, Spin's headers after the client's. What one HTTP component on a developer's
//! machine does not need is left out: TLS towards clients, many components, key-value stores, telemetry.

mod allowed_hosts;
mod application;
mod instances;
mod manifest;
mod options;
mod outbound;
mod server;
mod variables;

pub mod doh;

pub use instances::{Counters, Program};
pub use options::Options;
pub use server::Running;

/// Checks that the manifest can be read and every variable has a value.
///
/// # Errors
///
/// What is wrong, with the file or name in the message.
pub fn check(options: &Options) -> anyhow::Result<()> {
    application::Application::read(options).map(drop)
}

/// Serves the application that `options` name, until the returned [`Running`] is dropped.
///
/// Compiles the component first, which takes seconds; a test that starts many hosts compiles one [`Program`] and calls
/// [`Program::serve`].
///
/// # Errors
///
/// A manifest, component, variable or listening address that cannot be used, with the file or name in the message.
pub async fn start(options: &Options) -> anyhow::Result<Running> {
    let application = application::Application::read(options)?;
    Program::compile(&application.component)?.serve(options).await
}
