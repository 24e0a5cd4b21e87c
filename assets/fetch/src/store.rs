//! Decides what has to be fetched, by the lock file: the files that it names, or the newest ones.

use crate::client::{Client, Failure, header, shown};
use crate::download::{self, Downloaded, Version};
use crate::error::Error;
use crate::source::{Checksum, Remote, Source, YearMonth};
use pack::lock::{Lock, LockedFile};
use pack::output;
use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use time::Date;

/// The place of fetched files, and the lock file that describes them.
pub struct Store {
    /// The directory of the files, a folder for each source.
    pub directory: PathBuf,
    /// The lock file.
    pub lock: PathBuf,
}

/// What an update found.
#[derive(Debug, PartialEq, Eq)]
pub enum Update {
    /// Nothing.
    Unchanged,
    /// Other files, which the candidate for the lock file describes.
    Changed,
}

/// The most bytes of a checksum's document.
const LONGEST_CHECKSUM: u64 = 1 << 14;

impl Store {
    /// Fetches the files of the lock file that are not here; or, if it has none of this source, the newest ones, which it
    /// gets then. Nothing is requested if all are here.
    ///
    /// # Errors
    ///
    /// When a file that is here, or that a server sends, is not the one of the lock file; or when `month` is another one
    /// than that of the lock file.
    pub fn get(&self, client: &Client, source: Source, month: Option<YearMonth>, today: Date) -> Result<(), Error> {
        let _guard = self.guard()?;
        let lock = Lock::read(&self.lock)?;
        let files = lock.of(source.name());
        if files.is_empty() {
            let files = self.newest(client, source, month, today, &[])?;
            return Ok(output::write_file(&self.lock, lock.with(source.name(), files).to_json().as_bytes())?);
        }
        for file in files {
            check_pinned(file, source, month)?;
            let place = self.place(file);
            if place.exists() {
                file.read(&place)?;
                continue;
            }
            let check = |bytes, sha256: &str| file.compare(bytes, sha256);
            let found = download::download(client, &file.url, &self.folder(source), &file.file, check)?;
            let found = found.ok_or_else(|| {
                Error::server(&shown(&file.url), "it does not exist any more; `make update` takes the newest")
            })?;
            if found.build_date != file.build_date {
                found.discard()?;
                let problem = format!("it is of {}, but the lock file states {}", found.build_date, file.build_date);
                return Err(Error::server(&shown(&file.url), problem));
            }
            found.install(&place)?;
        }
        Ok(())
    }

    /// Fetches the newest files, as far as they are not those of the lock file, and writes the candidate for a new one. The
    /// lock file and its files stay as they are.
    ///
    /// # Errors
    ///
    /// When a file cannot be fetched.
    pub fn update(
        &self,
        client: &Client,
        source: Source,
        month: Option<YearMonth>,
        today: Date,
        candidate: &Path,
    ) -> Result<Update, Error> {
        let _guard = self.guard()?;
        let lock = Lock::read(&self.lock)?;
        let locked = lock.of(source.name());
        let files = self.newest(client, source, month, today, &locked)?;
        let is_same = locked.len() == files.len()
            && files.iter().zip(&locked).all(|(new, old)| new.sha256 == old.sha256 && new.url == old.url);
        if is_same {
            return Ok(Update::Unchanged);
        }
        output::write_file(candidate, lock.with(source.name(), files).to_json().as_bytes())?;
        Ok(Update::Changed)
    }

