//! The document: its serde types are the contract with every client.
//!
//! Every key is always there, and has one type or null. Numbers are numbers, times are seconds, distances kilometres.

use std::net::IpAddr;

use serde::Serialize;

use crate::address::{Embedded, Special};
use crate::asn::AutonomousSystem;
use crate::geo::Place;
use crate::manifest::Database;
use crate::{dns, manifest::Manifest};

/// What is known of an address.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// The address, in the canonical form (RFC 5952).
    pub ip: IpAddr,
    /// The version of the Internet Protocol: 4 or 6.
    pub version: u8,
    /// The entry of the special-purpose registries that covers the address; null for an ordinary one.
    pub special: Option<Special>,
    /// The IPv4 address inside an IPv6 one.
    pub embedded: Option<Embedded>,
    /// Who announces it.
    pub asn: Option<AutonomousSystem<'a>>,
    /// Where it is.
    pub geo: Option<Place<'a>>,
    /// What it is called; null only where DNS was not asked for.
    pub dns: Option<dns::Answer>,
    /// What the databases' licences ask one to say.
    pub attribution: &'static str,
}

/// What this is and where its data is from: the document of `/about`.
#[derive(Debug, Serialize)]
pub struct About<'a> {
    /// The name of the service.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The URLs of the resolvers that it asks.
    pub resolvers: Vec<String>,
    /// The profile that the databases were packed with.
    pub profile: &'a str,
    /// The databases, with their sources and licences.
    pub databases: &'a [Database],
    /// What the databases' licences ask one to say.
    pub attribution: &'a str,
}

impl<'a> About<'a> {
    /// The document, for databases of this manifest and these resolvers.
    pub fn new(manifest: &'a Manifest, resolvers: Vec<String>) -> Self {
        Self {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            resolvers,
            profile: &manifest.profile,
            databases: &manifest.databases,
            attribution: &manifest.attribution,
        }
    }
}

/// The document of `/health`.
#[derive(Debug, Serialize)]
pub struct Health {
    /// Always `ok`: what is not well answers with a problem document.
    pub status: &'static str,
}
