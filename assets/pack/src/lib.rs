//! Source data to the two MaxMind DB files that the component carries.

#[cfg(feature = "cli")]
pub mod candidates;
#[cfg(feature = "cli")]
pub mod check;
#[cfg(feature = "cli")]
pub mod enrich;
#[cfg(feature = "cli")]
pub mod expected;
#[cfg(feature = "cli")]
pub mod output;
#[cfg(feature = "cli")]
pub mod pack;
#[cfg(feature = "cli")]
pub mod progress;
#[cfg(feature = "cli")]
pub mod random;
#[cfg(feature = "cli")]
pub mod seen;
#[cfg(feature = "cli")]
pub mod simplify;
#[cfg(feature = "cli")]
pub mod sources;
#[cfg(feature = "cli")]
pub mod sphere;
#[cfg(feature = "cli")]
pub mod stats;
#[cfg(feature = "cli")]
pub mod trace;
#[cfg(feature = "cli")]
pub mod verify;

pub mod data;
pub mod date;
pub mod error;
pub mod fixture;
pub mod graph;
pub mod manifest;
pub mod metadata;
pub mod network;
pub mod order;
pub mod place;
pub mod value;
pub mod wire;
pub mod writer;

pub use error::Error;
