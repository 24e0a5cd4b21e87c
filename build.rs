//! Selects the databases that the component carries, and prepares the page's style and script.
//!
//! A release build takes `geo.mmdb`, `asn.mmdb` and `manifest.json` from the folder that `IPEDGE_DATABASES` names, or
//! from `assets/`. Any other build takes the test fixture, so that `cargo check` and `cargo test` work on a fresh clone,
//! and so that unit tests know the data.

use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pack::metadata;
use pack::object::{self, Symbol};
use sha2::{Digest, Sha256};

const PAGE: &str = "src/response/page";
const WORLD: &str = "tests/fixtures/world.txt";
const FILES: [(&str, &str); 3] =
    [("IPEDGE_GEO", "geo.mmdb"), ("IPEDGE_ASN", "asn.mmdb"), ("IPEDGE_MANIFEST", "manifest.json")];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo::rerun-if-env-changed=IPEDGE_DATABASES");
    let folder = if env::var("PROFILE")? == "release" { chosen(&root)? } else { fixture(&root)? };
    for (variable, file) in FILES {
        println!("cargo::rustc-env={variable}={}", folder.join(file).display());
    }
    constants(&folder.join("manifest.json"))?;
    if env::var("CARGO_CFG_TARGET_FAMILY")? == "wasm" {
        memory(&folder)?;
    }
    page(&root.join(PAGE))
}

/// Passes on what every document states about the databases as constants. If an instance read the manifest instead, it
/// would do so for every request on hosts that do not reuse instances.
fn constants(manifest: &Path) -> Result<(), Box<dyn Error>> {
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(manifest)?)?;
    let attribution = manifest["attribution"].as_str().ok_or("manifest.json has no attribution")?;
    // A line break would end the instruction to cargo and begin another. Part of the text comes from custom databases.
    if attribution.chars().any(char::is_control) || attribution.len() > LONGEST_ATTRIBUTION {
        return Err("manifest.json: the attribution is too long, or has control characters: run `make data`".into());
    }
    println!("cargo::rustc-env=IPEDGE_ATTRIBUTION={attribution}");
    let databases = manifest["databases"].as_array().ok_or("manifest.json has no databases")?;
    let find = |file: &str| {
        let found = databases.iter().find(|database| database["file"] == file);
        found.ok_or_else(|| format!("manifest.json has no {file}"))
    };
    let geo = find("geo.mmdb")?;
    for (name, database) in [("GEO", geo), ("ASN", find("asn.mmdb")?)] {
        let date = database["build_date"].as_str().and_then(metadata::date);
        let date = date.ok_or("manifest.json has a build date that is not a date")?;
        println!("cargo::rustc-env=IPEDGE_{name}_BUILD_DATE={date}");
        println!("cargo::rustc-env=IPEDGE_{name}_BUILD_DAY={}", metadata::epoch(date) / 86_400);
        println!("cargo::rustc-env=IPEDGE_{name}_BUILT={} {} {}", date.day(), date.month(), date.year());
    }
    // Rounded up, so that it remains an upper bound; 0 means a lossless database.
    let bound = geo["error_bound_km"].as_f64().unwrap_or(0.0).ceil();
    println!("cargo::rustc-env=IPEDGE_ERROR_BOUND_KM={bound}");
    Ok(())
}

/// Arranges the component's memory: the stack, constants and variables, the databases, and behind them the variables that
/// begin as zero and the heap.
fn memory(folder: &Path) -> Result<(), Box<dyn Error>> {
    /// Where constants begin, in bytes, so that they end before 2 MiB, and the databases begin there. For each instance,
    /// hosts fill the first 2 MiB anew: what is zero costs less than what is copied, and what is behind costs a page fault
    /// when it is touched.
    const CONSTANTS: usize = 1536 << 10;
    let read = |file: &str| fs::read(folder.join(file));
    let (geo, asn) = (read("geo.mmdb")?, read("asn.mmdb")?);
    let object =
        object::file(&[Symbol { name: "ipedge_geo", bytes: &geo }, Symbol { name: "ipedge_asn", bytes: &asn }]);
    let path = PathBuf::from(env::var("OUT_DIR")?).join("databases.o");
    fs::write(&path, object)?;
    println!("cargo::rustc-env=IPEDGE_GEO_LENGTH={}", geo.len());
    println!("cargo::rustc-env=IPEDGE_ASN_LENGTH={}", asn.len());
    println!("cargo::rustc-link-arg-cdylib={}", path.display());
    println!("cargo::rustc-link-arg-cdylib=--global-base={CONSTANTS}");
    Ok(())
}

/// Prepares the style and the script of the page, which stand inside it: without comments and indentation, and with
/// their hashes for the page's policy (CSP Level 3, section 2.3.1). Every change of the page changes its version.
fn page(folder: &Path) -> Result<(), Box<dyn Error>> {
    let module = folder.with_extension("rs");
    for path in [folder, &module] {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for (file, name) in [("page.css", "STYLE"), ("page.js", "SCRIPT")] {
        let code = fs::read_to_string(folder.join(file))?;
        let compact: Vec<_> =
            code.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line)).collect();
        let compact = compact.join("\n");
        let path = out.join(file);
        println!("cargo::rustc-env=IPEDGE_PAGE_{name}={}", path.display());
        println!("cargo::rustc-env=IPEDGE_PAGE_{name}_HASH=sha256-{}", STANDARD.encode(Sha256::digest(&compact)));
        fs::write(path, compact)?;
    }
    let mut files = vec![module];
    collect(folder, &mut files)?;
    files.sort();
    let mut version = Sha256::new();
    version.update(env::var("CARGO_PKG_VERSION")?);
    for file in files {
        version.update(fs::read(file)?);
    }
    println!("cargo::rustc-env=IPEDGE_PAGE_VERSION={}", STANDARD.encode(version.finalize()));
    Ok(())
}

/// A line that is a comment as a whole. Others stay: to find the end of a string needs a parser.
fn is_comment(line: &str) -> bool {
    line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"))
}

/// The files of a folder and of those inside it.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// The longest attribution in bytes. Every document contains it.
const LONGEST_ATTRIBUTION: usize = 2048;

/// The folder with the databases of a release build.
fn chosen(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let folder = match env::var_os("IPEDGE_DATABASES") {
        Some(folder) => root.join(folder),
        None => root.join("assets"),
    };
    for (_, file) in FILES {
        let path = folder.join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        if !path.is_file() {
            return Err(format!("{} is missing: run `make data`", path.display()).into());
        }
    }
    Ok(folder)
}

/// The test fixture, packed into the build's own folder.
fn fixture(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={WORLD}");
    let databases = pack::fixture::build(&fs::read_to_string(root.join(WORLD))?)?;
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let contents = [databases.geo, databases.asn, databases.manifest.into_bytes()];
    for ((_, file), bytes) in FILES.iter().zip(contents) {
        fs::write(folder.join(file), bytes)?;
    }
    Ok(folder)
}
