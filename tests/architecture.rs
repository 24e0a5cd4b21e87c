//! Imports go one way, as `src/lib.rs` says: this test reads the paths that begin with `crate::` and names violations.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the sources has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the crate may import. The parts stand in the order of `lib.rs`; each names those further down that
/// it uses. `response` shows what the parts below it say; `lookup` takes from `request` what is requested.
const ALLOWED: &[(&str, &[&str])] = &[
    // The adapters of the platform, and below them its traits.
    ("platform/", &["platform", "service", "response::reply"]),
    ("service", &["platform", "response", "lookup", "config", "request"]),
    ("response", &["platform", "lookup", "config", "request"]),
    (
        "lookup",
        &["platform", "config", "request::member", "request::route", "request::subject", "request::header_syntax"],
    ),
    ("config", &["platform", "request::caller"]),
    ("request", &["platform"]),
    ("platform", &[]),
];

#[test]
fn imports_go_one_way() {
    let mut files = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    assert!(files.len() > 30, "these are not the sources: {files:?}");
    let mut violations = Vec::new();
    for file in files {
        let name = file.strip_prefix(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap().to_str().unwrap();
        if name == "lib.rs" || name.starts_with("testing") || name.ends_with("tests.rs") || name.contains("/tests/") {
            continue;
        }
        let part = part_of(name);
        let (_, allowed) =
            ALLOWED.iter().find(|(known, _)| *known == part).unwrap_or_else(|| panic!("{name}: {part}?"));
        for (number, path) in imports(&fs::read_to_string(&file).unwrap()) {
            let own = part.trim_end_matches('/');
            let is_within = |module: &str| path == module || path.starts_with(&format!("{module}::"));
            if !is_within(own) && !allowed.iter().any(|module| is_within(module)) {
                violations.push(format!("src/{name}:{number}: {part} must not import {path}"));
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

/// The part of the crate that a file is in.
fn part_of(name: &str) -> &str {
    match name.split_once('/') {
        // The deadline and the reading of bodies need the traits only: the adapters are the rest.
        Some(("platform", "clock.rs" | "body.rs")) => "platform",
        Some(("platform", _)) => "platform/",
        Some((folder, _)) => folder,
        None => name.trim_end_matches(".rs"),
    }
}

/// The paths after `crate::` in the code, without comments and unit tests at the foot of a file, and their lines. A list
/// in braces directly after `crate::` is several paths.
fn imports(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        for (start, marker) in line.match_indices("crate::") {
            let rest = &line[start + marker.len()..];
            let paths = match rest.strip_prefix('{') {
                Some(list) => list.trim_end_matches(['}', ';']).split(", ").collect(),
                None => vec![rest],
            };
            for path in paths {
                let is_path = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':');
                let path = path.split(|character| !is_path(character)).next().unwrap_or_default();
                found.push((number + 1, path.trim_end_matches(':').to_owned()));
            }
        }
    }
    found
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn imports_are_found() {
    let source = "use crate::request::route::{self, Options};\nuse crate::{config, lookup::Lookup};\n// crate::service\nfn f() { crate::platform::now() }\n#[cfg(test)]\nmod tests { use crate::testing; }\n";
    let paths: Vec<_> = imports(source).into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["request::route", "config", "lookup::Lookup", "platform::now"]);
}
