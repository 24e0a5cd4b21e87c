use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::*;
use crate::lookup::address;
use crate::lookup::databases::asn::Systems;
use crate::lookup::databases::geo::Locations;
use crate::lookup::dns::Status;

/// The report on an address, as the tests' databases have it, without names.
fn report(ip: &str) -> Report<'static> {
    let locations: &'static Locations = Box::leak(Box::new(Locations::open(bundled::GEO, Some(15)).unwrap()));
    let systems: &'static Systems = Box::leak(Box::new(Systems::open(bundled::ASN).unwrap()));
    let ip: IpAddr = ip.parse().unwrap();
    let (special, embedded) = (address::special(ip), address::embedded(ip));
    let is_ordinary = special.is_none();
    Report {
        ip,
        version: if ip.is_ipv4() { 4 } else { 6 },
        special,
        embedded,
        asn: systems.lookup(ip).unwrap().filter(|_| is_ordinary),
        geo: locations.lookup(ip).unwrap().filter(|_| is_ordinary),
        dns: None,
        attribution: bundled::ATTRIBUTION,
    }
}

/// A report with these names.
fn named(status: Status, names: &[&str]) -> Report<'static> {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let skipped = crate::lookup::dns::reverse::Names::skipped(String::new(), false);
    let dns = crate::lookup::dns::reverse::Names { status, names, detail: None, ..skipped };
    Report { dns: Some(dns), ..report("8.8.8.8") }
}

fn context() -> Context {
    let origins =
        Origins { ipv4: Some("https://v4.example".to_owned()), ipv6: Some("https://v6.example:8443".to_owned()) };
    let authority = Some("ip.example".to_owned());
    let options = Options::default();
    let ages = age::of_bundled(Duration::ZERO);
    Context { origins, batch_limit: 100, host_names: true, authority, options, ages }
}

fn page(content: Content<'_>) -> String {
    String::from_utf8(render(content, &context()).unwrap()).unwrap()
}

/// What stands between the first of these tags and its end.
fn inside<'h>(html: &'h str, tag: &str) -> &'h str {
    let (_, rest) = html.split_once(&format!("<{tag}>")).unwrap();
    rest.split_once(&format!("</{tag}>")).unwrap().0
}

/// The page without what is the same in all: the style, the script and the map.
fn content(html: &str) -> &str {
    html.split_once("<main ").unwrap().1.split_once("</main>").unwrap().0
}

#[test]
fn what_an_address_shows() {
    let page = page(Content::Address(&report("8.8.8.8")));
    for (text, why) in [
        ("<title>8.8.8.8 · Bog City, Mudlands, Elbonia · ipedge</title>", "a title that tells tabs apart"),
        ("<html lang=\"en\">", "the language"),
        (">🇽🇪</span>", "the flag"),
        ("(XE)", "the code of the country, where flags are not drawn"),
        ("94043", "the postal code"),
        ("37.422° N, 122.085° W", "the coordinates"),
        ("America/Bog_City", "the time zone"),
        ("Googol Search Ltd", "the organisation"),
        ("AS15169", "the AS number"),
        ("data-test=\"asn-network\"><code>8.8.8.0/24</code>", "the announced network"),
        ("data-test=\"geo-network\"><code>8.8.8.0/25</code>", "the located network"),
        ("curl &#39;https://ip.example/8.8.8.8&#39;", "the command"),
        ("href=\"/8.8.8.8?pretty=true\"", "the document"),
        ("not to a person", "what a place is not"),
        ("value=\"8.8.8.8\"", "the box has the address"),
        ("<meta name=\"robots\" content=\"noindex\">", "search engines do not list addresses"),
        ("datetime=\"2026-01-01\">1 January 2026<", "the date of the data"),
        ("Invented for the tests of ipedge", "the attribution"),
    ] {
        assert!(page.contains(text), "{why}: {text}");
    }
    assert!(!page.contains("Your IPv"), "it is not the caller's own");
}

#[test]
fn what_the_own_address_shows() {
    let mut own = report("8.8.8.8");
    own.dns = named(Status::Ok, &["a.good"]).dns;
    let page = page(Content::Own(&own, Some(Duration::from_micros(21_999))));
    for (text, why) in [
        ("<title>Your address 8.8.8.8 · ", "whose it is"),
        ("DNS took 21 ms.", "how long DNS took"),
        ("data-origin=\"https://v6.example:8443\"", "where the other address is found"),
        ("curl &#39;https://ip.example/me&#39;", "the command for a program"),
        ("href=\"/me?pretty=true\"", "the document"),
        ("href=\"/?verify=true\"", "the names can be verified"),
        ("value=\"\"", "the box is empty"),
    ] {
        assert!(page.contains(text), "{why}: {text}");
    }
    assert!(!page.contains("noindex"), "it is the page of the service");
}

