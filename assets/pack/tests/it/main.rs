//! pack from outside: the program, the schemas that it reads, and the validity of what it writes.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

mod command;
mod fetched;
mod fixture;
mod random_trees;
mod schemas;
mod support;
