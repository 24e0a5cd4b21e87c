//! The real component, with the tests' databases in it, in the host, against the tests' own resolver.
//!
//! `make test` builds the component and runs these tests; see [`support`] for where they look for it.

mod support;

mod caller;
mod documents;
mod load;
mod names;
mod outbound;
mod requests;
mod variables;
