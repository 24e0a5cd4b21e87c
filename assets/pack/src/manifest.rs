//! The manifest: what the databases are, their sources and the sources' terms, for `/about` and for people.

use crate::writer::Database;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use time::Date;

/// The contents of `manifest.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// How the databases were packed: `exact`, `edge` or `fixture`.
    pub profile: String,
    /// The line that must be shown with the data: the attribution of every source of both databases, each once.
    pub attribution: String,
    /// The location database, then the ASN database.
    pub databases: Vec<Entry>,
}

/// A database in the manifest.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The file's name.
    pub file: String,
    /// The structure of the records, as in the file's metadata.
    #[serde(rename = "type")]
    pub kind: String,
    /// The day of the newest source, as in the file's metadata.
    pub build_date: String,
    /// The file's size in bytes.
    pub bytes: usize,
    /// The file's SHA-256 in hexadecimal.
    pub sha256: String,
    /// The number of networks with data.
    pub networks: u64,
    /// The number of nodes in the search tree.
    pub nodes: u32,
    /// The largest distance in km between a packed location and the source's location for the same address; null if
    /// nothing was moved. The database's `accuracy_radius` includes it: see [`Place::widened`](crate::place::Place::widened).
    pub error_bound_km: Option<f64>,
    /// What `pack verify` found when it compared the file with its sources; null if it has not run.
    pub verified: Option<serde_json::Value>,
    /// Values of the source that were invalid and are absent from the file, by kind, with the number of records.
    #[serde(default)]
    pub discarded: BTreeMap<String, u64>,
    /// How plausible the source is: one finding per check.
    #[serde(default)]
    pub plausibility: Vec<Finding>,
    /// The sources.
    pub sources: Vec<Source>,
}

/// What a plausibility check found in a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked for.
    pub check: String,
    /// Whether what was found is left out of the database, or only counted here.
    pub outcome: Outcome,
    /// How much was found, in `unit`.
    pub count: u64,
    /// How much was looked at, in `unit`.
    pub of: u64,
    /// What is counted: `networks`, `records` or `IPv4 addresses`.
    pub unit: String,
    /// The bound for the share `count / of`: the largest that is plausible, or the least where `is_least`.
    pub bound: f64,
    /// Whether the bound is a least share.
    pub is_least: bool,
    /// Whether the share is within the bound.
    pub is_within_bound: bool,
}

/// What pack does with what is not plausible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Certainly wrong: left out.
    Dropped,
    /// Possibly right: kept.
    Recorded,
}

/// Where data comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    /// The name.
    pub name: String,
    /// The package that contained it.
    pub package: Option<String>,
    /// The package's version.
    pub version: Option<String>,
    /// The day on which it was built.
    pub build_date: Option<String>,
    /// The licence's SPDX identifier.
    pub licence: String,
    /// The URL of the licence text; empty if unknown.
    pub licence_url: String,
    /// The line that names the source, as its licence requires.
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
            discarded: BTreeMap::new(),
            plausibility: Vec::new(),
            sources,
        }
    }
}

impl Manifest {
    /// The manifest of these databases, with the attribution of all their sources.
    pub fn new(profile: &str, databases: Vec<Entry>) -> Self {
        let attribution = attribution(databases.iter().flat_map(|database| &database.sources));
        Self { profile: profile.to_owned(), attribution, databases }
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("strings and numbers always make JSON");
        json + "\n"
    }
}

/// The attributions of these sources in their order, each once.
fn attribution<'s>(sources: impl Iterator<Item = &'s Source>) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for source in sources {
        if !source.attribution.is_empty() && !lines.contains(&&*source.attribution) {
            lines.push(&source.attribution);
        }
    }
    lines.join("; ")
}

/// The SHA-256 of a file in hexadecimal.
pub fn digest(file: &[u8]) -> String {
    Sha256::digest(file).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string never fails");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_attributed_once() {
        for (attributions, line, reason) in [
            (&["A", "B", "A", "C"][..], "A; B; C", "a source of both databases"),
            (&["", "A"], "A", "a source without a line"),
            (&[], "", "no source"),
        ] {
            let sources = attributions.iter().map(|line| Source {
                name: String::new(),
                package: None,
                version: None,
                build_date: None,
                licence: String::new(),
                licence_url: String::new(),
                attribution: (*line).to_owned(),
                licence_text: String::new(),
            });
            assert_eq!(attribution(sources.collect::<Vec<_>>().iter()), line, "{reason}");
        }
    }
}
