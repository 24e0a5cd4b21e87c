//! Extended DNS errors (RFC 8914): a resolver's reasons beyond the RCODE.

use super::detail;

/// How many characters of an error's text are kept: enough for a sentence. A resolver could send 64 KiB.
const MAX_TEXT: usize = 200;

/// All extended errors among the options of an OPT record, in order (RFC 8914 section 2 allows several), at most
/// [`detail::MAX_LIST`] characters of them. An option of less than two bytes has no code and is skipped.
pub(super) fn text<'a>(options: impl Iterator<Item = (u16, &'a [u8])>) -> Option<String> {
    const EXTENDED_ERROR: u16 = 15;
    let errors = options.filter(|(code, _)| *code == EXTENDED_ERROR).filter_map(|(_, data)| one(data));
    detail::list(errors, "; ", "extended error")
}

fn one(data: &[u8]) -> Option<String> {
    let (code, text) = data.split_first_chunk()?;
    let code = u16::from_be_bytes(*code);
    let text = detail::printable(&String::from_utf8_lossy(text), MAX_TEXT);
    let name = EXTENDED_ERRORS.get(usize::from(code)).map_or(String::new(), |name| format!(" ({name})"));
    Some(if text.is_empty() {
        format!("extended error {code}{name}")
    } else {
        format!("extended error {code}{name}: {text}")
    })
}

/// The names of the registry "Extended DNS Error Codes" (RFC 8914 section 5.2), by code.
const EXTENDED_ERRORS: [&str; 31] = [
    "Other Error",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
    "Signature Expired before Valid",
    "Too Early",
    "Unsupported NSEC3 Iterations Value",
    "Unable to conform to policy",
    "Synthesized",
    "Invalid Query Type",
];