#[test]
fn special_addresses_are_explained() {
    for (ip, texts) in [
        ("10.1.2.3", ["Private-Use", "https://www.rfc-editor.org/rfc/rfc1918", "10.0.0.0/8"]),
        ("::1", ["Loopback Address", "never leaves the machine", "rfc/rfc4291"]),
        ("2002:808:808::1", ["6to4", "href=\"/8.8.8.8\" data-swap", "rfc/rfc3056#section-2"]),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", ["Teredo server", "href=\"/65.54.227.120\"", "href=\"/8.8.8.8\""]),
    ] {
        let page = page(Content::Address(&report(ip)));
        for text in texts {
            assert!(content(&page).contains(text), "{ip}: {text}");
        }
    }
}

#[test]
fn every_outcome_of_dns_has_a_sentence() {
    let all = [
        Status::Nxdomain,
        Status::Nodata,
        Status::Servfail,
        Status::Refused,
        Status::Timeout,
        Status::Unreachable,
        Status::Malformed,
        Status::Skipped,
    ];
    let mut seen = std::collections::BTreeSet::new();
    for status in all {
        let page = page(Content::Address(&named(status, &[])));
        let (_, rest) = page.split_once(&format!("data-test=\"dns\" data-status=\"{status}\">")).unwrap();
        let sentence = rest.split_once("</p>").unwrap().0;
        assert!(sentence.len() > 20 && seen.insert(sentence.to_owned()), "{status}: {sentence}");
    }
}

#[test]
fn names_tell_what_their_check_found() {
    let mut report = named(Status::Ok, &["a.good", "b.good", "c.good"]);
    if let Some(dns) = &mut report.dns {
        dns.confirmed = Some(vec!["a.good".to_owned()]);
        dns.refuted = vec!["b.good".to_owned()];
        dns.detail = Some("30 further names omitted".to_owned());
    }
    let checked = page(Content::Address(&report));
    for (check, name, tag) in [
        ("confirmed", "a.good", "confirmed"),
        ("refuted", "b.good", "does not point back"),
        ("none", "c.good", "not checked"),
    ] {
        let (_, rest) = checked.split_once(&format!("data-check=\"{check}\"><bdi>{name}</bdi>")).unwrap();
        assert!(rest.split_once("</li>").unwrap().0.contains(&format!(">{tag}<")), "{name}");
    }
    assert!(checked.contains("Details: <bdi>30 further names omitted"), "the service's own remarks");
    let unchecked = page(Content::Address(&named(Status::Ok, &["a.good"])));
    assert!(!unchecked.contains("data-check") && unchecked.contains("?verify=true"), "not asked");
}

#[test]
fn what_is_not_known_is_not_shown_as_a_fact() {
    for (ip, text, other) in [
        ("10.1.2.3", "must not leave their network", "as for all special addresses"),
        ("192.31.196.1", "as for all special addresses", "must not leave their network"),
        ("224.0.0.1", "as for all special addresses", "must not leave their network"),
    ] {
        let mut report = report(ip);
        report.dns = Some(crate::lookup::dns::reverse::Names::skipped(String::new(), false));
        let page = page(Content::Address(&report));
        assert!(page.contains(text) && !page.contains(other), "{ip}");
    }
}

#[test]
fn the_command_asks_for_what_the_page_shows() {
    let options = Options { verify: true, pretty: true, ..Options::default() };
    let context = Context { options, ..context() };
    let html = String::from_utf8(render(Content::Address(&report("8.8.8.8")), &context).unwrap()).unwrap();
    assert!(html.contains("curl &#39;https://ip.example/8.8.8.8?verify=true&#39;"), "without the layout");
}

