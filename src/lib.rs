//! ipedge: IP lookup at the edge.
//!
//! One Spin HTTP component that answers `GET /{ip}` with one JSON document: who routes the address (ASN), where it is
//! (GeoIP) and what it is called (reverse DNS). The modules stand in the order in which a request passes through them:
//!
//! 1. [`platform`] has the traits through which the service sees the world: variables, time, outbound HTTP, a request.
//!    Its adapters implement them; nothing else names Spin or WASI. The component's entry point is in
//!    [`platform::wasip3`] or, for older hosts, in `platform::wasip2`.
//! 2. [`service`] leads a request through the next three and knows nothing about the platform but the traits.
//! 3. [`request`] finds out what is asked, by whom, and in which form the answer is wanted.
//! 4. [`lookup`] finds out what is known: the kind of address, the entries of the databases, and the answers of DNS. DNS
//!    queries are on their way before the databases are read, and no lookup waits for another.
//! 5. [`response`] turns documents and errors into HTTP responses.
//!
//! [`config`] holds the application's variables, read once and checked.
//!
//! Imports go one way: platform adapters, `service`, `response`, `lookup`, `config`, `request`, and at the bottom the
//! traits of [`platform`]. A module imports only from modules further down.

pub mod platform;

pub mod service;

pub mod config;

pub mod request;

pub mod lookup;

pub mod response;

#[cfg(test)]
mod testing;
