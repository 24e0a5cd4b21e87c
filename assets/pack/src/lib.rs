//! Source data to the two MaxMind DB files that the component carries.
//!
//! The way of the data, and the modules in its order:
//!
//! 1. [`sources`] reads the pinned npm packages, or files of the user's own, into tables of [`network`]s with
//!    [`place`]s and autonomous systems; [`enrich`] adds what the free sources leave out.
//! 2. [`graph`] makes search trees of the tables, equal subtrees stored once.
//! 3. For the edge, [`candidates`] finds which places may stand for which, on the [`sphere`], and [`simplify`] takes the
//!    fewest; [`pack`](mod@pack) looks for the least radius that meets the budget.
//! 4. [`writer`] writes a database: [`order`] puts the nodes in place, [`data`] the [`value`]s, in the bytes of [`wire`],
//!    [`metadata`] says what it is.
//! 5. [`check`] compares the result with the sources: [`verify`] looks every network up on both sides, where
//!    [`expected`] finds what the source says and [`seen`] what a reader gets. [`manifest`] tells what was found, and
//!    [`output`] puts everything in its place at once.
//!
//! [`stats`] measures how many pages of a database a lookup touches, by the [`trace`] that it leaves.
//!
//! Without the feature `cli` there is only what a build script needs: [`fixture`] turns the tests' world, a text file,
//! into databases.

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

pub use error::Error;