#[test]
fn hostile_text_is_only_text() {
    const MARKUP: &str = "<img src=x onerror=alert(1)>\"'&</title></script><!--";
    let long = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
    let mut hostile = named(Status::Ok, &[MARKUP, "evil\u{202e}moc.elgoog", &long]);
    if let Some(dns) = &mut hostile.dns {
        dns.detail = Some(MARKUP.to_owned());
    }
    if let Some(system) = &mut hostile.asn {
        system.organization = Some(MARKUP);
    }
    if let Some(place) = &mut hostile.geo {
        for text in
            [&mut place.city, &mut place.region, &mut place.country, &mut place.continent, &mut place.postal_code]
        {
            *text = Some("x\u{202e}<b>\"'y");
        }
        (place.country_code, place.timezone) = (Some(MARKUP), Some(MARKUP));
    }
    let problem = Problem::new(400, "Neither", MARKUP);
    for (content, why) in [
        (Content::Address(&hostile), "an address"),
        (Content::Own(&hostile, None), "the own address"),
        (Content::Problem(&problem, MARKUP), "an error"),
    ] {
        let page = page(content);
        // The script and the style are the page's own.
        let rest = page.replace(SCRIPT, "").replace(STYLE, "");
        for forbidden in ["<img", "<b>", "\u{202e}", "</title></", "<!--", " onerror=alert(1)>", "\"'&"] {
            assert!(!rest.contains(forbidden), "{why}: {forbidden}");
        }
        assert_eq!(rest.matches("<script>").count(), 1, "{why}: one script");
        assert!(rest.contains("&#60;img src=x onerror=alert(1)&#62;"), "{why}: it is shown as it is");
    }
    let page = page(Content::Address(&hostile));
    assert!(page.contains("<bdi>evil⟨U+202E⟩moc.elgoog</bdi>"), "the direction is seen, and isolated");
    assert!(page.contains(&format!("<bdi>{long}</bdi>")), "the longest name is whole");
}

/// What a browser would have to refuse by the policy is not there.
#[test]
fn the_page_obeys_its_policy() {
    let page = page(Content::Address(&report("8.8.8.8")));
    let origins = context().origins;
    let headers = headers(&origins);
    let policy = &headers.iter().find(|(name, _)| *name == "content-security-policy").unwrap().1;
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        let hash = base64(&Sha256::digest(inside(&page, tag)));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}'")), "{tag}: {hash}: {policy}");
    }
    assert!(policy.contains("connect-src 'self' https://v4.example https://v6.example:8443"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let rest = page.replace(SCRIPT, "").replace(STYLE, "");
    for (forbidden, why) in [
        (" style=", "a style attribute"),
        (" onclick=", "an event attribute"),
        (" src=", "something is loaded"),
        ("url(", "something is loaded"),
        ("javascript:", "a script in a link"),
    ] {
        assert!(!rest.contains(forbidden), "{why}");
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"), "the style loads nothing");
    for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage", "cookie"] {
        assert!(!SCRIPT.contains(sink), "{sink}");
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let digit = |six: &[u8]| {
        let six = format!("{:0<6}", std::str::from_utf8(six).unwrap());
        char::from(DIGITS[usize::from_str_radix(&six, 2).unwrap()])
    };
    let text: String = bits.as_bytes().chunks(6).map(digit).collect();
    format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))
}

#[test]
fn the_page_is_small() {
    let page = page(Content::Address(&report("8.8.8.8")));
    assert!(page.len() < 96 * 1024, "{} bytes", page.len());
    let own = page.len() - SCRIPT.len() - STYLE.len() - map::LAND.len() - map::BORDERS.len();
    assert!(own < ROOM, "{own} bytes: more room would be allocated");
}

#[test]
fn errors_stand_beside_the_box() {
    let problem = Problem::new(400, "Neither an IP address nor a public host name", "Write <one> address.");
    let page = page(Content::Problem(&problem, "non\"sense"));
    for (text, why) in [
        ("value=\"non&#34;sense\"", "what was typed"),
        ("aria-invalid=\"true\" aria-describedby=\"error\"", "the box is marked"),
        ("<p id=\"error\" role=\"alert\"><bdi>Write &#60;one&#62; address.</bdi></p>", "what to do"),
        ("Status 400", "the status"),
    ] {
        assert!(page.contains(text), "{why}: {text}");
    }
}

/// People paste the command into a shell.
#[test]
fn the_command_has_no_foreign_characters() {
    let report = report("8.8.8.8");
    for (authority, expected, why) in [
        (Some("ip.example"), "https://ip.example/8.8.8.8", "a host"),
        (Some("ip.example:8443"), "https://ip.example:8443/8.8.8.8", "and its port"),
        (Some("127.0.0.1:3000"), "http://127.0.0.1:3000/8.8.8.8", "the machine itself has no TLS"),
        (Some("[::1]:3000"), "http://[::1]:3000/8.8.8.8", "nor here"),
        (Some("x';rm -rf ~;'"), "http://localhost/8.8.8.8", "not a host"),
        (Some(""), "http://localhost/8.8.8.8", "nothing"),
        (None, "http://localhost/8.8.8.8", "no host"),
    ] {
        let context = Context { authority: authority.map(str::to_owned), ..context() };
        let html = String::from_utf8(render(Content::Address(&report), &context).unwrap()).unwrap();
        assert!(html.contains(&format!("curl &#39;{expected}&#39;")), "{why}: {expected}");
    }
}
