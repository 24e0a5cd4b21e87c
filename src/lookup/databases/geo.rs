//! Where an address is: the location database.

mod record;

use std::net::IpAddr;

use serde::Serialize;

use self::record::Record;
use crate::lookup::databases::mmdb::{Error, Mmdb, Network};

/// The location database.
pub struct Locations {
    mmdb: Mmdb,
    /// How far, in kilometres, a packed place may be from its source's; `None` if the database is lossless.
    error_bound_km: Option<u32>,
}

impl Locations {
    /// Opens the database in `bytes` (GeoIP2 City schema).
    ///
    /// # Errors
    ///
    /// When the bytes are not such a database.
    pub fn open(bytes: &'static [u8], error_bound_km: Option<u32>) -> Result<Self, Error> {
        Ok(Self { mmdb: Mmdb::open("geo.mmdb", bytes)?, error_bound_km })
    }

    /// The place of `ip`; `None` if the database has none.
    ///
    /// # Errors
    ///
    /// When the database is broken.
    pub fn lookup(&self, ip: IpAddr) -> Result<Option<Place<'_>>, Error> {
        let found = self.mmdb.lookup::<Record>(ip)?;
        Ok(found.map(|(record, network)| Place::new(record, network, self.error_bound_km)))
    }
}

/// Where an address is. Part of the [report](crate::lookup::report).
#[derive(Debug, PartialEq, Serialize)]
pub struct Place<'a> {
    /// Two letters: AF, AN, AS, EU, NA, OC or SA.
    pub continent_code: Option<&'a str>,
    /// The continent's name in English.
    pub continent: Option<&'a str>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<&'a str>,
    /// The country's name in English.
    pub country: Option<&'a str>,
    /// Whether the country is a member of the European Union; `None` if no country is known. A packed record has GeoIP2's
    /// `is_in_european_union` only if it is true, so its absence in a record with a country means no.
    pub is_eu: Option<bool>,
    /// The first-level subdivision: state, province, region.
    pub region: Option<&'a str>,
    /// The city.
    pub city: Option<&'a str>,
    /// The postal code, as the country writes it.
    pub postal_code: Option<&'a str>,
    /// Degrees north, WGS 84.
    pub latitude: Option<f64>,
    /// Degrees east, WGS 84.
    pub longitude: Option<f64>,
    /// Kilometres around the coordinates within which the place is: the source's figure if it has one, else the database's
    /// error bound. `None` if there are no coordinates, or if neither is known.
    pub accuracy_km: Option<u32>,
    /// A name of the IANA time zone database.
    pub timezone: Option<&'a str>,
    /// The network that the record was found under.
    pub network: Network,
}

impl<'a> Place<'a> {
    fn new(record: Record<'a>, network: Network, error_bound_km: Option<u32>) -> Self {
        let has_coordinates = record.latitude.is_some() && record.longitude.is_some();
        Self {
            continent_code: record.continent_code,
            continent: record.continent,
            country_code: record.country_code,
            country: record.country,
            is_eu: record.country_code.map(|_| record.is_eu),
            region: record.region,
            city: record.city,
            postal_code: record.postal_code,
            latitude: record.latitude,
            longitude: record.longitude,
            accuracy_km: record.accuracy_km.or(error_bound_km).filter(|_| has_coordinates),
            timezone: record.timezone,
            network,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static LOCATIONS: LazyLock<Locations> =
        LazyLock::new(|| Locations::open(crate::lookup::databases::bundled::GEO, Some(33)).unwrap());

    fn place(ip: &str) -> Option<Place<'static>> {
        LOCATIONS.lookup(ip.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_whole_record() {
        let place = place("8.8.8.8").unwrap();
        assert_eq!(
            serde_json::to_value(&place).unwrap(),
            serde_json::json!({
                "continent_code": "NA", "continent": "North America",
                "country_code": "XE", "country": "Elbonia", "is_eu": false,
                "region": "Mudlands", "city": "Bog City", "postal_code": "94043",
                "latitude": 37.422, "longitude": -122.085, "accuracy_km": 25,
                "timezone": "America/Bog_City", "network": "8.8.8.0/25"
            })
        );
    }

    #[test]
    fn missing_values_are_none() {
        struct TestCase {
            ip: &'static str,
            read: fn(&Place) -> bool,
            why: &'static str,
        }
        for case in [
            TestCase { ip: "8.8.8.129", read: |p| p.postal_code.is_none(), why: "no postal code" },
            TestCase { ip: "8.8.8.129", read: |p| p.city == Some("Upper Bog"), why: "the longer prefix counts" },
            TestCase { ip: "9.9.9.9", read: |p| p.is_eu == Some(true), why: "a member of the Union" },
            TestCase { ip: "9.9.9.9", read: |p| p.accuracy_km == Some(33), why: "the database's bound" },
            TestCase { ip: "45.1.2.3", read: |p| p.latitude == Some(0.0), why: "a latitude of 0" },
            TestCase { ip: "46.1.2.3", read: |p| p.latitude.is_none(), why: "no coordinates" },
            TestCase { ip: "46.1.2.3", read: |p| p.accuracy_km.is_none(), why: "no radius without coordinates" },
            TestCase {
                ip: "45.1.2.3",
                read: |p| p.accuracy_km == Some(100),
                why: "the source's figure, not the bound",
            },
            TestCase { ip: "46.1.2.3", read: |p| p.region.is_none() && p.city.is_none(), why: "a country only" },
        ] {
            let place = place(case.ip).unwrap_or_else(|| panic!("{}: {}: no place", case.ip, case.why));
            assert!((case.read)(&place), "{}: {}: {place:?}", case.ip, case.why);
        }
    }

    #[test]
    fn an_address_that_no_network_covers_has_no_place() {
        for ip in ["100.1.1.1", "2c0f::1"] {
            assert_eq!(place(ip), None, "{ip}");
        }
    }
}
