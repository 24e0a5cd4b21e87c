//! Extended DNS errors (RFC 8914): what a resolver says beyond the RCODE.

use hickory_proto::op::Message;
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};

/// What the resolver says beyond the RCODE (RFC 8914 section 2).
pub(super) fn text(message: &Message) -> Option<String> {
    const EXTENDED_ERROR: u16 = 15;
    /// Enough for a sentence; a resolver could send 64 KiB.
    const MAX_TEXT: usize = 200;
    let option = message.edns.as_ref()?.option(EdnsCode::Unknown(EXTENDED_ERROR))?;
    let EdnsOption::Unknown(_, data) = option else { return None };
    let (code, text) = data.split_first_chunk()?;
    let code = u16::from_be_bytes(*code);
    let text: String = String::from_utf8_lossy(text).chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect();
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
