//! What is known of a subject: the kind of address, the entries of the databases, and the answers of DNS.
//!
//! - [`address`] knows the IANA special-purpose registries and finds IPv4 addresses inside IPv6 ones.
//! - [`databases`] look an address up in the two databases inside the component.
//! - [`dns`] queries for an address's names, and for what a host name resolves to.
//! - [`report`] is the document: its types are the contract with every client. [`timing`] measures how long each part
//!   took.

pub mod address;
pub mod databases;
pub mod dns;
pub mod report;
pub mod timing;

pub use databases::Databases;

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::{join, join_all};
use hickory_proto::rr::Name;

use crate::lookup::address::{Embedded, Special, Via};
use crate::lookup::databases::asn::AutonomousSystem;
use crate::lookup::databases::geo::Place;
use crate::lookup::databases::{bundled, mmdb};
use crate::lookup::dns::forward::{self, Addresses};
use crate::lookup::dns::queries::{Queries, Summary};
use crate::lookup::dns::reverse::{self, Names};
use crate::lookup::report::{Host, Item, Report};
use crate::lookup::timing::Timing;
use crate::platform::Platform;
use crate::request::member::Needs;
use crate::request::route::Options;
use crate::request::subject::{HostName, Subject};

/// The lookups of one request.
pub struct Lookup<'a, O> {
    databases: &'a Databases,
    platform: &'a O,
    /// `None` if DNS is not queried at all.
    queries: Option<Queries<'a, O>>,
    options: Options,
    timing: Timing,
}

impl<'a, O: Platform> Lookup<'a, O> {
    /// Lookups in `databases`, and with `queries` in DNS, according to `options`.
    pub fn new(databases: &'a Databases, platform: &'a O, queries: Option<Queries<'a, O>>, options: Options) -> Self {
        Self { databases, platform, queries, options, timing: Timing::default() }
    }

    /// Whether a report on `ip` queries DNS.
    pub fn asks_dns(ip: IpAddr, needs: Needs, options: Options) -> bool {
        matches!(ReverseLookup::of(ip, needs, options), ReverseLookup::Query)
    }

    /// What the answers of DNS have in common.
    pub fn summary(&self) -> Summary {
        self.queries.as_ref().map(Queries::summary).unwrap_or_default()
    }

    /// The value of `server-timing`; empty if nothing was looked up.
    pub fn server_timing(&self) -> String {
        self.timing.header(&self.summary())
    }

    /// How long DNS took; `None` where there was no query, and in answers that are not for the caller alone: it would
    /// show which answers were cached.
    pub fn dns_time(&self) -> Option<Duration> {
        self.timing.dns().filter(|_| self.summary().private)
    }

