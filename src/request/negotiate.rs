//! Which media type an answer has: content negotiation by `Accept` (RFC 9110 section 12.5.1).

use std::fmt;

use crate::request::field;

/// The media types that the service writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// A document.
    Json,
    /// A document a line.
    Ndjson,
    /// A line of text.
    Text,
    /// The page.
    Html,
    /// A problem document (RFC 9457).
    Problem,
    /// The description of the service.
    OpenApi,
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
        }
    }

    /// Type and subtype.
    const fn essence(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::Ndjson => ("application", "x-ndjson"),
            Self::Text => ("text", "plain"),
            Self::Html => ("text", "html"),
            Self::Problem => ("application", "problem+json"),
            Self::OpenApi => ("application", "openapi+json"),
        }
    }
}

/// The offer that the client likes best, from the values of `Accept` in the order in which they arrived; of those that
/// it likes as much, the first.
///
/// An offer weighs what the most specific range that covers it says, wherever that stands in the list; of equally
/// specific ranges the greater weight holds. No offer covers a range with a parameter but `charset=utf-8`, which all
/// of them do, the JSON types included: clients ask for `application/json; charset=utf-8`.
///
/// The readable elements count, others are passed over. Without any, the client has said nothing and takes everything,
/// as without the header. Two things are read that the grammar does not have, because Java's HTTP client long sent
/// them with every request: `*` for `*/*`, and `.2` for a weight of 0.2. Of a weight, digits after the third are
/// dropped. One over 1, or no number, makes its element unreadable, for nobody can tell what it means.
///
/// Allocates nothing. The work is linear in the length of the values for each offer.
///
/// # Errors
///
/// When the client accepts none of them.
pub fn choose<V: AsRef<[u8]>>(accept: &[V], offers: &'static [MediaType]) -> Result<MediaType, NotAcceptable> {
    best(accept, offers).ok_or(NotAcceptable(offers))
}

/// The client accepts none of the media types that there are: these.
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
    let ranges = || accept.iter().flat_map(|line| elements(line.as_ref())).filter_map(range);
    // What nearly everybody sends.
    let takes_all = match accept {
        [] => true,
        [line] => matches!(line.as_ref(), b"" | b"*/*"),
        _ => false,
    };
    if takes_all || ranges().next().is_none() {
        return offers.first().copied();
    }
    let mut best = None;
    let mut most = Weight(0);
    for offer in offers {
        let covering = ranges().filter_map(|range| Some((range.covers(*offer)?, range.weight)));
        let weight = covering.max().map_or(Weight(0), |(_, weight)| weight);
        if weight > most {
            (best, most) = (Some(*offer), weight);
        }
    }
    best
}

/// How much a client wants a range, in thousandths (RFC 9110 section 12.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Weight(u16);

impl Weight {
    const MOST: Self = Self(1000);

    fn parse(text: &[u8]) -> Option<Self> {
        let (whole, decimals) = match text.iter().position(|byte| *byte == b'.') {
            Some(point) => (text.get(..point)?, text.get(point + 1..)?),
            None => (text, &b""[..]),
        };
        let whole = match (whole, decimals) {
            (b"0", _) | (b"", [_, ..]) => 0,
            (b"1", _) => 1,
            _ => return None,
        };
        if !decimals.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let thousandths = decimals.iter().chain(b"000").take(3);
        let weight = Self(thousandths.fold(whole, |sum, digit| sum * 10 + u16::from(digit - b'0')));
        (weight <= Self::MOST).then_some(weight)
    }
}

/// A range of media types, and how much it is wanted.
struct Range<'a> {
    types: Types<'a>,
    parameters: Parameters,
    weight: Weight,
}

/// Which media types a range names.
enum Types<'a> {
    /// `*/*`.
    All,
    /// `type/*`.
    Of(&'a [u8]),
    /// `type/subtype`.
    One(&'a [u8], &'a [u8]),
}

