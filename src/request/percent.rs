//! Percent-encoding (RFC 3986 section 2.1).
//!
//! Segments of a path and parts of a query are decoded one by one, after they were split: URIs that differ only in the
//! encoding of unreserved characters are equivalent (section 6.2.2.2), and an encoded `/` or `&` separates nothing.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Why a text cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// A `%` without two hexadecimal digits behind it.
    Percent,
    /// The octets are not UTF-8.
    NotUtf8,
}

/// Decodes percent-encoded UTF-8.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, Malformed> {
    let well_formed = text
        .split('%')
        .skip(1)
        .all(|rest| matches!(rest.as_bytes(), [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()));
    if !well_formed {
        return Err(Malformed::Percent);
    }
    percent_decode_str(text).decode_utf8().map_err(|_| Malformed::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (text, expected, why) in [
            ("about", Ok("about"), "nothing to decode"),
            ("%61bout", Ok("about"), "a letter"),
            ("country%5Fcode", Ok("country_code"), "upper-case digits"),
            ("%c3%bc", Ok("ü"), "two octets of one character"),
            ("%2525", Ok("%25"), "decoded once"),
            ("%", Err(Malformed::Percent), "no digits"),
            ("a%2", Err(Malformed::Percent), "one digit"),
            ("%zz", Err(Malformed::Percent), "not hexadecimal"),
            ("%é1", Err(Malformed::Percent), "not ASCII"),
            ("%ff", Err(Malformed::NotUtf8), "not UTF-8"),
        ] {
            assert_eq!(decode(text).as_deref(), expected.as_ref().map(|text| &**text), "{text}: {why}");
        }
    }
}
