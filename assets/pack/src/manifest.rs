//! The manifest: what the databases are, where they come from and on which terms, for `/about` and for people.

use crate::date::Date;
use crate::writer::Database;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What stands in `manifest.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// How the databases were packed: `exact`, `edge` or `fixture`.
    pub profile: String,
    /// The line that whoever shows the data has to show with it.
    pub attribution: String,
    /// The location database, then the ASN database.
    pub databases: Vec<Entry>,
}

/// A database in the manifest.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The file's name.
    pub file: String,
    /// The schema, as in the file's metadata.
    #[serde(rename = "type")]
    pub kind: String,
    /// The day of the newest source, as in the file's metadata.
    pub build_date: String,
    /// The file's size.
    pub bytes: usize,
    /// The file's SHA-256 in hexadecimal.
    pub sha256: String,
    /// How many networks with data the file tells apart.
    pub networks: u64,
    /// How many nodes its search tree has.
    pub nodes: u32,
    /// No location is farther from the source's than this; null where nothing was simplified.
    pub error_bound_km: Option<f64>,
    /// What `pack verify` found when it compared the file with its sources; null where it has not run.
    pub verified: Option<serde_json::Value>,
    /// What it was made from.
    pub sources: Vec<Source>,
}

/// Where data comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    /// What it is called.
    pub name: String,
    /// The npm package that it came in.
    pub package: Option<String>,
    /// The package's version.
    pub version: Option<String>,
    /// The day on which it was built.
    pub build_date: Option<String>,
    /// The licence's SPDX identifier.
    pub licence: String,
    /// The licence itself.
    pub licence_url: String,
    /// Whom the licence wants named.
    pub attribution: String,
    /// The notices that came with the data.
    pub licence_text: String,
}

impl Entry {
    /// The entry of a database that has just been written.
    pub fn new(file: &str, kind: &str, build_date: Date, database: &Database, sources: Vec<Source>) -> Self {
        Self {
            file: file.to_owned(),
            kind: kind.to_owned(),
            build_date: build_date.to_string(),
            bytes: database.bytes.len(),
            sha256: digest(&database.bytes),
            networks: database.networks,
            nodes: database.nodes,
            error_bound_km: None,
            verified: None,
            sources,
        }
    }
}

impl Manifest {
    /// As it goes into the file.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("strings and numbers always make JSON");
        json + "\n"
    }
}

/// The SHA-256 of a file in hexadecimal.
pub fn digest(file: &[u8]) -> String {
    Sha256::digest(file).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes any text");
        text
    })
}
