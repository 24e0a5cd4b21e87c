//! Networks: prefixes of one 128-bit space in which IPv4 is `::/96`, as in the MaxMind DB format.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network in the 128-bit space: an address whose bits after `length` are zero.
///
/// Ordered by address, then from the shorter prefix to the longer: a network comes before those within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    /// In network byte order. Bytes need no alignment, which saves memory: there are millions of networks.
    address: [u8; 16],
    length: u8,
}

impl Network {
    /// Every address.
    pub const ALL: Self = Self { address: [0; 16], length: 0 };

    /// `::/96`: the IPv4 addresses.
    pub const IPV4: Self = Self { address: [0; 16], length: 96 };

    /// The IPv6 networks under which the IPv4 tree is repeated: IPv4-mapped (RFC 4291 section 2.5.5.2) and 6to4 (RFC
    /// 3056 section 2), whose next 32 bits are the address of the host or of its site's router.
    ///
    /// MaxMind's own writer also repeats it under Teredo, 2001::/32. pack does not: bits 32 to 63 of a Teredo address
    /// are the server (RFC 4380 section 4), so the record would be the server's, not the client's.
    pub const IPV4_ALIASES: [Self; 2] = [
        Self { address: (0xffff_u128 << 32).to_be_bytes(), length: 96 },
        Self { address: (0x2002_u128 << 112).to_be_bytes(), length: 16 },
    ];

    /// The network of the first `length` bits of `address`; `None` if a later bit is set, or if `length` is
    /// over 128.
    pub fn new(address: u128, length: u8) -> Option<Self> {
        (length <= 128 && address & !mask(length) == 0).then_some(Self { address: address.to_be_bytes(), length })
    }

    /// The first address.
    pub fn first(self) -> u128 {
        u128::from_be_bytes(self.address)
    }

    /// The last address.
    pub fn last(self) -> u128 {
        self.first() | !mask(self.length)
    }

    /// The number of leading bits that its addresses share.
    pub fn length(self) -> u8 {
        self.length
    }

    /// Its two halves; `None` for a single address.
    pub fn halves(self) -> Option<[Self; 2]> {
        let length = self.length.checked_add(1).filter(|&length| length <= 128)?;
        let upper = self.first() | (mask(length) ^ mask(self.length));
        Some([self.first(), upper].map(|address| Self { address: address.to_be_bytes(), length }))
    }

    /// Whether this network contains the address.
    pub fn holds(self, address: u128) -> bool {
        address & mask(self.length) == self.first()
    }

    /// Whether this network contains every address of `other`.
    pub fn contains(self, other: Self) -> bool {
        self.length <= other.length && self.holds(other.first())
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u32::try_from(self.first()) {
            Ok(v4) if Self::IPV4.contains(*self) => {
                write!(f, "{}/{}", Ipv4Addr::from(v4), self.length - Self::IPV4.length)
            }
            _ => write!(f, "{}/{}", Ipv6Addr::from(self.first()), self.length),
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, length) = text.split_once('/').ok_or_else(|| format!("`{text}` has no prefix length"))?;
        let address: IpAddr = address.parse().map_err(|_| format!("`{address}` is not an IP address"))?;
        let length: u8 = length.parse().map_err(|_| format!("`{length}` is not a prefix length"))?;
        let (bits, most) = match address {
            IpAddr::V4(_) => (length.saturating_add(Self::IPV4.length), 32),
            IpAddr::V6(_) => (length, 128),
        };
        if length > most {
            return Err(format!("a prefix of `{address}` has at most {most} bits, not {length}"));
        }
        Self::new(number(address), bits).ok_or_else(|| format!("`{text}` has bits set after its prefix"))
    }
}

/// An address as a number in the 128-bit space: IPv4 in `::/96`.
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// The fewest networks that together contain exactly the addresses from `first` to `last`, both included.
pub fn range(first: u128, last: u128) -> impl Iterator<Item = Network> {
    let mut next = (first <= last).then_some(first);
    std::iter::from_fn(move || {
        let address = next?;
        // The largest network that begins here and ends no later than `last`.
        let aligned = 128 - address.trailing_zeros().min(128) as u8;
        let fitting = match (last - address).checked_add(1) {
            Some(count) => 128 - count.ilog2() as u8,
            None => 0,
        };
        let network = Network { address: address.to_be_bytes(), length: aligned.max(fitting) };
        next = network.last().checked_add(1).filter(|&address| address <= last);
        Some(network)
    })
}

fn mask(length: u8) -> u128 {
    match length {
        0 => 0,
        1..=127 => u128::MAX << (128 - length),
        _ => u128::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_prints() {
        for (text, printed, reason) in [
            ("1.0.0.0/24", "1.0.0.0/24", "the length of an IPv4 prefix counts from the first bit of the IPv4 address"),
            ("0.0.0.0/0", "0.0.0.0/0", "the whole of IPv4 is ::/96"),
            ("2001:DB8::/32", "2001:db8::/32", "IPv6 as RFC 5952 writes it"),
            ("::/0", "::/0", "all addresses"),
            ("::/96", "0.0.0.0/0", "one space for both families: this is IPv4"),
        ] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), printed, "{reason}");
        }
        for (text, reason) in [
            ("1.0.0.0", "no length"),
            ("1.0.0.0/33", "longer than IPv4"),
            ("::/129", "longer than IPv6"),
            ("1.0.0.1/24", "bits after the prefix"),
            ("1.0.0/24", "not an address"),
            ("1.0.0.0/", "no number"),
        ] {
            assert!(text.parse::<Network>().is_err(), "{reason}: {text}");
        }
    }

    #[test]
    fn ranges_become_the_fewest_networks() {
        for (first, last, networks, reason) in [
            ("1.0.0.0", "1.0.0.255", vec!["1.0.0.0/24"], "a range that is a network"),
            ("1.0.0.1", "1.0.0.1", vec!["1.0.0.1/32"], "one address"),
            ("1.0.0.1", "1.0.0.4", vec!["1.0.0.1/32", "1.0.0.2/31", "1.0.0.4/32"], "aligned at neither end"),
            ("0.0.0.0", "255.255.255.255", vec!["0.0.0.0/0"], "all of IPv4"),
            ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", vec!["::/0"], "all addresses, whose number exceeds u128"),
            ("1.0.0.2", "1.0.0.1", vec![], "inverted"),
        ] {
            let [first, last] = [first, last].map(|text: &str| number(text.parse().unwrap()));
            assert_eq!(range(first, last).map(|n| n.to_string()).collect::<Vec<_>>(), networks, "{reason}");
        }
    }
}
