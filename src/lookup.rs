//! Looking up the subjects of one request.

use std::net::IpAddr;

use futures_util::future::{join, join_all};
use hickory_proto::rr::Name;

use crate::address::{self, Embedded, Special, Via};
use crate::asn::{AutonomousSystem, Systems};
use crate::dns::forward::{self, Addresses};
use crate::dns::session::{Outside, Session, Summary};
use crate::dns::{Answer, reverse};
use crate::embedded;
use crate::geo::{Locations, Place};
use crate::member::Needs;
use crate::problem::Problem;
use crate::report::{Host, Item, Report};
use crate::route::Options;
use crate::subject::{HostName, Subject};
use crate::timing::Timing;

/// The databases.
pub struct Databases {
    /// Where addresses are.
    pub locations: Locations,
    /// Who announces them.
    pub systems: Systems,
}

/// The lookups of one request.
pub struct Lookup<'a, O> {
    databases: &'a Databases,
    outside: &'a O,
    /// `None` where DNS is not asked at all.
    session: Option<Session<'a, O>>,
    options: Options,
    timing: Timing,
}

impl<'a, O: Outside> Lookup<'a, O> {
    /// Lookups in `databases`, and with `session` in DNS, as `options` want them.
    pub fn new(databases: &'a Databases, outside: &'a O, session: Option<Session<'a, O>>, options: Options) -> Self {
        Self { databases, outside, session, options, timing: Timing::default() }
    }

    /// Whether a report on `ip` asks DNS. Special addresses are not asked about, nor are those that carry one: their
    /// names are private.
    pub fn asks_dns(ip: IpAddr, needs: Needs, options: Options) -> bool {
        needs.dns && options.dns && private(address::special(ip), address::embedded(ip)).is_none()
    }

    /// What the answers of DNS had in common.
    pub fn summary(&self) -> Summary {
        self.session.as_ref().map(Session::summary).unwrap_or_default()
    }

    /// The value of `server-timing`; empty where nothing took time.
    pub fn server_timing(&self) -> String {
        self.timing.header(self.summary().source.as_ref())
    }

    /// What a subject of a batch is answered with. What goes wrong is a problem of that subject alone.
    pub async fn item(&self, subject: &Subject) -> Item<'a> {
        let item = match subject {
            Subject::Address(ip) => self.report(*ip, Needs::ALL).await.map(|report| Item::Report(Box::new(report))),
            Subject::Host(host) => self.host(host).await.map(|host| Item::Host(Box::new(host))),
        };
        item.unwrap_or_else(|problem| Item::Problem(problem.document()))
    }

    /// What a host name leads to. DNS is asked about its addresses only where they are to be verified.
    ///
    /// # Errors
    ///
    /// When a database is broken.
    pub async fn host(&self, host: &HostName) -> Result<Host<'a>, Problem> {
        let Some(session) = &self.session else {
            return Err(Problem::Broken("a host name was looked up without DNS".to_owned()));
        };
        // The name has been checked; what hickory-proto would refuse of it, nobody can ask for.
        let mut name = Name::from_ascii(host.ascii()).map_err(|error| Problem::Broken(error.to_string()))?;
        name.set_fqdn(true);
        let records = async {
            match self.options.records {
                true => Some(forward::records(session, &name).await),
                false => None,
            }
        };
        let asked = join(forward::addresses(session, &name), records);
        let (found, records) = self.timing.of_dns(self.outside, asked).await;
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
            attribution: embedded::ATTRIBUTION,
        })
    }

    /// The report on an address, as far as it is needed. The question to DNS is on its way while the databases are
    /// read.
    ///
    /// # Errors
    ///
    /// When a database is broken.
    pub async fn report(&self, ip: IpAddr, needs: Needs) -> Result<Report<'a>, Problem> {
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
            attribution: embedded::ATTRIBUTION,
        })
    }

    /// What an address is called.
    async fn names(&self, ip: IpAddr, special: Option<Special>, embedded: Option<Embedded>) -> Answer {
        let verify = self.options.verify;
        match (private(special, embedded), &self.session) {
            (None, Some(session)) => self.timing.of_dns(self.outside, reverse::names(session, ip, verify)).await,
            (private, _) => {
                let name = private.map_or("", |special| special.name);
                Answer::skipped(format!("no question is asked about special addresses ({name})"), verify)
            }
        }
    }

    /// What the databases say. A special address is nowhere; one that carries another has the system and the place of
    /// that one, unless it is announced by itself.
    fn find(
        &self,
        ip: IpAddr,
        special: Option<Special>,
        embedded: Option<Embedded>,
        needs: Needs,
    ) -> Result<(Option<AutonomousSystem<'a>>, Option<Place<'a>>), Problem> {
        // The tree holds the IPv4 networks under these prefixes, too; their networks read better as what they are.
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
        let Some(ordinary) = ordinary else { return Ok((asn, None)) };
        if needs.asn && asn.is_none() && (aliased || ordinary != ip) {
            asn = self.system(ordinary)?;
        }
        Ok((asn, if needs.geo { self.place(ordinary)? } else { None }))
    }

    fn system(&self, ip: IpAddr) -> Result<Option<AutonomousSystem<'a>>, Problem> {
        Ok(self.timing.of(self.outside, "asn", || self.databases.systems.lookup(ip))?)
    }

    fn place(&self, ip: IpAddr) -> Result<Option<Place<'a>>, Problem> {
        Ok(self.timing.of(self.outside, "geo", || self.databases.locations.lookup(ip))?)
    }
}

/// The special block for whose sake nothing is asked about an address: its own, or that of the address inside it.
fn private(special: Option<Special>, embedded: Option<Embedded>) -> Option<Special> {
    special.or_else(|| embedded.and_then(|inside| address::special(inside.ip.into())))
}
