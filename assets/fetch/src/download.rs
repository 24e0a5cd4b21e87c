//! One file, from a URL to its place. Until it has been checked it is a partial file with another name; what has arrived
//! of it is used by the next try, also that of another run.

use crate::client::{Answer, Client, Failure, header, shown};
use crate::error::Error;
use crate::progress::Progress;
use pack::lock::LockedFile;
use pack::manifest::digest;
use pack::sources::{archive, mmdb};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::http::HeaderMap;

/// The most bytes of a file, as it is sent and unpacked.
pub const LARGEST: u64 = archive::FETCHED;

/// What the server says a file is, by which a later request recognises the same version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// The size of the whole file.
    pub bytes: Option<u64>,
}

impl Version {
    /// Whether a file of the lock file is certainly of this version.
    pub fn is(&self, locked: &LockedFile) -> bool {
        let bytes_agree = self.bytes.is_none_or(|bytes| bytes == locked.bytes);
        match (&self.etag, &locked.etag) {
            (Some(etag), Some(locked)) => etag == locked && bytes_agree,
            _ => {
                self.last_modified.is_some()
                    && self.last_modified == locked.last_modified
                    && self.bytes == Some(locked.bytes)
            }
        }
    }

    /// Whether a part that is of this version may be one of `begun`. The validators that a server sends with a part are those
    /// of the file (RFC 9110 section 15.3.7); it may send none.
    fn may_be(&self, begun: &Self) -> bool {
        match (&self.etag, &begun.etag, &self.last_modified, &begun.last_modified) {
            (Some(etag), Some(begun), ..) => etag == begun,
            (_, _, Some(date), Some(begun)) => date == begun,
            _ => true,
        }
    }

    /// The value of `If-Range` (RFC 9110 section 13.1.5): a strong validator. Without one there is no resuming.
    fn if_range(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|etag| !etag.starts_with("W/"));
        strong.or(self.last_modified.as_deref())
    }
}

/// What accompanies a partial file.
#[derive(Default, PartialEq, Serialize, Deserialize)]
struct Begun {
    url: String,
    version: Version,
}

/// A file that has arrived completely, and has been checked.
#[derive(Debug)]
pub struct Downloaded {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// The day on which it was built, as the database in it says.
    pub build_date: String,
    /// What the server says it is.
    pub version: Version,
    partial: PathBuf,
}

/// Downloads the URL into a partial file in `directory`. `check` sees size and sum, and says what is wrong with them. `None`
/// if the file does not exist.
///
/// # Errors
///
/// When the server does not send the whole file, `check` refuses it, or it is not a database.
pub fn download(
    client: &Client,
    url: &str,
    directory: &Path,
    name: &str,
    check: impl Fn(u64, &str) -> Result<(), String>,
) -> Result<Option<Downloaded>, Error> {
    fs::create_dir_all(directory).map_err(Error::io(directory))?;
    let partial = Partial::new(directory, url, name);
    let mut is_resumed = false;
    loop {
        let Some(version) =
            client.persist(url, |has_progressed| partial.fetch(client, has_progressed, &mut is_resumed))?
        else {
            partial.remove()?;
            return Ok(None);
        };
        let bytes = fs::read(&partial.file).map_err(Error::io(&partial.file))?;
        let (size, sha256) = (bytes.len() as u64, digest(&bytes));
        let checked = check(size, &sha256).and_then(|()| build_date(&partial.file, bytes));
        match checked {
            Ok(build_date) => {
                let partial = partial.file;
                return Ok(Some(Downloaded { bytes: size, sha256, build_date, version, partial }));
            }
            Err(problem) => {
                partial.remove()?;
                // Parts of two versions can have been put together: a server may err about its own validators.
                if std::mem::take(&mut is_resumed) {
                    eprintln!("fetch: {name}: what was put together is wrong; fetching all of it again");
                    continue;
                }
                return Err(Error::server(&shown(url), problem));
            }
        }
    }
}

impl Downloaded {
    /// Gives the file its name.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn install(&self, place: &Path) -> Result<(), Error> {
        let directory = place.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(Error::io(directory))?;
        fs::rename(&self.partial, place).map_err(Error::io(place))?;
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(Error::io(directory))?;
        remove_if_there(&begun(&self.partial))
    }

    /// Removes the file: it is here already.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn discard(&self) -> Result<(), Error> {
        remove_if_there(&self.partial)?;
        remove_if_there(&begun(&self.partial))
    }
}

