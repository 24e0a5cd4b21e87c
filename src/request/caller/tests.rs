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

// In all rows 6.6.6.6 is what a forger would like to be.

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
            (0, &["2001:db8::1:5000"], Err(Why::NoAddress), "a port or a group: nobody can tell"),
            (0, &["[192.0.2.1]:5000"], Err(Why::NoAddress), "brackets are IPv6's"),
            (0, &["6.6.6.6:1, 192.0.2.1:5000"], Err(Why::NoAddress), "merged lines: nobody can tell whose is whose"),
            (0, &["192.0.2.1:99999"], Err(Why::NoAddress), "no such port"),
            (0, &["192.0.2.1:+80"], Err(Why::NoAddress), "a sign is no digit"),
            (0, &["192.0.2.1:"], Err(Why::NoAddress), "an empty port"),
            (0, &["[fe80::1%eth0]:1"], Err(Why::NoAddress), "a zone means nothing to us"),
            (0, &["[fe80::1%2]:1"], Err(Why::NoAddress), "nor does its number"),
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
            (0, &["[2001:db8::1]"], Ok("2001:db8::1"), "IPv6 in brackets: the same to everybody"),
            (0, &["::ffff:192.0.2.1"], Ok("192.0.2.1"), "IPv4-mapped"),
            (0, &["6.6.6.6", "192.0.2.1"], Ok("192.0.2.1"), "forged: the client's comes first"),
            (0, &["6.6.6.6, 192.0.2.1"], Err(Why::NoAddress), "a list is nobody's"),
            (0, &["192.0.2.1, 6.6.6.6"], Err(Why::NoAddress), "in no order"),
            (0, &["6.6.6.6 192.0.2.1"], Err(Why::NoAddress), "nor with a blank"),
            (0, &["192.0.2.1:5000"], Err(Why::NoAddress), "the platform writes no port"),
            (0, &["[2001:db8::1]:5000"], Err(Why::NoAddress), "nor with IPv6"),
            (0, &["\"192.0.2.1\""], Err(Why::NoAddress), "nor quotes"),
            (0, &["6.6.6.6", ""], Err(Why::NoAddress), "the last is empty: no second choice"),
            (0, &["fe80::1%eth0"], Err(Why::NoAddress), "a zone"),
            (0, &["192.0.2.01"], Err(Why::NoAddress), "octal to some"),
            (0, &["3221225985"], Err(Why::NoAddress), "one number"),
            (0, &[], Err(Why::Missing), "not behind Akamai"),
        ],
    );
}