/// What the parameters of a range ask for. The later is the more specific.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Parameters {
    None,
    /// `charset=utf-8`.
    Utf8,
    /// Something that no offer has.
    Other,
}

impl Range<'_> {
    /// How closely the range describes this offer, if it covers it: the greater, the more specific.
    fn covers(&self, offer: MediaType) -> Option<(u8, Parameters)> {
        let (kind, subtype) = offer.essence();
        let is = |ours: &str, theirs: &[u8]| theirs.eq_ignore_ascii_case(ours.as_bytes());
        let closeness = match self.types {
            Types::All => 0,
            Types::Of(a) if is(kind, a) => 1,
            Types::One(a, b) if is(kind, a) && is(subtype, b) => 2,
            _ => return None,
        };
        (self.parameters != Parameters::Other).then_some((closeness, self.parameters))
    }
}

/// Reads an element of the list: a range, its parameters and its weight, which may stand among them (RFC 9110 section
/// 12.5.1). `None`: it is unreadable.
fn range(element: &[u8]) -> Option<Range<'_>> {
    let mut parts = split(element, b';').map(field::trim);
    let types = types(parts.next()?)?;
    let mut parameters = Parameters::None;
    let mut weight = None;
    // Parameters may be left out (RFC 9110 section 5.6.6), as in `text/html;`.
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, value) = cut(part, b'=')?;
        if name.eq_ignore_ascii_case(b"q") {
            if weight.replace(Weight::parse(value)?).is_some() {
                return None;
            }
            continue;
        }
        let value = value.strip_prefix(b"\"").map_or_else(|| token(value), |rest| rest.strip_suffix(b"\""))?;
        let is_utf8 = token(name)?.eq_ignore_ascii_case(b"charset") && value.eq_ignore_ascii_case(b"utf-8");
        parameters = parameters.max(if is_utf8 { Parameters::Utf8 } else { Parameters::Other });
    }
    Some(Range { types, parameters, weight: weight.unwrap_or(Weight::MOST) })
}

/// Reads `type/subtype`, `type/*`, `*/*` or `*`.
fn types(text: &[u8]) -> Option<Types<'_>> {
    if matches!(text, b"*" | b"*/*") {
        return Some(Types::All);
    }
    match cut(text, b'/')? {
        (b"*", _) => None,
        (kind, b"*") => Some(Types::Of(token(kind)?)),
        (kind, subtype) => Some(Types::One(token(kind)?, token(subtype)?)),
    }
}

/// The elements of a field line.
fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    split(line, b',').map(field::trim)
}

/// Splits at a delimiter, but not inside a quoted string (RFC 9110 section 5.6.4); one that is never closed reaches to
/// the end. To be read from the left only.
fn split(text: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ => return *byte == delimiter && !is_quoted,
        }
        false
    })
}

/// Cuts at the first delimiter.
fn cut(text: &[u8], delimiter: u8) -> Option<(&[u8], &[u8])> {
    let (before, rest) = text.split_at_checked(text.iter().position(|byte| *byte == delimiter)?)?;
    Some((before, rest.get(1..)?))
}

/// The text, if it is a token (RFC 9110 section 5.6.2).
fn token(text: &[u8]) -> Option<&[u8]> {
    (!text.is_empty() && text.iter().all(|byte| field::is_token(*byte))).then_some(text)
}

#[cfg(test)]
mod tests {
    use MediaType::{Html, Json, Ndjson, OpenApi, Problem, Text};

    use super::*;

