//! What can go wrong, said with what a person needs to mend it: which file, where in it, and what is the matter.

use std::io;
use std::path::{Path, PathBuf};

/// Why nothing was packed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A line of a text source does not say what it should.
    #[error("{}:{line}: {problem}", file.display())]
    Line {
        /// The source.
        file: PathBuf,
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A file as a whole is not what it should be.
    #[error("{}: {problem}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The system would not read or write a file.
    #[error("{}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The result cannot be written as a MaxMind DB, or not in the budget.
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