#[test]
fn x_forwarded_for() {
    check(
        "x-forwarded-for",
        &[
            (1, &["192.0.2.1"], Ok("192.0.2.1"), "one proxy: what it saw"),
            (1, &["6.6.6.6, 192.0.2.1"], Ok("192.0.2.1"), "forged in front"),
            (1, &["6.6.6.6,192.0.2.1"], Ok("192.0.2.1"), "without a blank"),
            (1, &["6.6.6.6\t,\t 192.0.2.1 "], Ok("192.0.2.1"), "with tabs"),
            (1, &["6.6.6.6", "192.0.2.1"], Ok("192.0.2.1"), "forged in a line before"),
            (1, &["6.6.6.6, 6.6.6.6", "6.6.6.6", "192.0.2.1"], Ok("192.0.2.1"), "forged at length"),
            (1, &["6.6.6.6,, 192.0.2.1"], Ok("192.0.2.1"), "forged: an empty entry to move the count"),
            (1, &[",,,,", "192.0.2.1"], Ok("192.0.2.1"), "forged: empty entries in a line before"),
            (1, &["\"6.6.6.6, 192.0.2.1"], Ok("192.0.2.1"), "forged: an open quote"),
            (1, &["6.6.6.6\\, 192.0.2.1"], Ok("192.0.2.1"), "forged: a backslash"),
            (1, &["for=\"6.6.6.6, 192.0.2.1"], Ok("192.0.2.1"), "forged: the other header's grammar"),
            (2, &["192.0.2.1, 198.51.100.1"], Ok("192.0.2.1"), "two proxies in one line"),
            (2, &["192.0.2.1", "198.51.100.1"], Ok("192.0.2.1"), "two proxies in two lines"),
            (2, &["6.6.6.6, 192.0.2.1", "198.51.100.1"], Ok("192.0.2.1"), "forged, then two proxies in two lines"),
            (2, &["6.6.6.6", "192.0.2.1, 198.51.100.1"], Ok("192.0.2.1"), "forged in a line, then both in one"),
            (3, &["6.6.6.6, 192.0.2.1, 198.51.100.1", "198.51.100.2"], Ok("192.0.2.1"), "three"),
            (2, &["192.0.2.1, unix:"], Ok("192.0.2.1"), "what stands right of it need be no address"),
            (2, &["192.0.2.1, unknown"], Ok("192.0.2.1"), "nor known"),
            (1, &["192.0.2.1:5000"], Ok("192.0.2.1"), "with a port"),
            (1, &["2001:db8::1"], Ok("2001:db8::1"), "IPv6"),
            (1, &["[2001:db8::1]"], Ok("2001:db8::1"), "IPv6 in brackets"),
            (1, &["[2001:db8::1]:5000"], Ok("2001:db8::1"), "IPv6 in brackets with a port"),
            (1, &["\"[2001:db8::1]:5000\""], Ok("2001:db8::1"), "quoted"),
            (1, &["\"192.0.2.1\""], Ok("192.0.2.1"), "quoted IPv4"),
            (1, &["::ffff:192.0.2.1"], Ok("192.0.2.1"), "IPv4-mapped"),
            (1, &["[::ffff:192.0.2.1]:80"], Ok("192.0.2.1"), "IPv4-mapped with a port"),
            (1, &[], Err(Why::Missing), "no proxy"),
            (2, &["6.6.6.6"], Err(Why::TooFew(1)), "around one proxy: the leftmost is no second choice"),
            (3, &["6.6.6.6", "192.0.2.1"], Err(Why::TooFew(2)), "over lines"),
            (16, &["6.6.6.6, 192.0.2.1"], Err(Why::TooFew(2)), "far too few"),
            (1, &[""], Err(Why::Empty), "nothing in it"),
            (1, &["6.6.6.6", ""], Err(Why::Empty), "a proxy that adds nothing must not pass the client's on"),
            (1, &["6.6.6.6, "], Err(Why::Empty), "nor in the same line"),
            (2, &["6.6.6.6, , 192.0.2.1"], Err(Why::Empty), "nor further left"),
            (2, &["6.6.6.6, 192.0.2.1, "], Err(Why::Empty), "right of the address, it spoils the count"),
            (2, &["6.6.6.6", " \t", "192.0.2.1"], Err(Why::Empty), "a blank line is an empty entry"),
            (1, &["6.6.6.6, unknown"], Err(Why::Hidden), "the proxy does not know: no second choice"),
            (1, &["6.6.6.6, unix:"], Err(Why::NoAddress), "the proxy saw a socket: no second choice"),
            (1, &["6.6.6.6, 192.0.2"], Err(Why::NoAddress), "short"),
            (1, &["6.6.6.6 192.0.2.1"], Err(Why::NoAddress), "a blank separates nothing"),
            (1, &["6.6.6.6; 192.0.2.1"], Err(Why::NoAddress), "nor does a semicolon"),
            (1, &["[2001:db8::1"], Err(Why::NoAddress), "an open bracket"),
            (1, &["\"192.0.2.1"], Err(Why::NoAddress), "an open quote"),
            (1, &["\""], Err(Why::NoAddress), "a quote is not a pair of them"),
            (1, &["192.0.2.1:http"], Err(Why::NoAddress), "a port's name"),
            (1, &["192.0.2.1:80:80"], Err(Why::NoAddress), "two ports"),
            (1, &["fe80::1%eth0"], Err(Why::NoAddress), "a zone"),
            (1, &["\u{a0}192.0.2.1"], Err(Why::NoAddress), "a blank of another kind"),
        ],
    );
}

