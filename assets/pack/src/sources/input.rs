//! A file to read: one that a person named, or one of the lock file, which is compared with it first.

use crate::error::Error;
use crate::lock::{Lock, LockedFile, Part};
use crate::sources::archive;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use time::Date;

/// A file to read.
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// What the lock file has about it; `None` for a file that a person named.
    pub locked: Option<LockedFile>,
}

impl Input {
    /// A file that a person named.
    pub fn named(path: &Path) -> Self {
        Self { path: path.to_owned(), locked: None }
    }

    /// The files of a source that have a part, by the lock file.
    ///
    /// # Errors
    ///
    /// When the lock file has none, or not exactly those that the source has.
    pub fn locked(
        lock: &Lock,
        source: &str,
        part: Part,
        node_modules: &Path,
        store: &Path,
    ) -> Result<Vec<Self>, Error> {
        let files = lock.complete(source)?.into_iter().filter(|file| file.part.has(part));
        let inputs: Vec<Self> =
            files.map(|file| Self { path: file.path(node_modules, store), locked: Some(file.clone()) }).collect();
        if inputs.is_empty() {
            let command = if source == "npm" { "update" } else { "data" };
            let problem =
                format!("the lock file has no files of the source `{source}`; run `make {command} SOURCE={source}`");
            return Err(Error::unfit(problem));
        }
        Ok(inputs)
    }

    /// The file's bytes, unpacked.
    ///
    /// # Errors
    ///
    /// When it cannot be read or unpacked, or is not the file that the lock file describes.
    pub fn read(&self) -> Result<Vec<u8>, Error> {
        archive::unpacked(self.read_packed()?, self.largest()).map_err(|problem| Error::file(&self.path, problem))
    }

    /// The file's bytes as they are.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is too large, or is not the file that the lock file describes.
    pub fn read_packed(&self) -> Result<Vec<u8>, Error> {
        if let Some(locked) = &self.locked {
            return locked.read(&self.path);
        }
        let file = File::open(&self.path).map_err(|source| Error::io(&self.path, source))?;
        let largest = self.largest();
        let mut bytes = Vec::new();
        let read = file.take(largest.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|source| Error::io(&self.path, source))?;
        if bytes.len() as u64 > largest {
            return Err(Error::file(&self.path, archive::too_large(largest)));
        }
        Ok(bytes)
    }

    /// The most bytes of the file, compressed or not.
    fn largest(&self) -> u64 {
        if self.locked.is_some() { archive::FETCHED } else { archive::LARGEST }
    }

    /// Checks the day on which the file was built against the lock file.
    ///
    /// # Errors
    ///
    /// When they differ.
    pub fn check_date(&self, built: Date) -> Result<(), Error> {
        let Some(locked) = &self.locked else { return Ok(()) };
        if locked.date().map_err(|problem| Error::file(&self.path, problem))? == built {
            return Ok(());
        }
        Err(Error::file(&self.path, format!("it is of {built}, but the lock file states {}", locked.build_date)))
    }
}