/// The day on which the database in these bytes was built. The whole file is unpacked, so that damage is noticed.
fn build_date(file: &Path, bytes: Vec<u8>) -> Result<String, String> {
    let unpacked = archive::unpacked(bytes, LARGEST)?;
    let date = mmdb::date_of(file, unpacked).map_err(|_| "what was sent is not a MaxMind DB file".to_owned())?;
    Ok(date.to_string())
}

/// A partial file, and beside it the version that it is a part of.
struct Partial<'n> {
    url: &'n str,
    /// The name that it gets.
    name: &'n str,
    file: PathBuf,
    begun: PathBuf,
    /// The most bytes that have been here: more than that is progress.
    most: Cell<u64>,
}

impl<'n> Partial<'n> {
    fn new(directory: &Path, url: &'n str, name: &'n str) -> Self {
        let file = directory.join(format!("{name}.part"));
        let begun = begun(&file);
        Self { url, name, file, begun, most: Cell::new(0) }
    }

    fn remove(&self) -> Result<(), Error> {
        remove_if_there(&self.file)?;
        remove_if_there(&self.begun)
    }

    /// How much of the file is here, and of which version. Anything unreadable is nothing.
    fn state(&self, client: &Client) -> Option<(u64, Version)> {
        let begun: Begun = serde_json::from_slice(&fs::read(&self.begun).ok()?).ok()?;
        let here = fs::metadata(&self.file).ok()?.len();
        (begun.url == self.url && here > 0 && here < LARGEST).then(|| (here, client.vetted(begun.version)))
    }

    /// Fetches what is missing.
    fn fetch(&self, client: &Client, has_progressed: &mut bool, is_resumed: &mut bool) -> Result<Version, Failure> {
        let begun =
            self.state(client).and_then(|(here, version)| Some((here, version.if_range()?.to_owned(), version)));
        let rest = begun.map(|(here, validator, begun)| rest(client, self.url, here, &validator, begun)).transpose();
        let (answer, here, version) = match rest {
            Ok(Some(rest)) => rest,
            Ok(None) => {
                let answer = client.send("GET", self.url, &[])?;
                let version = client.version(&answer.headers);
                (answer, 0, version)
            }
            Err(NoRest::Failed(failure)) => return Err(failure),
            // Without the partial file, the next try is a plain GET.
            Err(NoRest::Anew(problem)) => {
                self.remove().map_err(|error| Failure::Final(error.to_string()))?;
                return Err(Failure::Transient(format!("{problem}; beginning anew"), Some(Duration::ZERO)));
            }
        };
        if here == 0 && answer.status != 200 {
            return Err(Failure::Final(format!("HTTP status {} in response to a plain GET", answer.status)));
        }
        *is_resumed = here > 0;
        self.receive(client, answer, here, &version, has_progressed)?;
        Ok(version)
    }

