//! The lock file: which files the databases are built from, so that a build can be repeated, and so that a file that
//! differs is noticed.
//!
//! A fetch writes it, and the next one reads it; pack compares every file with it before reading it. It has a file of JSON
//! per line group, so that a change of one source is a short diff.

use crate::error::Error;
use crate::manifest::digest;
use crate::metadata;
use crate::sources::archive;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
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

/// What is in the place of a file of the lock.
pub enum Found {
    /// That file: its bytes.
    Locked(Vec<u8>),
    /// Another one, or a damaged one. The text has both sizes and sums.
    Other(String),
    /// Nothing.
    Nothing,
}

/// What a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Locations.
    City,
    /// Autonomous systems.
    Asn,
    /// Both.
    Both,
}

/// What the files of each source have: exactly these, in any order.
const EXPECTED: [(&str, &[Part]); 5] = [
    ("npm", &[Part::City, Part::City, Part::Asn, Part::Asn]),
    ("dbip", &[Part::City, Part::Asn]),
    ("ip-location-db", &[Part::City, Part::City, Part::Asn]),
    ("geolite2", &[Part::City, Part::Asn]),
    ("ipinfo", &[Part::Both]),
];

impl Part {
    /// Whether the file has what `other` stands for.
    pub fn has(self, other: Self) -> bool {
        self == other || self == Self::Both
    }
}

