//! Addresses as text, and texts that look like one.
//!
//! IPv6 is read in the forms of RFC 4291 section 2.2, bare or in the brackets of a URL's host (RFC 3986 section 3.2.2),
//! and IPv4 as four decimal numbers. The other forms of IPv4, which `inet_aton` and URL parsers read, mean different
//! addresses to different programs (RFC 6943 section 3.1.1), so they are refused, with the reason.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Invalid;

/// The address; `None` if the text can only be a name, or IPv4 in a form that [`not_ipv4`] refuses.
///
/// # Errors
///
/// The text has characters that only addresses have and is not an address, or it contains more than a host.
pub(super) fn parse(text: &str) -> Result<Option<IpAddr>, Invalid> {
    if let Ok(address) = text.parse() {
        return Ok(Some(address));
    }
    if let Some((left, right)) = text.split_once('/') {
        return Err(around_slash(left, right));
    }
    if text.contains('@') {
        return Err(Invalid::Email);
    }
    if let Some(rest) = text.strip_prefix('[') {
        return in_brackets(rest).map(|address| Some(IpAddr::V6(address)));
    }
    if text.contains(['[', ']']) {
        return Err(Invalid::Brackets);
    }
    if text.strip_suffix('.').is_some_and(is_address) {
        return Err(Invalid::FinalDot);
    }
    if has_zone(text) {
        return Err(Invalid::Zone);
    }
    if text.contains(':') {
        return Err(with_colon(text));
    }
    Ok(None)
}

/// Whether there is an IPv6 address before the first `%`, which is then followed by a zone (RFC 4007 section 11).
pub(super) fn has_zone(text: &str) -> bool {
    let text = text.trim();
    let address = text.strip_prefix('[').unwrap_or(text).split_once('%').map(|(address, _)| address);
    address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

/// The reasons why numbers are not an IPv4 address.
pub(super) const LEADING_ZERO: &str = "a number begins with 0, which some programs read as octal and others as decimal";
pub(super) const HEXADECIMAL: &str = "a number is hexadecimal, which some programs read and others take for a name";
pub(super) const ONE_NUMBER: &str = "it is one number, which some programs read as an address and others do not";
pub(super) const TOO_FEW: &str = "it has fewer than four numbers, and programs differ in where they insert zeros";
pub(super) const TOO_MANY: &str = "it has more than four numbers";
pub(super) const TOO_GREAT: &str = "a number is over 255";

/// Why a text without colons that ends in a number is not an IPv4 address; `None` if it does not end in a number.
///
/// A text that ends in a number is never a name: URL parsers read it as an IPv4 address (WHATWG URL, "ends in a number"),
/// and no top-level domain is numeric (RFC 3696 section 2).
pub(super) fn not_ipv4(text: &str) -> Option<Invalid> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let labels = || text.split('.');
    if !text.rsplit('.').next().is_some_and(is_number) {
        return None;
    }
    let why = if labels().any(str::is_empty) {
        Invalid::EmptyLabel
    } else if !labels().all(is_number) {
        Invalid::NumericEnd
    } else if labels().any(is_hexadecimal) {
        Invalid::Ipv4(HEXADECIMAL)
    } else if labels().any(|number| number.len() > 1 && number.starts_with('0')) {
        Invalid::Ipv4(LEADING_ZERO)
    } else {
        match labels().count() {
            1 => Invalid::Ipv4(ONE_NUMBER),
            2 | 3 => Invalid::Ipv4(TOO_FEW),
            4 => Invalid::Ipv4(TOO_GREAT),
            _ => Invalid::Ipv4(TOO_MANY),
        }
    };
    Some(why)
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a hexadecimal number. `0x` alone is one, too: zero.
fn is_hexadecimal(text: &str) -> bool {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_number(text: &str) -> bool {
    is_decimal(text) || is_hexadecimal(text)
}

fn is_hexadecimal_group(text: &str) -> bool {
    text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a text with a slash is: a network (RFC 4632 section 3.1, RFC 4291 section 2.3), or a URL with or without scheme.
fn around_slash(left: &str, right: &str) -> Invalid {
    let left = left.trim_start_matches('[').trim_end_matches(']');
    let network = is_address(left) || left.split('.').all(is_decimal);
    let length = is_decimal(right) || right.parse::<Ipv4Addr>().is_ok();
    if network && length { Invalid::Network } else { Invalid::Url }
}

/// The address after an opening bracket.
fn in_brackets(rest: &str) -> Result<Ipv6Addr, Invalid> {
    let (inside, after) = rest.split_once(']').ok_or(Invalid::Brackets)?;
    match (inside.parse(), after) {
        (Ok(address), "") => Ok(address),
        (Ok(_), after) if after.starts_with(':') => Err(Invalid::Port),
        (Ok(_), _) => Err(Invalid::Brackets),
        (Err(_), _) if has_zone(inside) => Err(Invalid::Zone),
        (Err(_), "") if inside.contains(':') => Err(with_colon(inside)),
        (Err(_), _) => Err(Invalid::Brackets),
    }
}

/// What a text with colons is that is not an IPv6 address.
fn with_colon(text: &str) -> Invalid {
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => {
            let group = is_hexadecimal_group(host);
            if host.contains('.') || (!group && is_decimal(port)) {
                Invalid::Port
            } else if group {
                Invalid::Ipv6
            } else {
                Invalid::Url
            }
        }
        // IPv4 in the last 32 bits follows the rules of IPv4.
        _ => text.rsplit(':').next().filter(|last| last.contains('.')).and_then(not_ipv4).unwrap_or(Invalid::Ipv6),
    }
}
