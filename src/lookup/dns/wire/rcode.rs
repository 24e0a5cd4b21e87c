//! Response codes by name.

/// A response code and its name, as in `RCODE 16 (BADVERS)`. The names are those of the IANA registry "DNS RCODEs"
/// (RFC 6895 section 2.3). `keyed` is whether the message has a TSIG or TKEY record: the codes 17 to 22 have a
/// meaning only with such a record, and 16 has two names, of which BADVERS is that of the OPT record.
pub(super) fn text(code: u16, keyed: bool) -> String {
    let name = match code {
        0 => "NoError",
        1 => "FormErr",
        2 => "ServFail",
        3 => "NXDomain",
        4 => "NotImp",
        5 => "Refused",
        6 => "YXDomain",
        7 => "YXRRSet",
        8 => "NXRRSet",
        9 => "NotAuth",
        10 => "NotZone",
        11 => "DSOTYPENI",
        16 if keyed => "BADSIG",
        16 => "BADVERS",
        17 if keyed => "BADKEY",
        18 if keyed => "BADTIME",
        19 if keyed => "BADMODE",
        20 if keyed => "BADNAME",
        21 if keyed => "BADALG",
        22 if keyed => "BADTRUNC",
        23 => "BADCOOKIE",
        _ => return format!("RCODE {code}"),
    };
    format!("RCODE {code} ({name})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (code, keyed, expected, why) in [
            (1, false, "RCODE 1 (FormErr)", "RFC 1035 section 4.1.1"),
            (11, false, "RCODE 11 (DSOTYPENI)", "RFC 8490 section 10.2"),
            (12, false, "RCODE 12", "unassigned"),
            (16, false, "RCODE 16 (BADVERS)", "of the OPT record (RFC 6891 section 9)"),
            (16, true, "RCODE 16 (BADSIG)", "of the TSIG record (RFC 8945 section 3)"),
            (17, false, "RCODE 17", "without a key record it has no name"),
            (17, true, "RCODE 17 (BADKEY)", "RFC 8945 section 3"),
            (22, true, "RCODE 22 (BADTRUNC)", "RFC 8945 section 3"),
            (23, false, "RCODE 23 (BADCOOKIE)", "RFC 7873 section 8: cookies are an option of OPT"),
            (3841, true, "RCODE 3841", "for private use"),
            (4095, false, "RCODE 4095", "the last of 12 bits"),
        ] {
            assert_eq!(text(code, keyed), expected, "{why}");
        }
    }
}