    /// What is known of a subject.
    ///
    /// # Errors
    ///
    /// When a database is broken.
    pub async fn subject(&self, subject: &Subject) -> Result<Item<'a>, Error> {
        match subject {
            Subject::Address(ip) => self.report(*ip, Needs::ALL).await.map(|report| Item::Report(Box::new(report))),
            Subject::Host(host) => self.host(host).await.map(|host| Item::Host(Box::new(host))),
        }
    }

    /// What a host name resolves to. The names of its addresses are queried only if `verify` asks for it.
    ///
    /// # Errors
    ///
    /// When a database is broken.
    pub async fn host(&self, host: &HostName) -> Result<Host<'a>, Error> {
        let Some(queries) = &self.queries else {
            return Err(Error::without_dns());
        };
        // Label by label: hickory-proto's parser of whole names rejects hyphens at the beginning of labels.
        let labels = host.ascii().split('.').map(str::as_bytes);
        let name = Name::from_labels(labels).map_err(|error| Error::Internal(error.to_string()))?;
        let records = async {
            match self.options.records {
                true => Some(forward::records(queries, &name).await),
                false => None,
            }
        };
        let asked = join(forward::addresses(queries, &name), records);
        let (found, records) = self.timing.of_dns(self.platform, asked).await;
        let Addresses { canonical, a, aaaa, addresses, omitted } = found;
        let needs = Needs { dns: self.options.verify, ..Needs::ALL };
        let reports = join_all(addresses.into_iter().map(|ip| self.report(ip, needs))).await;
        Ok(Host {
            host: host.ascii().to_owned(),
            unicode: host.unicode().to_owned(),
            canonical,
            a,
            aaaa,
            addresses: reports.into_iter().collect::<Result<_, _>>()?,
            omitted,
            records,
            attribution: bundled::ATTRIBUTION,
        })
    }

    /// The report on an address, as far as it is needed. The DNS query is on its way while the databases are read.
    ///
    /// # Errors
    ///
    /// When a database is broken.
    pub async fn report(&self, ip: IpAddr, needs: Needs) -> Result<Report<'a>, Error> {
        let special = address::special(ip);
        let embedded = address::embedded(ip);
        let (dns, found) = join(self.names(ip, needs), async { self.find(ip, special, embedded, needs) }).await;
        let (dns, (asn, geo)) = (dns?, found?);
        Ok(Report {
            ip,
            version: if ip.is_ipv4() { 4 } else { 6 },
            special,
            embedded,
            asn,
            geo,
            dns,
            attribution: bundled::ATTRIBUTION,
        })
    }

    /// The names of an address; `None` if they are not requested.
    async fn names(&self, ip: IpAddr, needs: Needs) -> Result<Option<Names>, Error> {
        let verify = self.options.verify;
        match ReverseLookup::of(ip, needs, self.options) {
            ReverseLookup::NotRequested => Ok(None),
            ReverseLookup::Special(Special { name, .. }) => {
                let reason = format!("no query is sent for special addresses ({name})");
                Ok(Some(Names::skipped(reason, verify)))
            }
            ReverseLookup::Query => {
                let queries = self.queries.as_ref().ok_or_else(Error::without_dns)?;
                Ok(Some(self.timing.of_dns(self.platform, reverse::names(queries, ip, verify)).await))
            }
        }
    }

    /// The entries of the databases. A special address has no place. An address with another inside has the place of
    /// the inner one, and also its autonomous system, unless the outer one is announced itself.
    fn find(
        &self,
        ip: IpAddr,
        special: Option<Special>,
        embedded: Option<Embedded>,
        needs: Needs,
    ) -> Result<(Option<AutonomousSystem<'a>>, Option<Place<'a>>), Error> {
        // The search tree has the IPv4 networks under these prefixes, too. They are reported as IPv4 networks.
        let aliased =
            embedded.is_some_and(|inside| matches!(inside.via, Via::Mapped | Via::Compatible | Via::SixToFour));
        let ordinary = embedded
            .map(|inside| IpAddr::V4(inside.ip))
            .or(special.is_none().then_some(ip))
            .filter(|ip| address::special(*ip).is_none());
        let mut asn = None;
        if needs.asn && !aliased {
            asn = self.system(ip)?;
        }
        // And under the Teredo prefix. There the IPv4 address is the server's, which is not the client's network.
        let is_teredo = embedded.is_some_and(|inside| inside.via == Via::Teredo);
        asn = asn.filter(|system| !is_teredo || system.network.prefix() <= address::TEREDO_PREFIX);
        let Some(ordinary) = ordinary else { return Ok((asn, None)) };
        if needs.asn && asn.is_none() && (aliased || ordinary != ip) {
            asn = self.system(ordinary)?;
        }
        Ok((asn, if needs.geo { self.place(ordinary)? } else { None }))
    }

    fn system(&self, ip: IpAddr) -> Result<Option<AutonomousSystem<'a>>, Error> {
        Ok(self.timing.of(self.platform, "asn", || self.databases.systems.lookup(ip))?)
    }

    fn place(&self, ip: IpAddr) -> Result<Option<Place<'a>>, Error> {
        Ok(self.timing.of(self.platform, "geo", || self.databases.locations.lookup(ip))?)
    }
}

/// Whether the names of an address are looked up.
enum ReverseLookup {
    /// The report has none, because the request does not need them.
    NotRequested,
    /// No query is sent: the address is in this special block, or the address inside it is. Their names are private.
    Special(Special),
    /// A query is sent.
    Query,
}

impl ReverseLookup {
    fn of(ip: IpAddr, needs: Needs, options: Options) -> Self {
        if !needs.dns || !options.dns {
            return Self::NotRequested;
        }
        let inside = || address::embedded(ip).and_then(|inside| address::special(inside.ip.into()));
        address::special(ip).or_else(inside).map_or(Self::Query, Self::Special)
    }
}

/// Why a lookup failed. Nothing that a client or a resolver sends is the cause.
#[derive(Debug)]
pub enum Error {
    /// A database cannot be read.
    Database(mmdb::Error),
    /// The code is at fault.
    Internal(String),
}

impl Error {
    fn without_dns() -> Self {
        Self::Internal("a lookup needs DNS and has none".to_owned())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => write!(f, "{error}"),
            Self::Internal(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Database(error) => error.source(),
            Self::Internal(_) => None,
        }
    }
}

impl From<mmdb::Error> for Error {
    fn from(error: mmdb::Error) -> Self {
        Self::Database(error)
    }
}
