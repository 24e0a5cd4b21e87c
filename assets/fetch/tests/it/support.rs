//! Files as the sources send them, and stores to fetch them into.

use crate::server::Server;
use fetch::Error;
use fetch::client::Client;
use fetch::credentials::Credentials;
use fetch::patience::Patience;
use fetch::source::{Source, YearMonth};
use fetch::store::{Store, Update};
use flate2::{Compression, write::GzEncoder};
use pack::lock::Lock;
use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

const WORLD: &str = include_str!("../../../../tests/fixtures/world.txt");

/// A location database of 2026-01-01.
pub fn geo() -> Vec<u8> {
    pack::fixture::build(WORLD).unwrap().geo
}

/// An ASN database of 2026-01-01.
pub fn asn() -> Vec<u8> {
    pack::fixture::build(WORLD).unwrap().asn
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive as MaxMind makes it.
pub fn tar_gz(edition: &str, database: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in [("LICENSE.txt", &b"terms"[..]), (&format!("{edition}.mmdb"), database)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, format!("{edition}_20260101/{name}"), bytes).unwrap();
    }
    gzip(&builder.into_inner().unwrap())
}

thread_local! {
    /// The waits between tries, in seconds.
    pub static WAITS: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Does not wait: notes how long it should have.
pub fn patience() -> Patience {
    Patience {
        tries: 3,
        first_wait: Duration::from_secs(1),
        sleep: |wait| WAITS.with_borrow_mut(|waits| waits.push(wait.as_secs())),
        now: || SystemTime::UNIX_EPOCH,
        ..Patience::default()
    }
}

/// A directory with a store, removed when dropped.
pub struct World {
    pub root: PathBuf,
    pub store: Store,
    pub patience: Patience,
}

impl World {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fetch-{process}-{count}"));
        fs::create_dir_all(&root).unwrap();
        let store = Store { directory: root.join("sources"), lock: root.join("data.lock") };
        Self { root, store, patience: patience() }
    }

    fn client(&self, server: &Server, source: Source) -> Client {
        let credentials = match source {
            Source::Geolite2 => Some(Credentials::basic("42", "secret-key")),
            Source::Ipinfo => Some(Credentials::bearer("secret-token")),
            _ => None,
        };
        let mirror = format!("{}/mirror", server.origin);
        Client::new(Some(&mirror), credentials, source.refused(), self.patience, |_| None).unwrap()
    }

    pub fn get(&self, server: &Server, source: Source) -> Result<(), Error> {
        self.get_month(server, source, None)
    }

    pub fn get_month(&self, server: &Server, source: Source, month: Option<&str>) -> Result<(), Error> {
        let month = month.map(|month| YearMonth::parse(month).unwrap());
        self.store.get(|| Ok(self.client(server, source)), source, month, pack::metadata::date("2026-02-03").unwrap())
    }

    pub fn update(&self, server: &Server, source: Source) -> Result<Update, Error> {
        let today = pack::metadata::date("2026-02-03").unwrap();
        self.store.update(&self.client(server, source), source, None, today, &self.candidate())
    }

    pub fn candidate(&self) -> PathBuf {
        self.root.join("candidate.lock")
    }

    pub fn lock(&self) -> Lock {
        Lock::read(&self.store.lock).unwrap()
    }

    /// The files of the store below their sources' folders, without its own: the lists of what is here, and the file that
    /// keeps a second fetch out.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![self.store.directory.clone()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).into_iter().flatten() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => open.push(path),
                    false => found.push(path.file_name().unwrap().to_string_lossy().into_owned()),
                }
            }
        }
        found.retain(|name| name != ".lock" && name != ".known");
        found.sort();
        found
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.root) {
            eprintln!("{}: {error}", self.root.display());
        }
    }
}
