//! The real component with the tests' databases, in the host, with the tests' own resolver.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

mod support;

mod api;
mod batch;
mod caller;
mod connections;
mod documents;
mod failover;
mod faults;
mod hosts;
mod limits;
mod load;
mod memory;
mod names;
mod outbound;
mod page;
mod replies;
mod requests;
mod slow;
mod tls;
mod variables;

/// The file that `IPEDGE_COMPONENT` names, else the one that `make test` builds.
fn component() -> std::path::PathBuf {
    std::env::var_os("IPEDGE_COMPONENT")
        .map_or_else(|| support::workspace().join("target/wasm32-wasip2/fixture/ipedge.wasm"), Into::into)
}
