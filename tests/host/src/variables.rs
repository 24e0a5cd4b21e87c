//! The application's variables, and the interfaces through which the component reads its own:
//! `spin:variables/variables@3.0.0`, and `fermyon:spin/variables@2.0.0` in components of WASI 0.2.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use wasmtime::component::{Accessor, HasData, Linker};

use crate::manifest::Manifest;
use bindings::spin::variables::variables::{self as wit, Error};
use bindings2::fermyon::spin::variables as wit2;

mod bindings {
    wasmtime::component::bindgen!({
        inline: "
            package spin:variables@3.0.0;

            interface variables {
                get: async func(name: string) -> result<string, error>;

                variant error {
                    invalid-name(string),
                    undefined(string),
                    provider(string),
                    other(string),
                }
            }

            world host {
                import variables;
            }
        ",
        imports: { default: tracing },
    });
}

mod bindings2 {
    wasmtime::component::bindgen!({
        inline: "
            package fermyon:spin@2.0.0;

            interface variables {
                get: func(name: string) -> result<string, error>;

                variant error {
                    invalid-name(string),
                    undefined(string),
                    provider(string),
                    other(string),
                }
            }

            world host {
                import variables;
            }
        ",
        imports: { default: tracing },
    });
}

/// The values of all variables. They do not change while the application runs, so they are resolved once.
#[derive(Debug)]
pub(crate) struct Variables {
    application: BTreeMap<String, String>,
    component: BTreeMap<String, String>,
}

impl Variables {
    /// Resolves the manifest's variables: a `given` value takes precedence over the default.
    pub(crate) fn resolve(manifest: &Manifest, given: &[(String, String)]) -> anyhow::Result<Self> {
        let mut application = BTreeMap::new();
        for (name, default) in &manifest.variables {
            check_name(name).map_err(anyhow::Error::msg)?;
            let given = given.iter().rev().find(|(given, _)| given == name).map(|(_, value)| value);
            let value = given
                .or(default.as_ref())
                .with_context(|| format!("variable {name:?} is required: give it with --variable {name}=VALUE"))?;
            application.insert(name.clone(), value.clone());
        }
        for (name, _) in given {
            ensure!(application.contains_key(name), "the manifest declares no variable {name:?}");
        }
        let mut variables = Self { application, component: BTreeMap::new() };
        for (name, template) in &manifest.component_variables {
            check_name(name).map_err(anyhow::Error::msg)?;
            let value = variables.expand(template).with_context(|| format!("component variable {name:?}"))?;
            variables.component.insert(name.clone(), value);
        }
        Ok(variables)
    }

    /// Replaces each `{{ name }}` with the application's value.
    pub(crate) fn expand(&self, template: &str) -> anyhow::Result<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((literal, expression)) = rest.split_once("{{") {
            let Some((name, after)) = expression.split_once("}}") else {
                bail!("`{{{{` without `}}}}` in {template:?}");
            };
            let name = name.trim();
            let value = self.application.get(name).with_context(|| format!("unknown variable {name:?}"))?;
            text.push_str(literal);
            text.push_str(value);
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }

    fn get(&self, name: &str) -> Result<String, Error> {
        check_name(name).map_err(Error::InvalidName)?;
        self.component.get(name).cloned().ok_or_else(|| Error::Undefined(format!("no variable {name:?}")))
    }
}

/// Adds the interfaces to a linker, for components with such variables in their store's data.
pub(crate) fn add_to_linker<T: Send + AsRef<Arc<Variables>> + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    wit::add_to_linker::<T, Interface>(linker, |data| View((*data).as_ref()))?;
    wit2::add_to_linker::<T, Interface>(linker, |data| View((*data).as_ref()))
}

struct Interface;

struct View<'a>(&'a Arc<Variables>);

impl HasData for Interface {
    type Data<'a> = View<'a>;
}

impl wit::Host for View<'_> {}

impl wit2::Host for View<'_> {
    fn get(&mut self, name: String) -> Result<String, wit2::Error> {
        self.0.get(&name).map_err(|error| match error {
            Error::InvalidName(why) => wit2::Error::InvalidName(why),
            Error::Undefined(why) => wit2::Error::Undefined(why),
            Error::Provider(why) => wit2::Error::Provider(why),
            Error::Other(why) => wit2::Error::Other(why),
        })
    }
}

impl<T: Send> wit::HostWithStore<T> for Interface {
    async fn get(accessor: &Accessor<T, Self>, name: String) -> Result<String, Error> {
        let variables = accessor.with(|mut access| Arc::clone(access.get().0));
        variables.get(&name)
    }
}

/// Spin's rule for names: `a-z`, `0-9` and single underscores between them, a letter first.
fn check_name(name: &str) -> Result<(), String> {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split('_').all(word) {
        Ok(())
    } else {
        Err(format!("{name:?} is not a variable name: lower-case letters and digits, joined by single underscores"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            source: "a.wasm".into(),
            variables: [("host", Some("h.test")), ("port", Some("1")), ("key", None)]
                .map(|(name, default)| (name.to_owned(), default.map(str::to_owned)))
                .into(),
            component_variables: [("origin", "http://{{ host }}:{{port}}/"), ("fixed", "f")]
                .map(|(name, template)| (name.to_owned(), template.to_owned()))
                .into(),
            allowed_outbound_hosts: Vec::new(),
        }
    }

    fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn resolves() {
        let variables = Variables::resolve(&manifest(), &given(&[("key", "k"), ("port", "2"), ("port", "3")])).unwrap();
        let cases = [
            ("origin", Ok("http://h.test:3/"), "templates in a literal; the last given value counts"),
            ("fixed", Ok("f"), "without a template"),
            ("host", Err("no variable \"host\""), "the application's, not the component's"),
            ("Origin", Err("is not a variable name"), "upper case"),
            ("a__b", Err("is not a variable name"), "two underscores"),
            ("1a", Err("is not a variable name"), "a digit first"),
            ("", Err("is not a variable name"), "empty"),
        ];
        for (name, expected, reason) in cases {
            match (variables.get(name), expected) {
                (Ok(value), Ok(expected)) => assert_eq!(value, expected, "{reason}"),
                (Err(Error::Undefined(message) | Error::InvalidName(message)), Err(expected)) => {
                    assert!(message.contains(expected), "{reason}: {message}");
                }
                (value, _) => panic!("{name}: {reason}: {value:?}"),
            }
        }
    }

    #[test]
    fn refuses() {
        let cases = [
            (given(&[]), None, "\"key\" is required", "a required variable without a value"),
            (given(&[("key", "k"), ("kye", "k")]), None, "no variable \"kye\"", "a misspelt name"),
            (given(&[("key", "k")]), Some("{{ hots }}"), "component variable \"origin\"", "an unknown name"),
            (given(&[("key", "k")]), Some("{{ host"), "component variable \"origin\"", "an open template"),
        ];
        for (given, template, message, reason) in cases {
            let mut manifest = manifest();
            if let Some(template) = template {
                manifest.component_variables.insert("origin".to_owned(), template.to_owned());
            }
            let error = Variables::resolve(&manifest, &given).unwrap_err().to_string();
            assert!(error.contains(message), "{reason}: {error}");
        }
    }
}
