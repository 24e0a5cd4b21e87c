//! Host names, internationalised ones included.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::invalid::Invalid;
use super::literal;
use super::reserved;

/// The ASCII characters that a label must not have: all but letters, digits, hyphens (RFC 1123 section 2.1), and the
/// underscores of names like `_dmarc.example.com` (RFC 8552).
const DENIED: AsciiDenyList = AsciiDenyList::new(true, " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~");

/// Octets of a label, and characters of a whole name without its final dot: 255 octets less the length octet of the
/// first label and the root's (RFC 1035 section 2.3.4).
const LABEL: usize = 63;
const NAME: usize = 253;

/// A host name that the public DNS may have: two labels or more, and not in a reserved zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostName {
    ascii: String,
    unicode: String,
}

impl HostName {
    /// The name as the DNS has it: A-labels (RFC 5890 section 2.3.2.1), lower-case, without the final dot.
    pub fn ascii(&self) -> &str {
        &self.ascii
    }

    /// The name as people read it: U-labels, without the final dot. The same as [`ascii`](Self::ascii) if no label is
    /// internationalised.
    pub fn unicode(&self) -> &str {
        &self.unicode
    }

    /// Reads a name. It may be in a reserved zone: see [`public`](Self::public).
    ///
    /// UTS #46 maps it (non-transitionally: ß stays ß) and checks it. Hyphens are accepted anywhere in an ASCII label,
    /// because real names have them.
    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        if let Some(character) = text.chars().find(|&c| c.is_ascii() && !is_host_character(c)) {
            return Err(Invalid::Character(character));
        }
        if let Some(why) = literal::not_ipv4(text) {
            return Err(why);
        }
        let mapped = Uts46::new()
            .to_ascii(text.as_bytes(), DENIED, Hyphens::Allow, DnsLength::Ignore)
            .map_err(|_| unmapped(text))?;
        let ascii = mapped.strip_suffix('.').unwrap_or(&mapped);
        for label in ascii.split('.') {
            if label.is_empty() {
                return Err(Invalid::EmptyLabel);
            }
            if label.len() > LABEL {
                return Err(Invalid::LabelLength);
            }
        }
        let (unicode, checked) = Uts46::new().to_unicode(ascii.as_bytes(), DENIED, Hyphens::Allow);
        checked.map_err(|_| unmapped(text))?;
        // The DNS has ASCII labels that begin or end with a hyphen. U-labels must not (RFC 5891 section 4.2.3.1).
        if unicode.split('.').any(|label| !label.is_ascii() && (label.starts_with('-') || label.ends_with('-'))) {
            return Err(Invalid::Hyphen);
        }
        // UTS #46 section 4.1: a decoded label must not look encoded.
        if unicode.split('.').any(|label| !label.is_ascii() && label.starts_with("xn--")) {
            return Err(Invalid::Punycode);
        }
        if literal::not_ipv4(ascii).is_some() || ends_in_digits(&unicode) {
            return Err(Invalid::Lookalike);
        }
        if ascii.len() > NAME {
            return Err(Invalid::NameLength);
        }
        Ok(Self { unicode: unicode.into_owned(), ascii: ascii.to_owned() })
    }

    /// The name, if the public DNS can have it.
    pub(super) fn public(self) -> Result<Self, Invalid> {
        if !self.ascii.contains('.') {
            return Err(Invalid::OneLabel);
        }
        match reserved::zone_of(&self.ascii) {
            Some(zone) => Err(Invalid::Reserved(zone)),
            None => Ok(self),
        }
    }
}

fn is_host_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// Why UTS #46 refuses a name. The crate gives no reason, so this checks for the most common one.
fn unmapped(text: &str) -> Invalid {
    let encoded = |label: &str| label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"));
    if text.split('.').any(encoded) { Invalid::Punycode } else { Invalid::Unicode }
}

/// Whether the last label is a number in the digits of any script, as in `८.८.८.८`.
fn ends_in_digits(unicode: &str) -> bool {
    unicode.rsplit('.').next().is_some_and(|label| !label.is_empty() && label.chars().all(char::is_numeric))
}
