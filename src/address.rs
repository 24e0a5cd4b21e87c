//! What kind of address it is: an entry of the IANA special-purpose registries, an IPv4 address inside an IPv6 one.

mod registry;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

pub use registry::Special;

/// The most specific entry of the special-purpose address registries that covers `ip` (RFC 6890), `None` for an
/// ordinary address. Multicast counts as special, too.
pub fn special(ip: IpAddr) -> Option<Special> {
    registry::find(ip)
}

/// The IPv4 address that `ip` carries, where it is an IPv6 address of a form that carries one.
pub fn embedded(ip: IpAddr) -> Option<Embedded> {
    match ip {
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) => in_v6(ip),
    }
}

/// An IPv4 address inside an IPv6 one. Part of the [report](crate::report).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Embedded {
    /// The IPv4 address.
    pub ip: Ipv4Addr,
    /// The form that carries it.
    pub via: Via,
}

/// The forms of IPv6 address that carry an IPv4 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Via {
    /// `::ffff:0:0/96`, RFC 4291 section 2.5.5.2.
    #[serde(rename = "ipv4-mapped")]
    Mapped,
    /// `2002::/16`, RFC 3056 section 2: the address of the site's router.
    #[serde(rename = "6to4")]
    SixToFour,
    /// `64:ff9b::/96`, RFC 6052 section 2.1, the well-known prefix.
    #[serde(rename = "nat64")]
    Nat64,
    /// `2001::/32`, RFC 4380 section 4: the client's address, which is stored with all bits inverted.
    #[serde(rename = "teredo")]
    Teredo,
}

fn in_v6(ip: Ipv6Addr) -> Option<Embedded> {
    let (ip, via) = match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => (v4(high, low), Via::Mapped),
        [0x2002, high, low, ..] => (v4(high, low), Via::SixToFour),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => (v4(high, low), Via::Nat64),
        [0x2001, 0, _, _, _, _, high, low] => (v4(!high, !low), Via::Teredo),
        _ => return None,
    };
    Some(Embedded { ip, via })
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_addresses() {
        for (ip, expected, why) in [
            ("8.8.8.8", None, "IPv4 carries itself only"),
            ("2606:4700::1", None, "an ordinary address"),
            ("::8.8.8.8", None, "IPv4-compatible: deprecated, RFC 4291 section 2.5.5.1"),
            ("::ffff:8.8.8.8", Some(("8.8.8.8", Via::Mapped)), "mapped"),
            ("2002:808:808::1", Some(("8.8.8.8", Via::SixToFour)), "the 32 bits after the prefix"),
            ("64:ff9b::8.8.8.8", Some(("8.8.8.8", Via::Nat64)), "the last 32 bits"),
            ("64:ff9b:1::8.8.8.8", None, "local-use NAT64: where the address stands is the operator's choice"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Some(("192.0.2.45", Via::Teredo)), "RFC 4380's form"),
            ("2001:db8::8.8.8.8", None, "documentation"),
        ] {
            let expected = expected.map(|(ip, via)| Embedded { ip: ip.parse().unwrap(), via });
            assert_eq!(embedded(ip.parse().unwrap()), expected, "{ip}: {why}");
        }
    }
}
