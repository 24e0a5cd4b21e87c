//! Zones that the public DNS does not have. A query for a name in one of them only reveals private names to resolvers.

/// A zone that the public DNS does not have, or has no hosts in.
#[derive(Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The zone, without a dot before or after it.
    pub zone: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// The rule that reserves it.
    pub source: &'static str,
}

/// The zone of the table that contains `name` or equals it. The name is in lower case and has no final dot.
pub(super) fn zone_of(name: &str) -> Option<&'static Reserved> {
    let is_in = |zone: &str| name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    RESERVED.iter().find(|reserved| is_in(reserved.zone))
}

/// The zones. The first match counts, so a zone comes before the zone that contains it.
const RESERVED: &[Reserved] = &[
    reserved("local", "names on one network link", "RFC 6762 section 3"),
    reserved("localhost", "the machine itself", "RFC 6761 section 6.3"),
    reserved("test", "tests", "RFC 6761 section 6.2"),
    reserved("example", "documentation", "RFC 6761 section 6.5"),
    reserved("invalid", "names that must not exist", "RFC 6761 section 6.4"),
    reserved("onion", "services of the Tor network", "RFC 7686 section 2"),
    reserved("alt", "names outside the DNS", "RFC 9476 section 2"),
    reserved("internal", "private networks", "ICANN Board resolution of 2024-07-29"),
    reserved("intranet", "private networks", "RFC 6762 appendix G"),
    reserved("private", "private networks", "RFC 6762 appendix G"),
    reserved("corp", "private networks", "RFC 6762 appendix G"),
    reserved("home", "private networks", "RFC 6762 appendix G"),
    reserved("lan", "private networks", "RFC 6762 appendix G"),
    reserved("mail", "private networks", "ICANN Board resolution of 2018-02-04"),
    reserved("home.arpa", "home networks", "RFC 8375 section 4"),
    reserved("arpa", "the infrastructure of the Internet, not hosts", "RFC 3172 section 2"),
];

const fn reserved(zone: &'static str, purpose: &'static str, source: &'static str) -> Reserved {
    Reserved { zone, purpose, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zone that IANA has delegated in the meantime is not reserved any more.
    #[test]
    fn no_zone_is_a_top_level_domain() {
        let delegated = include_str!("../../../tests/registries/tlds.txt");
        for reserved in RESERVED.iter().filter(|reserved| reserved.zone != "arpa") {
            assert!(!delegated.lines().any(|tld| tld == reserved.zone), "{}", reserved.zone);
        }
    }

    #[test]
    fn a_zone_comes_before_the_one_that_contains_it() {
        for (position, reserved) in RESERVED.iter().enumerate() {
            let first = RESERVED.iter().position(|zone| Some(zone) == zone_of(reserved.zone));
            assert_eq!(first, Some(position), "{}", reserved.zone);
        }
    }
}