    /// Field lines, offers, what is chosen, and why the row is there.
    type Row<'a> = (&'a [&'a str], &'a [MediaType], Option<MediaType>, &'a str);

    /// The page and the document, as at the root.
    const ROOT: &[MediaType] = &[Json, Html];
    /// A scalar member.
    const SCALAR: &[MediaType] = &[Text, Json];
    /// A batch.
    const BATCH: &[MediaType] = &[Json, Ndjson];
    const ALL: &[MediaType] = &[Json, Ndjson, Text, Html, Problem, OpenApi];

    #[test]
    fn what_is_chosen() {
        const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
        let rows: &[Row] = &[
            // Those who ask.
            (&[], ROOT, Some(Json), "no header: anything"),
            (&["*/*"], ROOT, Some(Json), "curl, fetch"),
            (&[BROWSER], ROOT, Some(Html), "a browser"),
            (&[BROWSER], SCALAR, Some(Text), "a browser where there is no page"),
            (&[BROWSER], BATCH, Some(Json), "a browser where all is */*"),
            (&["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], ROOT, Some(Html), "Safari, Firefox"),
            (
                &["text/html,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"],
                ROOT,
                Some(Html),
                "Chrome, with a parameter that no offer has",
            ),
            (&["image/avif,image/webp,image/*,*/*;q=0.8"], ROOT, Some(Json), "a browser's image"),
            (&["application/json, text/plain, */*"], ROOT, Some(Json), "axios"),
            (&["application/json, text/plain, */*"], SCALAR, Some(Text), "axios: equal, the server's order"),
            (&["application/json, text/javascript, */*; q=0.01"], ROOT, Some(Json), "jQuery"),
            (
                &["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"],
                ROOT,
                Some(Html),
                "Java, where there is a page",
            ),
            (&["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"], BATCH, Some(Json), "Java, where there is none"),
            (&["application/json; charset=utf-8"], ROOT, Some(Json), "JSON is UTF-8"),
            (&["application/x-ndjson"], BATCH, Some(Ndjson), "a batch as it comes"),
            (&["application/problem+json, application/json"], ROOT, Some(Json), "a client that knows problems"),
            (&["application/openapi+json;q=0.9, application/json;q=0.5"], &[OpenApi, Json], Some(OpenApi), "a tool"),
            // Emptiness.
            (&[""], ROOT, Some(Json), "empty: anything"),
            (&["", ""], ROOT, Some(Json), "empty twice"),
            (&[" \t"], ROOT, Some(Json), "blank"),
            (&[",,, ,"], ROOT, Some(Json), "empty elements are passed over (RFC 9110 section 5.6.1)"),
            (&[",, text/html ,,"], ROOT, Some(Html), "one element among empty ones"),
            (&["*/*"], &[], None, "nothing to offer"),
            (&[], &[], None, "nothing to offer, nothing said"),
            // Weights.
            (&["application/json;q=0.5, text/html"], ROOT, Some(Html), "no weight is 1"),
            (&["application/json;q=0.8, text/html;q=0.9"], ROOT, Some(Html), "the greater"),
            (&["application/json;q=0.9, text/html;q=0.8"], ROOT, Some(Json), "the greater, the other way"),
            (&["text/html;q=0.123, application/json;q=0.122"], ROOT, Some(Html), "three decimals"),
            (&["text/html;q=0.5, application/json;q=0.50"], ROOT, Some(Json), "0.5 is 0.50: the server's order"),
            (&["text/html;q=1.000, application/json;q=0.999"], ROOT, Some(Html), "1.000"),
            (&["text/html;q=1., application/json;q=0.9"], ROOT, Some(Html), "1. is in the grammar"),
            (&["text/html;q=0., application/json;q=0.1"], ROOT, Some(Json), "0. is, too"),
            (&["text/html;q=0"], ROOT, None, "0 is not wanted, and nothing else is"),
            (&["text/html;q=0, */*"], &[Html], None, "0 excludes, whatever */* says"),
            (&["text/html;q=0, */*"], &[Html, Json], Some(Json), "0 excludes the first offer"),
            (&["*/*;q=0"], ALL, None, "nothing is wanted"),
            (&["*/*;q=0, text/html;q=0.001"], ROOT, Some(Html), "nothing but the page, and that barely"),
            (&["text/html;Q=0.1, application/json;q=0.2"], ROOT, Some(Json), "a capital Q"),
            (&["text/html; q=0.1 ,application/json ;\tq=0.2"], ROOT, Some(Json), "blanks around"),
            (&["text/html;q=.9, application/json;q=0.8"], ROOT, Some(Html), "no digit before the point"),
            (&["text/html;q=0.1239, application/json;q=0.123"], ROOT, Some(Json), "a fourth digit is dropped"),
            // Weights that nobody can read make their element nothing.
            (&["text/html;q=2, application/json;q=0.1"], ROOT, Some(Json), "over 1"),
            (&["text/html;q=1.001, application/json;q=0.1"], ROOT, Some(Json), "just over 1"),
            (&["text/html;q=-1, application/json;q=0.1"], ROOT, Some(Json), "negative"),
            (&["text/html;q=high, application/json;q=0.1"], ROOT, Some(Json), "a word"),
            (&["text/html;q=, application/json;q=0.1"], ROOT, Some(Json), "no number"),
            (&["text/html;q=., application/json;q=0.1"], ROOT, Some(Json), "no digits"),
            (&["text/html;q, application/json;q=0.1"], ROOT, Some(Json), "no value"),
            (&["text/html;q=0.5.5, application/json;q=0.1"], ROOT, Some(Json), "two points"),
            (&["text/html;q=1e0, application/json;q=0.1"], ROOT, Some(Json), "an exponent"),
            (&["text/html;q=\"1\", application/json;q=0.1"], ROOT, Some(Json), "quoted"),
            (&["text/html;q=1;q=1, application/json;q=0.1"], ROOT, Some(Json), "twice"),
            (&["text/html;q=00, application/json;q=0.1"], ROOT, Some(Json), "two zeros"),
            (&["text/html;q= 1, application/json;q=0.1"], ROOT, Some(Json), "a blank after the equals sign"),
            (&["text/html;q=1.00000000000000000000000000000000000000"], ROOT, Some(Html), "many digits, no overflow"),
            // The most specific range.
            (&["*/*, text/html;q=0.1"], ROOT, Some(Json), "*/* does not raise the page"),
            (&["text/html;q=0.1, */*"], ROOT, Some(Json), "wherever it stands"),
            (&["text/html;q=0.1, *"], ROOT, Some(Json), "* is */*"),
            (&["text/*;q=0.3, text/html;q=0.7, */*;q=0.5"], &[Text, Json], Some(Json), "type/* against */*"),
            (&["text/*;q=0.3, text/html;q=0.7, */*;q=0.5"], &[Text, Json, Html], Some(Html), "subtype against both"),
            (&["text/*"], ROOT, Some(Html), "type/*"),
            (&["text/*"], &[Html, Text], Some(Html), "type/* takes both: the server's order"),
            (&["text/*;q=0.2, text/plain;q=0.1"], &[Text, Html], Some(Html), "the less wanted is the more specific"),
            (&["application/*"], &[Html, Problem], Some(Problem), "application/* takes +json"),
            (&["text/html, text/html;q=0.1, application/json;q=0.5"], ROOT, Some(Html), "said twice: the greater"),
            (&["text/html;q=0.1, text/html, application/json;q=0.5"], ROOT, Some(Html), "in any order"),
            (&["*/*;q=0.1", "text/html;q=0.2", "application/json;q=0.3"], ROOT, Some(Json), "over several lines"),
            (&["text/html", "application/json;q=0.3"], ROOT, Some(Html), "over several lines, the other way"),
            // Parameters.
            (&["text/html;level=1"], ROOT, None, "no page has a level"),
            (&["text/html;level=1, application/json;q=0.1"], ROOT, Some(Json), "so what remains holds"),
            (&["text/html;level=1;charset=utf-8"], ROOT, None, "whatever else it asks for"),
            (&["text/html;level=1;q=0, text/html"], ROOT, Some(Html), "what is excluded is not what is offered"),
            (&["text/html;q=0.5;level=1, application/json;q=0.1"], ROOT, Some(Json), "after the weight, too"),
            (&["text/html;charset=utf-8"], ROOT, Some(Html), "the page is UTF-8"),
            (&["text/html; Charset=\"UTF-8\""], ROOT, Some(Html), "quoted, in capitals"),
            (&["text/html;charset=iso-8859-1"], ROOT, None, "the page is not Latin-1"),
            (&["text/plain;charset=utf-8;q=0.1, text/plain, application/json;q=0.5"], SCALAR, Some(Json), "closer"),
            (&["text/html;;q=0.5;, application/json;q=0.1"], ROOT, Some(Html), "empty parameters"),
            (&["text/html;q=0.1;charset=utf-8, application/json;q=0.2"], ROOT, Some(Json), "a weight in front"),
            (&["text/html;a=\",application/json\", application/json;q=0.1"], &[Html, Json], Some(Json), "quoted comma"),
            (&["application/json;a=\"\\\",text/html,\""], &[Html, Json], None, "an escaped quote closes nothing"),
            (&["text/html;a=\"b;q=0.1\";q=0, */*;q=0.1"], ROOT, Some(Json), "a quoted semicolon"),
            // Case.
            (&["TEXT/HTML"], ROOT, Some(Html), "types have no case"),
            (&["Application/JSON;q=0.9, text/html;q=0.8"], ROOT, Some(Json), "nor has the subtype"),
            // What is no range.
            (&["text/html/x, application/json;q=0.1"], ROOT, Some(Json), "two slashes"),
            (&["*/html, application/json;q=0.1"], ROOT, Some(Json), "any type of one subtype"),
            (&["html, application/json;q=0.1"], ROOT, Some(Json), "no slash"),
            (&["/, text/, /html, application/json;q=0.1"], ROOT, Some(Json), "halves"),
            (&["text /html, application/json;q=0.1"], ROOT, Some(Json), "a blank inside"),
            (&["text/html;a b=c, application/json;q=0.1"], ROOT, Some(Json), "a parameter's name is a token"),
            (&["application/*+json"], ALL, None, "no wildcard: a subtype that nobody has"),
            (&["json"], ROOT, Some(Json), "nothing readable: as if nothing were said"),
            (&["text/html;x=\"open, application/json"], ROOT, Some(Json), "an open quote takes the rest with it"),
            (&["image/png, audio/*"], ALL, None, "readable, and nothing of it is here"),
        ];
        for (accept, offers, expected, why) in rows {
            assert_eq!(best(accept, offers), *expected, "{accept:?}: {why}");
        }
    }

    /// The example of RFC 9110 section 12.5.1, as erratum 7138 corrects it, for what is offered here.
    #[test]
    fn the_example_of_the_rfc() {
        let accept =
            "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5";
        for (offers, expected) in [(vec![Html, Text, Json], Text), (vec![Html, Json], Json), (vec![Html], Html)] {
            assert_eq!(best(&[accept], &offers), Some(expected), "{offers:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text() {
        for (accept, why) in [
            (&b"\xff/\xfe, text/html"[..], "beyond ASCII"),
            (b"a/b\0, text/html", "a control character"),
            (b"text/html;a=\xff, text/html", "in a value"),
        ] {
            assert_eq!(best(&[accept], ROOT), Some(Html), "{why}");
        }
        let long = b"a/b;c=\"\\".repeat(8 * 1024);
        assert_eq!(best(&[long], ROOT), Some(Json), "64 KiB of junk");
    }

    #[test]
    fn content_types() {
        for offer in ALL {
            let essence = offer.as_str().split(';').next().unwrap();
            assert_eq!(essence.split_once('/').unwrap(), offer.essence());
            assert_eq!(best(&[offer.as_str()], ALL), Some(*offer), "each is chosen by its own name");
        }
    }
}
