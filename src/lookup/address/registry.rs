//! The IANA special-purpose address registries as a table.
//!
//! Facts of <https://www.iana.org/assignments/iana-ipv4-special-registry> and
//! <https://www.iana.org/assignments/iana-ipv6-special-registry> (RFC 6890, RFC 8190), both as last updated on
//! 2025-10-09. Multicast, which has separate registries (RFC 5771, RFC 4291 section 2.7), is at the end of each table.
//! `tests/registries/iana-special-purpose.tsv` has the same facts with their sources, in any order. A test compares the
//! two, so that the two edits for a new version of the registries check each other.

use std::net::IpAddr;

use serde::Serialize;

/// An entry of the registries. Part of the [report](crate::lookup::report).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Special {
    /// The registry's name for the block.
    pub name: &'static str,
    /// The block, in CIDR notation.
    pub block: &'static str,
    /// The documents that made it special.
    pub reference: &'static str,
    /// Whether routers forward it beyond one administrative domain (RFC 8190 section 2.1). `None` if the registry has
    /// "N/A" (6to4, Teredo) or no value because the block was returned, and for multicast, which has scopes instead.
    pub globally_reachable: Option<bool>,
}

/// The most specific entry that covers `ip`.
pub(super) fn find(ip: IpAddr) -> Option<Special> {
    let (entries, bits, width): (&[Entry], u128, u32) = match ip {
        IpAddr::V4(ip) => (IPV4, u128::from(ip.to_bits()), 32),
        IpAddr::V6(ip) => (IPV6, ip.to_bits(), 128),
    };
    let covering = entries.iter().filter(|entry| entry.covers(bits, width));
    covering.max_by_key(|entry| entry.length).map(|entry| entry.special)
}

struct Entry {
    start: u128,
    length: u32,
    special: Special,
}

impl Entry {
    /// Whether the first `length` bits of an address of `width` bits are those of the block.
    fn covers(&self, bits: u128, width: u32) -> bool {
        (bits ^ self.start).checked_shr(width - self.length).unwrap_or(0) == 0
    }
}

/// A row of the tables: first address, length of the prefix in bits, block, name, reference, globally reachable.
const fn entry(
    start: u128,
    length: u32,
    block: &'static str,
    name: &'static str,
    reference: &'static str,
    globally_reachable: Option<bool>,
) -> Entry {
    Entry { start, length, special: Special { name, block, reference, globally_reachable } }
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);
const NOT_APPLICABLE: Option<bool> = None;

#[rustfmt::skip]
const IPV4: &[Entry] = &[
    entry(0x0000_0000,  8, "0.0.0.0/8",          "\"This network\"",                           "RFC791, Section 3.2",          NO),
    entry(0x0000_0000, 32, "0.0.0.0/32",         "\"This host on this network\"",              "RFC1122, Section 3.2.1.3",     NO),
    entry(0x0a00_0000,  8, "10.0.0.0/8",         "Private-Use",                                "RFC1918",                      NO),
    entry(0x6440_0000, 10, "100.64.0.0/10",      "Shared Address Space",                       "RFC6598",                      NO),
    entry(0x7f00_0000,  8, "127.0.0.0/8",        "Loopback",                                   "RFC1122, Section 3.2.1.3",     NO),
    entry(0xa9fe_0000, 16, "169.254.0.0/16",     "Link Local",                                 "RFC3927",                      NO),
    entry(0xac10_0000, 12, "172.16.0.0/12",      "Private-Use",                                "RFC1918",                      NO),
    entry(0xc000_0000, 24, "192.0.0.0/24",       "IETF Protocol Assignments",                  "RFC6890, Section 2.1",         NO),
    entry(0xc000_0000, 29, "192.0.0.0/29",       "IPv4 Service Continuity Prefix",             "RFC7335",                      NO),
    entry(0xc000_0008, 32, "192.0.0.8/32",       "IPv4 dummy address",                         "RFC7600",                      NO),
    entry(0xc000_0009, 32, "192.0.0.9/32",       "Port Control Protocol Anycast",              "RFC7723",                      YES),
    entry(0xc000_000a, 32, "192.0.0.10/32",      "Traversal Using Relays around NAT Anycast",  "RFC8155",                      YES),
    entry(0xc000_00aa, 32, "192.0.0.170/32",     "NAT64/DNS64 Discovery",                      "RFC8880, RFC7050, Section 2.2", NO),
    entry(0xc000_00ab, 32, "192.0.0.171/32",     "NAT64/DNS64 Discovery",                      "RFC8880, RFC7050, Section 2.2", NO),
    entry(0xc000_0200, 24, "192.0.2.0/24",       "Documentation (TEST-NET-1)",                 "RFC5737",                      NO),
    entry(0xc01f_c400, 24, "192.31.196.0/24",    "AS112-v4",                                   "RFC7535",                      YES),
    entry(0xc034_c100, 24, "192.52.193.0/24",    "AMT",                                        "RFC7450",                      YES),
    entry(0xc058_6300, 24, "192.88.99.0/24",     "Deprecated (6to4 Relay Anycast)",            "RFC7526",                      NOT_APPLICABLE),
    entry(0xc058_6302, 32, "192.88.99.2/32",     "6a44-relay anycast address",                 "RFC6751",                      NO),
    entry(0xc0a8_0000, 16, "192.168.0.0/16",     "Private-Use",                                "RFC1918",                      NO),
    entry(0xc0af_3000, 24, "192.175.48.0/24",    "Direct Delegation AS112 Service",            "RFC7534",                      YES),
    entry(0xc612_0000, 15, "198.18.0.0/15",      "Benchmarking",                               "RFC2544",                      NO),
    entry(0xc633_6400, 24, "198.51.100.0/24",    "Documentation (TEST-NET-2)",                 "RFC5737",                      NO),
    entry(0xcb00_7100, 24, "203.0.113.0/24",     "Documentation (TEST-NET-3)",                 "RFC5737",                      NO),
    entry(0xf000_0000,  4, "240.0.0.0/4",        "Reserved",                                   "RFC1112, Section 4",           NO),
    entry(0xffff_ffff, 32, "255.255.255.255/32", "Limited Broadcast",                          "RFC8190, RFC919, Section 7",   NO),
    entry(0xe000_0000,  4, "224.0.0.0/4",        "Multicast",                                  "RFC5771",                      NOT_APPLICABLE),
];

