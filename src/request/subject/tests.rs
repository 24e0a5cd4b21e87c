mod segments;

use super::*;
use Is::{Address, Host, Not};
use segments::{Is, SEGMENTS};

#[test]
fn segments() {
    let wrong = SEGMENTS.iter().filter_map(|(segment, expected, why)| {
        let found = Subject::from_segment(segment);
        let right = match (expected, &found) {
            (Address(ip), Ok(Subject::Address(found))) => ip.parse() == Ok(*found),
            (Host(ascii, unicode), Ok(Subject::Host(name))) => (name.ascii(), name.unicode()) == (*ascii, *unicode),
            (Not(expected), Err(found)) => expected == found,
            (Is::Reserved(zone), Err(Invalid::Reserved(found))) => *zone == found.zone,
            _ => false,
        };
        (!right).then(|| format!("{segment}: {why}: {found:?}"))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

/// Plain texts are not decoded.
#[test]
fn lines() {
    for (text, expected, why) in [
        (" 8.8.8.8\t", Ok("8.8.8.8"), "blanks around"),
        ("fe80::1%eth0", Err(Invalid::Zone), "a zone"),
        ("8.8.8.0/24", Err(Invalid::Network), "a prefix"),
        ("[2001:db8::]/32", Err(Invalid::Network), "a prefix, in brackets"),
        ("https://example.com/8.8.8.8", Err(Invalid::Url), "a URL"),
        ("%38.8.8.8", Err(Invalid::Character('%')), "only paths are percent-encoded"),
        ("8.8.8.8%eth0", Err(Invalid::Character('%')), "only IPv6 has zones"),
    ] {
        let expected = expected.map(|ip| Subject::Address(ip.parse().unwrap()));
        assert_eq!(Subject::parse(text), expected, "{text}: {why}");
    }
}

#[test]
fn lengths() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    for (text, expected, why) in [
        (format!("{label}.com"), Ok(67), "a label of 63"),
        (format!("{label}a.com"), Err(Invalid::LabelLength), "a label of 64"),
        (longest.clone(), Ok(253), "a name of 253"),
        (format!("{longest}."), Ok(253), "its final dot does not count"),
        (format!("{longest}a"), Err(Invalid::NameLength), "a name of 254"),
        (format!("{}.com", "ü".repeat(57)), Ok(67), "57 letters, 63 octets in the DNS"),
        (format!("{}.com", "ü".repeat(58)), Err(Invalid::LabelLength), "58 letters, 64 octets"),
        ("a.".repeat(512), Err(Invalid::NameLength), "as long as a text may be"),
        ("ü".repeat(100_000), Err(Invalid::NameLength), "longer than any text that is read"),
    ] {
        let found = Subject::parse(&text).map(|subject| match subject {
            Subject::Host(name) => name.ascii().len(),
            Subject::Address(ip) => panic!("{ip}"),
        });
        assert_eq!(found, expected, "{why}");
    }
}

/// Each reason is one line of at most 300 bytes.
#[test]
fn reasons() {
    for (segment, ..) in SEGMENTS {
        if let Err(why) = Subject::from_segment(segment) {
            let text = why.to_string();
            assert!(text.ends_with('.') && text.len() < 300 && !text.contains(['\n', '\0']), "{why:?}: {text}");
            assert!(!text.contains("  "), "{why:?}: {text}");
        }
    }
    assert_eq!(
        Subject::parse("printer.local").unwrap_err().to_string(),
        "The public DNS has no hosts under .local, which is for names on one network link (RFC 6762 section \
         3). Write a public name or an address."
    );
}

/// Random texts, of pieces with a meaning to the parser and of any octets: none makes it panic, and what was read is read
/// again from its own text.
#[test]
fn printed_subjects_are_read_again() {
    const PIECES: &[&str] = &[
        ".",
        ":",
        "::",
        "%",
        "%25",
        "%2e",
        "[",
        "]",
        "/",
        "@",
        "-",
        "_",
        "0",
        "8",
        "255",
        "256",
        "0x",
        "f",
        "fe80",
        "xn--",
        "bcher-kva",
        "zckzah",
        "a",
        "Z",
        "com",
        "in-addr",
        "ip6",
        "arpa",
        "local",
        "ü",
        "ß",
        "８",
        "。",
        "\u{300}",
        "\u{200d}",
        "\u{5d0}",
        "\u{ad}",
        " ",
        "\0",
        "☃",
        "%c3%bc",
        "%ff",
        "\u{1f3ff}",
    ];
    let mut numbers = fastrand::Rng::with_seed(1);
    let (mut addresses, mut hosts) = (0, 0);
    for _ in 0..50_000 {
        let count = numbers.usize(..9);
        let text = if numbers.usize(..2) == 0 {
            (0..count).map(|_| PIECES[numbers.usize(..PIECES.len())]).collect::<String>()
        } else {
            let octets = (0..count).map(|_| u8::try_from(numbers.usize(..256)).unwrap()).collect::<Vec<_>>();
            String::from_utf8_lossy(&octets).into_owned()
        };
        for subject in [Subject::from_segment(&text), Subject::parse(&text)].into_iter().flatten() {
            match &subject {
                Subject::Address(ip) => {
                    addresses += 1;
                    assert_eq!(Subject::parse(&ip.to_string()).as_ref(), Ok(&subject), "{text:?}");
                }
                Subject::Host(name) => {
                    hosts += 1;
                    assert_eq!(Subject::parse(name.ascii()).as_ref(), Ok(&subject), "{text:?}");
                    assert_eq!(Subject::parse(name.unicode()).as_ref(), Ok(&subject), "{text:?}");
                    assert!(name.ascii().is_ascii() && name.ascii().len() <= 253, "{text:?}");
                    assert!(!name.ascii().bytes().any(|byte| byte.is_ascii_uppercase()), "{text:?}");
                }
            }
        }
    }
    assert!(addresses > 100 && hosts > 100, "too few texts are subjects: {addresses} addresses, {hosts} hosts");
}
