//! The databases inside the component: who announces an address, and where it is.
//!
//! [`asn`] and [`geo`] look an address up through [`mmdb`]; [`bundled`] holds the bytes, [`manifest`] describes them, and
//! [`age`] says how old they are.

pub mod age;
pub mod asn;
pub mod bundled;
pub mod geo;
pub mod manifest;
pub mod mmdb;

use self::asn::Systems;
use self::geo::Locations;

/// The databases.
pub struct Databases {
    /// The places of addresses.
    pub locations: Locations,
    /// The systems that announce them.
    pub systems: Systems,
}

impl Databases {
    /// Opens the databases inside the component.
    ///
    /// # Errors
    ///
    /// When they are broken.
    pub fn open() -> Result<Self, mmdb::Error> {
        Ok(Self {
            locations: Locations::open(bundled::GEO, bundled::ERROR_BOUND_KM)?,
            systems: Systems::open(bundled::ASN)?,
        })
    }
}