#[rustfmt::skip]
const IPV6: &[Entry] = &[
    entry(0x0000_0000_0000_0000_0000_0000_0000_0001, 128, "::1/128",           "Loopback Address",                   "RFC4291",                        NO),
    entry(0x0000_0000_0000_0000_0000_0000_0000_0000, 128, "::/128",            "Unspecified Address",                "RFC4291",                        NO),
    entry(0x0000_0000_0000_0000_0000_ffff_0000_0000,  96, "::ffff:0:0/96",     "IPv4-mapped Address",                "RFC4291",                        NO),
    entry(0x0064_ff9b_0000_0000_0000_0000_0000_0000,  96, "64:ff9b::/96",      "IPv4-IPv6 Translat.",                "RFC6052",                        YES),
    entry(0x0064_ff9b_0001_0000_0000_0000_0000_0000,  48, "64:ff9b:1::/48",    "IPv4-IPv6 Translat.",                "RFC8215",                        NO),
    entry(0x0100_0000_0000_0000_0000_0000_0000_0000,  64, "100::/64",          "Discard-Only Address Block",         "RFC6666",                        NO),
    entry(0x0100_0000_0000_0001_0000_0000_0000_0000,  64, "100:0:0:1::/64",    "Dummy IPv6 Prefix",                  "RFC9780",                        NO),
    entry(0x2001_0000_0000_0000_0000_0000_0000_0000,  23, "2001::/23",         "IETF Protocol Assignments",          "RFC2928",                        NO),
    entry(0x2001_0000_0000_0000_0000_0000_0000_0000,  32, "2001::/32",         "TEREDO",                             "RFC4380, RFC8190",               NOT_APPLICABLE),
    entry(0x2001_0001_0000_0000_0000_0000_0000_0001, 128, "2001:1::1/128",     "Port Control Protocol Anycast",      "RFC7723",                        YES),
    entry(0x2001_0001_0000_0000_0000_0000_0000_0002, 128, "2001:1::2/128",     "Traversal Using Relays around NAT Anycast", "RFC8155",                 YES),
    entry(0x2001_0001_0000_0000_0000_0000_0000_0003, 128, "2001:1::3/128",     "DNS-SD Service Registration Protocol Anycast", "RFC9665",              YES),
    entry(0x2001_0002_0000_0000_0000_0000_0000_0000,  48, "2001:2::/48",       "Benchmarking",                       "RFC5180, RFC Errata 1752",       NO),
    entry(0x2001_0003_0000_0000_0000_0000_0000_0000,  32, "2001:3::/32",       "AMT",                                "RFC7450",                        YES),
    entry(0x2001_0004_0112_0000_0000_0000_0000_0000,  48, "2001:4:112::/48",   "AS112-v6",                           "RFC7535",                        YES),
    entry(0x2001_0010_0000_0000_0000_0000_0000_0000,  28, "2001:10::/28",      "Deprecated (previously ORCHID)",     "RFC4843",                        NOT_APPLICABLE),
    entry(0x2001_0020_0000_0000_0000_0000_0000_0000,  28, "2001:20::/28",      "ORCHIDv2",                           "RFC7343",                        YES),
    entry(0x2001_0030_0000_0000_0000_0000_0000_0000,  28, "2001:30::/28",      "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC9374",        YES),
    entry(0x2001_0db8_0000_0000_0000_0000_0000_0000,  32, "2001:db8::/32",     "Documentation",                      "RFC3849",                        NO),
    entry(0x2002_0000_0000_0000_0000_0000_0000_0000,  16, "2002::/16",         "6to4",                               "RFC3056",                        NOT_APPLICABLE),
    entry(0x2620_004f_8000_0000_0000_0000_0000_0000,  48, "2620:4f:8000::/48", "Direct Delegation AS112 Service",    "RFC7534",                        YES),
    entry(0x3fff_0000_0000_0000_0000_0000_0000_0000,  20, "3fff::/20",         "Documentation",                      "RFC9637",                        NO),
    entry(0x5f00_0000_0000_0000_0000_0000_0000_0000,  16, "5f00::/16",         "Segment Routing (SRv6) SIDs",        "RFC9602",                        NO),
    entry(0xfc00_0000_0000_0000_0000_0000_0000_0000,   7, "fc00::/7",          "Unique-Local",                       "RFC4193, RFC8190",               NO),
    entry(0xfe80_0000_0000_0000_0000_0000_0000_0000,  10, "fe80::/10",         "Link-Local Unicast",                 "RFC4291",                        NO),
    entry(0xff00_0000_0000_0000_0000_0000_0000_0000,   8, "ff00::/8",          "Multicast",                          "RFC4291, Section 2.7",           NOT_APPLICABLE),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_has_its_bits() {
        for entry in IPV4.iter().chain(IPV6) {
            let (start, length) = entry.special.block.split_once('/').unwrap();
            let start = match start.parse::<IpAddr>().unwrap() {
                IpAddr::V4(ip) => u128::from(ip.to_bits()),
                IpAddr::V6(ip) => ip.to_bits(),
            };
            assert_eq!((start, length.parse::<u32>().unwrap()), (entry.start, entry.length), "{:?}", entry.special);
        }
    }

    /// The file has "n/a" and "terminated"; clients see both as null.
    #[test]
    fn the_table_is_the_registries() {
        let file = include_str!("../../../tests/registries/iana-special-purpose.tsv");
        let rows = file.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let [block, name, reference, reachable] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("not four columns: {line}")
            };
            let globally_reachable = match reachable {
                "true" => YES,
                "false" => NO,
                "n/a" | "terminated" => NOT_APPLICABLE,
                _ => panic!("not true, false, n/a or terminated: {line}"),
            };
            Special { name, block, reference, globally_reachable }
        });
        let by_block = |special: &Special| special.block;
        let mut rows: Vec<_> = rows.collect();
        let mut table: Vec<_> = IPV4.iter().chain(IPV6).map(|entry| entry.special).collect();
        rows.sort_unstable_by_key(by_block);
        table.sort_unstable_by_key(by_block);
        assert_eq!(table, rows, "the table and the file differ");
    }

    #[test]
    fn lookups() {
        for (ip, expected, why) in [
            ("8.8.8.8", None, "an ordinary address"),
            ("9.255.255.255", None, "one below a block"),
            ("10.0.0.0", Some("Private-Use"), "the first of a block"),
            ("10.255.255.255", Some("Private-Use"), "the last of a block"),
            ("11.0.0.0", None, "one above a block"),
            ("0.0.0.0", Some("\"This host on this network\""), "the more specific of two"),
            ("0.0.0.1", Some("\"This network\""), "the less specific of two"),
            ("192.0.0.9", Some("Port Control Protocol Anycast"), "a /32 inside a /24"),
            ("192.0.0.200", Some("IETF Protocol Assignments"), "the /24 around it"),
            ("255.255.255.255", Some("Limited Broadcast"), "inside 240.0.0.0/4"),
            ("239.1.2.3", Some("Multicast"), "in a separate registry"),
            ("::", Some("Unspecified Address"), "all bits zero"),
            ("::1", Some("Loopback Address"), "the last bit"),
            ("::2", None, "next to loopback"),
            ("2001:0:1::", Some("TEREDO"), "inside 2001::/23"),
            ("2001:1ff::", Some("IETF Protocol Assignments"), "the /23 itself"),
            ("2001:200::", None, "one above the /23"),
            ("2001:1::3", Some("DNS-SD Service Registration Protocol Anycast"), "a /128"),
            ("fe80::1", Some("Link-Local Unicast"), "a prefix that ends inside a group"),
            ("febf::1", Some("Link-Local Unicast"), "the last of it"),
            ("fec0::1", None, "one above it"),
            ("ff02::1", Some("Multicast"), "IPv6 multicast"),
        ] {
            let found = find(ip.parse().unwrap()).map(|special| special.name);
            assert_eq!(found, expected, "{ip}: {why}");
        }
    }
}
