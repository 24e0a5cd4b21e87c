//! Members of a report, as the path after an address names them: `/8.8.8.8/asn/number`.
//!
//! "Member" is the word of JSON for a name and its value in an object (RFC 8259 section 4), and that of the contract:
//! `/{ip}/{member}`.

use std::fmt;

/// The members of a [`Report`](crate::lookup::report::Report), each with its own members. A test compares this list with
/// the report.
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

/// The inner members that are lists.
const LISTS: &[(&str, &str)] = &[("dns", "names"), ("dns", "confirmed")];

/// A member of a report: `asn`, or `asn/number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    outer: &'static str,
    inner: Option<&'static str>,
}

impl Member {
    /// The member at this path; `None` if the contract has no such member.
    pub fn parse(path: &str) -> Option<Self> {
        Self::from_segments(&path.split('/').collect::<Vec<_>>())
    }

    /// The member at these decoded segments of a path; `None` if the contract has no such member.
    pub fn from_segments(segments: &[&str]) -> Option<Self> {
        let (outer, inner) = match *segments {
            [outer] => (outer, None),
            [outer, inner] => (outer, Some(inner)),
            _ => return None,
        };
        let (outer, members) = CONTRACT.iter().find(|(name, _)| *name == outer)?;
        let inner = match inner {
            Some(inner) => Some(*members.iter().find(|name| **name == inner)?),
            None => None,
        };
        Some(Self { outer, inner })
    }

    /// The name of the member of the report.
    pub fn outer(self) -> &'static str {
        self.outer
    }

    /// The name of the member inside that one, if the path has one.
    pub fn inner(self) -> Option<&'static str> {
        self.inner
    }

    /// The lookups that it needs.
    pub fn needs(self) -> Needs {
        Needs { asn: self.outer == "asn", geo: self.outer == "geo", dns: self.outer == "dns" }
    }

    /// Whether the contract has a scalar (or null) as its value. Other members are an object or a list (or null).
    pub fn is_scalar(self) -> bool {
        match self.inner {
            Some(inner) => !LISTS.contains(&(self.outer, inner)),
            None => CONTRACT.iter().any(|(name, members)| *name == self.outer && members.is_empty()),
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

/// The parts of a report that take work to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The autonomous system that announces the address.
    pub asn: bool,
    /// The place.
    pub geo: bool,
    /// The names, by reverse DNS.
    pub dns: bool,
}

impl Needs {
    /// The whole report.
    pub const ALL: Self = Self { asn: true, geo: true, dns: true };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, expected, why) in [
            ("asn", true, "an object"),
            ("asn/number", true, "a scalar"),
            ("dns/names", true, "a list"),
            ("ip", true, "a scalar at the top"),
            ("", false, "an empty path"),
            ("asn/", false, "an empty second segment"),
            ("ASN", false, "names are case-sensitive, as in JSON"),
            ("asn/number/", false, "a scalar has no members"),
            ("dns/names/0", false, "list elements are not members"),
            ("ip/ip", false, "a scalar has no members"),
            ("nothing", false, "an unknown name"),
        ] {
            assert_eq!(Member::parse(path).is_some(), expected, "{path}: {why}");
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
