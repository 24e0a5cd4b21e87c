//! Domain names and character strings as text.

use hickory_proto::rr::Name;

use super::detail;

/// A name in presentation format, without the root dot. A name may hold any bytes; they are written as in a zone file
/// (RFC 1035 section 5.1, RFC 4343 section 2.1). The root itself is `.`.
pub(super) fn to_text(name: &Name) -> String {
    let mut text = String::with_capacity(name.len());
    for label in name.iter() {
        if !text.is_empty() {
            text.push('.');
        }
        label.iter().for_each(|byte| push(&mut text, *byte));
    }
    if text.is_empty() {
        text.push('.');
    }
    text
}

/// Writes one byte of a label: itself, `\X` if it has a meaning in zone files, `\DDD` if it is not printable.
fn push(text: &mut String, byte: u8) {
    match byte {
        b'"' | b'(' | b')' | b'.' | b';' | b'\\' | b'@' | b'$' => text.extend(['\\', char::from(byte)]),
        b'!'..=b'~' => text.push(char::from(byte)),
        _ => push_decimal(text, byte),
    }
}

fn push_decimal(text: &mut String, byte: u8) {
    let digit = |value: u8| char::from(b'0' + value % 10);
    text.extend(['\\', digit(byte / 100), digit(byte / 10), digit(byte)]);
}

/// A character string (RFC 1035 section 3.3) as text. UTF-8 stays; other bytes, and characters that control a terminal or
/// the direction of text, become `\\DDD`. A backslash is doubled, so that the text can be read back.
pub(super) fn string_to_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                _ if detail::is_hidden(character) => {
                    let mut buffer = [0; 4];
                    character.encode_utf8(&mut buffer).bytes().for_each(|byte| push_decimal(&mut text, byte));
                }
                _ => text.push(character),
            }
        }
        chunk.invalid().iter().for_each(|byte| push_decimal(&mut text, *byte));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        for (bytes, expected, why) in [
            (b"v=spf1 include:a.example ~all".as_slice(), "v=spf1 include:a.example ~all", "an SPF record"),
            (b"v=DMARC1; p=none", "v=DMARC1; p=none", "a semicolon, which zone files escape"),
            ("käse".as_bytes(), "käse", "UTF-8"),
            (b"k\xe4se", "k\\228se", "not UTF-8"),
            (b"a\\b", "a\\\\b", "a backslash"),
            (b"a\nb\x7f", "a\\010b\\127", "control characters"),
            ("\u{202e}a".as_bytes(), "\\226\\128\\174a", "a character that changes the direction of text"),
            (b"", "", "empty"),
        ] {
            assert_eq!(string_to_text(bytes), expected, "{why}");
        }
    }

    #[test]
    fn presentation() {
        let rows: [(&[&[u8]], &str, &str); 10] = [
            (&[b"dns", b"google"], "dns.google", "an ordinary name"),
            (&[b"Mixed", b"Case"], "Mixed.Case", "case is kept"),
            (&[], ".", "the root"),
            (&[b"a.b", b"c"], "a\\.b.c", "a dot inside a label"),
            (&[b"a b"], "a\\032b", "a blank"),
            (&[b"\x00\x7f\xff"], "\\000\\127\\255", "bytes that are not printable"),
            (&["é".as_bytes()], "\\195\\169", "UTF-8: DNS has bytes only"),
            (&[b"<script>"], "<script>", "printable: the JSON and the page must escape it"),
            (&[b"\"quoted\""], "\\\"quoted\\\"", "quotes"),
            (&[b"_sip", b"_udp"], "_sip._udp", "underscores stay"),
        ];
        for (labels, expected, why) in rows {
            let name = Name::from_labels(labels.iter().copied()).unwrap();
            assert_eq!(to_text(&name), expected, "{why}");
        }
    }
}
