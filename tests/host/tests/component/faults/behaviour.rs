//! Behaviours of a resolver, one row each.

use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use hickory_proto::op::ResponseCode;
use host::doh::Answer;
use http::{StatusCode, header};

/// A behaviour.
pub struct Behaviour {
    /// Its row in docs/dns.md.
    pub name: &'static str,
    pub does: Does,
    /// The status in a report when there is no other resolver.
    pub status: &'static str,
    /// The names in that report.
    pub names: Names,
    /// Why the row is here, and why the status is right.
    pub why: &'static str,
}

/// Where and when a resolver behaves so.
#[derive(Clone, Debug)]
pub enum Does {
    /// The server answers at once.
    Answer(Answer),
    /// The server answers when the other resolver has been queried as well.
    AnswerLate(Answer),
    /// The server never answers.
    Never,
    /// There is no resolver at the origin.
    Dead(Place),
}

/// Origins without a resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Closed,
    HangsUp,
    TlsRefused,
    Untrusted,
    Silent,
}

/// The names of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    None,
    FromAddress,
    These(&'static [&'static str]),
    Numbered(usize),
}

impl Behaviour {
    /// Whether it is an answer about the name, after which no other resolver needs to be queried.
    pub fn is_conclusive(&self) -> bool {
        matches!(self.status, "ok" | "nxdomain" | "nodata")
    }

    pub fn is_late(&self) -> bool {
        matches!(self.does, Does::AnswerLate(_))
    }

    /// Whether the instance does not query the resolver for a while afterwards.
    pub fn asks_for_rest(&self) -> bool {
        self.name.contains("Retry-After")
    }

    pub fn is_silent(&self) -> bool {
        self.status == "timeout"
    }

    /// The names that a report on `ip` has.
    pub fn names(&self, ip: Ipv4Addr) -> Vec<String> {
        match self.names {
            Names::None => Vec::new(),
            Names::FromAddress => vec![format!("ip-{}.doh.test", ip.to_string().replace('.', "-"))],
            Names::These(names) => names.iter().map(|name| (*name).to_owned()).collect(),
            Names::Numbered(count) => (0..count).map(numbered).collect(),
        }
    }
}

/// The name with this number.
fn numbered(number: usize) -> String {
    format!("name-{number}.doh.test")
}

/// A label as long as one may be (RFC 1035 section 2.3.4).
macro_rules! label {
    () => {
        "a23456789-b23456789-c23456789-d23456789-e23456789-f23456789-g23"
    };
}

