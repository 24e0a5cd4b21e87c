//! The kind of an address: its entry in the IANA special-purpose registries, and an IPv4 address inside an IPv6 one.

mod registry;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

pub use registry::Special;

/// The most specific entry of the special-purpose address registries that covers `ip` (RFC 6890); `None` for an ordinary
/// address. Multicast counts as special, too.
pub fn special(ip: IpAddr) -> Option<Special> {
    registry::find(ip)
}

/// The length of the prefix of Teredo addresses, in bits (RFC 4380 section 2.6).
pub const TEREDO_PREFIX: u8 = 32;

/// The IPv4 address inside `ip`, if it is an IPv6 address of a form that has one.
pub fn embedded(ip: IpAddr) -> Option<Embedded> {
    match ip {
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) => in_v6(ip),
    }
}

/// An IPv4 address inside an IPv6 one. Part of the [report](crate::lookup::report).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Embedded {
    /// The IPv4 address. It may be a special one itself.
    pub ip: Ipv4Addr,
    /// The form of the IPv6 address.
    pub via: Via,
    /// The Teredo server through which the client is reached, bits 32 to 63 (RFC 4380 section 4); `None` for the other
    /// forms.
    pub server: Option<Ipv4Addr>,
}

/// The forms of IPv6 address with an IPv4 address inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Via {
    /// `::/96`, RFC 4291 section 2.5.5.1, deprecated. Not if the last 32 bits are in 0.0.0.0/8: these are `::` and `::1`
    /// (sections 2.5.2 and 2.5.3), and small numbers such as `::2`, which are not hosts of "this network".
    #[serde(rename = "ipv4-compatible")]
    Compatible,
    /// `::ffff:0:0/96`, RFC 4291 section 2.5.5.2.
    #[serde(rename = "ipv4-mapped")]
    Mapped,
    /// `2002::/16`, RFC 3056 section 2: the address of the site's router.
    #[serde(rename = "6to4")]
    SixToFour,
    /// `64:ff9b::/96`, RFC 6052 section 2.1, the well-known prefix.
    #[serde(rename = "nat64")]
    Nat64,
    /// `64:ff9b:1::/48`, RFC 8215. The position of the bits is the operator's choice. An address that can be read in more
    /// than one way counts as one without an IPv4 address.
    #[serde(rename = "nat64-local")]
    Nat64Local,
    /// `2001::/32`, RFC 4380 section 4: the client's address, which is stored with all bits inverted.
    #[serde(rename = "teredo")]
    Teredo,
}

