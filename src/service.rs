//! The way of a request, from what is asked to what is answered.

use std::{net::IpAddr, sync::OnceLock};

use futures_util::future::join;

use crate::address::{self, Embedded, Special, Via};
use crate::asn::{AutonomousSystem, Systems};
use crate::config::{self, Config, Variables};
use crate::dns::resolver::{self, Clock, Transport};
use crate::dns::{self, Status};
use crate::geo::{Locations, Place};
use crate::manifest::Manifest;
use crate::problem::Problem;
use crate::reply::{Caching, Reply};
use crate::report::{About, Health, Report};
use crate::route::{Options, Route};
use crate::{caller, embedded, mmdb};

/// All that the service needs of the world outside.
pub trait Outside: Variables + Transport + Clock {}

impl<O: Variables + Transport + Clock> Outside for O {}

/// A request, as far as it matters here.
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The path and the query, undecoded.
    pub path_with_query: &'a str,
    /// The values of a header, in the order in which they arrived.
    pub header: &'a dyn Fn(&str) -> Vec<Vec<u8>>,
}

/// The service: open databases and checked configuration, for the life of an instance.
pub struct Service {
    locations: Locations,
    systems: Systems,
    config: OnceLock<Config>,
}

impl Service {
    /// Opens the databases inside the component.
    ///
    /// # Errors
    ///
    /// When they are broken.
    pub fn open() -> Result<Self, mmdb::Error> {
        Ok(Self {
            locations: Locations::open(embedded::GEO, embedded::ERROR_BOUND_KM)?,
            systems: Systems::open(embedded::ASN)?,
            config: OnceLock::new(),
        })
    }

    /// Answers a request. What goes wrong is answered with a problem document.
    pub async fn answer(&self, request: Request<'_>, outside: &impl Outside) -> Reply {
        match self.document(&request, outside).await {
            Ok(reply) => reply,
            Err(problem) => Reply::problem(&problem),
        }
    }

    async fn document(&self, request: &Request<'_>, outside: &impl Outside) -> Result<Reply, Problem> {
        match Route::parse(request.method, request.path_with_query)? {
            Route::Own(options) => self.own(request, options, outside).await,
            Route::Address(ip, options) => {
                let report = self.report(ip, options, outside).await?;
                let caching = report.dns.as_ref().map_or(Caching::databases(), Caching::names);
                Reply::document(&report, options.pretty, caching)
            }
            Route::About(options) => {
                let resolvers = vec![self.config(outside).await?.resolver.to_string()];
                let manifest = Manifest::parse(embedded::MANIFEST)
                    .map_err(|error| Problem::Broken(format!("manifest.json cannot be read: {error}")))?;
                Reply::document(&About::new(&manifest, resolvers), options.pretty, Caching::databases())
            }
            Route::Health(options) => {
                self.config(outside).await?;
                Reply::document(&Health { status: "ok" }, options.pretty, Caching::Nobody)
            }
            Route::Methods => Ok(Reply::methods()),
        }
    }

    /// The report on whoever asks. It is theirs alone.
    async fn own(&self, request: &Request<'_>, options: Options, outside: &impl Outside) -> Result<Reply, Problem> {
        let source = caller::Source::default();
        let ip = source.find(&(request.header)(source.header()))?;
        let report = self.report(ip, options, outside).await?;
        let mut reply = Reply::document(&report, options.pretty, Caching::Nobody)?;
        reply.headers.push(("ipedge-caller", source.header().into()));
        Ok(reply)
    }

    /// The report on an address. The question to DNS is on its way while the databases are read.
    async fn report(&self, ip: IpAddr, options: Options, outside: &impl Outside) -> Result<Report<'_>, Problem> {
        let special = address::special(ip);
        let names = async { if options.dns { self.names(ip, special, outside).await.map(Some) } else { Ok(None) } };
        let embedded = address::embedded(ip);
        let (dns, found) = join(names, async { self.find(ip, special, embedded) }).await;
        let (asn, geo) = found?;
        Ok(Report {
            ip,
            version: if ip.is_ipv4() { 4 } else { 6 },
            special,
            embedded,
            asn,
            geo,
            dns: dns?,
            attribution: embedded::ATTRIBUTION,
        })
    }

    /// What an address is called. Special addresses are not asked for: their names are private.
    async fn names(
        &self,
        ip: IpAddr,
        special: Option<Special>,
        outside: &impl Outside,
    ) -> Result<dns::Answer, Problem> {
        match special {
            Some(special) => {
                let detail = format!("no question is asked about special addresses ({})", special.name);
                Ok(dns::Answer::without_names(Status::Skipped, detail))
            }
            None => Ok(resolver::names(outside, self.config(outside).await?, ip).await),
        }
    }

    /// What the databases say. A special address is nowhere; one that carries another has the system and the place of
    /// that one, unless it is announced by itself.
    fn find(
        &self,
        ip: IpAddr,
        special: Option<Special>,
        embedded: Option<Embedded>,
    ) -> Result<(Option<AutonomousSystem<'_>>, Option<Place<'_>>), Problem> {
        // The tree holds the IPv4 networks under the mapped and the 6to4 prefix, too; their networks read better as
        // what they are.
        let aliased = embedded.filter(|inside| matches!(inside.via, Via::Mapped | Via::SixToFour));
        let outer = if aliased.is_none() { self.systems.lookup(ip)? } else { None };
        let ordinary = embedded
            .map(|inside| IpAddr::V4(inside.ip))
            .or(special.is_none().then_some(ip))
            .filter(|ip| address::special(*ip).is_none());
        let Some(ordinary) = ordinary else { return Ok((outer, None)) };
        let asn = match outer {
            None if ordinary != ip => self.systems.lookup(ordinary)?,
            outer => outer,
        };
        Ok((asn, self.locations.lookup(ordinary)?))
    }

    /// The configuration: read at the first request that needs it. Two requests may read it at the same time; they read
    /// the same.
    async fn config(&self, variables: &impl Variables) -> Result<&Config, config::Error> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = Config::read(variables).await?;
        Ok(self.config.get_or_init(|| config))
    }
}

#[cfg(test)]
mod tests;
