//! Members of a report: what the path behind an address names.

use std::fmt;

/// The members of a [`Report`](crate::lookup::report::Report), and theirs. A test compares it with the report itself.
pub(crate) const CONTRACT: &[(&str, &[&str])] = &[
    ("ip", &[]),
    ("version", &[]),
    ("special", &["name", "block", "reference", "globally_reachable"]),
    ("embedded", &["ip", "via", "server"]),
    ("asn", &["number", "organization", "network"]),
    (
        "geo",
        &[
            "continent_code",
            "continent",
            "country_code",
            "country",
            "is_eu",
            "region",
            "city",
            "postal_code",
            "latitude",
            "longitude",
            "accuracy_km",
            "timezone",
            "network",
        ],
    ),
    ("dns", &["status", "names", "omitted", "confirmed", "authenticated", "ttl", "detail"]),
    ("attribution", &[]),
];

/// A member of a report: `asn`, or `asn/number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    outer: &'static str,
    inner: Option<&'static str>,
}

impl Member {
    /// The member at this path, `None` where the contract has none there.
    pub fn parse(path: &str) -> Option<Self> {
        let (outer, inner) = match path.split_once('/') {
            Some((outer, inner)) => (outer, Some(inner)),
            None => (path, None),
        };
        let (outer, members) = CONTRACT.iter().find(|(name, _)| *name == outer)?;
        let inner = match inner {
            Some(inner) => Some(*members.iter().find(|name| **name == inner)?),
            None => None,
        };
        Some(Self { outer, inner })
    }

    /// What must be found out for it.
    pub fn needs(self) -> Needs {
        Needs { asn: self.outer == "asn", geo: self.outer == "geo", dns: self.outer == "dns" }
    }

    /// The member's value in a report.
    pub fn of(self, mut report: serde_json::Value) -> serde_json::Value {
        let mut value = report[self.outer].take();
        match self.inner {
            Some(inner) => value[inner].take(),
            None => value,
        }
    }
}

impl fmt::Display for Member {
    /// The path that names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inner {
            Some(inner) => write!(f, "{}/{inner}", self.outer),
            None => f.write_str(self.outer),
        }
    }
}

/// The parts of a report that take work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Who announces the address.
    pub asn: bool,
    /// Where it is.
    pub geo: bool,
    /// What it is called.
    pub dns: bool,
}

impl Needs {
    /// The whole report.
    pub const ALL: Self = Self { asn: true, geo: true, dns: true };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths() {
        for (path, expected, why) in [
            ("asn", true, "an object"),
            ("asn/number", true, "a scalar"),
            ("dns/names", true, "a list"),
            ("ip", true, "a scalar at the top"),
            ("", false, "nothing"),
            ("asn/", false, "nothing behind the slash"),
            ("ASN", false, "members have a case, as in JSON"),
            ("asn/number/", false, "a scalar has no members"),
            ("dns/names/0", false, "elements of lists are no members"),
            ("ip/ip", false, "a scalar has no members"),
            ("nothing", false, "no member"),
        ] {
            assert_eq!(Member::parse(path).is_some(), expected, "{path}: {why}");
        }
    }

    #[test]
    fn values() {
        let report = json!({ "ip": "8.8.8.8", "asn": { "number": 15169 }, "geo": null });
        for (path, expected, why) in [
            ("ip", json!("8.8.8.8"), "at the top"),
            ("asn/number", json!(15169), "inside"),
            ("geo", json!(null), "null"),
            ("geo/city", json!(null), "inside null"),
        ] {
            let member = Member::parse(path).unwrap();
            assert_eq!(member.of(report.clone()), expected, "{path}: {why}");
        }
    }

    #[test]
    fn only_what_a_member_needs() {
        for (path, asn, geo, dns) in
            [("asn/number", true, false, false), ("geo", false, true, false), ("dns/ttl", false, false, true)]
        {
            assert_eq!(Member::parse(path).unwrap().needs(), Needs { asn, geo, dns }, "{path}");
        }
        for path in ["ip", "version", "special", "embedded", "attribution"] {
            let nothing = Needs { asn: false, geo: false, dns: false };
            assert_eq!(Member::parse(path).unwrap().needs(), nothing, "{path}");
        }
    }
}