#[test]
fn forwarded_elements() {
    check(
        "forwarded",
        &[
            (1, &["for=192.0.2.1"], Ok("192.0.2.1"), "one proxy: what it saw"),
            (1, &["For=192.0.2.1;PROTO=http"], Ok("192.0.2.1"), "names have no case"),
            (1, &["by=203.0.113.1;proto=http;for=192.0.2.1;host=a.example"], Ok("192.0.2.1"), "in any order"),
            (1, &["for=192.0.2.1; proto=https ;by=_x"], Ok("192.0.2.1"), "blanks around semicolons"),
            (1, &["for=192.0.2.1;;proto=https;"], Ok("192.0.2.1"), "pairs may be left out"),
            (1, &["for=\"192.0.2.1:5000\""], Ok("192.0.2.1"), "with a port"),
            (1, &["for=\"192.0.2.1:_x1\""], Ok("192.0.2.1"), "with an obfuscated port"),
            (1, &["for=\"[2001:db8::1]\""], Ok("2001:db8::1"), "IPv6"),
            (1, &["for=\"[2001:db8::1]:5000\""], Ok("2001:db8::1"), "IPv6 with a port"),
            (1, &["for=\"[2001:db8::1]:_x\";by=\"[2001:db8::2]\""], Ok("2001:db8::1"), "IPv6 with an obfuscated port"),
            (1, &["for=\"[::ffff:192.0.2.1]\""], Ok("192.0.2.1"), "IPv4-mapped"),
            (1, &["for=\"1\\92.0.2\\.1\""], Ok("192.0.2.1"), "what need not be escaped may be"),
            (1, &["for=[2001:db8::1]:80;host=a.example:443"], Ok("2001:db8::1"), "proxies forget the quotes"),
            (1, &["for=6.6.6.6, for=192.0.2.1"], Ok("192.0.2.1"), "forged in front"),
            (1, &["for=6.6.6.6", "for=192.0.2.1"], Ok("192.0.2.1"), "forged in a line before"),
            (1, &["for=\"6.6.6.6, for=192.0.2.1"], Ok("192.0.2.1"), "forged: an open quote"),
            (1, &["for=\"6.6.6.6", "for=192.0.2.1"], Ok("192.0.2.1"), "forged: an open quote in a line before"),
            (1, &["for=6.6.6.6;x=\", for=\"192.0.2.1\""], Ok("192.0.2.1"), "forged: what is quoted turned inside out"),
            (1, &["for=\"6.6.6.6\\, for=\"[2001:db8::1]\""], Ok("2001:db8::1"), "forged: an escape at the end"),
            (
                1,
                &["for=6.6.6.6;x=\"\\\", for=\"[2001:db8::1]\""],
                Ok("2001:db8::1"),
                "forged: an escaped quote at the end",
            ),
            (1, &["for=6.6.6.6;, for=192.0.2.1"], Ok("192.0.2.1"), "forged: an open element"),
            (1, &["for=6.6.6.6;x=, for=192.0.2.1"], Ok("192.0.2.1"), "forged: an open parameter"),
            (1, &["for=6.6.6.6,,,, for=192.0.2.1"], Ok("192.0.2.1"), "forged: empty elements"),
            (1, &["=;\"\\,\", for=192.0.2.1"], Ok("192.0.2.1"), "forged: junk"),
            (1, &["for=192.0.2.1;host=\"a, for=6.6.6.6\""], Ok("192.0.2.1"), "forged: a comma in a host"),
            (1, &["for=192.0.2.1;host=\"a;for=6.6.6.6\""], Ok("192.0.2.1"), "forged: a semicolon in a host"),
            (
                1,
                &["for=192.0.2.1;host=\"a\\\", for=6.6.6.6;b=\\\"\""],
                Ok("192.0.2.1"),
                "forged: quotes in a host, escaped",
            ),
            (1, &["for=192.0.2.1;host=\"a\\\\\""], Ok("192.0.2.1"), "a backslash, escaped, at the end of a value"),
            (1, &["for=192.0.2.1;host=\"\""], Ok("192.0.2.1"), "an empty value"),
            (2, &["for=192.0.2.1, for=198.51.100.1"], Ok("192.0.2.1"), "two proxies in one line"),
            (2, &["for=192.0.2.1", "for=198.51.100.1"], Ok("192.0.2.1"), "two proxies in two lines"),
            (2, &["for=6.6.6.6, for=192.0.2.1", "for=198.51.100.1"], Ok("192.0.2.1"), "forged, then two proxies"),
            (2, &["for=192.0.2.1, for=unknown"], Ok("192.0.2.1"), "what stands right of it may be hidden"),
            (2, &["for=192.0.2.1, proto=https"], Ok("192.0.2.1"), "an element without for is a proxy's, too"),
            (2, &["for=192.0.2.1, for=nonsense"], Ok("192.0.2.1"), "what stands right of it need be no address"),
            (2, &["for=192.0.2.1, by=\"a,b;c\";for=198.51.100.1"], Ok("192.0.2.1"), "quoted commas are not counted"),
            (1, &[], Err(Why::Missing), "no proxy"),
            (2, &["for=6.6.6.6"], Err(Why::TooFew(1)), "around one proxy: the leftmost is no second choice"),
            (2, &["for=\"6.6.6.6, for=192.0.2.1\""], Err(Why::TooFew(1)), "one element: quotes do not split"),
            (1, &["for=\"6.6.6.6, for=192.0.2.1\""], Err(Why::NoAddress), "and its node is no address"),
            (1, &[""], Err(Why::Empty), "nothing in it"),
            (1, &["for=6.6.6.6, "], Err(Why::Empty), "a proxy that adds nothing must not pass the client's on"),
            (1, &["for=6.6.6.6", ""], Err(Why::Empty), "nor in a line of its own"),
            (2, &["for=6.6.6.6,, for=192.0.2.1"], Err(Why::Empty), "nor further left"),
            (1, &["for=6.6.6.6, ;"], Err(Why::Empty), "pairs that are all left out say nothing"),
            (1, &["for=6.6.6.6, for=unknown"], Err(Why::Hidden), "the proxy does not know: no second choice"),
            (1, &["for=Unknown"], Err(Why::Hidden), "in any case"),
            (1, &["for=\"unknown:80\""], Err(Why::Hidden), "with a port"),
            (1, &["for=6.6.6.6, for=_hidden"], Err(Why::Hidden), "obfuscated"),
            (1, &["for=\"_SEVKISEK:_p\""], Err(Why::Hidden), "obfuscated, with its port"),
            (1, &["for=6.6.6.6, proto=https;by=192.0.2.2"], Err(Why::NoFor), "no for: no second choice"),
            (1, &["for=192.0.2.1;for=6.6.6.6"], Err(Why::Malformed), "for twice"),
            (1, &["for=192.0.2.1;FOR=192.0.2.1"], Err(Why::Malformed), "for twice in other letters"),
            (2, &["for=6.6.6.6, for=192.0.2.1;for=192.0.2.1"], Err(Why::Malformed), "right of the address, too"),
            (1, &["for=192.0.2.1\""], Err(Why::Malformed), "a quote that was never opened"),
            (1, &["for=\"192.0.2.1\\\""], Err(Why::Malformed), "a quote that was never closed"),
            (1, &["for=\"192.0.2.1"], Err(Why::Malformed), "nor here"),
            (1, &["for=\"192.0.2.1\"x"], Err(Why::Malformed), "more after the quote"),
            (1, &["for=\"a\"\"192.0.2.1\""], Err(Why::Malformed), "two strings"),
            (1, &["for=192.0.2.1 for=192.0.2.1"], Err(Why::Malformed), "a blank separates nothing"),
            (1, &["for = 192.0.2.1"], Err(Why::Malformed), "blanks around the equals sign"),
            (1, &["for=192.0.2.1;proto"], Err(Why::Malformed), "a name alone"),
            (1, &["for="], Err(Why::Malformed), "no value"),
            (1, &["=192.0.2.1"], Err(Why::Malformed), "no name"),
            (1, &["192.0.2.1"], Err(Why::Malformed), "the other header's entry"),
            (2, &["for=6.6.6.6, 192.0.2.1"], Err(Why::Malformed), "right of the address, too"),
            (1, &["for=192.0.2.1;host=\"a\u{1}\""], Err(Why::Malformed), "a control character"),
            (1, &["for=a\\,b"], Err(Why::Malformed), "an escape without quotes"),
            (1, &["for=\"2001:db8::1\""], Err(Why::NoAddress), "IPv6 without brackets: the last group may be a port"),
            (1, &["for=\"[fe80::1%25eth0]\""], Err(Why::NoAddress), "a zone"),
            (1, &["for=\"192.0.2.1:http\""], Err(Why::NoAddress), "a port's name"),
            (1, &["for=\"192.0.2.1:_\""], Err(Why::NoAddress), "an obfuscated port of no letter"),
            (1, &["for=\"_\""], Err(Why::NoAddress), "an obfuscated name of no letter"),
            (1, &["for=\"\""], Err(Why::NoAddress), "an empty node"),
            (1, &["for=\" 192.0.2.1\""], Err(Why::NoAddress), "a blank inside the quotes"),
            (1, &["for=a.example"], Err(Why::NoAddress), "a name"),
        ],
    );
}