    /// Removes the files of all sources that the lock file does not have. GeoLite2's licence demands it of old versions.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn prune(&self) -> Result<(), Error> {
        let _guard = self.guard()?;
        let lock = Lock::read(&self.lock)?;
        let kept: Vec<PathBuf> = lock.files.iter().map(|file| self.place(file)).collect();
        for source in Source::ALL {
            // Versions only: partial files have no folder.
            for version in list(&self.folder(source))?.into_iter().filter(|path| path.is_dir()) {
                for file in list(&version)?.into_iter().filter(|file| !kept.contains(file)) {
                    fs::remove_file(&file).map_err(Error::io(&file))?;
                    eprintln!("fetch: removed {}", file.display());
                }
                if list(&version)?.is_empty() {
                    fs::remove_dir(&version).map_err(Error::io(&version))?;
                }
            }
        }
        Ok(())
    }

    /// The newest files of a source. One HEAD for each; a GET only if it may be another file than the one of the lock file.
    fn newest(
        &self,
        client: &Client,
        source: Source,
        month: Option<YearMonth>,
        today: Date,
        locked: &[&LockedFile],
    ) -> Result<Vec<LockedFile>, Error> {
        let files = source.files(month, today);
        files.iter().map(|alternatives| self.newest_of(client, source, alternatives, locked)).collect()
    }

    fn newest_of(
        &self,
        client: &Client,
        source: Source,
        alternatives: &[Remote],
        locked: &[&LockedFile],
    ) -> Result<LockedFile, Error> {
        for remote in alternatives {
            let Some(version) = client.persist(&remote.url, |_| head(client, &remote.url))? else { continue };
            let known = locked.iter().find(|file| file.url == remote.url);
            if let Some(known) = known
                && version.is_some_and(|version| version.is(known))
            {
                return Ok((**known).clone());
            }
            let sum = remote.checksum.as_ref().map(|checksum| expected_sum(client, checksum)).transpose()?.flatten();
            if let (Some(known), Some(sum)) = (known, &sum)
                && known.sha256 == *sum
            {
                return Ok((**known).clone());
            }
            let check = |_, found: &str| match &sum {
                Some(sum) if sum != found => Err(format!(
                    "the checksum is wrong:\n  stated by the source: {sum}\n  found:                {found}"
                )),
                _ => Ok(()),
            };
            if let Some(found) = download::download(client, &remote.url, &self.folder(source), &remote.name, check)? {
                let file = describe(source, remote, &found);
                let place = self.place(&file);
                if place.exists() {
                    found.discard()?
                } else {
                    found.install(&place)?
                }
                return Ok(file);
            }
        }
        let urls: Vec<String> = alternatives.iter().map(|remote| shown(&remote.url)).collect();
        Err(Error::server(&urls.join(" and "), "not found: has the source moved, or is MONTH= wrong?"))
    }

    fn place(&self, file: &LockedFile) -> PathBuf {
        file.path(Path::new(""), &self.directory)
    }

    fn folder(&self, source: Source) -> PathBuf {
        self.directory.join(source.name())
    }

    /// Keeps a second fetch out while this one runs. The system removes the lock when the process ends, however it ends.
    fn guard(&self) -> Result<File, Error> {
        fs::create_dir_all(&self.directory).map_err(Error::io(&self.directory))?;
        let file = self.directory.join(".lock");
        let guard = File::create(&file).map_err(Error::io(&file))?;
        match guard.try_lock() {
            Ok(()) => Ok(guard),
            Err(TryLockError::WouldBlock) => {
                Err(Error::Settings(format!("another fetch into {} is running", self.directory.display())))
            }
            Err(TryLockError::Error(error)) => Err(Error::io(&file)(error)),
        }
    }
}

/// The contents of a directory; none if it does not exist.
fn list(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    match fs::read_dir(directory) {
        Ok(entries) => {
            entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>().map_err(Error::io(directory))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::io(directory)(error)),
    }
}

/// What the lock file gets about a file.
fn describe(source: Source, remote: &Remote, found: &Downloaded) -> LockedFile {
    LockedFile {
        source: source.name().to_owned(),
        part: remote.part,
        file: remote.name.clone(),
        url: remote.url.clone(),
        build_date: found.build_date.clone(),
        bytes: found.bytes,
        sha256: found.sha256.clone(),
        etag: found.version.etag.clone(),
        last_modified: found.version.last_modified.clone(),
    }
}

/// Checks what a person may have edited, before anything is requested: credentials go to the source's own host only.
fn check_pinned(file: &LockedFile, source: Source, month: Option<YearMonth>) -> Result<(), Error> {
    let origin = source.origin();
    if !file.url.strip_prefix(origin).is_some_and(|path| path.starts_with('/')) {
        let problem = format!("the lock file has a URL for {} that does not begin with {origin}/", file.file);
        return Err(Error::Settings(problem));
    }
    match month {
        Some(month) if source == Source::Dbip && !file.url.contains(&format!("-{month}.")) => {
            let problem = format!(
                "MONTH={month}, but the lock file has {}; `make update SOURCE=dbip MONTH={month}` changes it",
                file.file
            );
            Err(Error::Settings(problem))
        }
        _ => Ok(()),
    }
}

/// What the server says about a file; `None` if it says nothing.
fn head(client: &Client, url: &str) -> Result<Option<Version>, Failure> {
    match client.send("HEAD", url, &[]) {
        Ok(answer) => Ok(Some(Version::of(&answer.headers))),
        // Servers of signed URLs, and simple ones, answer GET only.
        Err(Failure::Status(403 | 405 | 501)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The SHA-256 that the source states; `None` if it states none.
fn expected_sum(client: &Client, checksum: &Checksum) -> Result<Option<String>, Error> {
    let (Checksum::Text(url) | Checksum::Json(url)) = checksum;
    let text = client.persist(url, |_| {
        let answer = client.send("GET", url, &[])?;
        if header(&answer.headers, "content-length").and_then(|length| length.parse().ok()) > Some(LONGEST_CHECKSUM) {
            return Err(Failure::Final("it is not a checksum: it is too long".to_owned()));
        }
        let mut text = Vec::new();
        let read = answer.body.into_with_config().limit(LONGEST_CHECKSUM).reader().read_to_end(&mut text);
        read.map_err(|error| Failure::Transient(format!("the checksum ends early: {}", error.kind()), None))?;
        Ok(text)
    })?;
    let Some(text) = text else { return Ok(None) };
    let stated = match checksum {
        Checksum::Text(_) => String::from_utf8_lossy(&text).split_whitespace().next().map(str::to_owned),
        Checksum::Json(_) => serde_json::from_slice::<serde_json::Value>(&text)
            .ok()
            .and_then(|json| json.pointer("/checksums/sha256")?.as_str().map(str::to_owned)),
    };
    let sum = stated.map(|sum| sum.to_ascii_lowercase());
    match sum.filter(|sum| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        Some(sum) => Ok(Some(sum)),
        None => Err(Error::server(&shown(url), "it is not a SHA-256")),
    }
}
