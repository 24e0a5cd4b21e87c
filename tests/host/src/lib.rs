//! `spin up` in small: runs one Spin HTTP component where Spin is not installed, and carries the component's
//! integration tests and benches. It is a development tool; in production, use Spin.
//!
//! Everything that determines how a component performs is Spin's own code or setting: Wasmtime with the pooling allocator,
//! `wasmtime_wasi_http::handler` to keep and reuse instances, pooled outbound connections, `allowed_outbound_hosts` and
//! variables of the real `spin.toml`, HTTP/1.1 and HTTP/2 on one port, Spin's headers after the client's. It leaves out what
//! one HTTP component on a developer's machine does not need: TLS for clients, many components, key-value stores,
//! telemetry.

mod allowed_hosts;
mod application;
mod counters;
mod incoming;
mod instances;
mod manifest;
mod observed;
mod options;
mod outbound;
mod server;
mod variables;

pub mod calls;
pub mod doh;

pub use counters::{Counters, Figures};
pub use instances::{Program, Watch};
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
    let watch = if options.perf { Watch::Functions } else { Watch::Nothing };
    Program::watched(&application.component, watch)?.serve(options).await
}
