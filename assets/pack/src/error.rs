//! Errors, with what a person needs to fix them: the file, the place in it, and the problem.

use std::io;
use std::path::{Path, PathBuf};

/// Why nothing was packed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A line of a text source is invalid.
    #[error("{}:{line}: {problem}", file.display())]
    Line {
        /// The source.
        file: PathBuf,
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A file, or a record of it, is invalid.
    #[error("{}: {problem}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
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
    /// The result exceeds the MaxMind DB format or the budget, or failed verification.
    #[error("{0}")]
    Unfit(String),
}

impl Error {
    pub(crate) fn line(file: &Path, line: u64, problem: impl Into<String>) -> Self {
        Self::Line { file: file.to_owned(), line, problem: problem.into() }
    }

    #[cfg(feature = "cli")]
    pub(crate) fn file(file: &Path, problem: impl Into<String>) -> Self {
        Self::File { file: file.to_owned(), problem: problem.into() }
    }

    #[cfg(feature = "cli")]
    pub(crate) fn io(file: &Path, source: io::Error) -> Self {
        Self::Io { file: file.to_owned(), source }
    }

    pub(crate) fn unfit(problem: impl Into<String>) -> Self {
        Self::Unfit(problem.into())
    }
}
