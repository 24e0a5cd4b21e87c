//! What is requested, by whom, and in which form the answer is wanted.
//!
//! - [`route`] turns method, path and query into what is requested: about a [`subject`] (an address or a host name as
//!   people type them), perhaps about one [`member`] of its report, or about many subjects in a [`batch`].
//! - [`negotiate`] picks the media type of the answer.
//! - [`caller`] finds the address of the caller, and [`origin`] whether a page of another site has sent the request.

pub mod batch;
pub mod caller;
pub mod member;
pub mod negotiate;
pub mod origin;
pub mod route;
pub mod subject;

pub(crate) mod header_syntax;
mod percent;
