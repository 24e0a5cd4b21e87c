//! The ranges of the other source, with its countries.

use pack::overlay::Range;
use std::num::NonZeroU16;

/// The day of the other source, as the crate's documentation states it.
pub const DATE: &str = "2026-09-23";

/// The ranges of IPv4, with the country as [`code`] reads it.
pub fn ipv4() -> impl Iterator<Item = Range> {
    let starts = tor_geoip_db::ipv4s().iter().map(|&start| u128::from(start));
    ranges(starts, tor_geoip_db::ipv4c(), u128::from(u32::MAX))
}

/// The ranges of IPv6.
pub fn ipv6() -> impl Iterator<Item = Range> {
    ranges(tor_geoip_db::ipv6s().iter().copied(), tor_geoip_db::ipv6c(), u128::MAX)
}

/// A country's two letters from the value of a range: the bytes of 16 bits, little-endian.
pub fn code(value: u32) -> String {
    value.to_le_bytes().iter().take(2).map(|&byte| char::from(byte)).collect()
}

/// Every entry begins a range that ends before the next one; one without a country is a gap.
fn ranges(
    starts: impl Iterator<Item = u128> + Clone,
    countries: &'static [Option<NonZeroU16>],
    end: u128,
) -> impl Iterator<Item = Range> {
    let lasts = starts.clone().skip(1).map(|next| next.saturating_sub(1)).chain([end]);
    starts
        .zip(lasts)
        .zip(countries)
        .filter_map(|((first, last), country)| Some((first, last, u32::from(country.as_ref()?.get()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read() {
        fn at(mut ranges: impl Iterator<Item = Range>, text: &str) -> Option<String> {
            let address = pack::network::number(text.parse().unwrap());
            let range = ranges.find(|&(first, last, _)| (first..=last).contains(&address))?;
            Some(code(range.2))
        }
        for (address, country, reason) in [
            ("8.8.8.8", Some("US"), "in the United States by every source"),
            ("193.0.6.139", Some("NL"), "the RIPE NCC"),
            ("10.0.0.1", None, "private"),
            ("255.255.255.255", None, "the last address"),
        ] {
            assert_eq!(at(ipv4(), address).as_deref(), country, "{reason}");
        }
        assert_eq!(at(ipv6(), "2001:67c:2e8::1").as_deref(), Some("NL"), "the RIPE NCC");
        let mut last = None;
        for (first, end, _) in ipv4() {
            assert!(last < Some(first) && first <= end, "in order");
            last = Some(end);
        }
    }
}
