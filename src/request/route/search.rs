//! What a person types into the box of the page: `GET /?q=…`.

use std::borrow::Cow;

use super::{Error, Options, location as path};
use crate::request::percent;
use crate::request::subject::{Invalid, Subject};

/// The longest text that the page shows again, in characters.
const SHOWN: usize = 300;

/// The value of `q`, as a form sends it (URL Standard section 5.1); `None` where the query does not have it. If it is
/// given twice, the last value counts.
pub(super) fn text(query: &str) -> Option<Result<Cow<'_, str>, Error>> {
    value(query).map(decode)
}

/// The value of `q`, not decoded.
fn value(query: &str) -> Option<&str> {
    query.rsplit('&').find_map(|parameter| match parameter.split_once('=').unwrap_or((parameter, "")) {
        ("q", value) => Some(value),
        _ => None,
    })
}

/// Where the subject in `text` is found. Without a text, this is the caller's own address.
pub(super) fn location(text: &str, options: Options) -> Result<String, Error> {
    if text.trim().is_empty() {
        return Ok(path("", None, options));
    }
    match Subject::parse(text).map_err(Error::NoSubject)? {
        Subject::Address(ip) => Ok(path(&ip.to_string(), None, options)),
        Subject::Host(host) => Ok(path(host.ascii(), None, options)),
    }
}

/// What the client typed, into the box or as a path: to be shown beside an error. It is cut after 300 characters, and may
/// have any character. What cannot be decoded is shown as it came.
pub fn typed(path_with_query: &str) -> String {
    let (path, query) = path_with_query.split_once('?').unwrap_or((path_with_query, ""));
    let typed = match value(query) {
        Some(value) if matches!(path, "" | "/") => decode(value).unwrap_or(Cow::Borrowed(value)),
        _ => {
            let path = path.trim_start_matches('/');
            percent::decode(path).unwrap_or(Cow::Borrowed(path))
        }
    };
    typed.chars().take(SHOWN).collect()
}

/// A blank is `+` in what a form sends.
fn decode(value: &str) -> Result<Cow<'_, str>, Error> {
    let decoded = |text: &str| {
        percent::decode(text).map(Cow::into_owned).map_err(|malformed| {
            Error::NoSubject(match malformed {
                percent::Malformed::Percent => Invalid::Percent,
                percent::Malformed::NotUtf8 => Invalid::Encoding,
            })
        })
    };
    decoded(&value.replace('+', " ")).map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::route::Route;

    #[test]
    fn what_is_typed_leads_to_its_own_url() {
        for (query, expected, why) in [
            ("q=8.8.8.8", Ok("/8.8.8.8"), "an address"),
            ("q=+8.8.8.8%20", Ok("/8.8.8.8"), "blanks around it"),
            ("q=2001%3Adb8%3A%3A1", Ok("/2001:db8::1"), "an IPv6 address"),
            ("q=%5B2001:DB8:0::1%5D", Ok("/2001:db8::1"), "in brackets and not in its canonical form"),
            ("q=m%C3%BCnchen.de", Ok("/xn--mnchen-3ya.de"), "an internationalised name"),
            ("q=shop.com&verify=true", Ok("/shop.com?verify=true"), "options stay"),
            ("q=1.1.1.1&q=8.8.8.8", Ok("/8.8.8.8"), "the last one counts"),
            ("q=", Ok("/"), "nothing: the caller's own address"),
            ("q=++", Ok("/"), "blanks alone"),
            ("q=//evil.example", Err(Invalid::Url), "not another host"),
            ("q=https://shop.com/", Err(Invalid::Url), "a URL"),
            ("q=%", Err(Invalid::Percent), "not encoded"),
            ("q=%FF", Err(Invalid::Encoding), "not UTF-8"),
            ("q=nonsense", Err(Invalid::OneLabel), "one label"),
        ] {
            let expected = expected.map(|path| Route::Search(path.to_owned())).map_err(Error::NoSubject);
            assert_eq!(Route::parse("GET", &format!("/?{query}")), expected, "{query}: {why}");
        }
        let own = Route::Root(Options::default());
        assert_eq!(Route::parse("GET", "/?query=8.8.8.8"), Ok(own), "another parameter");
        assert!(matches!(Route::parse("GET", "/me?q=8.8.8.8"), Ok(Route::Own(None, _))), "only the form's path has it");
    }

    #[test]
    fn what_was_typed_is_shown_again() {
        for (path, expected, why) in [
            ("/?q=a+b%3C", "a b<", "the box"),
            ("/a%3C", "a<", "the path"),
            ("/8.8.8.8/nothing?pretty", "8.8.8.8/nothing", "a path with more than a subject"),
            ("/?q=%FF", "%FF", "what cannot be decoded"),
            ("/%zz", "%zz", "neither in a path"),
            ("/", "", "nothing"),
        ] {
            assert_eq!(typed(path), expected, "{path}: {why}");
        }
        assert_eq!(typed(&format!("/{}", "x".repeat(9_999))).len(), SHOWN, "bounded");
    }
}
