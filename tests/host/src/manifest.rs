//! The parts of `spin.toml` (manifest version 2) that running one HTTP component needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// An application of one HTTP component that answers every path.
#[derive(Debug, PartialEq)]
pub(crate) struct Manifest {
    /// The component's file, relative to the working directory or absolute.
    pub(crate) source: PathBuf,
    /// The application's variables: their defaults, or none where a value is required.
    pub(crate) variables: BTreeMap<String, Option<String>>,
    /// The component's variables: templates over the application's.
    pub(crate) component_variables: BTreeMap<String, String>,
    /// The hosts that the component may connect to, as templates.
    pub(crate) allowed_outbound_hosts: Vec<String>,
}

impl Manifest {
    /// Reads and checks a manifest.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file)?;
        let mut manifest = Self::parse(&text)?;
        if let Some(folder) = file.parent() {
            manifest.source = folder.join(manifest.source);
        }
        Ok(manifest)
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text)?;
        ensure!(file.spin_manifest_version == 2, "spin_manifest_version must be 2");
        let [trigger] = file.trigger.http.as_slice() else {
            bail!("the host serves one [[trigger.http]]; there are {}", file.trigger.http.len());
        };
        ensure!(trigger.route == "/...", "the host serves the route \"/...\", not {:?}", trigger.route);
        let id = &trigger.component;
        let component = file.component.get(id).with_context(|| format!("there is no [component.{id}]"))?;
        Ok(Self {
            source: component.source.clone(),
            variables: file.variables.into_iter().map(declaration).collect::<Result<_, _>>()?,
            component_variables: component.variables.clone(),
            allowed_outbound_hosts: component.allowed_outbound_hosts.clone(),
        })
    }
}

/// A variable has a default or is required, never both (Spin's rule).
fn declaration((name, variable): (String, Variable)) -> anyhow::Result<(String, Option<String>)> {
    match (variable.required, variable.default) {
        (true, None) => Ok((name, None)),
        (false, Some(default)) => Ok((name, Some(default))),
        (true, Some(_)) => bail!("variable {name:?} is required and has a default"),
        (false, None) => bail!("variable {name:?} needs a `default` or `required = true`"),
    }
}

#[derive(Deserialize)]
struct File {
    spin_manifest_version: u8,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
    trigger: Triggers,
    component: BTreeMap<String, Component>,
}

#[derive(Deserialize)]
struct Variable {
    #[serde(default)]
    required: bool,
    default: Option<String>,
}

#[derive(Deserialize)]
struct Triggers {
    http: Vec<HttpTrigger>,
}

#[derive(Deserialize)]
struct HttpTrigger {
    route: String,
    component: String,
}

#[derive(Deserialize)]
struct Component {
    source: PathBuf,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    allowed_outbound_hosts: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        spin_manifest_version = 2
        [application]
        name = "a"
        [variables]
        resolver = { default = "https://resolver.test" }
        key = { required = true, secret = true }
        [[trigger.http]]
        route = "/..."
        component = "a"
        [component.a]
        source = "a.wasm"
        allowed_outbound_hosts = ["{{ resolver }}"]
        [component.a.variables]
        resolver = "{{ resolver }}"
    "#;

    #[test]
    fn reads_a_manifest() {
        let manifest = Manifest::parse(WHOLE).unwrap();
        assert_eq!(manifest.source, PathBuf::from("a.wasm"));
        assert_eq!(manifest.variables["resolver"].as_deref(), Some("https://resolver.test"));
        assert_eq!(manifest.variables["key"], None);
        assert_eq!(manifest.component_variables["resolver"], "{{ resolver }}");
        assert_eq!(manifest.allowed_outbound_hosts, ["{{ resolver }}"]);
    }

    #[test]
    fn refuses_what_spin_would_serve_differently() {
        let cases = [
            ("route = \"/...\"", "route = \"/a\"", "the route \"/...\"", "a route it does not match"),
            ("component = \"a\"", "component = \"b\"", "no [component.b]", "a component that is not there"),
            ("required = true", "required = false", "\"key\" needs", "a variable without a value"),
            ("required = true", "required = true, default = \"x\"", "\"key\" is required", "both at once"),
            ("version = 2", "version = 1", "must be 2", "the old manifest"),
        ];
        for (old, new, message, reason) in cases {
            let error = Manifest::parse(&WHOLE.replace(old, new)).unwrap_err().to_string();
            assert!(error.contains(message), "{reason}: {error}");
        }
    }
}
