use super::*;
use crate::platform::Unreachable;
use crate::request::route;
use crate::response::etag::Essence;

fn header<'a>(reply: &'a Reply<'_>, name: &str) -> Option<&'a str> {
    reply.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
}

fn length(reply: &Reply<'_>) -> usize {
    match &reply.body {
        Body::Whole(bytes) => bytes.len(),
        Body::Pieces(_) => panic!("in pieces"),
    }
}

/// A request with this `if-none-match`.
struct Conditional(Option<String>);

impl Request for Conditional {
    type Body = std::vec::IntoIter<Result<Vec<u8>, Unreachable>>;

    fn method(&self) -> &str {
        "GET"
    }

    fn path_with_query(&self) -> &str {
        "/"
    }

    fn header(&self, name: &str) -> Vec<Vec<u8>> {
        self.0.iter().filter(|_| name == "if-none-match").map(|value| value.as_bytes().to_vec()).collect()
    }

    fn body(&self) -> Self::Body {
        Vec::new().into_iter()
    }
}

#[test]
fn an_answer_is_cached_while_dns_answers_hold() {
    for (holds, expected, why) in [
        (Some(300), 300, "the TTL"),
        (Some(0), 5, "the floor"),
        (Some(604_800), 86_400, "the ceiling"),
        (None, 86_400, "no query, so only the databases can change it"),
    ] {
        let caching = Caching::while_dns_holds(holds.map(Duration::from_secs));
        assert_eq!(caching, Caching::Public(expected), "{why}");
    }
}

#[test]
fn a_problem_has_its_media_type_and_is_never_stored() {
    let reply = Reply::problem(&route::Error::MethodNotAllowed(Methods::Post).into());
    assert_eq!(reply.status, 405);
    assert_eq!(header(&reply, "content-type"), Some("application/problem+json"));
    assert_eq!(header(&reply, "cache-control"), Some("no-store"));
    assert_eq!(header(&reply, "allow"), Some("POST, OPTIONS"));
    assert_eq!(header(&reply, "content-length"), Some(length(&reply).to_string().as_str()));
}

#[test]
fn an_answer_that_the_client_has_is_not_sent_again() {
    let tag = ETag::new(Essence::of(b"a"), MediaType::Json);
    let reply = |have: Option<String>| {
        let head = Head::new(Caching::longest()).tagged(tag, &Conditional(have));
        Reply::new(MediaType::Json, b"{}".to_vec()).with_head(head)
    };
    let first = reply(None);
    assert_eq!((first.status, length(&first)), (200, 3));
    let second = reply(header(&first, "etag").map(str::to_owned));
    assert_eq!((second.status, length(&second)), (304, 0));
    for name in ["etag", "cache-control", "vary", "access-control-allow-origin"] {
        assert!(header(&first, name).is_some(), "{name}");
        assert_eq!(header(&second, name), header(&first, name), "{name}: RFC 9110 section 15.4.5");
    }
    assert_eq!((header(&second, "content-length"), header(&second, "content-type")), (None, None));
}

#[test]
fn options_have_no_body_and_no_length() {
    let reply = Reply::methods(Methods::Post);
    assert_eq!((reply.status, length(&reply)), (204, 0));
    assert_eq!(header(&reply, "access-control-allow-methods"), Some("POST, OPTIONS"));
    assert_eq!(header(&reply, "content-length"), None, "RFC 9110 section 8.6");
}

#[test]
fn redirects() {
    for (is_permanent, status, caching) in [(true, 308, "public, max-age=86400"), (false, 307, "no-store")] {
        let reply = Reply::redirect(Redirect { is_permanent, location: "/me".to_owned() });
        assert_eq!((reply.status, header(&reply, "location")), (status, Some("/me")));
        assert_eq!(header(&reply, "cache-control"), Some(caching));
        assert_eq!(header(&reply, "vary"), None, "it does not depend on accept");
        assert_eq!(header(&reply, "access-control-allow-origin"), Some("*"), "fetch follows it across origins");
    }
}
