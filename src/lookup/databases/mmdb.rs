//! Lookups in one MaxMind DB.
//!
//! `Ok(None)` means that the database has no record for an address; an [`Error`] means that the database is broken.

use std::{fmt, net::IpAddr};

use maxminddb::{MaxMindDbError, Reader};
use serde::Deserialize;

/// An open database.
pub struct Mmdb {
    file: &'static str,
    reader: Reader<&'static [u8]>,
}

impl Mmdb {
    /// Opens the database in `bytes`; `file` names it in errors.
    ///
    /// # Errors
    ///
    /// When the bytes are not a MaxMind DB, or one without IPv6.
    pub fn open(file: &'static str, bytes: &'static [u8]) -> Result<Self, Error> {
        let reader = Reader::from_source(bytes).map_err(|source| Error { file, source })?;
        if reader.metadata().ip_version != 6 {
            let source = MaxMindDbError::invalid_database("it has IPv4 only; pack it with IPv6");
            return Err(Error { file, source });
        }
        Ok(Self { file, reader })
    }

    /// The record that covers `ip`, and the network that it was found under.
    ///
    /// # Errors
    ///
    /// When the tree points outside the file, or the record is not of the schema `T`.
    pub fn lookup<'a, T: Deserialize<'a>>(&'a self, ip: IpAddr) -> Result<Option<(T, Network)>, Error> {
        self.find(ip).map_err(|source| Error { file: self.file, source })
    }

    fn find<'a, T: Deserialize<'a>>(&'a self, ip: IpAddr) -> Result<Option<(T, Network)>, MaxMindDbError> {
        let found = self.reader.lookup(ip)?;
        let Some(record) = found.decode()? else { return Ok(None) };
        let network = found.network()?;
        Ok(Some((record, Network { ip: network.ip(), prefix: network.prefix() })))
    }
}

/// A network (RFC 4632, RFC 4291 section 2.3): its first address, and the length of its prefix in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    ip: IpAddr,
    prefix: u8,
}

impl Network {
    /// The length of the prefix, in bits.
    pub fn prefix(self) -> u8 {
        self.prefix
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ip, self.prefix)
    }
}

impl serde::Serialize for Network {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A database that cannot be read.
#[derive(Debug)]
pub struct Error {
    file: &'static str,
    source: MaxMindDbError,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be read", self.file)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_file() {
        let bytes: [(&'static [u8], &str); 3] = [
            (b"", "an empty file"),
            (b"<html>404 Not Found</html>", "an error page that was downloaded"),
            (b"\xab\xcd\xefMaxMind.com", "the marker without metadata after it"),
        ];
        for (bytes, why) in bytes {
            let error = Mmdb::open("geo.mmdb", bytes).err().unwrap_or_else(|| panic!("{why}: opened"));
            assert_eq!(error.to_string(), "geo.mmdb cannot be read", "{why}");
        }
    }

    #[test]
    fn a_cut_database_is_an_error() {
        let cut =
            crate::lookup::databases::bundled::GEO.get(..crate::lookup::databases::bundled::GEO.len() / 2).unwrap();
        assert!(Mmdb::open("geo.mmdb", cut).is_err());
    }
}
