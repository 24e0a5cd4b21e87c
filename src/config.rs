//! The application's variables, read once and checked.

mod resolver;
pub mod variables;

use std::fmt;
use std::time::Duration;

use futures_util::future::try_join_all;

pub use resolver::{Method, Resolver};

use self::resolver::{endpoint, method, origin, resolver};
use self::variables::Variable;
use crate::platform::Platform;
use crate::request::caller;

/// What the application's variables say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `doh_primary`, `doh_path` and `doh_method`: the resolver that is queried first.
    pub primary: Resolver,
    /// `doh_fallback`, `doh_path` and `doh_method`: the resolver that is queried when the first fails or is slow; `None`
    /// where it is the same.
    pub fallback: Option<Resolver>,
    /// `dns_timeout_ms`: how long an answer may wait for DNS.
    pub dns_timeout: Duration,
    /// `dns_hedge_ms`: after how long without an answer the second resolver is queried, too. One that is not less than
    /// `dns_timeout` turns this off; the second is then queried only when the first fails.
    pub dns_hedge: Duration,
    /// `caller_header` and `trusted_proxies`: which header gives the caller's address.
    pub caller: caller::CallerHeader,
    /// `batch_limit`: how many subjects a batch may have; 0 turns batches off.
    pub batch_limit: usize,
    /// `host_names`: whether host names are looked up.
    pub host_names: bool,
    /// `ipv4_origin` and `ipv6_origin`: where the page finds out the caller's other address.
    pub origins: Origins,
}

/// Origins of the same service that are reached over one version of IP only, such as `https://ipv4.example`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// The origin without IPv6 addresses.
    pub ipv4: Option<String>,
    /// The origin without IPv4 addresses.
    pub ipv6: Option<String>,
}

impl Config {
    /// Reads the variables, all at the same time, and checks them.
    ///
    /// # Errors
    ///
    /// The first variable that is not there or has no usable value.
    pub async fn read(platform: &impl Platform) -> Result<Self, Error> {
        let values = Values(try_join_all(variables::ALL.map(|variable| read(platform, variable))).await?);
        let path = values.parse(variables::DOH_PATH, endpoint)?;
        let method = values.parse(variables::DOH_METHOD, method)?;
        let primary = values.parse(variables::DOH_PRIMARY, |url| resolver(url, &path, method))?;
        let fallback = values.parse(variables::DOH_FALLBACK, |url| resolver(url, &path, method))?;
        let header = values.get(variables::CALLER_HEADER)?;
        let proxies = values.get(variables::TRUSTED_PROXIES)?;
        Ok(Self {
            fallback: (fallback != primary).then_some(fallback),
            primary,
            dns_timeout: values.parse(variables::DNS_TIMEOUT_MS, milliseconds)?,
            dns_hedge: values.parse(variables::DNS_HEDGE_MS, milliseconds)?,
            caller: caller::CallerHeader::parse(header, proxy_count(proxies))?,
            batch_limit: values.parse(variables::BATCH_LIMIT, batch_limit)?,
            host_names: values.parse(variables::HOST_NAMES, switch)?,
            origins: Origins {
                ipv4: values.parse(variables::IPV4_ORIGIN, origin)?,
                ipv6: values.parse(variables::IPV6_ORIGIN, origin)?,
            },
        })
    }

    /// The resolvers, in the order in which they are queried.
    pub fn resolvers(&self) -> impl Iterator<Item = &Resolver> {
        [Some(&self.primary), self.fallback.as_ref()].into_iter().flatten()
    }
}

/// The value of a variable, from the platform or its default.
async fn read(platform: &impl Platform, variable: Variable) -> Result<(Variable, String), Error> {
    let value = platform.variable(variable.name).await.map_err(|why| Error { variable: variable.name, why })?;
    Ok((variable, value.unwrap_or_else(|| variable.environment_default().to_owned())))
}

/// The values of all variables.
struct Values(Vec<(Variable, String)>);

impl Values {
    fn get(&self, variable: Variable) -> Result<&str, Error> {
        let found = self.0.iter().find(|(known, _)| *known == variable);
        let missing = || Error { variable: variable.name, why: "was not read".to_owned() };
        found.map(|(_, value)| value.as_str()).ok_or_else(missing)
    }

    fn parse<T>(&self, variable: Variable, parse: impl FnOnce(&str) -> Result<T, &'static str>) -> Result<T, Error> {
        parse(self.get(variable)?).map_err(|why| Error { variable: variable.name, why: why.to_owned() })
    }
}

/// A variable that is not there, or whose value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    variable: &'static str,
    why: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variable {} {}", self.variable, self.why)
    }
}

impl std::error::Error for Error {}

impl From<caller::BadVariable> for Error {
    fn from(caller::BadVariable { variable, why }: caller::BadVariable) -> Self {
        Self { variable, why }
    }
}

/// A duration between a millisecond and the 30 seconds that an edge platform lets a request run.
fn milliseconds(value: &str) -> Result<Duration, &'static str> {
    match number(value) {
        Some(ms @ 1..=30_000) => Ok(Duration::from_millis(ms)),
        _ => Err("must be a whole number of milliseconds from 1 to 30000"),
    }
}

/// As many subjects as are looked up within a deadline.
fn batch_limit(value: &str) -> Result<usize, &'static str> {
    match number(value) {
        Some(limit @ 0..=1_000) => Ok(limit),
        _ => Err("must be a whole number from 0 to 1000"),
    }
}

fn switch(value: &str) -> Result<bool, &'static str> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("must be true or false"),
    }
}

/// A number of digits alone: `str::parse` accepts a sign.
fn number<N: std::str::FromStr>(value: &str) -> Option<N> {
    value.parse().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `trusted_proxies`, or nothing, which is refused where the value has a sign.
fn proxy_count(value: &str) -> &str {
    number::<usize>(value).map_or("", |_| value)
}

#[cfg(test)]
mod tests;
