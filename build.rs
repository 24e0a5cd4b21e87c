//! Chooses the databases that the component carries.
//!
//! A release build takes `geo.mmdb`, `asn.mmdb` and `manifest.json` from the folder that `IPEDGE_DATABASES` names, or
//! from `assets/`. Any other build takes the tests' fake world, so that `cargo check` and `cargo test` work on a fresh
//! clone, and so that unit tests know what they will find.

use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

const WORLD: &str = "tests/fixtures/world.txt";
const FILES: [(&str, &str); 3] =
    [("IPEDGE_GEO", "geo.mmdb"), ("IPEDGE_ASN", "asn.mmdb"), ("IPEDGE_MANIFEST", "manifest.json")];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo::rerun-if-env-changed=IPEDGE_DATABASES");
    let folder = if env::var("PROFILE")? == "release" { chosen(&root)? } else { fake(&root)? };
    for (variable, file) in FILES {
        println!("cargo::rustc-env={variable}={}", folder.join(file).display());
    }
    Ok(())
}

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

/// The tests' world, packed into the build's own folder.
fn fake(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={WORLD}");
    let databases = pack::fixture::build(&fs::read_to_string(root.join(WORLD))?)?;
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let contents = [databases.geo, databases.asn, databases.manifest.into_bytes()];
    for ((_, file), bytes) in FILES.iter().zip(contents) {
        fs::write(folder.join(file), bytes)?;
    }
    Ok(folder)
}
