//! Names in the reverse zones: an address in the form in which its names are queried.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Invalid;

/// The address with this name in `in-addr.arpa` (RFC 1035 section 3.5) or `ip6.arpa` (RFC 3596 section 2.5); `None` for
/// a name outside those zones. The name is in lower case and has no final dot.
///
/// # Errors
///
/// The name is that of a network, or does not have the form that those documents require.
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

/// The part of a name before `zone`: empty for the zone itself.
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
