//! What the resolver answers in the tests of the page: an address for each outcome, and hostile names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bytes::Bytes;
use hickory_proto::op::ResponseCode;
use http::StatusCode;

use super::zone::{a, aaaa, caa, cname, mx, ns, txt};
use super::{Answer, Doh, Script, reverse};

/// Seconds for which answers hold.
const TTL: u32 = 300;

/// Text that runs a script if a page takes it for markup.
const MARKUP: &str = "<img src=x onerror=\"document.title='ran'\">";

/// Names that run scripts where a page takes them for markup, and leave their place in the text or the line.
const HOSTILE: &[&[&[u8]]] = &[
    &[b"<img src=x onerror=\"document.title='ran'\">", b"doh", b"test"],
    &[b"<script>document.title='ran'</script>", b"doh", b"test"],
    &[b"\"' autofocus onfocus=document.title='ran' x='", b"doh", b"test"],
    &[b"</title></script></textarea><svg onload=document.title='ran'>", b"test"],
    &[b"<link rel=stylesheet href=http://127.0.0.2/>", b"doh", b"test"],
    &[b"javascript:document.title='ran'", b"doh", b"test"],
    &[b"=HYPERLINK(\"http://127.0.0.2/\")", b"doh", b"test"], // a formula, for spreadsheets
    &[b"{{7*7}}${7*7}<!--", b"doh", b"test"],
    &["\u{202e}moc.elpmaxe\u{2066}\u{200b}".as_bytes(), b"doh", b"test"], // bidi controls, a space without width
    &[b"\x1b[31m\r\nset-cookie: ran=1\0", b"doh", b"test"],
];

/// The longest name that there is: 253 characters, 255 octets in a message (RFC 1035 section 2.3.4).
const LONGEST: &[&[&[u8]]] = &[&[&[b'w'; 63], &[b'i'; 63], &[b'd'; 63], &[b'e'; 61]]];

impl Doh {
    /// Sets the scripts and records for the tests of the page. Other queries keep their answers.
    pub fn stage(&self) {
        let many: Vec<_> = (0..300).map(|number| format!("host-{number}.doh.test.")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        for (last, script) in [
            (10, Script::from(Answer::NxDomain(TTL))),
            (11, Answer::NoData(TTL).into()),
            (12, Answer::Failure(ResponseCode::ServFail, &[(22, MARKUP)]).into()),
            (13, Answer::Failure(ResponseCode::Refused, &[]).into()),
            (14, Script::never()),
            (15, Answer::Status(StatusCode::SERVICE_UNAVAILABLE).into()),
            (16, Answer::Bytes(Bytes::from_static(&[0xff; 40])).into()),
            (17, Answer::names(&many, TTL).into()),
            (20, Answer::Labels(HOSTILE).into()),
            (21, Answer::Labels(LONGEST).into()),
        ] {
            self.on(&reverse(IpAddr::V4(Ipv4Addr::new(8, 8, 8, last))), script);
        }
        self.records(
            "shop.com.",
            TTL,
            [
                a(Ipv4Addr::new(8, 8, 8, 8)),
                a(Ipv4Addr::new(193, 0, 1, 1)),
                aaaa(Ipv6Addr::new(0x2001, 0x4860, 0x4860, 0, 0, 0, 0, 0x8888)),
                ns("ns1.shop.com."),
                mx(10, "mail.shop.com."),
                txt(&[b"v=spf1 -all"]),
                caa(Some("ca.test")),
            ],
        );
        self.records("www.shop.com.", TTL, [cname("shop.com.")]);
        self.records("hostile.com.", TTL, [a(Ipv4Addr::new(8, 8, 8, 20)), txt(&[MARKUP.as_bytes()])]);
        self.on("refused.com.", Answer::Failure(ResponseCode::Refused, &[(15, MARKUP)]));
    }
}