    /// Appends the body to what is here.
    fn receive(
        &self,
        client: &Client,
        answer: Answer,
        here: u64,
        version: &Version,
        has_progressed: &mut bool,
    ) -> Result<(), Failure> {
        if let Some(total) = version.bytes.filter(|total| *total > LARGEST) {
            return Err(self.too_large(&total.to_string()));
        }
        let on_disk = |error: std::io::Error| Failure::Final(format!("{}: {error}", self.file.display()));
        let mut file = if here > 0 {
            OpenOptions::new().append(true).open(&self.file).map_err(on_disk)?
        } else {
            // The version first: a file without it is not resumed.
            remove_if_there(&self.file).map_err(|error| Failure::Final(error.to_string()))?;
            let begun = Begun { url: self.url.to_owned(), version: version.clone() };
            let json = serde_json::to_vec(&begun).expect("strings and numbers always make JSON");
            fs::write(&self.begun, json).map_err(on_disk)?;
            File::create(&self.file).map_err(on_disk)?
        };
        let (progress, begin) = (Progress::new(self.name, here, version.bytes), (client.patience.clock)());
        let mut reader = answer.body.into_with_config().limit(LARGEST + 1).reader();
        let mut buffer = vec![0; 1 << 16];
        let mut received = here;
        let ended = loop {
            match reader.read(&mut buffer) {
                Ok(0) => break Ok(()),
                Ok(count) => {
                    file.write_all(buffer.get(..count).unwrap_or_default()).map_err(on_disk)?;
                    received += count as u64;
                    *has_progressed |= received > self.most.get();
                    progress.advance(count as u64);
                    if received > LARGEST {
                        return Err(self.too_large(&format!("over {LARGEST}")));
                    }
                    if client.patience.is_trickle(begin, received - here) {
                        break Err(std::io::ErrorKind::TimedOut.into());
                    }
                }
                Err(error) => break Err(error),
            }
        };
        file.sync_all().map_err(on_disk)?;
        self.most.set(self.most.get().max(received));
        match (ended, version.bytes) {
            (Err(error), _) => {
                Err(Failure::Transient(format!("the body ends after {received} bytes: {}", error.kind()), None))
            }
            (Ok(()), Some(total)) if received != total => {
                Err(Failure::Transient(format!("the body ends after {received} of {total} bytes"), None))
            }
            (Ok(()), _) => Ok(()),
        }
    }

    /// The failure of a file that is too large. What is here of it is of no use.
    fn too_large(&self, bytes: &str) -> Failure {
        match self.remove() {
            Ok(()) => Failure::Final(format!("the file has {bytes} bytes; at most {LARGEST} are accepted")),
            Err(error) => Failure::Final(error.to_string()),
        }
    }
}

/// The place of what accompanies a partial file.
fn begun(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// Why there is no rest of a file.
enum NoRest {
    /// The server does not send it in a way that can be used: all of the file must be fetched.
    Anew(String),
    /// The request failed.
    Failed(Failure),
}

/// Requests what is missing of the version that has begun. The answer has the rest, from the number of bytes that are here;
/// or all of the file, from 0, if the server ignores ranges or has another version now.
fn rest(
    client: &Client,
    url: &str,
    here: u64,
    validator: &str,
    begun: Version,
) -> Result<(Answer, u64, Version), NoRest> {
    let range = format!("bytes={here}-");
    let answer =
        client.send("GET", url, &[("range", &range), ("if-range", validator)]).map_err(|failure| match failure {
            // 416 and 412, but also a proxy or a server that does not like ranges.
            Failure::Status(status) => {
                NoRest::Anew(format!("HTTP status {status} in response to a request for the rest"))
            }
            Failure::Refused(problem) => NoRest::Anew(problem),
            failure => NoRest::Failed(failure),
        })?;
    let found = client.version(&answer.headers);
    if answer.status == 200 {
        return Ok((answer, 0, found));
    }
    if !found.may_be(&begun) {
        return Err(NoRest::Anew("the server sent the rest of another version".to_owned()));
    }
    match total(&answer.headers, here, &begun) {
        Some(total) => Ok((answer, here, Version { bytes: begun.bytes.or(total), ..begun })),
        None => Err(NoRest::Anew("the server sent another range than the one requested".to_owned())),
    }
}

/// The size of the whole file, if it is known, by a response with a part of it (RFC 9110 section 14.4). `None` if the
/// part does not continue what is here up to the end.
fn total(headers: &HeaderMap, here: u64, begun: &Version) -> Option<Option<u64>> {
    // Several parts, with texts in between (RFC 9110 section 14.6).
    if header(headers, "content-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("multipart/")) {
        return None;
    }
    let (range, total) = header(headers, "content-range")
        .and_then(|range| range.strip_prefix("bytes ")?.split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())))?;
    let (start, end) = range.split_once('-')?;
    let (start, end): (u64, u64) = (start.parse().ok()?, end.parse().ok()?);
    let total: Option<u64> = if total == "*" { None } else { Some(total.parse().ok()?) };
    let is_last = total.is_none_or(|total| end.checked_add(1) == Some(total));
    let is_same = begun.bytes.is_none() || total.is_none() || begun.bytes == total;
    (start == here && is_last && is_same).then_some(total)
}

pub(crate) fn remove_if_there(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(file)(error)),
        _ => Ok(()),
    }
}
