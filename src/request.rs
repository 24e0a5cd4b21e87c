//! What is requested, by whom, and in which form the answer is wanted.
//!
//! - [`route`] turns method, path and query into what is requested: the report on a [`subject`] (an address or a host
//!   name as people type it), one [`member`] of the report, or the reports on many subjects in a [`batch`].
//! - [`negotiate`] picks the media type of the answer.
//! - [`caller`] finds the address of the caller. [`origin`] finds out whether a page of another site sent the request.

pub mod batch;
pub mod caller;
pub mod member;
pub mod negotiate;
pub mod origin;
pub mod route;
pub mod subject;

pub(crate) mod header_syntax;
mod percent;
