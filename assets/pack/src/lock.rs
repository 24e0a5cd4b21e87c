//! The lock file: which files the databases are built from, so that a build can be repeated, and so that a file that
//! differs is noticed.
//!
//! A fetch writes it, and the next one reads it; pack compares every file with it before reading it. It has a file of JSON
//! per line group, so that a change of one source is a short diff.

use crate::error::Error;
use crate::manifest::digest;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use time::Date;

/// The contents of `data.lock`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The files of all sources, in the order in which they were fetched.
    pub files: Vec<LockedFile>,
}

/// A file of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// The source, as `SOURCE=` names it.
    pub source: String,
    /// What the file has.
    pub part: Part,
    /// Its name; for npm its path below `node_modules`.
    pub file: String,
    /// Where it is from: the maker's own URL, also if a mirror sent it, without credentials.
    pub url: String,
    /// The day on which its maker built it, as the file itself says; the version's for npm.
    pub build_date: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// The `ETag` that came with it (RFC 9110 section 8.8.3), by which the next update notices that nothing is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The `Last-Modified` that came with it (RFC 9110 section 8.8.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// What a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Locations.
    City,
    /// Autonomous systems.
    Asn,
    /// Both.
    Both,
}

impl Part {
    /// Whether the file has what `other` stands for.
    pub fn has(self, other: Self) -> bool {
        self == other || self == Self::Both
    }
}

/// The most bytes of a lock file. Real ones have about 2,000.
const LARGEST: usize = 1 << 16;

impl Lock {
    /// Reads a lock file; empty if there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is not what a fetch writes.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Error::io(file, error)),
        };
        Self::parse(&bytes).map_err(|problem| Error::file(file, problem))
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LARGEST {
            return Err(format!("it has {} bytes; a lock file has at most {LARGEST}", bytes.len()));
        }
        let lock: Self = serde_json::from_slice(bytes).map_err(|error| format!("{error}. `make update` writes it"))?;
        lock.files.iter().try_for_each(LockedFile::check)?;
        Ok(lock)
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("strings and numbers always make JSON") + "\n"
    }

    /// The files of a source.
    pub fn of(&self, source: &str) -> Vec<&LockedFile> {
        self.files.iter().filter(|file| file.source == source).collect()
    }

    /// The same lock with these files in place of those of their source.
    #[must_use]
    pub fn with(&self, source: &str, files: Vec<LockedFile>) -> Self {
        let others = self.files.iter().filter(|file| file.source != source).cloned();
        Self { files: others.chain(files).collect() }
    }
}

impl LockedFile {
    /// Where the file is: below `node_modules` for npm, otherwise in a directory of the store that its sum names. Two
    /// versions of a file are never in the same place.
    pub fn path(&self, node_modules: &Path, store: &Path) -> PathBuf {
        if self.source == "npm" {
            return node_modules.join(&self.file);
        }
        store.join(&self.source).join(self.sha256.get(..12).unwrap_or_default()).join(&self.file)
    }

