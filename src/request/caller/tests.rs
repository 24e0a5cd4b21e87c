mod forwarded;
mod random;
mod x_forwarded_for;

use super::*;

/// A row's values: field lines in the order in which they arrive.
type Lines<'a> = &'a [&'a str];

fn source(header: &str, proxies: usize) -> CallerHeader {
    CallerHeader::parse(header, &proxies.to_string()).unwrap()
}

fn check(header: &str, rows: &[(usize, Lines, Result<&str, Why>, &str)]) {
    for (proxies, lines, expected, why) in rows {
        let expected = expected.map(|ip| ip.parse::<IpAddr>().unwrap());
        let found = source(header, *proxies).find(lines).map_err(|unknown| unknown.why);
        assert_eq!(found, expected, "{header}, {proxies} trusted, {lines:?}: {why}");
    }
}

// In all rows 6.6.6.6 is an address that a client has forged.

#[test]
fn spin_client_addr() {
    check(
        "spin-client-addr",
        &[
            (0, &["192.0.2.1:5000"], Ok("192.0.2.1"), "IPv4 and port"),
            (0, &["[2001:db8::1]:5000"], Ok("2001:db8::1"), "IPv6 in brackets and port"),
            (0, &["[::ffff:192.0.2.1]:5000"], Ok("192.0.2.1"), "IPv4 over a dual-stack listener"),
            (0, &[" 192.0.2.1:5000\t"], Ok("192.0.2.1"), "blanks around"),
            (0, &["6.6.6.6:1", "192.0.2.1:5000"], Ok("192.0.2.1"), "forged: the client's comes first"),
            (0, &["6.6.6.6:1", "7.7.7.7:2", "192.0.2.1:5000"], Ok("192.0.2.1"), "forged twice"),
            (0, &["", "192.0.2.1:5000"], Ok("192.0.2.1"), "forged: empty"),
            (0, &["\"6.6.6.6:1", "192.0.2.1:5000"], Ok("192.0.2.1"), "forged: an open quote"),
            (0, &[], Err(Why::Missing), "not behind Spin"),
            (0, &[""], Err(Why::NoAddress), "empty"),
            (0, &["6.6.6.6:1", ""], Err(Why::NoAddress), "the last is empty: no second choice"),
            (0, &["192.0.2.1"], Err(Why::NoAddress), "no port: not Spin's own"),
            (0, &["2001:db8::1"], Err(Why::NoAddress), "no port, IPv6"),
            (0, &["2001:db8::1:5000"], Err(Why::NoAddress), "the end may be a port or a group"),
            (0, &["[192.0.2.1]:5000"], Err(Why::NoAddress), "brackets are for IPv6"),
            (0, &["6.6.6.6:1, 192.0.2.1:5000"], Err(Why::NoAddress), "merged lines: their origin is lost"),
            (0, &["192.0.2.1:99999"], Err(Why::NoAddress), "a port over 65535"),
            (0, &["192.0.2.1:+80"], Err(Why::NoAddress), "a sign is not a digit"),
            (0, &["192.0.2.1:"], Err(Why::NoAddress), "an empty port"),
            (0, &["[fe80::1%eth0]:1"], Err(Why::NoAddress), "a zone has no meaning here"),
            (0, &["[fe80::1%2]:1"], Err(Why::NoAddress), "a zone by number"),
            (0, &["localhost:80"], Err(Why::NoAddress), "a name"),
        ],
    );
}

#[test]
fn true_client_ip() {
    check(
        "true-client-ip",
        &[
            (0, &["192.0.2.1"], Ok("192.0.2.1"), "IPv4"),
            (0, &["2001:db8::1"], Ok("2001:db8::1"), "IPv6"),
            (0, &["[2001:db8::1]"], Ok("2001:db8::1"), "IPv6 in brackets"),
            (0, &["::ffff:192.0.2.1"], Ok("192.0.2.1"), "IPv4-mapped"),
            (0, &["6.6.6.6", "192.0.2.1"], Ok("192.0.2.1"), "forged: the client's comes first"),
            (0, &["6.6.6.6, 192.0.2.1"], Err(Why::NoAddress), "the platform writes no lists"),
            (0, &["192.0.2.1, 6.6.6.6"], Err(Why::NoAddress), "in any order"),
            (0, &["6.6.6.6 192.0.2.1"], Err(Why::NoAddress), "nor with a blank between"),
            (0, &["192.0.2.1:5000"], Err(Why::NoAddress), "the platform writes no port"),
            (0, &["[2001:db8::1]:5000"], Err(Why::NoAddress), "nor one after IPv6"),
            (0, &["\"192.0.2.1\""], Err(Why::NoAddress), "the platform writes no quotes"),
            (0, &["6.6.6.6", ""], Err(Why::NoAddress), "the last is empty: no second choice"),
            (0, &["fe80::1%eth0"], Err(Why::NoAddress), "a zone"),
            (0, &["192.0.2.01"], Err(Why::NoAddress), "octal to some programs"),
            (0, &["3221225985"], Err(Why::NoAddress), "one number"),
            (0, &[], Err(Why::Missing), "not behind Akamai"),
        ],
    );
}

#[test]
fn bytes_that_are_not_text() {
    let junk: &[u8] = b"\xff\xfe";
    for (source, good, why) in [
        (source("spin-client-addr", 0), &b"192.0.2.1:1"[..], Why::NoAddress),
        (source("true-client-ip", 0), b"192.0.2.1", Why::NoAddress),
        (source("x-forwarded-for", 1), b"192.0.2.1", Why::NoAddress),
        (source("forwarded", 1), b"for=192.0.2.1", Why::Malformed),
    ] {
        assert_eq!(source.find(&[junk]), Err(Unknown { source, why }), "alone");
        assert!(source.find(&[junk, good]).is_ok(), "{source:?}: in a line before");
        if source.proxies().is_some() {
            assert!(source.find(&[[junk, b", ", good].concat()]).is_ok(), "{source:?}: in the same line");
        }
    }
    let source = source("forwarded", 1);
    assert_eq!(source.find(&[b"for=\"\xff\""]).map_err(|unknown| unknown.why), Err(Why::NoAddress), "as the node");
    assert!(source.find(&[b"for=192.0.2.1;host=\"\xff\""]).is_ok(), "quoted: obs-text (RFC 9110 section 5.6.4)");
}

#[test]
fn variables() {
    for (header, proxies, expected, why) in [
        ("spin-client-addr", "0", Ok(("spin-client-addr", None)), "the default"),
        ("true-client-ip", "0", Ok(("true-client-ip", None)), "Akamai Functions"),
        ("x-forwarded-for", "1", Ok(("x-forwarded-for", Some(1))), "one proxy"),
        ("forwarded", "16", Ok(("forwarded", Some(16))), "as many proxies as possible"),
        ("X-Forwarded-For", "2", Ok(("x-forwarded-for", Some(2))), "header names have no case"),
        (
            "x-real-ip",
            "0",
            Err(("caller_header", "spin-client-addr")),
            "another header: the error lists the known ones",
        ),
        ("x-real-ip", "1", Err(("caller_header", "spin-client-addr")), "with any number of proxies"),
        ("none", "0", Ok(("none", None)), "no header is trusted"),
        ("none", "1", Err(("trusted_proxies", "must be 0")), "there are no entries to count"),
        ("", "0", Err(("caller_header", "spin-client-addr")), "empty"),
        ("forwarded", "17", Err(("trusted_proxies", "to 16")), "too many"),
        ("forwarded", "-1", Err(("trusted_proxies", "to 16")), "negative"),
        ("forwarded", "", Err(("trusted_proxies", "to 16")), "empty"),
        ("forwarded", "one", Err(("trusted_proxies", "to 16")), "a word"),
        ("forwarded", "99999999999999999999999", Err(("trusted_proxies", "to 16")), "over 64 bits"),
        ("x-forwarded-for", "0", Err(("trusted_proxies", "1 or more")), "a list without trusted proxies"),
        ("forwarded", "0", Err(("trusted_proxies", "1 or more")), "the same"),
        (
            "spin-client-addr",
            "1",
            Err(("trusted_proxies", "caller_header to x-forwarded-for")),
            "the header would have the proxy's address",
        ),
        ("true-client-ip", "1", Err(("trusted_proxies", "caller_header to x-forwarded-for")), "the same"),
    ] {
        match (CallerHeader::parse(header, proxies), expected) {
            (Ok(source), Ok(expected)) => {
                assert_eq!((source.header(), source.proxies().map(NonZeroUsize::get)), expected, "{why}");
            }
            (Err(error), Err((variable, part))) => {
                let error = error.to_string();
                assert!(error.starts_with(&format!("variable {variable} must be ")), "{why}: {error}");
                assert!(error.contains(part), "{why}: {error}");
            }
            (parsed, _) => panic!("{why}: {parsed:?}"),
        }
    }
    assert_eq!(CallerHeader::parse("spin-client-addr", "0"), Ok(CallerHeader::default()), "the variables' defaults");
}

#[test]
fn without_a_header_no_caller_is_known() {
    let source = source("none", 0);
    let unknown = source.find(&[b"192.0.2.1:1"]).unwrap_err();
    assert_eq!(unknown, Unknown { source, why: Why::NotConfigured }, "whatever the client sends");
    let text = unknown.to_string();
    assert!(text.starts_with("the variable caller_header is none, so no header is trusted; set the"), "{text}");
}

#[test]
fn every_reason_names_the_variable_to_set() {
    for (header, proxies) in [("spin-client-addr", 0), ("true-client-ip", 0), ("x-forwarded-for", 2), ("forwarded", 2)]
    {
        let source = source(header, proxies);
        for (why, variable) in [
            (Why::Missing, "caller_header"),
            (Why::NoAddress, if proxies == 0 { "caller_header" } else { "trusted_proxies" }),
            (Why::TooFew(1), if proxies == 0 { "caller_header" } else { "trusted_proxies" }),
            (Why::Empty, "caller_header"),
            (Why::Malformed, "caller_header"),
            (Why::NoFor, "caller_header"),
            (Why::Hidden, "caller_header"),
        ] {
            let text = Unknown { source, why }.to_string();
            assert!(text.contains(header), "{text}");
            assert!(text.contains(&format!("set the variable {variable}")), "{why:?}: {text}");
        }
    }
}
