//! The makers of the data and their terms, which the manifest states so that the data may be used.

use crate::error::Error;
use crate::lock::Part;
use crate::manifest::Source;
use crate::sources::database_type;
use serde::Deserialize;
use std::path::Path;
use time::{Date, Month};

/// An npm package with data in it.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version, which ends in the hour in which it was made: `2.3.2026061719`.
    pub version: String,
}

const CC_BY: (&str, &str) = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/");

const CC_BY_SA: (&str, &str) = ("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/");
const PDDL: (&str, &str) = ("PDDL-1.0", "https://opendatacommons.org/licenses/pddl/1-0/");
const GEOLITE: (&str, &str) = ("LicenseRef-GeoLite-EULA", "https://www.maxmind.com/en/geolite/eula");
const GEOLITE_ATTRIBUTION: &str =
    "This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com";
const IPINFO: &str = "IP address data powered by IPinfo (https://ipinfo.io)";

/// The line that DB-IP's licence requires wherever its data is shown.
pub const DB_IP: &str = "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0";

impl Package {
    /// Reads `package.json` in the package's directory.
    pub fn read(directory: &Path) -> Result<Self, Error> {
        let file = directory.join("package.json");
        let text = read(&file)?;
        serde_json::from_str(&text).map_err(|error| Error::file(&file, error.to_string()))
    }

    /// The day in its version.
    pub fn build_date(&self) -> Option<Date> {
        let stamp = self.version.rsplit('.').next()?;
        let part = |range: std::ops::Range<usize>| stamp.get(range)?.parse::<u8>().ok();
        let month = Month::try_from(part(4..6)?).ok()?;
        Date::from_calendar_date(stamp.get(0..4)?.parse().ok()?, month, part(6..8)?).ok()
    }

    /// One source of the package; its terms are in `notices`, files of the package.
    pub fn source(
        &self,
        directory: &Path,
        name: &str,
        attribution: &str,
        build_date: Date,
        notices: &[&str],
    ) -> Result<Source, Error> {
        let notices: Result<Vec<String>, Error> = notices.iter().map(|notice| read(&directory.join(notice))).collect();
        Ok(Source {
            name: name.to_owned(),
            package: Some(self.name.clone()),
            version: Some(self.version.clone()),
            build_date: Some(build_date.to_string()),
            licence: CC_BY.0.to_owned(),
            licence_url: CC_BY.1.to_owned(),
            attribution: attribution.to_owned(),
            licence_text: notices?.iter().map(|notice| notice.trim()).collect::<Vec<_>>().join("\n\n"),
        })
    }
}

/// The source of the time zones that pack adds by coordinates: the boundaries of timezone-boundary-builder, which are
/// made from OpenStreetMap.
pub fn time_zones(release: &str) -> Source {
    Source {
        name: "Time zone boundaries".to_owned(),
        package: Some("tzf-dist".to_owned()),
        version: Some(release.to_owned()),
        build_date: None,
        licence: "ODbL-1.0".to_owned(),
        licence_url: "https://opendatacommons.org/licenses/odbl/1-0/".to_owned(),
        attribution: "Time zones: OpenStreetMap contributors (https://www.openstreetmap.org/copyright), ODbL 1.0"
            .to_owned(),
        licence_text: "Data is licensed under ODbL 1.0.".to_owned(),
    }
}

/// The source of a file that was fetched from its maker, who is known: a file's own type is not asked.
pub fn of_fetched(source: &str, part: Part, own_type: &str, build_date: Date) -> Source {
    let of_type = of_database(own_type, build_date);
    let (name, (licence, licence_url), attribution) = match (source, part) {
        ("dbip", Part::Asn) => ("DB-IP ASN Lite", CC_BY, DB_IP),
        ("dbip", _) | ("ip-location-db", Part::City) => ("DB-IP City Lite", CC_BY, DB_IP),
        ("ip-location-db", _) => ("ip-location-db origin-asn", PDDL, ""),
        ("geolite2", Part::Asn) => ("GeoLite2 ASN", GEOLITE, GEOLITE_ATTRIBUTION),
        ("geolite2", _) => ("GeoLite2 City", GEOLITE, GEOLITE_ATTRIBUTION),
        ("ipinfo", _) => ("IPinfo Lite", CC_BY_SA, IPINFO),
        _ => return of_type,
    };
    Source {
        name: name.to_owned(),
        licence: licence.to_owned(),
        licence_url: licence_url.to_owned(),
        attribution: attribution.to_owned(),
        ..of_type
    }
}

/// The source of a custom database, as far as its type identifies it. The type is the file's own, so it is not trusted.
pub fn of_database(database_type: &str, build_date: Date) -> Source {
    let name = database_type::printable(database_type);
    let kind = name.to_ascii_lowercase();
    let unknown =
        format!("Data: {} of {build_date}", if name.is_empty() { "a database without a type" } else { &name });
    let (licence, licence_url, attribution) = if kind.starts_with("geolite2") {
        (GEOLITE.0, GEOLITE.1, GEOLITE_ATTRIBUTION)
    } else if kind.starts_with("dbip") && kind.contains("lite") {
        (CC_BY.0, CC_BY.1, DB_IP)
    } else if kind.starts_with("ipinfo") && kind.contains("lite") {
        (CC_BY_SA.0, CC_BY_SA.1, IPINFO)
    } else if kind.starts_with("ipinfo") {
        ("LicenseRef-IPinfo", "https://ipinfo.io/terms-of-service", IPINFO)
    } else {
        ("LicenseRef-proprietary", "", &*unknown)
    };
    Source {
        name: name.clone(),
        package: None,
        version: None,
        build_date: Some(build_date.to_string()),
        licence: licence.to_owned(),
        licence_url: licence_url.to_owned(),
        attribution: attribution.to_owned(),
        licence_text: String::new(),
    }
}

fn read(file: &Path) -> Result<String, Error> {
    std::fs::read_to_string(file).map_err(|source| Error::io(file, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_contains_the_day() {
        for (version, date, reason) in [
            ("2.3.2026061719", Some("2026-06-17"), "as the packages number themselves"),
            ("2.3.4", None, "an ordinary version"),
            ("2.3.2026139900", None, "digits that are not a date"),
        ] {
            let package = Package { name: "p".to_owned(), version: version.to_owned() };
            assert_eq!(package.build_date().map(|date| date.to_string()).as_deref(), date, "{reason}");
        }
    }

    #[test]
    fn a_custom_database_has_its_makers_terms() {
        let date = Date::from_calendar_date(2026, Month::June, 5).unwrap();
        for (kind, licence, reason) in [
            ("GeoLite2-City", "LicenseRef-GeoLite-EULA", "MaxMind's free database"),
            ("GeoIP2-City", "LicenseRef-proprietary", "MaxMind's paid one"),
            ("DBIP-City-Lite", "CC-BY-4.0", "the free one"),
            ("DBIP-Location (compat=City)", "LicenseRef-proprietary", "the paid one"),
            ("ipinfo generic_location.mmdb", "LicenseRef-IPinfo", "IPinfo writes its name in lower case"),
            ("ipinfo bundle_lite.mmdb", "CC-BY-SA-4.0", "the free one"),
        ] {
            assert_eq!(of_database(kind, date).licence, licence, "{reason}");
        }
        let hostile = of_database("My\ncargo::rustc-env=A=B", date);
        assert_eq!(
            hostile.attribution, "Data: Mycargo::rustc-env=A=B of 2026-06-05",
            "one line, whatever the file says"
        );
    }
}
