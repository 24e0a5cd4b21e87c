use MediaType::{Html, Json, Ndjson, OpenApi, Problem, Svg, Text};

use super::*;

/// Field lines, offers, what is chosen, and why the row is there.
type Row<'a> = (&'a [&'a str], &'a [MediaType], Option<MediaType>, &'a str);

/// The page and the document, as at the root.
const ROOT: &[MediaType] = &[Json, Html];
/// A scalar member.
const SCALAR: &[MediaType] = &[Text, Json];
/// A batch.
const BATCH: &[MediaType] = &[Json, Ndjson];
const ALL: &[MediaType] = &[Json, Ndjson, Text, Html, Problem, OpenApi, Svg];

#[test]
fn what_is_chosen() {
    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    const JAVA: &str = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2";
    let rows: &[Row] = &[
        // Clients.
        (&[], ROOT, Some(Json), "no header: anything"),
        (&["*/*"], ROOT, Some(Json), "curl, fetch"),
        (&[BROWSER], ROOT, Some(Html), "a browser"),
        (&[BROWSER], SCALAR, Some(Text), "a browser, without a page to offer"),
        (&[BROWSER], BATCH, Some(Json), "a browser where only */* matches"),
        (&["text/html, application/xhtml+xml, */*"], ROOT, Some(Html), "an old browser names HTML"),
        (&["*/*, text/html"], ROOT, Some(Html), "in any order"),
        (&["text/html,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"], ROOT, Some(Html), "Chrome"),
        (&["image/avif,image/webp,image/*,*/*;q=0.8"], ROOT, Some(Json), "a browser's image"),
        (&["application/json, text/plain, */*"], ROOT, Some(Json), "axios"),
        (&["application/json, text/plain, */*"], SCALAR, Some(Text), "axios: both named, the server's order"),
        (&["application/json, text/javascript, */*; q=0.01"], SCALAR, Some(Json), "jQuery"),
        (&[JAVA], ROOT, Some(Html), "Java, where there is a page"),
        (&[JAVA], BATCH, Some(Json), "Java, where there is none"),
        (&["application/json; charset=utf-8"], ROOT, Some(Json), "JSON is UTF-8"),
        (&["application/x-ndjson, */*"], BATCH, Some(Ndjson), "lines, named"),
        (&["application/problem+json, application/json"], ROOT, Some(Json), "a client that knows problems"),
        // Emptiness.
        (&[""], ROOT, Some(Json), "empty: anything"),
        (&[",,, ,"], ROOT, Some(Json), "empty elements are ignored (RFC 9110 section 5.6.1)"),
        (&[",, text/html ,,"], ROOT, Some(Html), "one element among empty ones"),
        (&["*/*"], &[], None, "no offers"),
        // Weights.
        (&["application/json;q=0.5, text/html"], ROOT, Some(Html), "without a weight it is 1"),
        (&["application/json;q=0.9, text/html;q=0.8"], ROOT, Some(Json), "the greater weight"),
        (&["text/html;q=0.123, application/json;q=0.122"], ROOT, Some(Html), "three decimals"),
        (&["text/html;q=0.5, application/json;q=0.50"], ROOT, Some(Json), "0.5 is 0.50: the server's order"),
        (&["text/html;q=0"], ROOT, None, "0 excludes, and nothing else is accepted"),
        (&["text/html;q=0, */*"], &[Html], None, "0 excludes, although */* matches"),
        (&["text/html;q=0, */*"], &[Html, Json], Some(Json), "0 excludes the first offer"),
        (&["*/*;q=0"], ALL, None, "nothing is accepted"),
        (&["*/*;q=0, text/html;q=0.001"], ROOT, Some(Html), "only the page is accepted"),
        (&["text/html;Q=0.1 , application/json ;\tq=0.2"], ROOT, Some(Json), "a capital Q, and blanks"),
        // An element whose weight cannot be read is ignored.
        (&["text/html;q=2, application/json;q=0.1"], ROOT, Some(Json), "over 1"),
        (&["text/html;q=-1, application/json;q=0.1"], ROOT, Some(Json), "negative"),
        (&["text/html;q=high, application/json;q=0.1"], ROOT, Some(Json), "a word"),
        (&["text/html;q=nan, application/json;q=0.1"], ROOT, Some(Json), "not a number"),
        (&["text/html;q=1e0, application/json;q=0.1"], ROOT, Some(Json), "an exponent"),
        (&["text/html;q=, application/json;q=0.1"], ROOT, Some(Json), "empty"),
        (&["text/html;q=., application/json;q=0.1"], ROOT, Some(Json), "no digits"),
        // The most specific range.
        (&["*/*, text/html;q=0.1"], ROOT, Some(Json), "*/* does not raise the page"),
        (&["text/html;q=0.1, *"], ROOT, Some(Json), "* is */*"),
        (&["text/*;q=0.3, text/html;q=0.7, */*;q=0.5"], &[Text, Json, Html], Some(Html), "the subtype"),
        (&["text/*;q=0.3, text/html;q=0.7, */*;q=0.5"], &[Text, Json], Some(Json), "type/* against */*"),
        (&["text/*"], &[Html, Text], Some(Html), "type/* covers both: the server's order"),
        (&["text/html, text/html;q=0.1, application/json;q=0.5"], ROOT, Some(Html), "given twice: the greater weight"),
        (&["*/*;q=0.1", "text/html;q=0.2", "application/json;q=0.3"], ROOT, Some(Json), "over several lines"),
        // Parameters.
        (&["text/html;level=1"], ROOT, None, "the page has no such parameter"),
        (&["text/html;level=1;q=0, text/html"], ROOT, Some(Html), "the excluded range is not the offer"),
        (&["text/html; Charset=\"UTF-8\""], ROOT, Some(Html), "the page is UTF-8"),
        (&["text/html;charset=iso-8859-1"], ROOT, None, "the page is not Latin-1"),
        (&["text/html;;q=0.5;, application/json;q=0.1"], ROOT, Some(Html), "empty parameters"),
        // Ranges that cannot be read.
        (&["TEXT/HTML"], ROOT, Some(Html), "types are not case-sensitive"),
        (&["text/html/x, application/json;q=0.1"], ROOT, Some(Json), "two slashes"),
        (
            &["*/html, /, text/, html, application/json;q=0.1"],
            ROOT,
            Some(Json),
            "types without subtype, and the reverse",
        ),
        (&["text /html, application/json;q=0.1"], ROOT, Some(Json), "a blank inside"),
        (&["application/*+json"], ALL, None, "not a wildcard, but a subtype without an offer"),
        (&["json"], ROOT, Some(Json), "nothing can be read: as without the header"),
        (&["image/png, audio/*"], ALL, None, "types without an offer"),
    ];
    for (accept, offers, expected, why) in rows {
        assert_eq!(best(accept, offers), *expected, "{accept:?}: {why}");
    }
}

/// The example of RFC 9110 section 12.5.1, as erratum 7138 corrects it, with the media types here.
#[test]
fn the_example_of_the_rfc() {
    let accept = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5";
    for (offers, expected) in [(vec![Html, Text, Json], Text), (vec![Html, Json], Json), (vec![Html], Html)] {
        assert_eq!(best(&[accept], &offers), Some(expected), "{offers:?}");
    }
}

#[test]
fn hostile_bytes() {
    for (accept, why) in [
        (&b"\xff/\xfe, text/html"[..], "not UTF-8"),
        (b"a/b\0, text/html", "a control character"),
        (b"text/html;a=\xff, text/html", "not UTF-8 in a value"),
    ] {
        assert_eq!(best(&[accept], ROOT), Some(Html), "{why}");
    }
    let long = b"a/b;c=\"\\".repeat(8 * 1024);
    assert_eq!(best(&[long], ROOT), None, "one range of 64 KiB without an offer");
}

#[test]
fn each_media_type_is_chosen_by_its_name() {
    for offer in ALL {
        assert_eq!(best(&[offer.as_str()], ALL), Some(*offer));
    }
}