fn in_v6(ip: Ipv6Addr) -> Option<Embedded> {
    let (ip, via, server) = match ip.segments() {
        [0, 0, 0, 0, 0, 0, high, low] => (host(v4(high, low))?, Via::Compatible, None),
        [0, 0, 0, 0, 0, 0xffff, high, low] => (v4(high, low), Via::Mapped, None),
        [0x2002, high, low, ..] => (v4(high, low), Via::SixToFour, None),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => (v4(high, low), Via::Nat64, None),
        [0x64, 0xff9b, 1, ..] => (nat64_local(ip)?, Via::Nat64Local, None),
        [0x2001, 0, server, server_low, _, _, high, low] => {
            (v4(!high, !low), Via::Teredo, Some(v4(server, server_low)))
        }
        _ => return None,
    };
    Some(Embedded { ip, via, server })
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

/// `ip`, unless it is in 0.0.0.0/8, where no host can be reached (RFC 1122 section 3.2.1.3).
fn host(ip: Ipv4Addr) -> Option<Ipv4Addr> {
    (ip.octets()[0] != 0).then_some(ip)
}

/// The IPv4 address in an address of `64:ff9b:1::/48`, if only one reading is possible.
///
/// The translator's prefix has 48, 56, 64 or 96 bits (RFC 6052 section 2.2), and nothing in the address shows which. By
/// the rules of that section bits 64 to 71 are zero, the IPv4 address follows the prefix and skips those bits, and the
/// suffix after it is zero. Two readings are not hosts: 0.0.0.0/8 (RFC 1122 section 3.2.1.3), and x.0.0.0,
/// which by the same section names a network under every prefix from /8 to /30.
///
/// That leaves one reading for every host with a /96, the length in use (RFC 8215 section 6 has examples), and for every
/// host with a /64 whose last octet is not zero. With a /56 or a /48 few addresses have one reading: the octets of
/// 192.0.2.33 with a /48 are those of 0.2.33.0 with a /56, which is not a host, and of 2.33.0.0 with a /64, which may be
/// one.
fn nat64_local(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [_, _, _, _, _, _, a, b, reserved, c, d, e, f, g, h, i] = ip.octets();
    let readings = [
        ([a, b, c, d], [e, f, g, h, i] == [0; 5]), // prefix of 48 bits
        ([b, c, d, e], [f, g, h, i] == [0; 4]),    // 56
        ([c, d, e, f], [g, h, i] == [0; 3]),       // 64
        ([f, g, h, i], true),                      // 96: there is no suffix
    ];
    let mut possible = readings.into_iter().filter_map(|(octets, no_suffix)| match octets {
        [0, ..] | [_, 0, 0, 0] => None,
        octets => no_suffix.then_some(Ipv4Addr::from(octets)),
    });
    match (reserved, possible.next(), possible.next()) {
        (0, Some(only), None) => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_addresses() {
        for (ip, expected, why) in [
            ("8.8.8.8", None, "IPv4 has nothing inside"),
            ("2606:4700::1", None, "an ordinary address"),
            ("::8.8.8.8", Some(("8.8.8.8", Via::Compatible)), "compatible: the last 32 bits"),
            ("::10.0.0.1", Some(("10.0.0.1", Via::Compatible)), "a special address inside counts, too"),
            ("::1.0.0.0", Some(("1.0.0.0", Via::Compatible)), "the first after 0.0.0.0/8"),
            ("::", None, "the unspecified address, RFC 4291 section 2.5.2"),
            ("::1", None, "loopback, section 2.5.3"),
            ("::2", None, "a small number"),
            ("::ff:ffff", None, "the last of 0.0.0.0/8"),
            ("::1:808:808", None, "bits 64 to 95 are not zero"),
            ("::ffff:8.8.8.8", Some(("8.8.8.8", Via::Mapped)), "mapped"),
            ("::ffff:0.0.0.1", Some(("0.0.0.1", Via::Mapped)), "mapped: the prefix is unambiguous"),
            ("::fffe:8.8.8.8", None, "one below the mapped prefix"),
            ("2002:808:808::1", Some(("8.8.8.8", Via::SixToFour)), "the 32 bits after the prefix"),
            ("64:ff9b::8.8.8.8", Some(("8.8.8.8", Via::Nat64)), "the last 32 bits"),
            ("64:ff9b:0:1::8.8.8.8", None, "beside the well-known prefix"),
            ("64:ff9b:2::8.8.8.8", None, "beside the local-use prefix"),
            ("2001:db8::8.8.8.8", None, "documentation"),
            ("2001:db8:122:344::192.0.2.33", None, "a NAT64 prefix of a network looks like any other address"),
        ] {
            let expected = expected.map(|(ip, via)| Embedded { ip: ip.parse().unwrap(), via, server: None });
            assert_eq!(embedded(ip.parse().unwrap()), expected, "{ip}: {why}");
        }
    }

    #[test]
    fn teredo() {
        for (ip, client, server, why) in [
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45", "65.54.227.120", "behind a cone NAT"),
            ("2001:0:808:808:0:ffff:f7f7:f7f7", "8.8.8.8", "8.8.8.8", "port 0, all bits of the client inverted"),
            ("2001::", "255.255.255.255", "0.0.0.0", "the prefix alone: the bits still have a meaning"),
        ] {
            let expected =
                Embedded { ip: client.parse().unwrap(), via: Via::Teredo, server: Some(server.parse().unwrap()) };
            assert_eq!(embedded(ip.parse().unwrap()), Some(expected), "{ip}: {why}");
        }
        assert_eq!(embedded("2001:1::1".parse().unwrap()), None, "beside the prefix");
    }

    #[test]
    fn local_use_nat64() {
        for (ip, expected, why) in [
            ("64:ff9b:1::8.8.8.8", Some("8.8.8.8"), "/96"),
            ("64:ff9b:1:fffe::192.0.2.33", Some("192.0.2.33"), "/96, a prefix of RFC 8215 section 6"),
            ("64:ff9b:1:fffd:1::192.0.2.33", Some("192.0.2.33"), "/96, another"),
            ("64:ff9b:1:abcd:0:5431:192.0.2.33", Some("192.0.2.33"), "/96, another"),
            ("64:ff9b:1::10.0.0.1", Some("10.0.0.1"), "/96: what the suffix of a /64 would be is not zero"),
            ("64:ff9b:1::8.8.8.0", Some("8.8.8.0"), "/96, the last octet is zero"),
            ("64:ff9b:1::10.0.0.0", None, "/96: x.0.0.0 is a network, and 0.0.0.10 with a /64 is not a host"),
            ("64:ff9b:1:122:c0:2:2100:0", Some("192.0.2.33"), "/64"),
            ("64:ff9b:1:122:8:808:800:0", Some("8.8.8.8"), "/64"),
            ("64:ff9b:1:122:8:808:0:0", None, "8.8.8.0 with a /64, or 34.8.8.8 with a /56"),
            ("64:ff9b:1:100:8:808:0:0", Some("8.8.8.0"), "/64: 0.8.8.8 with a /56 is not a host"),
            ("64:ff9b:1:1c0:0:221:0:0", Some("192.0.2.33"), "/56: 0.2.33.0 with a /64 is not a host"),
            ("64:ff9b:1:108:8:808:0:0", None, "8.8.8.8 with a /56, or 8.8.8.0 with a /64"),
            ("64:ff9b:1:c000:2:2100::", None, "192.0.2.33 with a /48, or 2.33.0.0 with a /64"),
            ("64:ff9b:1:a00:0:100::", Some("10.0.0.1"), "/48: 0.0.1.0 and 0.1.0.0 are not hosts"),
            ("64:ff9b:1::", None, "the prefix alone"),
            ("64:ff9b:1:0:100::8.8.8.8", None, "bits 64 to 71 are not zero"),
        ] {
            let expected = expected.map(|ip| ip.parse().unwrap());
            let found = embedded(ip.parse().unwrap());
            assert_eq!(found.map(|found| found.ip), expected, "{ip}: {why}");
            assert!(found.is_none_or(|found| found.via == Via::Nat64Local && found.server.is_none()), "{ip}");
        }
    }

    /// Part of the contract with clients: the keys, and the names of the forms.
    #[test]
    fn as_json() {
        for (ip, expected) in [
            ("::8.8.8.8", r#"{"ip":"8.8.8.8","via":"ipv4-compatible","server":null}"#),
            ("::ffff:8.8.8.8", r#"{"ip":"8.8.8.8","via":"ipv4-mapped","server":null}"#),
            ("2002:808:808::", r#"{"ip":"8.8.8.8","via":"6to4","server":null}"#),
            ("64:ff9b::8.8.8.8", r#"{"ip":"8.8.8.8","via":"nat64","server":null}"#),
            ("64:ff9b:1::8.8.8.8", r#"{"ip":"8.8.8.8","via":"nat64-local","server":null}"#),
            ("2001:0:909:909::f7f7:f7f7", r#"{"ip":"8.8.8.8","via":"teredo","server":"9.9.9.9"}"#),
        ] {
            assert_eq!(serde_json::to_string(&embedded(ip.parse().unwrap())).unwrap(), expected, "{ip}");
        }
    }
}
