//! Decides what has to be fetched, by the lock file: the files that it names, or the newest ones.

use crate::client::{Client, Failure, header, shown};
use crate::download::{self, Downloaded, Version, remove_if_there};
use crate::error::Error;
use crate::source::{Checksum, Remote, Source, YearMonth};
use pack::lock::{Found, Lock, LockedFile};
use pack::output;
use std::fs::{self, File, OpenOptions, TryLockError};
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
    /// Fetches the files of the lock file that are not here, or damaged; or, if it has none of this source, the newest ones,
    /// which it gets then. If all are here, nothing is requested, and `connect` is not called.
    ///
    /// # Errors
    ///
    /// When a file that a server sends is not the one of the lock file; when the lock file does not have all files of the
    /// source; or when `month` is another one than that of the lock file.
    pub fn get(
        &self,
        connect: impl FnOnce() -> Result<Client, Error>,
        source: Source,
        month: Option<YearMonth>,
        today: Date,
    ) -> Result<(), Error> {
        let _guard = self.guard()?;
        let lock = Lock::read(&self.lock)?;
        let files = lock.complete(source.name())?;
        if files.is_empty() {
            let files = self.newest(&connect()?, source, month, today, &[])?;
            return Ok(output::write_file(&self.lock, lock.with(source.name(), files).to_json().as_bytes())?);
        }
        let mut missing = Vec::new();
        for file in files {
            check_pinned(file, source, month)?;
            if !self.has(file)? {
                missing.push(file);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let client = connect()?;
        for file in missing {
            let check = |bytes, sha256: &str| file.compare(bytes, sha256);
            let found = download::download(&client, &file.url, &self.folder(source), &file.file, check)?;
            let found = found.ok_or_else(|| {
                Error::server(&shown(&file.url), "it does not exist any more; `make update` takes the newest")
            })?;
            if found.build_date != file.build_date {
                found.discard()?;
                let problem = format!("it is of {}, but the lock file states {}", found.build_date, file.build_date);
                return Err(Error::server(&shown(&file.url), problem));
            }
            found.install(&self.place(file))?;
        }
        Ok(())
    }

    /// Fetches the newest files, as far as they are not here, and writes the candidate for a new lock file. The lock file
    /// and its files stay as they are; only validators that have changed are written into it.
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
        // Also one that is wrong: an update writes it anew.
        let lock = Lock::read_versions(&self.lock)?;
        let locked = lock.of(source.name());
        let files = self.newest(client, source, month, today, &locked)?;
        let is_same = locked.len() == files.len()
            && files.iter().zip(&locked).all(|(new, old)| new.sha256 == old.sha256 && new.url == old.url);
        if !is_same {
            output::write_file(candidate, lock.with(source.name(), files).to_json().as_bytes())?;
            return Ok(Update::Changed);
        }
        if files.iter().zip(&locked).any(|(new, old)| new != *old) {
            self.refresh(&lock.with(source.name(), files))?;
        }
        Ok(Update::Unchanged)
    }

    /// Writes the lock file, with the time of the one before: what is made of its files is not out of date.
    fn refresh(&self, lock: &Lock) -> Result<(), Error> {
        let io = || Error::io(&self.lock);
        let time = fs::metadata(&self.lock).and_then(|before| before.modified()).map_err(io())?;
        output::write_file(&self.lock, lock.to_json().as_bytes())?;
        let file = OpenOptions::new().write(true).open(&self.lock).map_err(io())?;
        file.set_modified(time).map_err(io())
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

    /// The newest files of a source. One HEAD for each; a GET only if it may be another file than those that are here.
    fn newest(
        &self,
        client: &Client,
        source: Source,
        month: Option<YearMonth>,
        today: Date,
        locked: &[&LockedFile],
    ) -> Result<Vec<LockedFile>, Error> {
        let mut known = self.known(source)?;
        for &file in locked.iter().rev() {
            known.retain(|other| other != file);
            known.insert(0, file.clone());
        }
        let files = source.files(month, today);
        files.iter().map(|alternatives| self.newest_of(client, source, alternatives, &known)).collect()
    }

    fn newest_of(
        &self,
        client: &Client,
        source: Source,
        alternatives: &[Remote],
        known: &[LockedFile],
    ) -> Result<LockedFile, Error> {
        for remote in alternatives {
            let Some(version) = client.persist(&remote.url, |_| head(client, &remote.url))? else { continue };
            let known = || known.iter().filter(|file| file.url == remote.url && file.file == remote.name);
            if let Some(version) = &version {
                for known in known().filter(|known| version.is(known)) {
                    if self.has(known)? {
                        return Ok(known.clone());
                    }
                }
            }
            let sum = remote.checksum.as_ref().map(|checksum| expected_sum(client, checksum)).transpose()?.flatten();
            if let Some(known) = known().find(|known| sum.as_ref() == Some(&known.sha256))
                && self.has(known)?
            {
                return Ok(renewed(known, version));
            }
            let check = |_, found: &str| match &sum {
                Some(sum) if sum != found => Err(format!(
                    "the checksum is wrong:\n  stated by the source: {sum}\n  found:                {found}"
                )),
                _ => Ok(()),
            };
            if let Some(found) = download::download(client, &remote.url, &self.folder(source), &remote.name, check)? {
                let file = describe(source, remote, &found);
                found.install(&self.place(&file))?;
                self.remember(source, &file)?;
                return Ok(file);
            }
        }
        let urls: Vec<String> = alternatives.iter().map(|remote| shown(&remote.url)).collect();
        Err(Error::server(&urls.join(" and "), "not found: has the source moved, or is MONTH= wrong?"))
    }

    /// Whether the file is in its place, as the lock describes it.
    fn has(&self, file: &LockedFile) -> Result<bool, Error> {
        let place = self.place(file);
        Ok(match file.find(&place)? {
            Found::Locked(_) => true,
            Found::Nothing => false,
            Found::Other(_) => {
                eprintln!("fetch: {} is damaged; fetching it again", place.display());
                false
            }
        })
    }

    /// What an earlier run has fetched of a source, although the lock file may not have it: the run was killed, or its
    /// update was not accepted.
    fn known(&self, source: Source) -> Result<Vec<LockedFile>, Error> {
        let file = self.folder(source).join(KNOWN);
        match Lock::read_versions(&file) {
            Ok(known) => Ok(known.files.into_iter().filter(|file| file.source == source.name()).collect()),
            Err(error @ pack::Error::Io { .. }) => Err(error.into()),
            Err(error) => {
                eprintln!("fetch: {error}; what it lists may be fetched again");
                remove_if_there(&file)?;
                Ok(Vec::new())
            }
        }
    }

    /// Notes that a file is here. What has been removed meanwhile is forgotten.
    fn remember(&self, source: Source, file: &LockedFile) -> Result<(), Error> {
        let mut files = self.known(source)?;
        files.retain(|known| self.place(known).exists() && self.place(known) != self.place(file));
        files.truncate(MOST_KNOWN - 1);
        files.insert(0, file.clone());
        Ok(output::write_file(&self.folder(source).join(KNOWN), Lock { files }.to_json().as_bytes())?)
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

/// The list of the files that are here, in the folder of their source and in the form of the lock file.
const KNOWN: &str = ".known";

/// The most files of that list.
const MOST_KNOWN: usize = 32;

/// The entry of a file that has not changed, with the validators that the server gives now. They are another file's if the
/// size differs.
fn renewed(known: &LockedFile, version: Option<Version>) -> LockedFile {
    match version.filter(|version| version.bytes == Some(known.bytes)) {
        Some(Version { etag, last_modified, .. }) => LockedFile { etag, last_modified, ..known.clone() },
        None => known.clone(),
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
        Ok(answer) => Ok(Some(client.version(&answer.headers))),
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
