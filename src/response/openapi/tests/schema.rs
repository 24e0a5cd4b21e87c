//! Checks values against schemas: the part of JSON Schema (2020-12) that the document uses. An unknown keyword fails the
//! test, because it would not be checked.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use regex_lite::Regex;
use serde_json::{Map, Value};

/// The document, and the properties for which a value was checked.
pub(super) struct Checker {
    pub(super) document: Value,
    /// The place of each property that a value had, and whether the value was null.
    pub(super) seen: BTreeSet<(String, bool)>,
}

/// The faults of a value, with their places.
type Faults = Vec<String>;

impl Checker {
    pub(super) fn new() -> Self {
        Self { document: serde_json::from_str(super::DOCUMENT).unwrap(), seen: BTreeSet::new() }
    }

    /// The value, or the one that it refers to.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let target = self.at(reference);
                self.resolve(target)
            }
            None => value,
        }
    }

    /// The value at the reference `#/…`.
    pub(super) fn at(&self, reference: &str) -> &Value {
        let pointer =
            reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} is not a reference into this document"));
        self.document.pointer(pointer).unwrap_or_else(|| panic!("{reference} has no target"))
    }

    /// Checks a value, and records its properties.
    pub(super) fn check(&mut self, schema: &Value, value: &Value, what: &str) {
        let mut seen = BTreeSet::new();
        let faults = self.faults(schema, "", value, "", &mut seen);
        assert!(faults.is_empty(), "{what}: {}\n{value:#}", faults.join("\n"));
        self.seen.extend(seen);
    }

    pub(super) fn accepts(&self, schema: &Value, value: &Value) -> bool {
        self.faults(schema, "", value, "", &mut BTreeSet::new()).is_empty()
    }

    /// The faults of a value at `path`, according to the schema at `place`.
    fn faults(
        &self,
        schema: &Value,
        place: &str,
        value: &Value,
        path: &str,
        seen: &mut BTreeSet<(String, bool)>,
    ) -> Faults {
        let mut faults = Vec::new();
        let schema = schema.as_object().unwrap_or_else(|| panic!("{place}: not a schema"));
        for (keyword, rule) in schema {
            let ok = match keyword.as_str() {
                "description" | "examples" | "default" => true,
                "$ref" => {
                    let reference = rule.as_str().unwrap();
                    faults.extend(self.faults(self.at(reference), reference, value, path, seen));
                    true
                }
                "oneOf" | "anyOf" => {
                    let mut matching = 0;
                    let mut all = Vec::new();
                    for branch in rule.as_array().unwrap() {
                        let mut inside = BTreeSet::new();
                        let inner = self.faults(branch, place, value, path, &mut inside);
                        if inner.is_empty() {
                            matching += 1;
                            seen.extend(inside);
                        }
                        all.extend(inner);
                    }
                    if matching == 0 {
                        faults.extend(all);
                    }
                    if keyword == "oneOf" { matching == 1 } else { matching > 0 }
                }
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|name| is(value, name)),
                    name => is(value, name),
                },
                "enum" => rule.as_array().unwrap().contains(value),
                "const" => rule == value,
                "required" => value.as_object().is_none_or(|value| has(value, rule)),
                "properties" => {
                    for (name, property) in rule.as_object().unwrap() {
                        let Some(value) = value.get(name) else { continue };
                        let place = format!("{place}/properties/{name}");
                        seen.insert((place.clone(), value.is_null()));
                        faults.extend(self.faults(property, &place, value, &format!("{path}/{name}"), seen));
                    }
                    true
                }
                "additionalProperties" => {
                    assert_eq!(rule, &Value::Bool(false), "{place}");
                    value
                        .as_object()
                        .is_none_or(|value| value.keys().all(|name| schema["properties"].get(name).is_some()))
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        let (place, path) = (format!("{place}/items"), format!("{path}/{index}"));
                        faults.extend(self.faults(rule, &place, item, &path, seen));
                    }
                    true
                }
                "minItems" => value.as_array().is_none_or(|list| list.len() >= size(rule)),
                "maxItems" => value.as_array().is_none_or(|list| list.len() <= size(rule)),
                "minLength" => value.as_str().is_none_or(|text| text.chars().count() >= size(rule)),
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
                "pattern" => {
                    let pattern = Regex::new(rule.as_str().unwrap()).unwrap_or_else(|error| panic!("{place}: {error}"));
                    value.as_str().is_none_or(|text| pattern.is_match(text))
                }
                "format" => value.as_str().is_none_or(|text| has_format(text, rule.as_str().unwrap())),
                other => panic!("{place}: {other} is not a keyword that is checked here"),
            };
            if !ok {
                faults.push(format!("at {path:?}: {keyword} {rule} ({place})"));
            }
        }
        faults
    }
}

