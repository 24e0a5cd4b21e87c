//! Paths of other services for members of the report on the caller's address.

use crate::request::member::Member;

/// The names, as ifconfig.co, ipinfo.io and ip-api.com have them, and the member that each redirects to.
const SHORT_NAMES: &[(&str, &[&str])] = &[
    ("json", &[]),
    ("ip", &["ip"]),
    ("asn", &["asn"]),
    ("org", &["asn", "organization"]),
    ("isp", &["asn", "organization"]),
    ("geo", &["geo"]),
    ("loc", &["geo"]),
    ("location", &["geo"]),
    ("continent", &["geo", "continent"]),
    ("country", &["geo", "country"]),
    ("country_code", &["geo", "country_code"]),
    ("country-iso", &["geo", "country_code"]),
    ("region", &["geo", "region"]),
    ("city", &["geo", "city"]),
    ("postal", &["geo", "postal_code"]),
    ("zip", &["geo", "postal_code"]),
    ("latitude", &["geo", "latitude"]),
    ("longitude", &["geo", "longitude"]),
    ("timezone", &["geo", "timezone"]),
    ("dns", &["dns"]),
    ("hostname", &["dns", "names"]),
];

/// The member that a short name redirects to; `Some(None)` for the whole report.
pub(super) fn member(name: &str) -> Option<Option<Member>> {
    let (_, segments) = SHORT_NAMES.iter().find(|(known, _)| *known == name)?;
    Some(Member::from_segments(segments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_member() {
        for (name, segments) in SHORT_NAMES {
            let found = member(name).unwrap().map(|member| member.to_string());
            assert_eq!(found.unwrap_or_default(), segments.join("/"), "{name}");
        }
        assert_eq!(member("nonsense"), None);
    }
}
