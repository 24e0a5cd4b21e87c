//! The syntax of header values (RFC 9110 section 5.6).

/// Whether a `content-type` has this type and subtype. Parameters are ignored, and there is no case (section 8.3.1).
pub(crate) fn is_media_type(content_type: &[u8], essence: &str) -> bool {
    let found = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    trim(found).eq_ignore_ascii_case(essence.as_bytes())
}

/// Whether a token may hold this byte (section 5.6.2).
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether this byte is optional whitespace (section 5.6.3).
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The text without the optional whitespace around it.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let mut text = trim_end(text);
    while let Some((first, rest)) = text.split_first()
        && is_blank(*first)
    {
        text = rest;
    }
    text
}

/// The text without the optional whitespace after it.
pub(crate) fn trim_end(mut text: &[u8]) -> &[u8] {
    while let Some((last, rest)) = text.split_last()
        && is_blank(*last)
    {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let not: Vec<u8> = (0x21..0x7f).filter(|byte| !is_token(*byte)).collect();
        assert_eq!(not, b"\"(),/:;<=>?@[\\]{}", "the delimiters of section 5.6.2 and no other visible character");
        assert!(
            (0..0x21).chain(0x7f..=0xff).all(|byte| !is_token(byte)),
            "no control characters, and nothing beyond ASCII"
        );
    }

    #[test]
    fn blanks() {
        for (text, expected, why) in [
            (" \ta b\t ", "a b", "blanks around the text, and one inside it"),
            (" \t ", "", "blanks only"),
            ("", "", "empty"),
            ("\u{a0}a\n", "\u{a0}a\n", "blanks of other kinds are not whitespace here"),
        ] {
            assert_eq!(trim(text.as_bytes()), expected.as_bytes(), "{text:?}: {why}");
        }
    }
}
