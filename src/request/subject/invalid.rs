//! Why a text is neither an address nor a public host name.

use std::fmt;

/// Why a text is neither an address nor a public host name. [`Display`](fmt::Display) says what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// Nothing, or blanks only.
    Empty,
    /// A `%` without two hexadecimal digits behind it.
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
    /// Brackets that are not closed, or around something else than an IPv6 address.
    Brackets,
    /// Colons, but not in the form of an IPv6 address.
    Ipv6,
    /// An IPv4 number with a leading zero.
    Octal,
    /// An IPv4 number in hexadecimal.
    Hexadecimal,
    /// An IPv4 address as one number.
    OneNumber,
    /// An IPv4 address of two or three numbers.
    FewNumbers,
    /// Five or more numbers.
    ManyNumbers,
    /// An IPv4 number over 255.
    NumberRange,
    /// An address with a dot behind it.
    FinalDot,
    /// A name whose last label is a number.
    NumericEnd,
    /// Characters that look like an address, or are mapped to one.
    Lookalike,
    /// A character that no host name has.
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
    /// A label with a hyphen at its beginning or end.
    Hyphen,
    /// A name of one label.
    OneLabel,
    /// A name of a zone that the public DNS does not have.
    Reserved(&'static Reserved),
    /// A reverse name with too few labels: it names a network.
    ReverseNetwork,
    /// A reverse name that is not made of an address.
    ReverseName,
}

/// A zone that the public DNS does not have, or has no hosts in.
#[derive(Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The zone, without a dot before or behind it.
    pub zone: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// The rule that reserves it.
    pub source: &'static str,
}

/// The first that matches counts: a zone stands before the one it is in.
pub(super) const RESERVED: &[Reserved] = &[
    reserved("local", "names that hosts of one link tell each other", "RFC 6762 section 3"),
    reserved("internal", "private networks", "ICANN Board resolution of 2024-07-29"),
    reserved("localhost", "the machine itself", "RFC 6761 section 6.3"),
    reserved("test", "tests", "RFC 6761 section 6.2"),
    reserved("example", "documentation", "RFC 6761 section 6.5"),
    reserved("invalid", "names that are to fail", "RFC 6761 section 6.4"),
    reserved("onion", "services of the Tor network", "RFC 7686 section 2"),
    reserved("alt", "names platform the DNS", "RFC 9476 section 2"),
    reserved("home.arpa", "home networks", "RFC 8375 section 4"),
    reserved("arpa", "the infrastructure of the Internet, not hosts", "RFC 3172 section 2"),
];

const fn reserved(zone: &'static str, purpose: &'static str, source: &'static str) -> Reserved {
    Reserved { zone, purpose, source }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Nothing is asked about. Write an IPv4 address, an IPv6 address or a host name.",
            Self::Percent => "A % has no two hexadecimal digits behind it (RFC 3986 section 2.1). Encode as in %3A.",
            Self::Encoding => {
                "The percent-encoded octets are not UTF-8. Encode the name's UTF-8, or write its xn-- form."
            }
            Self::Url => "This is a URL or part of one. Write its host alone, without scheme, port and path.",
            Self::Email => "This is an email address. Write the host name behind the @ alone.",
            Self::Network => "This is a network. Write one address of it, without the slash and what follows.",
            Self::Port => "There is a port behind the host. Write the address or the name alone.",
            Self::Zone => {
                "There is a zone behind the address, which means something on one machine only (RFC 4007 section 6). \
                 Write the address up to the %."
            }
            Self::Brackets => "Brackets stand around an IPv6 address and nothing else, as in [2001:db8::1].",
            Self::Ipv6 => {
                "This is no IPv6 address: it has eight groups of up to four hexadecimal digits, and :: once at most \
                 for groups of zeros (RFC 4291 section 2.2)."
            }
            Self::Octal => {
                "A number of the IPv4 address begins with 0: some programs read it as octal, others as decimal, and \
                 mean different addresses. Write four decimal numbers without leading zeros."
            }
            Self::Hexadecimal => {
                "A number of the IPv4 address is hexadecimal: some programs read it, others take it for a name. Write \
                 four decimal numbers, as in 192.0.2.1."
            }
            Self::OneNumber => {
                "One number is an IPv4 address to some programs, and a name or an error to others. Write four decimal \
                 numbers, as in 192.0.2.1."
            }
            Self::FewNumbers => {
                "An IPv4 address has four numbers: some programs fill a shorter form with zeros in the middle, others \
                 at the end, and mean different addresses. Write all four."
            }
            Self::ManyNumbers => {
                "An IPv4 address has four numbers, this has more: some programs refuse it, others take it for a name. \
                 Write four, as in 192.0.2.1."
            }
            Self::NumberRange => {
                "A number of the IPv4 address is over 255: programs that do not refuse it mean different addresses. \
                 Write four numbers from 0 to 255."
            }
            Self::FinalDot => "There is a dot behind the address. Write the address without it.",
            Self::NumericEnd => {
                "The name ends in a number, so that some programs take it for an IPv4 address (WHATWG URL section \
                 3.5). Write four decimal numbers, or a name with a top-level domain."
            }
            Self::Lookalike => {
                "This looks like an address, but has other characters than the digits 0 to 9 and the dot, or hidden \
                 ones. Type the address in ASCII."
            }
            Self::Character(character) => {
                return write!(
                    f,
                    "{character:?} is no character of an address or a host name. Write one address or one name: \
                     letters, digits, hyphens and dots."
                );
            }
            Self::Unicode => {
                "The name has a character, or characters together, that internationalised names may not have (UTS \
                 #46). Check its spelling, or write its xn-- form."
            }
            Self::Punycode => {
                "A label that begins with xn-- does not decode to a label that may be written so (RFC 5891 section \
                 5.4). Check it, or write the name as people read it."
            }
            Self::EmptyLabel => {
                "There is nothing between two dots, or before the first. Write what belongs there, or leave the dot \
                 out."
            }
            Self::LabelLength => {
                "A label of the name has more than 63 octets (RFC 1035 section 2.3.4), which an internationalised one \
                 has in its xn-- form. Such a name cannot exist: check it."
            }
            Self::NameLength => {
                "The name has more than 253 characters (RFC 1035 section 2.3.4). Such a name cannot exist: check it."
            }
            Self::Hyphen => {
                "A label begins or ends with a hyphen, which no host name does (RFC 1123 section 2.1). Check it."
            }
            Self::OneLabel => {
                "A name of one label means something in a local network only. Write the full name, as in \
                 www.example.com, or an address."
            }
            Self::Reserved(Reserved { zone, purpose, source }) => {
                return write!(
                    f,
                    "The public DNS has no hosts under .{zone}, which is for {purpose} ({source}). Write a public \
                     name or an address."
                );
            }
            Self::ReverseNetwork => {
                "This reverse name is a network's, not an address's. Write an address, or all of its labels: 4 under \
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
