//! The databases inside the component: who announces an address, and where it is.
//!
//! [`asn`] and [`geo`] look an address up through [`mmdb`]; [`bundled`] holds the bytes, and [`manifest`] describes them.

pub mod asn;
pub mod bundled;
pub mod geo;
pub mod manifest;
pub mod mmdb;
