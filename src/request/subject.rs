//! The subject of a request, as people type it: an address or a host name.
//!
//! Nothing is guessed. A text that different programs read as different addresses is refused, with the reason and a hint.
//! So is a name that the public DNS cannot have.

mod host;
mod invalid;
mod literal;
mod reserved;
mod reverse;
mod web_file;

use std::borrow::Cow;
use std::net::IpAddr;

use crate::request::percent;

pub use host::HostName;
pub use invalid::Invalid;
pub use reserved::Reserved;

/// The longest text that is read, in bytes. A name has at most 253 octets in the DNS; four times as many bytes of
/// UTF-8 leave room for every spelling of one.
const LONGEST: usize = 1024;

/// The subject of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An address, or its name in the reverse zone.
    Address(IpAddr),
    /// A name that the public DNS may have.
    Host(HostName),
}

impl Subject {
    /// Reads a segment of a URL's path: UTF-8, percent-encoded where necessary (RFC 3986 sections 2.1, 2.5).
    ///
    /// # Errors
    ///
    /// Why the text is neither an address nor a public host name.
    pub fn from_segment(segment: &str) -> Result<Self, Invalid> {
        let subject = decode(segment).and_then(|text| Self::parse(&text));
        match subject {
            // A zone that was not encoded, as in `%eth0`: its % was read as the beginning of an octet.
            Err(Invalid::Percent | Invalid::Encoding | Invalid::Ipv6) if literal::has_zone(segment) => {
                Err(Invalid::Zone)
            }
            subject => subject,
        }
    }

    /// Reads plain text: a line of a batch, or a segment that has been decoded. Blanks around it are ignored.
    ///
    /// # Errors
    ///
    /// Why the text is neither an address nor a public host name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::Empty);
        }
        if text.len() > LONGEST {
            return Err(Invalid::NameLength);
        }
        if let Some(address) = literal::parse(text)? {
            return Ok(Self::Address(address));
        }
        if let Some(ending) = web_file::ending(text) {
            return Err(Invalid::WebFile(ending));
        }
        let host = HostName::parse(text)?;
        // Mapping can make an ending, for example from a full stop of another script.
        if let Some(ending) = web_file::ending(host.ascii()) {
            return Err(Invalid::WebFile(ending));
        }
        match reverse::parse(host.ascii())? {
            // Names of the reverse zones are ASCII. A text that is only mapped to such a name is not an address.
            Some(_) if !text.is_ascii() => Err(Invalid::Lookalike),
            Some(address) => Ok(Self::Address(address)),
            None => host.public().map(Self::Host),
        }
    }
}

fn decode(segment: &str) -> Result<Cow<'_, str>, Invalid> {
    percent::decode(segment).map_err(|malformed| match malformed {
        percent::Malformed::Percent => Invalid::Percent,
        percent::Malformed::NotUtf8 => Invalid::Encoding,
    })
}

#[cfg(test)]
mod tests;
