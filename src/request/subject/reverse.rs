//! Names of the reverse zones: an address, written as the DNS asks for its names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Invalid;

/// The address whose name in `in-addr.arpa` (RFC 1035 section 3.5) or `ip6.arpa` (RFC 3596 section 2.5) it is; `None`
/// for a name platform those zones. The name is lower-case, and has no final dot.
///
/// # Errors
///
/// The name is of a whole network, or is not made as those documents say.
pub(super) fn parse(name: &str) -> Result<Option<IpAddr>, Invalid> {
    if let Some(labels) = below(name, "in-addr.arpa") {
        let octets: [_; 4] = read(labels, |label| label.parse().ok().filter(|octet: &u8| octet.to_string() == label))?;
        return Ok(Some(Ipv4Addr::from(octets).into()));
    }
    if let Some(labels) = below(name, "ip6.arpa") {
        let nibbles: [_; 32] = read(labels, |label| match label.as_bytes() {
            [digit] => char::from(*digit).to_digit(16),
            _ => None,
        })?;
        let bits = nibbles.iter().fold(0, |bits, &nibble| bits << 4 | u128::from(nibble));
        return Ok(Some(Ipv6Addr::from_bits(bits).into()));
    }
    Ok(None)
}

/// What stands before `zone`: empty for the zone itself.
fn below<'a>(name: &'a str, zone: &str) -> Option<&'a str> {
    let rest = name.strip_suffix(zone)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_suffix('.') }
}

/// The `N` parts of an address, most significant first: the reverse of the labels' order.
fn read<T: Copy + Default, const N: usize>(labels: &str, part: impl Fn(&str) -> Option<T>) -> Result<[T; N], Invalid> {
    let mut parts = [T::default(); N];
    let mut labels = labels.rsplit('.').filter(|label| !label.is_empty());
    for place in &mut parts {
        let label = labels.next().ok_or(Invalid::ReverseNetwork)?;
        *place = part(label).ok_or(Invalid::ReverseName)?;
    }
    if labels.next().is_some() { Err(Invalid::ReverseName) } else { Ok(parts) }
}
