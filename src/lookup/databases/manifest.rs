//! The manifest that `pack` writes beside the databases: what they are, as `/about` shows it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::age;

/// The manifest of the databases inside the component.
#[derive(Debug, Deserialize, Serialize)]
pub struct Manifest {
    /// `exact` (lossless), `edge` (fitted to an edge platform's size) or `fixture` (the tests' world).
    pub profile: String,
    /// The attribution that the sources' licences require, for every document.
    pub attribution: String,
    /// The databases.
    pub databases: Vec<Database>,
}

impl Manifest {
    /// Reads the manifest.
    ///
    /// # Errors
    ///
    /// When the bytes are not the JSON that `pack` writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Sets the ages of the databases, at a time since the beginning of 1970.
    pub fn set_ages(&mut self, now: Duration) {
        for age in age::of_bundled(now) {
            for database in self.databases.iter_mut().filter(|database| database.file == age.file) {
                database.age_days = age.age_days;
            }
        }
    }
}

/// One database.
#[derive(Debug, Deserialize, Serialize)]
pub struct Database {
    /// Its file's name.
    pub file: String,
    /// The database type of its metadata.
    pub r#type: String,
    /// The date of its data, YYYY-MM-DD.
    pub build_date: String,
    /// The age of its data in whole days, by the wall clock; not in the file.
    #[serde(default)]
    pub age_days: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// How many networks it holds.
    pub networks: u64,
    /// How many nodes its search tree has.
    pub nodes: u64,
    /// How far, in kilometres, a place may be from its source's.
    pub error_bound_km: Option<f64>,
    /// What `pack verify` found when it compared the database with its sources.
    pub verified: Option<serde_json::Value>,
    /// What it was made from.
    pub sources: Vec<DataSource>,
}

/// One source of a database.
#[derive(Debug, Deserialize, Serialize)]
pub struct DataSource {
    /// Its name.
    pub name: String,
    /// The npm package it came in.
    pub package: Option<String>,
    /// That package's version.
    pub version: Option<String>,
    /// The date of its data, YYYY-MM-DD.
    pub build_date: Option<String>,
    /// Its licence, an SPDX identifier.
    pub licence: Option<String>,
    /// The URL of the licence.
    pub licence_url: Option<String>,
    /// The attribution that the licence requires.
    pub attribution: Option<String>,
    /// The licence, as it came with the data.
    pub licence_text: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_manifest_parses() {
        let manifest = Manifest::parse(crate::lookup::databases::bundled::MANIFEST).unwrap();
        let files: Vec<_> = manifest.databases.iter().map(|database| database.file.as_str()).collect();
        assert_eq!(files, ["geo.mmdb", "asn.mmdb"]);
    }
}
