//! Whose request it is: the caller's address, from the headers that the platform sets.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

/// The header in which Spin tells the caller's address and port.
pub const HEADER: &str = "spin-client-addr";

/// The caller's address, from the values of [`HEADER`] in the order in which they arrived.
///
/// Spin appends its own headers to those of the client, so only the last value is Spin's; any other may be forged. An
/// IPv4 client of a dual-stack listener arrives as an IPv4-mapped address (RFC 4291 section 2.5.5.2) and is given back
/// as what it is.
///
/// # Errors
///
/// When there is no value, or the last is no `address:port`: the platform in front is not Spin, or not configured.
pub fn address<V: AsRef<[u8]>>(values: &[V]) -> Result<IpAddr, Unknown> {
    let last = values.last().ok_or(Unknown::Missing)?.as_ref();
    let text = std::str::from_utf8(last).map_err(|_| Unknown::NoAddress)?;
    let address: SocketAddr = text.trim().parse().map_err(|_| Unknown::NoAddress)?;
    Ok(address.ip().to_canonical())
}

/// Why the caller is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The header is not there.
    Missing,
    /// The header's last value is no `address:port`.
    NoAddress,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "the platform sent no {HEADER} header"),
            Self::NoAddress => write!(f, "the platform's {HEADER} header holds no address and port"),
        }
    }
}

impl std::error::Error for Unknown {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_counts() {
        let rows: [(&[&str], Result<&str, Unknown>, &str); 13] = [
            (&["192.0.2.1:5000"], Ok("192.0.2.1"), "IPv4 and port"),
            (&["[2001:db8::1]:5000"], Ok("2001:db8::1"), "IPv6 in brackets and port"),
            (&["[::ffff:192.0.2.1]:5000"], Ok("192.0.2.1"), "IPv4 over a dual-stack listener"),
            (&["6.6.6.6:1", "192.0.2.1:5000"], Ok("192.0.2.1"), "forged: the client's comes first"),
            (&["6.6.6.6:1", "7.7.7.7:2", "192.0.2.1:5000"], Ok("192.0.2.1"), "forged twice"),
            (&["", "192.0.2.1:5000"], Ok("192.0.2.1"), "forged: empty"),
            (&[], Err(Unknown::Missing), "not behind Spin"),
            (&[""], Err(Unknown::NoAddress), "empty"),
            (&["192.0.2.1"], Err(Unknown::NoAddress), "no port: not Spin's own"),
            (&["6.6.6.6:1, 192.0.2.1:5000"], Err(Unknown::NoAddress), "merged values: nobody can tell whose is whose"),
            (&["192.0.2.1:99999"], Err(Unknown::NoAddress), "no such port"),
            (&["[fe80::1%eth0]:1"], Err(Unknown::NoAddress), "a zone means nothing to us"),
            (&["localhost:80"], Err(Unknown::NoAddress), "a name"),
        ];
        for (values, expected, why) in rows {
            let expected = expected.map(|ip| ip.parse().unwrap());
            assert_eq!(address(values), expected, "{values:?}: {why}");
        }
    }

    #[test]
    fn bytes_that_are_no_text() {
        assert_eq!(address(&[b"\xff\xfe".as_slice()]), Err(Unknown::NoAddress));
    }
}
