//! The media type of an answer: content negotiation by `Accept` (RFC 9110 section 12.5.1).

use std::fmt;

use crate::request::header_syntax;

/// The media types that the service writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// A document.
    Json,
    /// One document per line.
    Ndjson,
    /// A line of text.
    Text,
    /// The page.
    Html,
    /// A problem document (RFC 9457).
    Problem,
    /// The description of the service.
    OpenApi,
    /// The icon.
    Svg,
}

impl MediaType {
    /// The value of `content-type`. The JSON types have no charset: JSON is UTF-8 (RFC 8259 section 8.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Text => "text/plain; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Problem => "application/problem+json",
            Self::OpenApi => "application/openapi+json",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// The offer that the client prefers, from the values of `Accept` in the order in which they arrived.
///
/// The most specific range that covers an offer determines its weight, at any position in the list. Of offers with equal
/// weight, one that the client names comes before one that only a wildcard covers (old browsers send
/// `text/html, */*`), and then the first offer counts.
///
/// Elements that cannot be read are ignored. If none can be read, the client accepts everything, as without the header.
/// Two forms outside the grammar are read, because Java's HTTP client sends them: `*` for `*/*`, and `.2` for a weight of
/// 0.2. The only parameter that matches is `charset=utf-8`, which all media types here have.
///
/// For each offer, the work is linear in the length of the values.
///
/// # Errors
///
/// When the client accepts none of them.
pub fn choose<V: AsRef<[u8]>>(accept: &[V], offers: &'static [MediaType]) -> Result<MediaType, NotAcceptable> {
    best(accept, offers).ok_or(NotAcceptable(offers))
}

/// The client accepts none of these media types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAcceptable(pub &'static [MediaType]);

impl fmt::Display for NotAcceptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offers: Vec<_> = self.0.iter().map(|offer| offer.as_str()).collect();
        write!(f, "Accept one of {}.", offers.join(", "))
    }
}

impl std::error::Error for NotAcceptable {}

fn best<V: AsRef<[u8]>>(accept: &[V], offers: &[MediaType]) -> Option<MediaType> {
    let ranges = || accept.iter().flat_map(|line| line.as_ref().split(|byte| *byte == b',')).filter_map(Range::parse);
    if ranges().next().is_none() {
        return offers.first().copied();
    }
    let mut best = None;
    let mut most = (0.0, 0);
    for offer in offers {
        let covering = ranges().filter_map(|range| Some((range.specificity(*offer)?, range.weight)));
        let closest = covering.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let rank = closest.map_or((0.0, 0), |(specificity, weight)| (weight, specificity));
        if rank.0 > 0.0 && rank > most {
            (best, most) = (Some(*offer), rank);
        }
    }
    best
}

/// A range of media types, with its weight.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Whether it has a parameter that no offer has.
    has_parameter: bool,
    /// From 0 to 1 (RFC 9110 section 12.4.2).
    weight: f32,
}

impl<'a> Range<'a> {
    /// Reads an element of the list; `None` where it cannot be read.
    fn parse(element: &'a [u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(element).ok()?.split(';').map(|part| part.trim_matches([' ', '\t']));
        let (kind, subtype) = match parts.next()? {
            "*" => ("*", "*"),
            range => range.split_once('/')?,
        };
        let is_token = |text: &str| !text.is_empty() && text.bytes().all(header_syntax::is_token);
        if !is_token(kind) || !is_token(subtype) || (kind == "*" && subtype != "*") {
            return None;
        }
        let (mut has_parameter, mut weight) = (false, 1.0);
        for parameter in parts.filter(|part| !part.is_empty()) {
            let (name, value) = parameter.split_once('=')?;
            if name.eq_ignore_ascii_case("q") {
                weight = read_weight(value)?;
            } else {
                let is_utf8 = value.trim_matches('"').eq_ignore_ascii_case("utf-8");
                has_parameter |= !(name.eq_ignore_ascii_case("charset") && is_utf8);
            }
        }
        Some(Self { kind, subtype, has_parameter, weight })
    }

    /// How specifically the range covers this offer, the greater the more; `None` if it does not cover it.
    fn specificity(&self, offer: MediaType) -> Option<u8> {
        let essence = offer.as_str().split(';').next()?;
        let (kind, subtype) = essence.split_once('/')?;
        match (self.kind, self.subtype) {
            _ if self.has_parameter => None,
            ("*", _) => Some(0),
            (theirs, "*") if theirs.eq_ignore_ascii_case(kind) => Some(1),
            (theirs, name) if theirs.eq_ignore_ascii_case(kind) && name.eq_ignore_ascii_case(subtype) => Some(2),
            _ => None,
        }
    }
}

/// A weight: digits and a point, at most 1.
fn read_weight(text: &str) -> Option<f32> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|weight| is_decimal && (0.0..=1.0).contains(weight))
}

#[cfg(test)]
mod tests;