#[test]
fn bytes_that_are_no_text() {
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
        ("spin-client-addr", "0", Ok(("spin-client-addr", None)), "as it comes"),
        ("true-client-ip", "0", Ok(("true-client-ip", None)), "Akamai Functions"),
        ("x-forwarded-for", "1", Ok(("x-forwarded-for", Some(1))), "one proxy"),
        ("forwarded", "16", Ok(("forwarded", Some(16))), "as many as there can be"),
        ("none", "0", Ok(("none", None)), "no header is trusted"),
        ("none", "1", Err(("trusted_proxies", "must be 0")), "there is nothing to count"),
        ("X-Forwarded-For", "2", Ok(("x-forwarded-for", Some(2))), "names of fields have no case"),
        ("x-real-ip", "0", Err(("caller_header", "spin-client-addr")), "not among them: says which are"),
        ("x-real-ip", "1", Err(("caller_header", "spin-client-addr")), "whatever the other says"),
        ("", "0", Err(("caller_header", "spin-client-addr")), "empty"),
        ("forwarded", "17", Err(("trusted_proxies", "to 16")), "too many"),
        ("forwarded", "-1", Err(("trusted_proxies", "to 16")), "negative"),
        ("forwarded", "", Err(("trusted_proxies", "to 16")), "empty"),
        ("forwarded", "one", Err(("trusted_proxies", "to 16")), "a word"),
        ("forwarded", "99999999999999999999999", Err(("trusted_proxies", "to 16")), "beyond all numbers"),
        ("x-forwarded-for", "0", Err(("trusted_proxies", "1 or more")), "a list that nobody may count"),
        ("forwarded", "0", Err(("trusted_proxies", "1 or more")), "the same"),
        ("spin-client-addr", "1", Err(("trusted_proxies", "caller_header to x-forwarded-for")), "the proxy's address"),
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

/// Long values made to be slow: each takes as long as its length, or this test does not end.
#[test]
fn long_values() {
    for piece in ["\\", "\"", "\\\"", "=\"", ",", ";", "a=b;", "a=\"", " ", "for=1,", "[", ":", "é", "for=\"\\\"\","] {
        let long = piece.repeat(256 * 1024);
        for header in ["x-forwarded-for", "forwarded"] {
            for (before, after) in [("", ""), ("for=", ""), ("for=\"", "\""), ("x", "x\"")] {
                let value = format!("{before}{long}{after}");
                assert!(source(header, 16).find(&[&value]).is_err(), "{before}{piece}…{after}");
                assert!(source(header, 16).find(&[value.as_str(), "1"]).is_err(), "{before}{piece}…{after}");
            }
        }
    }
}

/// Random headers, the same in every run.
struct Generator(fastrand::Rng);

impl Generator {
    fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// What a client may send: pieces of both grammars, at random.
    fn junk(&mut self) -> Vec<u8> {
        const PIECES: &[&[u8]] = &[
            b"6.6.6.6",
            b"for=",
            b"For=6.6.6.6",
            b"\"",
            b"\\",
            b",",
            b", ",
            b";",
            b"=",
            b"[",
            b"]",
            b":",
            b":80",
            b"unknown",
            b"_x",
            b" ",
            b"\t",
            b"[2001:db8::6]",
            b"\xff",
            b"\0",
            b"a",
            b"proto=http",
            b"x=\"",
            b"\\\"",
            b"for=\"6.6.6.6",
            b"%",
        ];
        (0..self.below(8)).flat_map(|_| self.pick(PIECES).to_vec()).collect()
    }

    fn lines(&mut self) -> Vec<Vec<u8>> {
        (0..self.below(4)).map(|_| self.junk()).collect()
    }

    /// What a proxy writes into `forwarded` that talked to `node`: well-formed, in any of the forms there are.
    fn element(&mut self, node: &str) -> String {
        let mut pairs = vec![format!("{}={}", self.pick(&["for", "For", "FOR"]), self.value(node))];
        for name in ["by", "proto", "host", "x"] {
            if self.below(3) == 0 {
                let value = self.pick(&[
                    "https",
                    "a.example:443",
                    "a, for=6.6.6.6",
                    "\"",
                    "\\",
                    "a\";for=6.6.6.6, x=\"",
                    "é",
                    "",
                ]);
                let at = self.below(pairs.len() + 1);
                pairs.insert(at, format!("{name}={}", self.value(value)));
            }
        }
        pairs.join(self.pick(&[";", "; ", ";;", " ;\t"]))
    }

    /// As a token where it can be one, or in quotes with the escapes that must be and some that need not.
    fn value(&mut self, plain: &str) -> String {
        if !plain.is_empty() && plain.bytes().all(header_syntax::is_token) && self.below(2) == 0 {
            return plain.to_owned();
        }
        let mut value = "\"".to_owned();
        for char in plain.chars() {
            if matches!(char, '"' | '\\') || char.is_ascii() && self.below(8) == 0 {
                value.push('\\');
            }
            value.push(char);
        }
        value + "\""
    }
}

const NODES: [&str; 6] = ["192.0.2.1", "[2001:db8::1]", "198.51.100.7:80", "[2001:db8::2]:_p", "unknown", "_hidden"];

fn expected(node: &str) -> Result<IpAddr, Why> {
    match node {
        "192.0.2.1" => Ok("192.0.2.1".parse().unwrap()),
        "[2001:db8::1]" => Ok("2001:db8::1".parse().unwrap()),
        "198.51.100.7:80" => Ok("198.51.100.7".parse().unwrap()),
        "[2001:db8::2]:_p" => Ok("2001:db8::2".parse().unwrap()),
        _ => Err(Why::Hidden),
    }
}

const ROUNDS: usize = 20_000;

/// Whatever comes last, well-formed or not: where it is enough to decide, no line before it changes the decision.
#[test]
fn lines_before_change_nothing() {
    let mut random = Generator(fastrand::Rng::with_seed(1));
    for _ in 0..ROUNDS {
        let proxies = 1 + random.below(3);
        let (before, after) = (random.lines(), random.lines());
        let both = [before, after.clone()].concat();
        for source in [
            source("spin-client-addr", 0),
            source("true-client-ip", 0),
            source("x-forwarded-for", proxies),
            source("forwarded", proxies),
        ] {
            let alone = source.find(&after);
            if !matches!(alone, Err(Unknown { why: Why::Missing | Why::TooFew(_), .. })) {
                assert_eq!(source.find(&both), alone, "{source:?}: {both:?}");
            }
        }
    }
}

/// Whatever comes last in `x-forwarded-for`: nothing in front of its comma changes what is found.
#[test]
fn entries_before_change_nothing() {
    let mut random = Generator(fastrand::Rng::with_seed(2));
    for _ in 0..ROUNDS {
        let (before, after) = (random.junk(), random.junk());
        let source = source("x-forwarded-for", 1 + random.below(3));
        let alone = source.find(&[&after]);
        if !matches!(alone, Err(Unknown { why: Why::TooFew(_), .. })) {
            let both = [before, after].join(&b", "[..]);
            assert_eq!(source.find(&[&both]), alone, "{source:?}: {:?}", String::from_utf8_lossy(&both));
        }
    }
}

/// A list that proxies wrote is read as they meant it, in one line or several, whatever the client put before it.
#[test]
fn well_formed_elements_are_found() {
    let mut random = Generator(fastrand::Rng::with_seed(3));
    for _ in 0..ROUNDS {
        let nodes: Vec<&str> = (0..1 + random.below(4)).map(|_| random.pick(&NODES)).collect();
        let mut lines = random.lines();
        if random.below(2) == 0 || lines.is_empty() {
            lines.push(Vec::new());
        }
        // Whatever line the client left open, the first proxy goes on in it, or begins its own.
        for (index, node) in nodes.iter().enumerate() {
            let element = random.element(node).into_bytes();
            match lines.last_mut() {
                Some(line) if random.below(2) == 0 && (index > 0 || !line.is_empty()) => {
                    line.extend_from_slice(random.pick(&[b"," as &[u8], b", ", b" \t,"]));
                    line.extend(element);
                }
                _ => lines.push(element),
            }
        }
        let text = || lines.iter().map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>();
        for (index, node) in nodes.iter().rev().enumerate() {
            let found = source("forwarded", index + 1).find(&lines).map_err(|unknown| unknown.why);
            assert_eq!(found, expected(node), "{} from the right of {:?}", index + 1, text());
        }
    }
}
