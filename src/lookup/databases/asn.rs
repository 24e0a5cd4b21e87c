//! Who routes an address: the ASN database.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::lookup::databases::mmdb::{Error, Mmdb, Network};

/// The ASN database.
pub struct Systems(Mmdb);

impl Systems {
    /// Opens the database in `bytes` (GeoLite2 ASN schema).
    ///
    /// # Errors
    ///
    /// When the bytes are not such a database.
    pub fn open(bytes: &'static [u8]) -> Result<Self, Error> {
        Mmdb::open("asn.mmdb", bytes).map(Self)
    }

    /// The system that announces `ip`; `None` if the database has none.
    ///
    /// # Errors
    ///
    /// When the database is broken.
    pub fn lookup(&self, ip: IpAddr) -> Result<Option<AutonomousSystem<'_>>, Error> {
        let found = self.0.lookup::<Record>(ip)?;
        Ok(found.map(|(record, network)| AutonomousSystem {
            number: record.autonomous_system_number,
            organization: record.autonomous_system_organization,
            network,
        }))
    }
}

/// An autonomous system. Part of the [report](crate::lookup::report).
#[derive(Debug, PartialEq, Serialize)]
pub struct AutonomousSystem<'a> {
    /// The number (RFC 6793: 32 bits), without the letters "AS".
    pub number: u32,
    /// The holder of the number.
    pub organization: Option<&'a str>,
    /// The prefix that the record was found under.
    pub network: Network,
}

#[derive(Deserialize)]
struct Record<'a> {
    autonomous_system_number: u32,
    autonomous_system_organization: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static SYSTEMS: LazyLock<Systems> =
        LazyLock::new(|| Systems::open(crate::lookup::databases::bundled::ASN).unwrap());

    #[test]
    fn lookups() {
        for (ip, expected, why) in [
            ("8.8.8.8", Some((15169, "8.8.8.0/24")), "IPv4"),
            ("2606:4700::1", Some((13335, "2606:4700::/32")), "IPv6"),
            ("45.45.1.1", Some((64501, "45.45.0.0/16")), "the longer of two prefixes counts"),
            ("203.0.114.9", Some((4_294_967_294, "203.0.114.0/24")), "a number of 32 bits"),
            ("100.1.1.1", None, "not announced"),
        ] {
            let found = SYSTEMS.lookup(ip.parse().unwrap()).unwrap();
            let found = found.map(|system| (system.number, system.network.to_string()));
            assert_eq!(found, expected.map(|(number, network)| (number, network.to_owned())), "{ip}: {why}");
        }
    }
}
