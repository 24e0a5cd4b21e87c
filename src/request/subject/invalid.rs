//! Why a text is neither an address nor a public host name.

use std::fmt;

use super::reserved::Reserved;

/// Why a text is neither an address nor a public host name. [`Display`](fmt::Display) says what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// Empty, or blanks only.
    Empty,
    /// A `%` without two hexadecimal digits after it.
    Percent,
    /// Percent-encoded octets that are not UTF-8.
    Encoding,
    /// A URL, or part of one.
    Url,
    /// An email address.
    Email,
    /// An address and the length of a prefix.
    Network,
    /// An address or a name, and a port.
    Port,
    /// An address and a zone.
    Zone,
    /// Brackets that are not closed, or that enclose something other than an IPv6 address.
    Brackets,
    /// Colons, but not in the form of an IPv6 address.
    Ipv6,
    /// Numbers, but not in the form of an IPv4 address, for this reason.
    Ipv4(&'static str),
    /// An address with a dot after it.
    FinalDot,
    /// A name whose last label is a number.
    NumericEnd,
    /// Characters that look like an address, or are mapped to one.
    Lookalike,
    /// A character that host names do not have.
    Character(char),
    /// An internationalised name that UTS #46 refuses.
    Unicode,
    /// An `xn--` label that does not decode.
    Punycode,
    /// Two dots in a row, or one at the beginning.
    EmptyLabel,
    /// A label of more than 63 octets.
    LabelLength,
    /// A name of more than 253 characters.
    NameLength,
    /// An internationalised label with a hyphen at its beginning or end.
    Hyphen,
    /// A name of one label.
    OneLabel,
    /// A name that ends like a file of a website.
    WebFile(&'static str),
    /// A name of a zone that the public DNS does not have.
    Reserved(&'static Reserved),
    /// A reverse name with too few labels: it names a network.
    ReverseNetwork,
    /// A reverse name that is not that of an address.
    ReverseName,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "The subject is empty. Write an IPv4 address, an IPv6 address or a host name.",
            Self::Percent => {
                "A % is not followed by two hexadecimal digits (RFC 3986 section 2.1). Encode it as %25, or leave it \
                 out."
            }
            Self::Encoding => {
                "The percent-encoded octets are not UTF-8. Encode the name as UTF-8, or write its xn-- form."
            }
            Self::Url => "This is a URL or part of one. Write its host alone, without scheme, port and path.",
            Self::Email => "This is an email address. Write only the host name after the @.",
            Self::Network => "This is a network. Write one address of it, without the slash and the prefix length.",
            Self::Port => "There is a port after the host. Write the address or the name alone.",
            Self::Zone => {
                "There is a zone after the address, which has a meaning on one machine only (RFC 4007 section 6). \
                 Write the address up to the %."
            }
            Self::Brackets => "Brackets may only enclose an IPv6 address, as in [2001:db8::1].",
            Self::Ipv6 => {
                "This is not an IPv6 address: it has eight groups of up to four hexadecimal digits, and :: at most \
                 once for groups of zeros (RFC 4291 section 2.2)."
            }
            Self::Ipv4(reason) => {
                return write!(
                    f,
                    "This is not an IPv4 address: {reason}. Write four decimal numbers from 0 to 255 without leading \
                     zeros, as in 192.0.2.1."
                );
            }
            Self::FinalDot => "There is a dot after the address. Write the address without it.",
            Self::NumericEnd => {
                "The name ends in a number, so some programs take it for an IPv4 address (WHATWG URL section 3.5). \
                 Write four decimal numbers, or a name with a top-level domain."
            }
            Self::Lookalike => {
                "This looks like an address, but has characters other than the digits 0 to 9 and the dot, or hidden \
                 ones. Type the address in ASCII."
            }
            Self::Character(character) => {
                return write!(
                    f,
                    "{character:?} cannot occur in an address or a host name. Write one address or one name: letters, \
                     digits, hyphens and dots."
                );
            }
            Self::Unicode => {
                "The name has a character, or a combination of characters, that internationalised names must not have \
                 (UTS #46). Check its spelling, or write its xn-- form."
            }
            Self::Punycode => {
                "A label that begins with xn-- does not decode to a valid label (RFC 5891 section 5.4). Check it, or \
                 write the name in Unicode."
            }
            Self::EmptyLabel => {
                "A label is empty: two dots in a row, or a dot at the beginning. Write the label, or remove a dot."
            }
            Self::LabelLength => {
                "A label of the name has more than 63 octets (RFC 1035 section 2.3.4), counted in the xn-- form. Such \
                 a name cannot exist: check it."
            }
            Self::NameLength => {
                "The name has more than 253 characters (RFC 1035 section 2.3.4). Such a name cannot exist: check it."
            }
            Self::Hyphen => {
                "An internationalised label begins or ends with a hyphen (RFC 5891 section 4.2.3.1). Check it."
            }
            Self::OneLabel => {
                "A name of one label has a meaning in a local network only. Write the full name, as in \
                 www.example.com, or an address."
            }
            Self::WebFile(ending) => {
                return write!(
                    f,
                    "A name that ends in .{ending} is a file of a website, not a host: there is no such top-level \
                     domain. Write a public name or an address."
                );
            }
            Self::Reserved(Reserved { zone, purpose, source }) => {
                return write!(
                    f,
                    "The public DNS has no hosts under .{zone}, which is for {purpose} ({source}). Write a public \
                     name or an address."
                );
            }
            Self::ReverseNetwork => {
                "This is the reverse name of a network, not of an address. Write an address, or all labels: 4 under \
                 in-addr.arpa, 32 under ip6.arpa."
            }
            Self::ReverseName => {
                "This is not the reverse name of an address: 4 decimal numbers under in-addr.arpa (RFC 1035 section \
                 3.5), 32 hexadecimal digits under ip6.arpa (RFC 3596 section 2.5). Write the address itself."
            }
        })
    }
}

impl std::error::Error for Invalid {}
