//! Errors, with what a person can do about them. They never contain credentials, a query of a redirect, or a server's
//! own text.

use std::io;
use std::path::{Path, PathBuf};

/// Why a source was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings are wrong.
    #[error("{0}")]
    Settings(String),
    /// A server does not send what it should.
    #[error("{url}: {problem}")]
    Server {
        /// The URL without its query.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The lock file, or a file that was fetched, is invalid.
    #[error(transparent)]
    Pack(#[from] pack::Error),
}

impl Error {
    pub(crate) fn io(file: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { file: file.to_owned(), source }
    }

    pub(crate) fn server(url: &str, problem: impl Into<String>) -> Self {
        Self::Server { url: url.to_owned(), problem: problem.into() }
    }
}
