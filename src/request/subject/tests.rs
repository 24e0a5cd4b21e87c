use super::literal::{HEXADECIMAL, LEADING_ZERO, ONE_NUMBER, TOO_FEW, TOO_GREAT, TOO_MANY};
use super::*;

/// What a text is expected to be. A host is given in both its forms.
enum Is {
    Address(&'static str),
    Host(&'static str, &'static str),
    Not(Invalid),
    Reserved(&'static str),
}

use Is::{Address, Host, Not};

/// As a path segment has it: percent-encoded or not.
const SEGMENTS: &[(&str, Is, &str)] = &[
    // Addresses.
    ("8.8.8.8", Address("8.8.8.8"), "IPv4"),
    ("0.0.0.0", Address("0.0.0.0"), "zero is no leading zero"),
    ("255.255.255.255", Address("255.255.255.255"), "the greatest numbers"),
    ("%38.8.8.8", Address("8.8.8.8"), "encoded without need"),
    ("%208.8.8.8%0A", Address("8.8.8.8"), "blanks around, from a copied line"),
    ("%C2%A08.8.8.8", Address("8.8.8.8"), "a no-break space, from a copied page"),
    ("2606:4700::1111", Address("2606:4700::1111"), "IPv6"),
    ("2606:4700:0:0:0:0:0:1111", Address("2606:4700::1111"), "without compression"),
    ("2606:4700::ABCD", Address("2606:4700::abcd"), "upper-case hexadecimal"),
    ("2606%3A4700%3a%3A1111", Address("2606:4700::1111"), "as encodeURIComponent writes it"),
    ("::", Address("::"), "all zeros"),
    ("::ffff:8.8.8.8", Address("::ffff:8.8.8.8"), "IPv4 in the last 32 bits"),
    ("1:2:3:4:5:6:7::", Address("1:2:3:4:5:6:7:0"), "one group compressed"),
    ("[2606:4700::1111]", Address("2606:4700::1111"), "brackets, as in a URL's host"),
    ("%5B2606:4700::1111%5D", Address("2606:4700::1111"), "brackets, encoded"),
    ("fe80::1%20", Address("fe80::1"), "a blank behind is no zone"),
    // Addresses, by their names in the reverse zones.
    ("8.8.8.8.in-addr.arpa", Address("8.8.8.8"), "RFC 1035 section 3.5"),
    ("4.3.2.1.IN-ADDR.Arpa.", Address("1.2.3.4"), "reversed, any case, a final dot"),
    (
        "8.8.8.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.8.4.0.6.8.4.1.0.0.2.ip6.arpa",
        Address("2001:4860:4860::8888"),
        "RFC 3596 section 2.5",
    ),
    (
        "F.E.D.C.B.A.9.8.7.6.5.4.3.2.1.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.IP6.ARPA.",
        Address("2001:db8::123:4567:89ab:cdef"),
        "upper-case, and every digit",
    ),
    ("in-addr.arpa", Not(Invalid::ReverseNetwork), "the zone itself"),
    ("ip6.arpa.", Not(Invalid::ReverseNetwork), "the zone itself"),
    ("8.8.8.in-addr.arpa", Not(Invalid::ReverseNetwork), "a /24"),
    ("8.b.d.0.1.0.0.2.ip6.arpa", Not(Invalid::ReverseNetwork), "a /32"),
    ("1.8.8.8.8.in-addr.arpa", Not(Invalid::ReverseName), "five numbers"),
    ("256.8.8.8.in-addr.arpa", Not(Invalid::ReverseName), "over 255"),
    ("08.8.8.8.in-addr.arpa", Not(Invalid::ReverseName), "a leading zero"),
    ("0-63.2.0.192.in-addr.arpa", Not(Invalid::ReverseName), "a zone by RFC 2317"),
    ("88.b.d.0.1.0.0.2.ip6.arpa", Not(Invalid::ReverseName), "two digits in a label"),
    ("g.b.d.0.1.0.0.2.ip6.arpa", Not(Invalid::ReverseName), "not hexadecimal"),
    ("%EF%BC%98.8.8.8.in-addr.arpa", Not(Invalid::Lookalike), "a full-width digit"),
    // IPv4 in forms that are read in different ways.
    ("010.0.0.1", Not(Invalid::Ipv4(LEADING_ZERO)), "8.0.0.1 or 10.0.0.1"),
    ("8.8.8.00", Not(Invalid::Ipv4(LEADING_ZERO)), "zero with a leading zero"),
    ("017700000001", Not(Invalid::Ipv4(LEADING_ZERO)), "one number, octal"),
    ("0x8.8.8.8", Not(Invalid::Ipv4(HEXADECIMAL)), "one of four"),
    ("0X7f000001", Not(Invalid::Ipv4(HEXADECIMAL)), "one number"),
    ("8.8.8.0x", Not(Invalid::Ipv4(HEXADECIMAL)), "zero to URL parsers"),
    ("134744072", Not(Invalid::Ipv4(ONE_NUMBER)), "8.8.8.8 as one number"),
    ("0", Not(Invalid::Ipv4(ONE_NUMBER)), "0.0.0.0 to some"),
    ("8.8", Not(Invalid::Ipv4(TOO_FEW)), "8.0.0.8 or 8.8.0.0"),
    ("127.0.1.", Not(Invalid::Ipv4(TOO_FEW)), "three, and a final dot"),
    ("8.8.8.8.8", Not(Invalid::Ipv4(TOO_MANY)), "five"),
    ("1.3.6.1.2.1.1", Not(Invalid::Ipv4(TOO_MANY)), "an object identifier"),
    ("999.1.1.1", Not(Invalid::Ipv4(TOO_GREAT)), "over 255"),
    ("8.8.8.256", Not(Invalid::Ipv4(TOO_GREAT)), "just over"),
    ("8.8.8.99999999999999999999", Not(Invalid::Ipv4(TOO_GREAT)), "over all integers"),
    ("8.8.8.8.", Not(Invalid::FinalDot), "the end of a sentence"),
    ("::1.", Not(Invalid::FinalDot), "the same"),
    ("8..8.8", Not(Invalid::EmptyLabel), "a number is missing"),
    ("8.8.8.8a", Host("8.8.8.8a", "8.8.8.8a"), "a letter, and no URL parser takes it for an address"),
    // Names that end in a number.
    ("example.8", Not(Invalid::NumericEnd), "a numeric last label"),
    ("www.example.0x1F", Not(Invalid::NumericEnd), "hexadecimal"),
    ("example.com.1.", Not(Invalid::NumericEnd), "behind a final dot"),
    ("8.8.8.0-8.8.8.255", Not(Invalid::NumericEnd), "a range"),
    ("%EF%BC%98.8.8.8", Not(Invalid::NumericEnd), "a full-width digit among others"),
    ("８.８.８.８", Not(Invalid::Lookalike), "full-width digits, mapped to 8.8.8.8"),
    ("8。8。8。８", Not(Invalid::Lookalike), "ideographic full stops"),
    ("①②⑦.⓪.⓪.①", Not(Invalid::Lookalike), "circled digits"),
    ("८.८.८.८", Not(Invalid::Lookalike), "Devanagari digits: a valid label, and a number to who reads it"),
    ("8.8.8.8%E2%80%8B", Not(Invalid::Lookalike), "a zero-width space, from a copied page"),
    // IPv6, near misses.
    ("2001:db8::1::2", Not(Invalid::Ipv6), "compressed twice"),
    (":::", Not(Invalid::Ipv6), "three colons"),
    ("1:2:3:4:5:6:7", Not(Invalid::Ipv6), "seven groups"),
    ("1:2:3:4:5:6:7:8:9", Not(Invalid::Ipv6), "nine"),
    ("2001:db8::12345", Not(Invalid::Ipv6), "five digits"),
    ("2001:db8::g", Not(Invalid::Ipv6), "not hexadecimal"),
    ("00:1a:2b:3c:4d:5e", Not(Invalid::Ipv6), "an Ethernet address"),
    ("::ffff:8.8.8", Not(Invalid::Ipv4(TOO_FEW)), "the IPv4 in it is short"),
    ("::ffff:010.0.0.1", Not(Invalid::Ipv4(LEADING_ZERO)), "the IPv4 in it is octal"),
    ("::8.8.8.8:53", Not(Invalid::Ipv6), "IPv4 is the end"),
    ("[8.8.8.8]", Not(Invalid::Brackets), "brackets are IPv6's"),
    ("[example.com]", Not(Invalid::Brackets), "a name in brackets"),
    ("[2606:4700::1111", Not(Invalid::Brackets), "an open bracket"),
    ("2606:4700::1111]", Not(Invalid::Brackets), "only closed"),
    ("[::1]x", Not(Invalid::Brackets), "something behind"),
    ("[]", Not(Invalid::Brackets), "nothing inside"),
    ("[2001:db8::g]", Not(Invalid::Ipv6), "brackets are right, what is inside is not"),
    // More than a host.
    ("8.8.8.8:53", Not(Invalid::Port), "IPv4 and a port"),
    ("[::1]:53", Not(Invalid::Port), "IPv6 and a port"),
    ("example.com:443", Not(Invalid::Port), "a name and a port"),
    ("localhost:3000", Not(Invalid::Port), "one label and a port"),
    ("example.com:https", Not(Invalid::Port), "a port by name"),
    ("fe80::1%25eth0", Not(Invalid::Zone), "as RFC 6874 wrote it in a URL"),
    ("fe80::1%eth0", Not(Invalid::Zone), "not encoded: broken percent-encoding"),
    ("fe80::1%en0", Not(Invalid::Zone), "not encoded"),
    ("fe80::1%12", Not(Invalid::Zone), "not encoded, and a control character by chance"),
    ("fe80::1%ee0", Not(Invalid::Zone), "not encoded, and not UTF-8 by chance"),
    ("%5Bfe80::1%25eth0%5D", Not(Invalid::Zone), "in brackets"),
    ("[fe80::1%eth0]", Not(Invalid::Zone), "in brackets, not encoded"),
    ("8.8.8.0%2F24", Not(Invalid::Network), "a prefix"),
    ("2001:db8::%2F32", Not(Invalid::Network), "a prefix"),
    ("10%2F8", Not(Invalid::Network), "a prefix, short"),
    ("8.8.8.0%2F255.255.255.0", Not(Invalid::Network), "a netmask"),
    ("https%3A%2F%2Fexample.com%2F", Not(Invalid::Url), "a URL"),
    ("http%3A%2F%2F[::1]:80", Not(Invalid::Url), "a URL of an address"),
    ("https:", Not(Invalid::Url), "the first segment of a URL that was not encoded"),
    ("javascript:alert", Not(Invalid::Url), "a scheme"),
    ("example.com%2F24", Not(Invalid::Url), "a name and a path"),
    ("postmaster@example.com", Not(Invalid::Email), "an email address"),
    ("mailto:postmaster@example.com", Not(Invalid::Email), "and its URL"),
    // Encoding.
    ("", Not(Invalid::Empty), "nothing"),
    ("%20%09", Not(Invalid::Empty), "blanks"),
    ("%zz", Not(Invalid::Percent), "no hexadecimal digits"),
    ("8.8.8.8%2", Not(Invalid::Percent), "one digit"),
    ("example.com%", Not(Invalid::Percent), "none"),
    ("%ff.example.com", Not(Invalid::Encoding), "no UTF-8"),
    ("%C0%AE.example.com", Not(Invalid::Encoding), "an overlong dot"),
    ("example%00.com", Not(Invalid::Character('\0')), "a control character"),
    ("exa%20mple.com", Not(Invalid::Character(' ')), "a blank inside"),
    ("8.8.8.8,1.1.1.1", Not(Invalid::Character(',')), "two"),
    ("example.com%3Fx", Not(Invalid::Character('?')), "a query"),
    ("*.example.com", Not(Invalid::Character('*')), "a wildcard"),
    ("example.com%2525", Not(Invalid::Character('%')), "encoded twice"),
    // Host names.
    ("dns.google", Host("dns.google", "dns.google"), "a name"),
    ("DNS.Google.", Host("dns.google", "dns.google"), "any case, a final dot"),
    ("example.com", Host("example.com", "example.com"), "reserved as a name, but in the public DNS"),
    ("a.b.c.d.e.example.org", Host("a.b.c.d.e.example.org", "a.b.c.d.e.example.org"), "many labels"),
    ("1.2.3.com", Host("1.2.3.com", "1.2.3.com"), "numbers, but not at the end"),
    ("_dmarc.example.com", Host("_dmarc.example.com", "_dmarc.example.com"), "an underscore, RFC 8552"),
    ("r1---sn-4g5e.example.com", Host("r1---sn-4g5e.example.com", "r1---sn-4g5e.example.com"), "hyphens in 3 and 4"),
    ("test.com", Host("test.com", "test.com"), "reserved is the last label only"),
    ("mylocal.example.net", Host("mylocal.example.net", "mylocal.example.net"), "no zone of ours"),
    ("notlocal.notlocal", Host("notlocal.notlocal", "notlocal.notlocal"), "the end of a label is no label"),
    ("bücher.example.com", Host("xn--bcher-kva.example.com", "bücher.example.com"), "internationalised"),
    ("B%C3%9CCHER.example.com", Host("xn--bcher-kva.example.com", "bücher.example.com"), "encoded, upper-case"),
    ("XN--BCHER-KVA.example.com", Host("xn--bcher-kva.example.com", "bücher.example.com"), "its A-label"),
    ("bu%CC%88cher.example.com", Host("xn--bcher-kva.example.com", "bücher.example.com"), "u and a combining mark"),
    ("straße.de", Host("xn--strae-oqa.de", "straße.de"), "non-transitional: not strasse"),
    ("例え。テスト", Host("xn--r8jz45g.xn--zckzah", "例え.テスト"), "an ideographic full stop"),
    ("ｇｏｏｇｌｅ.com", Host("google.com", "google.com"), "full-width letters"),
    ("ye%C2%ADs.example.com", Host("yes.example.com", "yes.example.com"), "a soft hyphen is no character"),
    ("xn--a.example.com", Not(Invalid::Punycode), "does not decode"),
    ("xn--example-.com", Not(Invalid::Punycode), "decodes to ASCII"),
    ("xn--xn--ggaqglohhhhhh1he4taoqqhxn--gg4taoqqhome.de", Not(Invalid::Punycode), "decodes to what looks encoded"),
    ("xn--strasse-.xn--strae-oqa.de", Not(Invalid::Punycode), "one of two"),
    ("a\u{2260}b.example.com", Host("xn--ab-miv.example.com", "a≠b.example.com"), "a symbol that UTS #46 lets through"),
    ("a\u{FFFD}b.example.com", Not(Invalid::Unicode), "the replacement character"),
    ("℀.example.com", Not(Invalid::Unicode), "mapped to a/c, which no name has"),
    ("\u{5d0}a.example.com", Not(Invalid::Unicode), "Hebrew and Latin in a label: RFC 5893 section 2"),
    ("\u{200d}a.example.com", Not(Invalid::Unicode), "a joiner that joins nothing: RFC 5892 appendix A"),
    (".example.com", Not(Invalid::EmptyLabel), "nothing before the first dot"),
    ("www..example.com", Not(Invalid::EmptyLabel), "two dots"),
    ("example.com..", Not(Invalid::EmptyLabel), "two final dots"),
    (".", Not(Invalid::EmptyLabel), "the root"),
    ("-www.example.com", Host("-www.example.com", "-www.example.com"), "a hyphen at the beginning: the DNS has such"),
    ("foo-.example.com", Host("foo-.example.com", "foo-.example.com"), "at the end"),
    ("-bücher.example.com", Not(Invalid::Hyphen), "at the beginning of a U-label, RFC 5891"),
    ("xn--bcher--3ya.example.com", Not(Invalid::Hyphen), "at the end of what an A-label stands for"),
    ("nonsense", Not(Invalid::OneLabel), "one label"),
    ("localhost", Not(Invalid::OneLabel), "one label"),
    ("com.", Not(Invalid::OneLabel), "one label and a dot"),
    ("AS15169", Not(Invalid::OneLabel), "a system"),
    // Files of websites.
    ("wp-login.php", Not(Invalid::WebFile("php")), "a scanner"),
    (".env", Not(Invalid::WebFile("env")), "another"),
    ("Favicon.ICO", Not(Invalid::WebFile("ico")), "a browser, any case"),
    ("wp-login。php", Not(Invalid::WebFile("php")), "with an ideographic full stop"),
    ("setup.py", Host("setup.py", "setup.py"), "Paraguay"),
    // Names that the public DNS cannot know.
    ("printer.local", Is::Reserved("local"), "RFC 6762"),
    ("Printer.LOCAL.", Is::Reserved("local"), "any case, a final dot"),
    ("db.corp.internal", Is::Reserved("internal"), "ICANN"),
    ("app.localhost", Is::Reserved("localhost"), "RFC 6761"),
    ("names.doh.test", Is::Reserved("test"), "RFC 6761"),
    ("www.example", Is::Reserved("example"), "RFC 6761"),
    ("no.such.invalid", Is::Reserved("invalid"), "RFC 6761"),
    ("duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", Is::Reserved("onion"), "RFC 7686"),
    ("name.alt", Is::Reserved("alt"), "RFC 9476"),
    ("nas.lan", Is::Reserved("lan"), "RFC 6762 appendix G"),
    ("nas.home", Is::Reserved("home"), "RFC 6762 appendix G"),
    ("dc1.corp", Is::Reserved("corp"), "RFC 6762 appendix G"),
    ("www.intranet", Is::Reserved("intranet"), "RFC 6762 appendix G"),
    ("www.private", Is::Reserved("private"), "RFC 6762 appendix G"),
    ("mx.mail", Is::Reserved("mail"), "ICANN"),
    ("mx.mail.example.com", Host("mx.mail.example.com", "mx.mail.example.com"), "reserved is the last label only"),
    ("home.arpa", Is::Reserved("home.arpa"), "RFC 8375"),
    ("nas.home.arpa", Is::Reserved("home.arpa"), "RFC 8375, not the rule for arpa"),
    ("ipv4only.arpa", Is::Reserved("arpa"), "RFC 3172"),
    ("8in-addr.arpa", Is::Reserved("arpa"), "no dot before the zone"),
    ("ｐｒｉｎｔｅｒ.ｌｏｃａｌ", Is::Reserved("local"), "after mapping"),
];

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

/// Plain text is not decoded.
#[test]
fn lines() {
    for (text, expected, why) in [
        (" 8.8.8.8\t", Ok("8.8.8.8"), "blanks around"),
        ("fe80::1%eth0", Err(Invalid::Zone), "a zone"),
        ("8.8.8.0/24", Err(Invalid::Network), "a prefix"),
        ("[2001:db8::]/32", Err(Invalid::Network), "a prefix, in brackets"),
        ("https://example.com/8.8.8.8", Err(Invalid::Url), "a URL"),
        ("%38.8.8.8", Err(Invalid::Character('%')), "percent-encoding is the path's"),
        ("8.8.8.8%eth0", Err(Invalid::Character('%')), "zones are IPv6's"),
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
        (format!("{label}a.com"), Err(Invalid::LabelLength), "of 64"),
        (longest.clone(), Ok(253), "a name of 253"),
        (format!("{longest}."), Ok(253), "its final dot does not count"),
        (format!("{longest}a"), Err(Invalid::NameLength), "of 254"),
        (format!("{}.com", "ü".repeat(57)), Ok(67), "57 letters, 63 octets in the DNS"),
        (format!("{}.com", "ü".repeat(58)), Err(Invalid::LabelLength), "58 letters, 64 octets"),
        ("a.".repeat(512), Err(Invalid::NameLength), "as long as is looked at"),
        ("ü".repeat(100_000), Err(Invalid::NameLength), "longer than any name: not looked at"),
    ] {
        let found = Subject::parse(&text).map(|subject| match subject {
            Subject::Host(name) => name.ascii().len(),
            Subject::Address(ip) => panic!("{ip}"),
        });
        assert_eq!(found, expected, "{why}");
    }
}

/// One or two sentences, and they fit into a line of JSON.
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

/// Texts made of pieces that mean something to a parser, and of any octets: none makes it panic, and what is read reads
/// the same when it is written out again.
#[test]
fn what_is_read_reads_the_same() {
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
    assert!(addresses > 100 && hosts > 100, "the texts test nothing: {addresses} addresses, {hosts} hosts");
}