/// Parts in words, such as `2 × city, 1 × asn`; they must be sorted.
fn listed(parts: &[Part]) -> String {
    let groups = parts.chunk_by(|left, right| left == right);
    let name = |part: &Part| match part {
        Part::City => "city",
        Part::Asn => "asn",
        Part::Both => "both",
    };
    let words = groups.filter_map(|group| Some(format!("{} × {}", group.len(), name(group.first()?))));
    words.collect::<Vec<_>>().join(", ")
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
        let lock = Self::read_versions(file)?;
        lock.check_names().map_err(|problem| Error::file(file, problem))?;
        Ok(lock)
    }

    /// Reads a file of the same form in which a file can be listed in several versions; empty if there is none.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is not what a fetch writes.
    pub fn read_versions(file: &Path) -> Result<Self, Error> {
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

    fn check_names(&self) -> Result<(), String> {
        let mut known = BTreeSet::new();
        match self.files.iter().find(|file| !known.insert((&file.source, &file.file))) {
            Some(LockedFile { source, file, .. }) => Err(format!(
                "it has `{file}` of the source `{source}` twice; `make update SOURCE={source}` writes it anew"
            )),
            None => Ok(()),
        }
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("strings and numbers always make JSON") + "\n"
    }

    /// The files of a source.
    pub fn of(&self, source: &str) -> Vec<&LockedFile> {
        self.files.iter().filter(|file| file.source == source).collect()
    }

    /// The files of a source, if they are exactly those that the source has; none if the lock has none of it.
    ///
    /// # Errors
    ///
    /// When a part is missing, or is there more often than the source has it.
    pub fn complete(&self, source: &str) -> Result<Vec<&LockedFile>, Error> {
        let files = self.of(source);
        let expected = EXPECTED.iter().find(|(name, _)| *name == source).map(|(_, parts)| *parts);
        let (mut found, mut wanted) =
            (files.iter().map(|file| file.part).collect::<Vec<_>>(), expected.unwrap_or_default().to_vec());
        found.sort_unstable();
        wanted.sort_unstable();
        if files.is_empty() || found == wanted {
            return Ok(files);
        }
        let (found, wanted) = (listed(&found), listed(&wanted));
        Err(Error::unfit(format!(
            "the lock file has {found} for the source `{source}`, not {wanted}; run `make update SOURCE={source}`"
        )))
    }

    /// What is not ordinary about the days on which the files of a source were built, a line for each: older than those of
    /// the lock before, unless `may_be_older`; or later than two days after today, which no time zone explains.
    ///
    /// # Errors
    ///
    /// When a date is not one.
    pub fn odd_dates(
        &self,
        before: &Self,
        source: &str,
        today: Date,
        may_be_older: bool,
    ) -> Result<Vec<String>, String> {
        let mut odd = Vec::new();
        let latest = today.saturating_add(time::Duration::days(2));
        for part in [Part::City, Part::Asn, Part::Both] {
            let of_part = |lock: &Self| -> Vec<LockedFile> {
                lock.of(source).into_iter().filter(|file| file.part == part).cloned().collect()
            };
            let before = of_part(before);
            for (number, file) in of_part(self).iter().enumerate() {
                let (name, built) = (&file.file, file.date()?);
                if built > latest {
                    odd.push(format!(
                        "{name} is of {built}, in the future: is it the right file, and is this machine's clock right?"
                    ));
                }
                let before = before.get(number).map(LockedFile::date).transpose()?;
                if let Some(before) = before.filter(|before| built < *before && !may_be_older) {
                    odd.push(format!(
                        "{name} is of {built}, but the file before is of {before}: is a mirror out of date? MONTH= takes \
                         the files of an earlier month on purpose"
                    ));
                }
            }
        }
        Ok(odd)
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
        // The next `make data` fetches what is missing or damaged: without this, there is nothing to do for it.
        let remove = match &*self.source {
            "npm" => "assets/node_modules".to_owned(),
            source => format!("assets/sources/{source}/.fetched"),
        };
        let again = format!("remove {remove} and run `make data` again");
        match self.find(path)? {
            Found::Locked(bytes) => Ok(bytes),
            Found::Other(problem) => Err(Error::file(path, format!("{problem}, or {again} to fetch the locked file"))),
            Found::Nothing => Err(Error::file(path, format!("it is missing; {again}"))),
        }
    }

    /// What is in the place of the file.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn find(&self, path: &Path) -> Result<Found, Error> {
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            opened => opened.map_err(|error| Error::io(path, error))?,
        };
        // One byte more than the lock has shows that there is more.
        let mut bytes = Vec::new();
        let read = file.take(self.bytes.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| Error::io(path, error))?;
        Ok(match self.compare(bytes.len() as u64, &digest(&bytes)) {
            Ok(()) => Found::Locked(bytes),
            Err(problem) => Found::Other(problem),
        })
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
        metadata::date(&self.build_date)
            .ok_or_else(|| format!("`{}` is not a date such as 2026-11-01", self.build_date))
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
        if self.bytes > archive::FETCHED {
            return Err(format!("`{}` has {} bytes; at most {} are accepted", self.file, self.bytes, archive::FETCHED));
        }
        self.date().map(|_| ())
    }
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
        let other = LockedFile { file: "asn.mmdb.gz".to_owned(), etag: Some("\"a\"".to_owned()), ..file() };
        let lock = Lock { files: vec![file(), other] };
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
            ("\"bytes\": 4", "\"bytes\": 536870913", "at most 536870912 are accepted", "a size beyond the bound"),
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
    fn every_file_is_named_once() {
        let path = std::env::temp_dir().join(format!("pack-lock-twice-{}", std::process::id()));
        let other = LockedFile { part: Part::Asn, sha256: digest(b"date"), ..file() };
        std::fs::write(&path, Lock { files: vec![file(), other.clone()] }.to_json()).unwrap();
        let error = Lock::read(&path).unwrap_err().to_string();
        assert!(error.contains("twice") && error.contains("make update SOURCE=dbip"), "{error}");
        assert_eq!(
            Lock::read_versions(&path).unwrap().files.len(),
            2,
            "where versions are listed, it may be there twice"
        );
        let elsewhere = LockedFile { source: "geolite2".to_owned(), ..other };
        std::fs::write(&path, Lock { files: vec![file(), elsewhere] }.to_json()).unwrap();
        assert!(Lock::read(&path).is_ok(), "the same name at two sources");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_source_has_all_its_parts() {
        use Part::{Asn, Both, City};
        for (source, parts, error, reason) in [
            ("dbip", &[City, Asn][..], None, "both"),
            ("dbip", &[Asn, City], None, "in another order"),
            ("dbip", &[], None, "nothing at all: the caller says what to do"),
            ("dbip", &[City], Some("has 1 × city for the source `dbip`, not 1 × city, 1 × asn"), "a part is missing"),
            ("dbip", &[City, City, Asn], Some("2 × city, 1 × asn for"), "a part twice"),
            ("dbip", &[City, City], Some("2 × city for"), "as many files as it has, but another part"),
            ("dbip", &[Both], Some("1 × both for"), "the part of another source"),
            ("geolite2", &[City, Asn], None, "both"),
            ("geolite2", &[City, Asn, Asn], Some("make update SOURCE=geolite2"), "a part twice"),
            ("ip-location-db", &[City, City, Asn], None, "a location file for each family"),
            ("ip-location-db", &[City, Asn], Some("make update SOURCE=ip-location-db"), "a family is missing"),
            ("ipinfo", &[Both], None, "one file"),
            ("ipinfo", &[Both, Both], Some("make update SOURCE=ipinfo"), "twice"),
            ("npm", &[City, City, Asn, Asn], None, "a file for each family"),
            ("npm", &[City, City, Asn], Some("make update SOURCE=npm"), "a family is missing"),
            ("bog", &[City], Some("for the source `bog`, not"), "not a source"),
        ] {
            let entry = |(number, part): (usize, &Part)| LockedFile {
                source: source.to_owned(),
                part: *part,
                file: format!("{number}.mmdb"),
                ..file()
            };
            let lock = Lock { files: parts.iter().enumerate().map(entry).collect() };
            match (lock.complete(source).map_err(|error| error.to_string()), error) {
                (Ok(files), None) => assert_eq!(files.len(), parts.len(), "{source}: {reason}"),
                (Err(found), Some(error)) => assert!(found.contains(error), "{source}: {reason}: {found}"),
                (found, _) => panic!("{source}: {reason}: {found:?}"),
            }
        }
    }

    #[test]
    fn dates_that_no_update_has_are_found() {
        let today = metadata::date("2026-11-25").unwrap();
        for (before, built, may_be_older, message, reason) in [
            (Some("2026-10-01"), "2026-11-01", false, None, "newer"),
            (Some("2026-11-01"), "2026-11-01", false, None, "the same day"),
            (Some("2026-11-02"), "2026-11-01", false, Some("the file before is of 2026-11-02"), "older"),
            (Some("2026-11-02"), "2026-11-01", true, None, "older on purpose"),
            (None, "2026-11-01", false, None, "nothing before"),
            (Some("2026-10-01"), "2026-11-27", false, None, "two days from now"),
            (Some("2026-10-01"), "2026-11-28", false, Some("is of 2026-11-28, in the future"), "three days from now"),
            (Some("2026-10-01"), "2026-11-28", true, Some("in the future"), "the same with a month"),
        ] {
            let of = |build_date: &str| LockedFile { build_date: build_date.to_owned(), ..file() };
            let other = LockedFile { part: Part::Asn, file: "asn".to_owned(), ..of("2026-11-01") };
            let before = Lock { files: before.map(of).into_iter().chain([other.clone()]).collect() };
            // In another order: parts are compared with their like.
            let new = Lock { files: vec![other, of(built)] };
            let odd = new.odd_dates(&before, "dbip", today, may_be_older).unwrap();
            assert_eq!(odd.len(), usize::from(message.is_some()), "{reason}: {odd:?}");
            assert!(message.is_none_or(|message| odd[0].contains(message)), "{reason}: {odd:?}");
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
        assert!(error.contains("remove assets/sources/dbip/.fetched"), "{error}");
        std::fs::write(&path, b"data, and very much more").unwrap();
        assert!(file().read(&path).unwrap_err().to_string().contains("found:  5 bytes"), "no more is read");
        std::fs::remove_file(&path).unwrap();
        assert!(file().read(&path).unwrap_err().to_string().contains("it is missing"));
    }
}
