//! What is asked, by whom, and in which form the answer is wanted.
//!
//! - [`route`] turns method, path and query into what is asked: about a [`subject`] (an address or a host name as people
//!   type them), perhaps about one [`member`] of its report, or about many subjects in a [`batch`].
//! - [`negotiate`] picks the media type of the answer.
//! - [`caller`] finds the address of the caller.

pub mod batch;
pub mod caller;
pub mod member;
pub mod negotiate;
pub mod route;
pub mod subject;

pub(crate) mod field;
