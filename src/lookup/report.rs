//! The documents. Their serde types are the contract with every client.
//!
//! Every key is always present, with one type or null. Numbers are numbers, times are seconds, distances kilometres.

use std::net::IpAddr;
use std::time::Duration;

use serde::Serialize;

use crate::lookup::address::{Embedded, Special};
use crate::lookup::databases::age::{self, Age};
use crate::lookup::databases::asn::AutonomousSystem;
use crate::lookup::databases::geo::Place;
use crate::lookup::databases::manifest::{Database, Manifest};
use crate::lookup::dns::forward::{QueryOutcome, Records};
use crate::lookup::dns::reverse::Names;

/// The report on an address.
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
    /// The autonomous system that announces it.
    pub asn: Option<AutonomousSystem<'a>>,
    /// The place of the address.
    pub geo: Option<Place<'a>>,
    /// Its names; null if and only if they were not requested.
    pub dns: Option<Names>,
    /// The attribution that the databases' licences require: one text for all sources.
    pub attribution: &'static str,
}

/// One member of a report, written as it is inside the report.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Part<'r> {
    /// `ip`.
    Ip(IpAddr),
    /// `version`.
    Version(u8),
    /// `special`.
    Special(Option<Special>),
    /// `embedded`.
    Embedded(Option<Embedded>),
    /// `asn`.
    Asn(&'r Option<AutonomousSystem<'r>>),
    /// `geo`.
    Geo(&'r Option<Place<'r>>),
    /// `dns`.
    Dns(&'r Option<Names>),
    /// `attribution`.
    Attribution(&'r str),
}

impl Report<'_> {
    /// The member of this name; `None` if there is none.
    pub fn part(&self, name: &str) -> Option<Part<'_>> {
        Some(match name {
            "ip" => Part::Ip(self.ip),
            "version" => Part::Version(self.version),
            "special" => Part::Special(self.special),
            "embedded" => Part::Embedded(self.embedded),
            "asn" => Part::Asn(&self.asn),
            "geo" => Part::Geo(&self.geo),
            "dns" => Part::Dns(&self.dns),
            "attribution" => Part::Attribution(self.attribution),
            _ => return None,
        })
    }
}

/// What a host name resolves to.
#[derive(Debug, Serialize)]
pub struct Host<'a> {
    /// The name in lower case, internationalised labels as `xn--…` (RFC 5890 section 2.3.2.1), without the root dot.
    pub host: String,
    /// The same name with internationalised labels as people read them.
    pub unicode: String,
    /// The name that it is an alias of: the end of the CNAME chain; null if there is none.
    pub canonical: Option<String>,
    /// The outcome of the query for IPv4 addresses.
    pub a: QueryOutcome,
    /// The outcome of the query for IPv6 addresses.
    pub aaaa: QueryOutcome,
    /// The reports on its addresses, IPv4 first, each once, at most [`MAX_ADDRESSES`](crate::lookup::dns::forward::MAX_ADDRESSES).
    pub addresses: Vec<Report<'a>>,
    /// The number of further addresses, and of address records that cannot be read.
    pub omitted: usize,
    /// Further records at the name; null if they were not requested.
    pub records: Option<Records>,
    /// The attribution that the databases' licences require: one text for all sources.
    pub attribution: &'static str,
}

/// The document on a subject.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Item<'a> {
    /// An address.
    Report(Box<Report<'a>>),
    /// A host name.
    Host(Box<Host<'a>>),
}

/// What this service is and where its data is from: the document of `/about`.
#[derive(Debug, Serialize)]
pub struct About<'a> {
    /// The name of the service.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The origins of the resolvers that it queries.
    pub resolvers: Vec<String>,
    /// The profile that the databases were packed with.
    pub profile: &'a str,
    /// The databases, with their sources and licences.
    pub databases: &'a [Database],
    /// The attribution that the databases' licences require: one text for all sources.
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
    /// Always `ok`: a failure is a problem document.
    pub status: &'static str,
    /// Whether the data is so old that it should be renewed: even the newest database is older than
    /// [`age::STALE_AFTER_DAYS`].
    pub stale: bool,
    /// The dates and ages of the databases.
    pub databases: [Age; 2],
}

impl Health {
    /// The document, at a time since the beginning of 1970 by the wall clock.
    pub fn new(now: Duration) -> Self {
        let databases = age::of_bundled(now);
        Self { status: "ok", stale: age::is_stale(&databases), databases }
    }
}
