//! Packs source data into the two MaxMind DB files that the component carries.
//!
//! The modules in the order in which the data passes through them:
//!
//! 1. [`sources`] reads the files that the [`lock`] describes, or custom files, into tables of [`network`]s with [`place`]s and
//!    autonomous systems; [`enrich`] adds data that the sources lack.
//! 2. [`graph`] makes search trees of the tables, with equal subtrees stored once.
//! 3. For the edge profile, [`candidates`] finds which places may represent others, by distance on the [`sphere`], and
//!    [`simplify`] uses as few places as possible; [`pack`](mod@pack) searches for the least radius that meets the
//!    budget.
//! 4. [`writer`] writes a database: [`node_layout`] orders the nodes, [`data`] encodes the [`value`]s with [`wire`], and
//!    [`metadata`] describes the database.
//! 5. [`check`] compares the result with the sources: [`verify`] looks up every network on both sides, the source's
//!    through [`reference`] and the database's as a [`decoded`] record. [`manifest`] records the result, and [`output`]
//!    writes all files at once.
//!
//! [`stats`] measures how many memory pages a lookup touches, with an [`access_trace`].
//!
//! Without the feature `cli` the crate has only what a build script needs: [`fixture`] turns a text file into the tests'
//! databases.

pub mod data;
pub mod error;
pub mod fixture;
pub mod graph;
pub mod manifest;
pub mod metadata;
pub mod network;
pub mod node_layout;
pub mod object;
pub mod place;
pub mod value;
pub mod wire;
pub mod writer;

#[cfg(feature = "cli")]
pub mod access_trace;
#[cfg(feature = "cli")]
pub mod candidates;
#[cfg(feature = "cli")]
pub mod changes;
#[cfg(feature = "cli")]
pub mod check;
#[cfg(feature = "cli")]
pub mod decoded;
#[cfg(feature = "cli")]
pub mod enrich;
#[cfg(feature = "cli")]
pub mod lock;
#[cfg(feature = "cli")]
pub mod output;
#[cfg(feature = "cli")]
pub mod overlay;
#[cfg(feature = "cli")]
pub mod pack;
#[cfg(feature = "cli")]
pub mod plausibility;
#[cfg(feature = "cli")]
pub mod progress;
#[cfg(feature = "cli")]
pub mod reference;
#[cfg(feature = "cli")]
pub mod simplify;
#[cfg(feature = "cli")]
pub mod sources;
#[cfg(feature = "cli")]
pub mod sphere;
#[cfg(feature = "cli")]
pub mod stats;
#[cfg(feature = "cli")]
pub mod verify;

pub use error::Error;
