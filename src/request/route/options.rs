//! The query parameters.

use super::Error;
use crate::request::percent;

/// What the query parameters ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// `dns=false`: no DNS query for the names of addresses.
    pub dns: bool,
    /// `verify=true`: find out which names of an address resolve to it.
    pub verify: bool,
    /// `records=true`: query for further records of a host name.
    pub records: bool,
    /// `pretty=true`: indent the JSON.
    pub pretty: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { dns: true, verify: false, records: false, pretty: false }
    }
}

impl Options {
    /// Reads a query, without its `?`. Of a parameter given twice, the last value counts.
    pub(super) fn parse(query: &str) -> Result<Self, Error> {
        let mut options = Self::default();
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            // A name that cannot be decoded is not one of ours.
            let Ok(name) = percent::decode(name) else { continue };
            match &*name {
                "dns" => options.dns = flag("dns", value)?,
                "verify" => options.verify = flag("verify", value)?,
                "records" => options.records = flag("records", value)?,
                "pretty" => options.pretty = flag("pretty", value)?,
                _ => {}
            }
        }
        Ok(options)
    }

    /// The query for these options, with its `?`; empty where none differs from the default.
    pub fn query(self) -> String {
        let default = Self::default();
        let differing: Vec<_> = [
            ("dns", self.dns, default.dns),
            ("verify", self.verify, default.verify),
            ("records", self.records, default.records),
            ("pretty", self.pretty, default.pretty),
        ]
        .into_iter()
        .filter(|(_, value, default)| value != default)
        .map(|(name, value, _)| format!("{name}={value}"))
        .collect();
        if differing.is_empty() { String::new() } else { format!("?{}", differing.join("&")) }
    }
}

/// The value of a query parameter that is true or false; the parameter alone means true.
fn flag(name: &'static str, value: &str) -> Result<bool, Error> {
    match percent::decode(value).as_deref() {
        Ok("" | "true" | "1") => Ok(true),
        Ok("false" | "0") => Ok(false),
        _ => Err(Error::BadParameter(name)),
    }
}
