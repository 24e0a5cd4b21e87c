//! The `database_type` of a packed database.
//!
//! By the MaxMind DB specification the type names the structure of the records. GeoIP2's readers check it: those for
//! Python and Node.js look for `City`, `Country` or `GeoLite2-ASN` in it, the one for Go has a list of whole names. A
//! packed database keeps its source's type wherever those readers accept it. Otherwise the type gets a suffix such as
//! ` (compat=City)`, as DB-IP writes it, which the readers for Python and Node.js accept.

/// The type of the npm package's location database. Its source, in the schema of GeoIP2 City, has this type.
pub const DBIP_CITY: &str = "DBIP-City-Lite";

/// The type of the npm package's ASN database, most of whose names are from the source with this type.
pub const DBIP_ASN: &str = "DBIP-ASN-Lite (compat=GeoLite2-ASN)";

/// The type of a location database that was packed from one of type `source`.
pub fn location(source: &str) -> String {
    compatible(source, &["City", "Country", "Enterprise"], "City")
}

/// The type of an ASN database that was packed from one of type `source`.
pub fn systems(source: &str) -> String {
    compatible(source, &["GeoLite2-ASN", "GeoIP2-ISP", "GeoIP2-Precision-ISP"], "GeoLite2-ASN")
}

fn compatible(source: &str, accepted: &[&str], with: &str) -> String {
    let source = printable(source);
    match accepted.iter().any(|part| source.contains(part)) {
        true => source,
        false => format!("{source} (compat={with})").trim_start().to_owned(),
    }
}

/// A type as it may be shown: at most 80 characters, without control characters.
pub fn printable(database_type: &str) -> String {
    database_type.chars().filter(|char| !char.is_control()).take(80).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_readers_accept_the_type() {
        for (source, expected, reason) in [
            ("GeoLite2-City", "GeoLite2-City", "MaxMind's own"),
            ("DBIP-Location (compat=City)", "DBIP-Location (compat=City)", "DB-IP's suffix"),
            ("GeoIP2-Country", "GeoIP2-Country", "has only countries"),
            ("ipinfo standard_location.mmdb", "ipinfo standard_location.mmdb (compat=City)", "another schema"),
            ("", "(compat=City)", "no type"),
            ("a\nb", "ab (compat=City)", "a line break"),
        ] {
            assert_eq!(location(source), expected, "{reason}");
        }
        for (source, expected, reason) in [
            ("GeoLite2-ASN", "GeoLite2-ASN", "MaxMind's own"),
            (DBIP_ASN, DBIP_ASN, "DB-IP's own"),
            ("GeoIP2-ISP", "GeoIP2-ISP", "includes AS numbers"),
            ("ipinfo generic_asn.mmdb", "ipinfo generic_asn.mmdb (compat=GeoLite2-ASN)", "another schema"),
        ] {
            assert_eq!(systems(source), expected, "{reason}");
        }
    }
}
