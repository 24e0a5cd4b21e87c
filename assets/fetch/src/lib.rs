//! Fetches source data from its makers, and keeps the lock file.
//!
//! 1. [`source`] knows where each source's files are, and [`credentials`] what its maker wants to know.
//! 2. [`client`] sends requests: it follows redirects, and passes credentials to nobody else.
//! 3. [`download`] writes a body into a partial file, resumes it where it ended, and gives it its name when it has been
//!    checked.
//! 4. [`store`] decides what has to be fetched, by the lock file.
//!
//! Everything that a server sends is hostile: sizes, redirects and times have bounds, and no text of a server is printed.

pub mod client;
pub mod credentials;
pub mod download;
pub mod error;
pub mod patience;
pub mod progress;
pub mod source;
pub mod store;

pub use error::Error;