/// All behaviours; the first one is a good answer. Redirects lead to `elsewhere`.
pub fn all(elsewhere: &str) -> Vec<Behaviour> {
    use Names::{FromAddress, None, Numbered, These};
    const MANY: usize = 300;
    /// Names that a report lists.
    const LISTED: usize = 32;
    const STRANGE: &[&[&[u8]]] = &[
        &[b"a b", b"doh", b"test"],
        &[b"\"'`", b"doh", b"test"],
        &[b"<script>alert(1)</script>", b"doh", b"test"],
        &[b"\x00\n\r\x1b[31m\x7f", b"doh", b"test"],
        &[b"\xff\xfe\xc3\xa9", b"doh", b"test"],
    ];
    const STRANGE_AS_TEXT: &[&str] = &[
        "a\\032b.doh.test",
        "\\\"'`.doh.test",
        "<script>alert\\(1\\)</script>.doh.test",
        "\\000\\010\\013\\027[31m\\127.doh.test",
        "\\255\\254\\195\\169.doh.test",
    ];
    let status = |code: StatusCode| Does::Answer(Answer::Status(code));
    let later = |code: StatusCode| Does::Answer(Answer::StatusWith(code, header::RETRY_AFTER, "120".to_owned()));
    let failure = |code| Does::Answer(Answer::Failure(code, &[]));
    let bytes = |bytes: &'static [u8]| Does::Answer(Answer::Bytes(Bytes::from_static(bytes)));
    let many: Vec<_> = (0..MANY).map(|number| numbered(number) + ".").collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let row = |name, does, status, names, why| Behaviour { name, does, status, names, why };
    let answer = |name, answer, status, names, why| row(name, Does::Answer(answer), status, names, why);
    vec![
        answer("a name", Answer::FromAddress, "ok", FromAddress, "a good answer"),
        row(
            "a name, after the hedge",
            Does::AnswerLate(Answer::FromAddress),
            "ok",
            FromAddress,
            "a late answer is an answer",
        ),
        answer("NXDOMAIN", Answer::NxDomain(60), "nxdomain", None, "a conclusive answer"),
        answer("NODATA", Answer::NoData(60), "nodata", None, "a conclusive answer"),
        answer("a name behind a CNAME", Answer::cnames(1), "ok", These(&["end.doh.test"]), "RFC 2317"),
        answer("300 names", Answer::names(&many, 60), "ok", Numbered(LISTED), "the rest are counted"),
        answer(
            "names with spaces, quotes, `<script>`, control bytes, bytes that are not UTF-8",
            Answer::Labels(STRANGE),
            "ok",
            These(STRANGE_AS_TEXT),
            "a name is any bytes (RFC 2181 section 11); printed as zone files do",
        ),
        answer(
            "labels of 63 bytes",
            Answer::names(&[concat!(label!(), ".", label!(), ".doh.test.")], 60),
            "ok",
            These(&[concat!(label!(), ".", label!(), ".doh.test")]),
            "the longest that a label may be",
        ),
        answer("TTL 0", Answer::names(&["a.doh.test."], 0), "ok", These(&["a.doh.test"]), "valid for this use only"),
        answer(
            "TTL 2^31",
            Answer::names(&["a.doh.test."], 1 << 31),
            "ok",
            These(&["a.doh.test"]),
            "RFC 2181 section 8",
        ),
        answer("SERVFAIL", Answer::Failure(ResponseCode::ServFail, &[]), "servfail", None, "RCODE 2"),
        row("FORMERR", failure(ResponseCode::FormErr), "servfail", None, "another RCODE"),
        row("REFUSED", failure(ResponseCode::Refused), "refused", None, "RCODE 5"),
        answer("another ID", Answer::OtherId, "malformed", None, "the answer to another message"),
        answer("another name", Answer::OtherQuestion, "malformed", None, "the answer about another name"),
        answer("another type", Answer::OtherType, "malformed", None, "the answer for another type"),
        answer("another class", Answer::OtherClass, "malformed", None, "the answer in class CH"),
        answer(
            "a truncated answer (TC)",
            Answer::Truncated,
            "malformed",
            None,
            "DNS over HTTPS has no other transport",
        ),
        answer("the query itself", Answer::Echo, "malformed", None, "not a response"),
        answer("a CNAME loop", Answer::Loop, "malformed", None, "it has no end"),
        answer("100 CNAMEs", Answer::cnames(100), "malformed", None, "more than any resolver follows"),
        answer("a compression pointer loop", Answer::PointerLoop, "malformed", None, "RFC 1035 section 4.1.4"),
        row("an empty body", bytes(b""), "malformed", None, "not a DNS message"),
        row("one byte", bytes(b"\0"), "malformed", None, "not a DNS message"),
        row("70 KiB", bytes(&[0; 70 << 10]), "malformed", None, "longer than a message can be (RFC 8484 section 6)"),
        row("bytes 0xFF", bytes(&[0xff; 512]), "malformed", None, "not a DNS message"),
        answer("an HTML page", Answer::MediaType(Some("text/html")), "malformed", None, "a captive portal"),
        answer("no media type", Answer::MediaType(Option::None), "malformed", None, "it may be anything"),
        row("HTTP 429", status(StatusCode::TOO_MANY_REQUESTS), "unreachable", None, "the body does not count"),
        row(
            "HTTP 429 with `Retry-After`",
            later(StatusCode::TOO_MANY_REQUESTS),
            "unreachable",
            None,
            "reported in `detail`",
        ),
        row("HTTP 500", status(StatusCode::INTERNAL_SERVER_ERROR), "unreachable", None, "the body does not count"),
        row("HTTP 500 with `Retry-After`", later(StatusCode::INTERNAL_SERVER_ERROR), "unreachable", None, "the same"),
        row("HTTP 503", status(StatusCode::SERVICE_UNAVAILABLE), "unreachable", None, "the body does not count"),
        row("HTTP 503 with `Retry-After`", later(StatusCode::SERVICE_UNAVAILABLE), "unreachable", None, "the same"),
        answer(
            "a redirect",
            Answer::StatusWith(StatusCode::TEMPORARY_REDIRECT, header::LOCATION, elsewhere.to_owned()),
            "unreachable",
            None,
            "not followed: the operator has not allowed the target",
        ),
        row("connection refused", Does::Dead(Place::Closed), "unreachable", None, "no server"),
        row("connection closed at once", Does::Dead(Place::HangsUp), "unreachable", None, "before any answer"),
        answer(
            "connection closed in the middle",
            Answer::CutOff,
            "unreachable",
            None,
            "half an answer is not an answer",
        ),
        answer("connection reset in the middle", Answer::Reset, "unreachable", None, "half an answer is not an answer"),
        row("TLS handshake refused", Does::Dead(Place::TlsRefused), "unreachable", None, "no secure connection"),
        row(
            "an untrusted certificate",
            Does::Dead(Place::Untrusted),
            "unreachable",
            None,
            "the server may be an impostor",
        ),
        row("no answer", Does::Never, "timeout", None, "the deadline holds"),
        row("no answer, not even TLS", Does::Dead(Place::Silent), "timeout", None, "the deadline includes connecting"),
        answer(
            "one byte a second",
            Answer::Drip(Duration::from_secs(1)),
            "timeout",
            None,
            "the deadline includes the body",
        ),
    ]
}
