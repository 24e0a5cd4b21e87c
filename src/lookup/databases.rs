//! The databases inside the component: who announces an address, and where it is.
//!
//! [`asn`] and [`geo`] look an address up through [`mmdb`]; [`bundled`] holds the bytes, [`manifest`] describes them, and
//! [`age`] says how old they are.

pub mod age;
pub mod asn;
pub mod bundled;
pub mod geo;
pub mod manifest;
pub mod mmdb;