fn is(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is not a type"),
    }
}

fn has(value: &Map<String, Value>, names: &Value) -> bool {
    names.as_array().unwrap().iter().all(|name| value.contains_key(name.as_str().unwrap()))
}

fn size(rule: &Value) -> usize {
    usize::try_from(rule.as_u64().unwrap()).unwrap()
}

fn has_format(text: &str, format: &str) -> bool {
    match format {
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "uri" => text.parse::<http::Uri>().is_ok_and(|uri| uri.scheme().is_some()),
        "date" => Regex::new(r"^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])$").unwrap().is_match(text),
        other => panic!("{other} is a format that is not checked here"),
    }
}

#[test]
fn what_is_wrong_is_found() {
    use serde_json::json;
    let mut checker = Checker::new();
    checker.document = json!({ "a": { "type": "integer" } });
    let object = json!({
        "type": "object", "required": ["x"], "additionalProperties": false, "properties": { "x": { "type": "integer" } }
    });
    for (schema, right, wrong, why) in [
        (json!({ "type": ["string", "null"] }), json!(null), json!(1), "types"),
        (json!({ "type": "integer" }), json!(1), json!(1.5), "a fraction"),
        (json!({ "enum": ["a", null] }), json!(null), json!("b"), "enum"),
        (json!({ "const": "a" }), json!("a"), json!("b"), "const"),
        (object.clone(), json!({ "x": 1 }), json!({}), "a key too few"),
        (object.clone(), json!({ "x": 1 }), json!({ "x": 1, "y": 1 }), "a key too many"),
        (object, json!({ "x": 1 }), json!({ "x": "1" }), "inside"),
        (json!({ "$ref": "#/a" }), json!(1), json!("1"), "a reference"),
        (json!({ "items": { "type": "string" }, "maxItems": 2 }), json!(["a"]), json!(["a", 1]), "an item"),
        (json!({ "minItems": 1, "maxItems": 2 }), json!([1]), json!([1, 2, 3]), "items"),
        (json!({ "minLength": 1 }), json!("ä"), json!(""), "minLength"),
        (json!({ "minimum": -90, "maximum": 90 }), json!(90.0), json!(90.1), "maximum"),
        (json!({ "minimum": 0 }), json!(0), json!(-1), "minimum"),
        (json!({ "pattern": "^a+$" }), json!("aa"), json!("ab"), "pattern"),
        (json!({ "format": "ipv4" }), json!("192.0.2.1"), json!("::"), "ipv4"),
        (json!({ "format": "ipv6" }), json!("::"), json!("192.0.2.1"), "ipv6"),
        (json!({ "format": "date" }), json!("2026-01-31"), json!("2026-13-01"), "date"),
        (json!({ "format": "uri" }), json!("https://a.example/"), json!("a"), "uri"),
        (json!({ "oneOf": [{ "type": "string" }, { "const": "a" }] }), json!("b"), json!("a"), "two of oneOf"),
        (json!({ "anyOf": [{ "type": "string" }, { "const": "a" }] }), json!("a"), json!(1), "none of anyOf"),
    ] {
        assert!(checker.accepts(&schema, &right), "{why}: {right}");
        assert!(!checker.accepts(&schema, &wrong), "{why}: {wrong}");
    }
}
