//! The table of variables is the source of both manifests, of the environment's names and of docs/deploy.md: this test
//! compares them.

#![allow(clippy::unwrap_used, reason = "a test that cannot read the files has failed")]

use std::path::Path;

use ipedge::config::variables::{self, CALLER_HEADER};
use regex_lite::Regex;

/// The matches of an expression with two groups in a file.
fn pairs(file: &str, expression: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let found = Regex::new(expression).unwrap();
    found.captures_iter(&text).map(|part| (part[1].to_owned(), part[2].to_owned())).collect()
}

fn expected(value: impl Fn(&variables::Variable) -> String) -> Vec<(String, String)> {
    let mut expected: Vec<_> =
        variables::ALL.iter().map(|variable| (variable.name.to_owned(), value(variable))).collect();
    expected.sort();
    expected
}

#[track_caller]
fn assert_pairs(file: &str, expression: &str, value: impl Fn(&variables::Variable) -> String) {
    let mut found = pairs(file, expression);
    found.sort();
    assert_eq!(found, expected(value), "{file}");
}

#[test]
fn manifests_have_the_variables_and_their_defaults() {
    for file in ["spin.toml", "deploy/spin-wasip2.toml"] {
        assert_pairs(file, r#"(?m)^([a-z0-9_]+) = \{ default = "(.*)" \}$"#, |variable| variable.default.to_owned());
        assert_pairs(file, r#"(?m)^([a-z0-9_]+) = "(\{\{ .* \}\})"$"#, |variable| {
            format!("{{{{ {} }}}}", variable.name)
        });
    }
}

#[test]
fn manifests_differ_in_the_component_and_its_build_only() {
    let read = |file: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let lines = |text: &str| -> Vec<String> {
        // The comment at the head says what the file is.
        let lines = text.lines().skip_while(|line| line.starts_with('#') || line.is_empty());
        let own = |line: &&str| {
            !["source = ", "command = ", "workdir = ", "watch = "].iter().any(|key| line.starts_with(key))
        };
        lines.filter(own).map(str::to_owned).collect()
    };
    assert_eq!(lines(&read("deploy/spin-wasip2.toml")), lines(&read("spin.toml")));
}

#[test]
fn the_docs_have_the_variables_and_their_defaults() {
    assert_pairs("docs/deploy.md", r"(?m)^\| `([a-z0-9_]+_[a-z0-9_]+)` \| (`.*?`|empty) \|", |variable| {
        if variable.default.is_empty() { "empty".to_owned() } else { format!("`{}`", variable.default) }
    });
}

#[test]
fn the_unit_of_wasmtime_passes_all_variables_on() {
    let mut found: Vec<_> = pairs("deploy/systemd/ipedge-wasmtime.service", r"--env (IPEDGE_)([A-Z0-9_]+)")
        .into_iter()
        .map(|(_, name)| name.to_lowercase())
        .collect();
    found.sort();
    let names: Vec<_> = expected(|_| String::new()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(found, names);
}

/// Only Spin appends `spin-client-addr`. Elsewhere a client could send it, and would choose its own address.
#[test]
fn the_environment_has_the_same_defaults_but_for_the_caller() {
    for variable in variables::ALL {
        let expected = if variable == CALLER_HEADER { "none" } else { variable.default };
        assert_eq!(variable.environment_default(), expected, "{}", variable.name);
    }
}
