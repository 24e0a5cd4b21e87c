//! Documents and errors as HTTP responses.
//!
//! - [`reply`] is the response: status, headers, body. [`json`] writes documents. [`etag`] makes the entity tag, and checks
//!   whether the client has the response already.
//! - [`problem`] is the document of an error, and the only place where errors become HTTP.
//! - [`page`] shows a report to people. [`openapi`] describes the service to programs. [`icon`] and [`robots`] are files
//!   for browsers and crawlers.

pub mod etag;
pub mod icon;
pub mod json;
pub mod openapi;
pub mod page;
pub mod problem;
pub mod reply;
pub mod robots;
