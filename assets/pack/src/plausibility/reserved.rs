//! Addresses and AS numbers that no network on the internet has.

use crate::network::Network;

/// Address blocks that are not globally reachable by the IANA special-purpose registries (RFC 6890, RFC 8190), and
/// multicast (RFC 5771), which is never the address of one host.
///
/// 6to4 (2002::/16), Teredo (2001::/32) and 192.88.99.0/24 are not here: the registries leave open whether they are
/// reachable, and sources have data about them.
const SPECIAL: [&str; 20] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "2001::/23",
    "2001:2::/48",
    "2001:10::/28",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
];

/// Parts of [`SPECIAL`] that are reachable, or about which the registries leave it open.
const EXCEPTIONS: [&str; 10] = [
    "192.0.0.9/32",
    "192.0.0.10/32",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
];

/// Everything but 2000::/3, from which all global unicast addresses are given out (RFC 4291 section 2.4; IANA's registry
/// of IPv6 address space).
const OUTSIDE: [&str; 3] = ["::/3", "4000::/2", "8000::/1"];

/// IPv4-mapped addresses (RFC 4291 section 2.5.5.2). They stand for IPv4 addresses, so a source may have data there.
const MAPPED: &str = "::ffff:0:0/96";

/// The blocks of the address space that have no place and no AS number.
pub struct Space {
    special: Vec<Network>,
    outside: Vec<Network>,
}

impl Space {
    /// The blocks, without the exceptions.
    pub fn new() -> Self {
        let parse = |texts: &[&str]| -> Vec<Network> {
            texts.iter().map(|text| text.parse().expect("a network of the lists above")).collect()
        };
        let without = |blocks: Vec<Network>, exceptions: &[Network]| -> Vec<Network> {
            blocks.into_iter().flat_map(|block| subtract(block, exceptions)).collect()
        };
        let special = without(parse(&SPECIAL), &parse(&EXCEPTIONS));
        // Both tables are in one space: the IPv4 addresses are ::/96, and not outside anything.
        let outside = without(parse(&OUTSIDE), &[parse(&[MAPPED]), vec![Network::IPV4]].concat());
        Self { special, outside }
    }

    /// Whether any address of the network is in a block.
    pub fn touches(&self, network: Network) -> bool {
        self.touches_special(network) || self.touches_outside(network)
    }

    /// Whether any address of the network is in special-purpose space.
    pub fn touches_special(&self, network: Network) -> bool {
        touches(network, &self.special)
    }

    /// Whether any address of the network is IPv6 outside 2000::/3.
    pub fn touches_outside(&self, network: Network) -> bool {
        touches(network, &self.outside)
    }

    /// The parts of the network that are in no block.
    pub fn usable(&self, network: Network) -> Vec<Network> {
        let blocks: Vec<Network> = self.special.iter().chain(&self.outside).copied().collect();
        subtract(network, &blocks)
    }

    /// The number of IPv4 addresses that are in no block.
    pub fn ordinary_ipv4(&self) -> u64 {
        let usable = self.usable(Network::IPV4);
        usable.iter().map(|network| u64::try_from(network.last() - network.first() + 1).unwrap_or(u64::MAX)).sum()
    }
}

fn touches(network: Network, blocks: &[Network]) -> bool {
    blocks.iter().any(|block| block.contains(network) || network.contains(*block))
}

/// The parts of the network that are in none of the blocks.
fn subtract(network: Network, blocks: &[Network]) -> Vec<Network> {
    if blocks.iter().any(|block| block.contains(network)) {
        return Vec::new();
    }
    let inner: Vec<Network> = blocks.iter().filter(|block| network.contains(**block)).copied().collect();
    match network.halves() {
        Some(halves) if !inner.is_empty() => halves.into_iter().flat_map(|half| subtract(half, &inner)).collect(),
        _ => vec![network],
    }
}

/// Whether an AS number is private (RFC 6996), for documentation (RFC 5398), the last of its size (RFC 7300), AS_TRANS (RFC
/// 6793 section 9), zero (RFC 7607), or reserved in IANA's registry of AS numbers.
pub fn is_reserved(number: u32) -> bool {
    matches!(number, 0 | 23_456 | 64_496..=131_071 | 4_200_000_000..)
}