    /// The file's bytes, if they are those of the lock.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or differs; the error has both sizes or both sums.
    pub fn read(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let bytes = std::fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                let directory = if self.source == "npm" { "assets/node_modules" } else { "assets/sources" };
                Error::file(path, format!("it is missing; remove {directory} and run `make data` again"))
            }
            _ => Error::io(path, error),
        })?;
        self.compare(bytes.len() as u64, &digest(&bytes)).map_err(|problem| Error::file(path, problem))?;
        Ok(bytes)
    }

    /// # Errors
    ///
    /// When size or sum are not those of the lock; the error has both.
    pub fn compare(&self, bytes: u64, sha256: &str) -> Result<(), String> {
        if sha256 == self.sha256 && bytes == self.bytes {
            return Ok(());
        }
        Err(format!(
            "it is not the file that the lock file describes:\n  locked: {} bytes, SHA-256 {}\n  found:  {bytes} bytes, \
             SHA-256 {sha256}\n`make update` takes the newest files and writes the lock file anew",
            self.bytes, self.sha256
        ))
    }

    /// The day on which the file was built.
    pub fn date(&self) -> Result<Date, String> {
        date(&self.build_date).ok_or_else(|| format!("`{}` is not a date such as 2026-11-01", self.build_date))
    }

    /// Checks what a person may have edited. The name becomes a part of a path.
    fn check(&self) -> Result<(), String> {
        let is_plain = |text: &str| {
            !text.is_empty()
                && !text.starts_with('.')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@+".contains(&byte))
        };
        if !is_plain(&self.source) {
            return Err(format!("`{}` is not the name of a source", self.source.escape_default()));
        }
        if self.file.len() > 128
            || !self.file.split('/').all(is_plain)
            || self.source != "npm" && self.file.contains('/')
        {
            return Err(format!("`{}` is not the name of a source's file", self.file.escape_default()));
        }
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if self.sha256.len() != 64 || !self.sha256.bytes().all(is_digit) {
            return Err(format!("`{}` is not a SHA-256: 64 hexadecimal digits", self.sha256.escape_default()));
        }
        self.date().map(|_| ())
    }
}

/// A date in the form 2026-11-01.
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| {
        let part = parts.next()?;
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok())?
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let month = time::Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year.into(), month, u8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> LockedFile {
        LockedFile {
            source: "dbip".to_owned(),
            part: Part::City,
            file: "dbip-city-lite-2026-11.mmdb.gz".to_owned(),
            url: "https://download.db-ip.com/free/dbip-city-lite-2026-11.mmdb.gz".to_owned(),
            build_date: "2026-11-01".to_owned(),
            bytes: 4,
            sha256: digest(b"data"),
            etag: None,
            last_modified: None,
        }
    }

    #[test]
    fn reads_what_it_writes() {
        let lock = Lock { files: vec![file(), LockedFile { etag: Some("\"a\"".to_owned()), ..file() }] };
        assert_eq!(Lock::parse(lock.to_json().as_bytes()).unwrap(), lock);
        assert!(lock.to_json().lines().count() < 30, "a diff of one source fits a screen");
    }

    #[test]
    fn what_a_person_edited_wrongly_is_named() {
        let text = Lock { files: vec![file()] }.to_json();
        for (from, to, message, reason) in [
            ("\"dbip\"", "\"../x\"", "`../x` is not the name of a source", "a path in place of a source"),
            ("dbip-city-lite-2026-11.mmdb.gz\",", "../../x.mmdb\",", "is not the name of a source's file", "a path"),
            ("dbip-city-lite-2026-11.mmdb.gz\",", ".x\",", "is not the name of a source's file", "a hidden file"),
            ("2026-11-01", "2026-13-01", "`2026-13-01` is not a date", "no such month"),
            ("2026-11-01", "+026-11-01", "`+026-11-01` is not a date", "a sign"),
            (&file().sha256, "abc", "`abc` is not a SHA-256", "shortened"),
            ("\"bytes\": 4", "\"bytes\": -4", "invalid value", "a negative size"),
            ("\"part\"", "\"prat\"", "unknown field `prat`", "a misspelt key"),
            ("{", "", "expected", "not JSON"),
        ] {
            let edited = text.replacen(from, to, 1);
            assert_ne!(text, edited, "{reason}");
            let error = Lock::parse(edited.as_bytes()).unwrap_err();
            assert!(error.contains(message), "{reason}: {error}");
        }
    }

    #[test]
    fn a_file_that_differs_is_an_error_with_both_sums() {
        let path = std::env::temp_dir().join(format!("pack-lock-{}", std::process::id()));
        std::fs::write(&path, b"data").unwrap();
        assert_eq!(file().read(&path).unwrap(), b"data");
        std::fs::write(&path, b"date").unwrap();
        let error = file().read(&path).unwrap_err().to_string();
        assert!(error.contains(&digest(b"data")) && error.contains(&digest(b"date")), "{error}");
        std::fs::remove_file(&path).unwrap();
        assert!(file().read(&path).unwrap_err().to_string().contains("it is missing"));
    }
}
