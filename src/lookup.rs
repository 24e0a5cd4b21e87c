//! What is known of a subject: what kind of address it is, what the databases say, and what DNS says.
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

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::{join, join_all};
use hickory_proto::rr::Name;

use crate::lookup::address::{Embedded, Special, Via};
use crate::lookup::databases::asn::{AutonomousSystem, Systems};
use crate::lookup::databases::geo::{Locations, Place};
use crate::lookup::databases::{bundled, mmdb};
use crate::lookup::dns::forward::{self, Addresses};
use crate::lookup::dns::session::{Session, Summary};
use crate::lookup::dns::{Answer, reverse};
use crate::lookup::report::{Host, Item, Report};
use crate::lookup::timing::Timing;
use crate::platform::Platform;
use crate::request::member::Needs;
use crate::request::route::Options;
use crate::request::subject::{HostName, Subject};

/// The databases.
pub struct Databases {
    /// Where addresses are.
    pub locations: Locations,
    /// Who announces them.
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

/// The lookups of one request.
pub struct Lookup<'a, O> {
    databases: &'a Databases,
    platform: &'a O,
    /// `None` where DNS is not asked at all.
    session: Option<Session<'a, O>>,
    options: Options,
    timing: Timing,
}

impl<'a, O: Platform> Lookup<'a, O> {
    /// Lookups in `databases`, and with `session` in DNS, as `options` want them.
    pub fn new(databases: &'a Databases, platform: &'a O, session: Option<Session<'a, O>>, options: Options) -> Self {
        Self { databases, platform, session, options, timing: Timing::default() }
    }

    /// Whether a report on `ip` asks DNS. Special addresses are not asked about, nor are those that carry one: their
    /// names are private.
    pub fn asks_dns(ip: IpAddr, needs: Needs, options: Options) -> bool {
        needs.dns && options.dns && no_ptr_reason(address::special(ip), address::embedded(ip)).is_none()
    }

    /// What the answers of DNS had in common.
    pub fn summary(&self) -> Summary {
        self.session.as_ref().map(Session::summary).unwrap_or_default()
    }

    /// The value of `server-timing`; empty where nothing took time.
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

    /// What a host name leads to. DNS is asked about its addresses only where they are to be verified.
    ///
    /// # Errors
    ///
    /// When a database is broken.
    pub async fn host(&self, host: &HostName) -> Result<Host<'a>, Error> {
        let Some(session) = &self.session else {
            return Err(Error::Internal("a host name was looked up without DNS".to_owned()));
        };
        // Label by label: hickory-proto's parser of whole names rejects hyphens at the beginning of labels.
        let labels = host.ascii().split('.').map(str::as_bytes);
        let name = Name::from_labels(labels).map_err(|error| Error::Internal(error.to_string()))?;
        let records = async {
            match self.options.records {
                true => Some(forward::records(session, &name).await),
                false => None,
            }
        };
        let asked = join(forward::addresses(session, &name), records);
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

    /// The report on an address, as far as it is needed. The question to DNS is on its way while the databases are
    /// read.
    ///
    /// # Errors
    ///
    /// When a database is broken.
    pub async fn report(&self, ip: IpAddr, needs: Needs) -> Result<Report<'a>, Error> {
        let special = address::special(ip);
        let embedded = address::embedded(ip);
        let names = async {
            match needs.dns && self.options.dns {
                true => Some(self.names(ip, special, embedded).await),
                false => None,
            }
        };
        let (dns, found) = join(names, async { self.find(ip, special, embedded, needs) }).await;
        let (asn, geo) = found?;
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

    /// What an address is called.
    async fn names(&self, ip: IpAddr, special: Option<Special>, embedded: Option<Embedded>) -> Answer {
        let verify = self.options.verify;
        match (no_ptr_reason(special, embedded), &self.session) {
            (None, Some(session)) => self.timing.of_dns(self.platform, reverse::names(session, ip, verify)).await,
            (reason, _) => {
                let name = reason.map_or("", |special| special.name);
                Answer::skipped(format!("no query is sent for special addresses ({name})"), verify)
            }
        }
    }

    /// What the databases have. A special address has no place; one that carries another has the system and the place
    /// of that one, unless it is announced by itself.
    fn find(
        &self,
        ip: IpAddr,
        special: Option<Special>,
        embedded: Option<Embedded>,
        needs: Needs,
    ) -> Result<(Option<AutonomousSystem<'a>>, Option<Place<'a>>), Error> {
        // The tree has the IPv4 networks under these prefixes, too. They read better as IPv4.
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
        // Below the Teredo prefix, too. There the IPv4 address is the server's: its network says nothing of the client.
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

/// Why a lookup failed. Nothing that a client or a resolver sends causes it.
#[derive(Debug)]
pub enum Error {
    /// A database cannot be read.
    Database(mmdb::Error),
    /// The code contradicts itself.
    Internal(String),
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

/// The special block because of which no PTR query is sent: that of the address, or of the address inside it. Their names
/// are private.
fn no_ptr_reason(special: Option<Special>, embedded: Option<Embedded>) -> Option<Special> {
    special.or_else(|| embedded.and_then(|inside| address::special(inside.ip.into())))
}
