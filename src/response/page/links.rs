//! Texts with links in them: attributions, and references to RFCs.

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// What it shows.
    pub(super) text: &'a str,
    /// Where it links to.
    pub(super) url: Option<String>,
}

/// The licences that attributions name, and where they stand.
const LICENCES: &[(&str, &str)] = &[
    ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    ("ODbL 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
];

/// An attribution: its URLs and the names of licences are links. The licence of DB-IP's data requires the first.
pub(super) fn attribution(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((start, end, url)) = next_link(rest) {
        let (Some(before), Some(link), Some(after)) = (rest.get(..start), rest.get(start..end), rest.get(end..)) else {
            break;
        };
        pieces.push(Piece { text: before, url: None });
        pieces.push(Piece { text: link, url: Some(url) });
        rest = after;
    }
    pieces.push(Piece { text: rest, url: None });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// The first link of a text: where it begins and ends, and where it leads.
fn next_link(text: &str) -> Option<(usize, usize, String)> {
    let url = text.find("https://").and_then(|start| {
        let rest = text.get(start..)?;
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | ',' | ';' | '<' | '>' | '"' | '\''));
        let url = rest.get(..length.unwrap_or(rest.len()))?;
        Some((start, start + url.len(), url.to_owned()))
    });
    let licences = LICENCES.iter().filter_map(|(name, url)| {
        let start = text.find(name)?;
        Some((start, start + name.len(), (*url).to_owned()))
    });
    url.into_iter().chain(licences).min_by_key(|(start, ..)| *start)
}

/// A reference of the IANA registries, such as `RFC1122, Section 3.2.1.3` or `RFC4291, RFC8190`, with its links.
pub(super) fn reference(text: &str) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for part in text.split(", ") {
        // A section belongs to the document before it.
        let document = pieces.last().and_then(|piece| piece.url.clone());
        let url = match (part.strip_prefix("Section "), document) {
            (Some(section), Some(document)) => Some(format!("{document}#section-{section}")),
            _ => url_of(part),
        };
        pieces.push(Piece { text: part, url });
    }
    pieces
}

fn url_of(document: &str) -> Option<String> {
    let number =
        |text: &str| (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned());
    if let Some(erratum) = document.strip_prefix("RFC Errata ") {
        return number(erratum).map(|id| format!("https://www.rfc-editor.org/errata/eid{id}"));
    }
    document.strip_prefix("RFC").and_then(number).map(|rfc| format!("https://www.rfc-editor.org/rfc/rfc{rfc}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece<'_>]) -> String {
        let one = |piece: &Piece<'_>| match &piece.url {
            Some(url) => format!("[{}]({url})", piece.text),
            None => piece.text.to_owned(),
        };
        pieces.iter().map(one).collect()
    }

    #[test]
    fn attributions() {
        for (text, expected, why) in [
            (
                "by X (https://x.example), CC BY 4.0; Y",
                "by X ([https://x.example](https://x.example)), [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/); Y",
                "a source and its licence",
            ),
            ("nothing here", "nothing here", "none"),
            ("https://a.example", "[https://a.example](https://a.example)", "alone"),
            ("https://a.example\"onx=1", "[https://a.example](https://a.example)\"onx=1", "a quotation mark ends it"),
            ("javascript:alert(1) http://x", "javascript:alert(1) http://x", "other schemes are not links"),
            ("", "", "nothing"),
        ] {
            assert_eq!(shown(&attribution(text)), expected, "{why}");
        }
    }

    #[test]
    fn references() {
        for (text, expected) in [
            ("RFC1918", "[RFC1918](https://www.rfc-editor.org/rfc/rfc1918)"),
            (
                "RFC1122, Section 3.2.1.3",
                "[RFC1122](https://www.rfc-editor.org/rfc/rfc1122)[Section 3.2.1.3](https://www.rfc-editor.org/rfc/rfc1122#section-3.2.1.3)",
            ),
            (
                "RFC5180, RFC Errata 1752",
                "[RFC5180](https://www.rfc-editor.org/rfc/rfc5180)[RFC Errata 1752](https://www.rfc-editor.org/errata/eid1752)",
            ),
            ("a draft", "a draft"),
        ] {
            assert_eq!(shown(&reference(text)), expected);
        }
    }

    /// Every reference of the registries leads somewhere.
    #[test]
    fn every_reference_is_a_link() {
        let file = include_str!("../../../tests/registries/iana-special-purpose.tsv");
        for row in file.lines().filter(|line| !line.starts_with('#')) {
            let text = row.split('\t').nth(2).unwrap();
            assert!(reference(text).iter().all(|piece| piece.url.is_some()), "{row}");
        }
    }
}
