use super::*;
use crate::request::subject::Invalid;

fn ip(text: &str) -> Result<Route, Error> {
    Ok(Route::Address(text.parse().unwrap(), None, Options::default()))
}

fn member_of(text: &str, path: &str) -> Result<Route, Error> {
    Ok(Route::Address(text.parse().unwrap(), Member::parse(path), Options::default()))
}

fn host(name: &str) -> Result<Route, Error> {
    match Subject::parse(name) {
        Ok(Subject::Host(host)) => Ok(Route::Host(host, Options::default())),
        other => panic!("{other:?}"),
    }
}

fn redirect(is_permanent: bool, location: &str) -> Result<Route, Error> {
    Ok(Route::Redirect(Redirect { is_permanent, location: location.to_owned() }))
}

#[test]
fn paths() {
    let options = Options::default();
    for (path, expected, why) in [
        ("/", Ok(Route::Root(options)), "the caller"),
        ("/me", Ok(Route::Own(None, options)), "the caller, by another path"),
        ("/me/asn/number", Ok(Route::Own(Member::parse("asn/number"), options)), "a member of the caller's"),
        ("/about", Ok(Route::About(options)), "the service"),
        ("/health", Ok(Route::Health(options)), "health"),
        ("/openapi.json", Ok(Route::OpenApi), "the contract"),
        ("/8.8.8.8", ip("8.8.8.8"), "IPv4"),
        ("/2606:4700::1111", ip("2606:4700::1111"), "IPv6"),
        ("/%5B2606:4700::1111%5D", ip("2606:4700::1111"), "brackets, encoded"),
        ("/%208.8.8.8%20", ip("8.8.8.8"), "blanks around, from a copied line"),
        ("/8.8.8.8.in-addr.arpa", ip("8.8.8.8"), "a reverse name is its address"),
        ("/8.8.8.8/asn", member_of("8.8.8.8", "asn"), "a member"),
        ("/8.8.8.8/dns/names", member_of("8.8.8.8", "dns/names"), "a member's member"),
        ("/dns.google", host("dns.google"), "a host name"),
        ("/DNS.Google.", host("dns.google"), "in any case, with the root's dot"),
        ("/nonsense", Err(Error::NoSubject(Invalid::OneLabel)), "neither an address nor a public name"),
        ("/8.8.8.8:53", Err(Error::NoSubject(Invalid::Port)), "a port"),
        ("/%FF", Err(Error::NoSubject(Invalid::Encoding)), "not UTF-8"),
        ("/8.8.8.8:53/asn", Err(Error::NoSubject(Invalid::Port)), "the subject is checked before the member"),
        ("/8.8.8.8/nothing", Err(Error::NoSuchMember), "no such member"),
        ("/8.8.8.0/24", Err(Error::NoSuchMember), "a network is not an address"),
        ("/dns.google/addresses", Err(Error::NoSuchPath), "only addresses have members"),
        ("/nonsense/nothing", Err(Error::NoSuchPath), "neither subject nor member"),
        ("/about/us", Err(Error::NoSuchPath), "no such path"),
        ("", Ok(Route::Root(options)), "an empty path is the root (RFC 9110 section 4.2.3)"),
    ] {
        assert_eq!(Route::parse("GET", path), expected, "{path}: {why}");
    }
}

/// RFC 3986 section 6.2.2.2.
#[test]
fn equivalent_paths_and_queries() {
    let none = Options::default();
    for (path, expected, why) in [
        ("/%61bout", Ok(Route::About(none)), "a resource"),
        ("/%6De", Ok(Route::Own(None, none)), "another"),
        ("/openapi%2Ejson", Ok(Route::OpenApi), "a dot"),
        ("/me/as%6e/%6eumber", Ok(Route::Own(Member::parse("asn/number"), none)), "members"),
        ("/8.8.8.8/geo/country%5Fcode", member_of("8.8.8.8", "geo/country_code"), "an underscore"),
        ("/%38.8.8.8", ip("8.8.8.8"), "an address"),
        ("/2606%3A4700%3a%3A1111", ip("2606:4700::1111"), "as encodeURIComponent writes it"),
        ("/?%64ns=false", Ok(Route::Root(Options { dns: false, ..none })), "a name in the query"),
        ("/?dns=%66alse", Ok(Route::Root(Options { dns: false, ..none })), "a value"),
        ("/me/asn%2Fnumber", Err(Error::NoSuchMember), "a slash is reserved: encoded, it is data"),
        ("/about%2F", Err(Error::NoSubject(Invalid::Url)), "the same in a resource"),
        ("/?dns%3Dfalse", Ok(Route::Root(none)), "the same with an equals sign"),
        ("/%2561bout", Err(Error::NoSubject(Invalid::Character('%'))), "decoded once"),
        ("/8.8.8.8/as%zz", Err(Error::NoSuchMember), "a malformed escape in a member"),
        ("/?dns=%zz", Err(Error::BadParameter("dns")), "a malformed escape in one of our values"),
        ("/?dns%zz=false&%=1", Ok(Route::Root(none)), "a malformed escape in a name, which is then not ours"),
    ] {
        assert_eq!(Route::parse("GET", path), expected, "{path}: {why}");
    }
}

#[test]
fn final_slashes() {
    for (path, expected, why) in [
        ("/8.8.8.8/", redirect(true, "/8.8.8.8"), "an address"),
        ("/8.8.8.8/?pretty&x=y", redirect(true, "/8.8.8.8?pretty=true"), "with our part of the query"),
        ("/2001:DB8:0::1/", redirect(true, "/2001:db8::1"), "in its canonical form"),
        ("/8.8.8.8/geo/city/", redirect(true, "/8.8.8.8/geo/city"), "a member"),
        ("/me/", redirect(true, "/me"), "the caller"),
        ("/me/asn/?dns=0", redirect(true, "/me/asn?dns=false"), "a member of the caller's"),
        ("/about/", redirect(true, "/about"), "a resource"),
        ("/health/", redirect(true, "/health"), "another"),
        ("/openapi.json/?pretty", redirect(true, "/openapi.json"), "a path without parameters"),
        ("/DNS.google/", redirect(true, "/dns.google"), "a host name"),
        ("/country/", redirect(false, "/me/geo/country"), "a short name: one redirect"),
        ("//", Err(Error::NoSuchPath), "two slashes"),
        ("///", Err(Error::NoSuchPath), "three"),
        ("//evil.example/", Err(Error::NoSuchPath), "would be another host in a Location"),
        ("//evil.com/", Err(Error::NoSuchPath), "the same with a public name"),
        ("/%2Fevil.com/", Err(Error::NoSubject(Invalid::Url)), "the slash encoded"),
        (
            "/%5Cevil.com/",
            Err(Error::NoSubject(Invalid::Character('\\'))),
            "a backslash, which browsers read as a slash",
        ),
        ("/8.8.8.8//", Err(Error::NoSuchMember), "two slashes after an address"),
        ("/nonsense/", Err(Error::NoSubject(Invalid::OneLabel)), "an error stays an error"),
        ("/8.8.8.8/nothing/", Err(Error::NoSuchMember), "the same with a member"),
        ("/robots.txt/", Err(Error::NoSuchPath), "a file has no slash at its end"),
    ] {
        assert_eq!(Route::parse("GET", path), expected, "{path}: {why}");
    }
    assert_eq!(Route::parse("POST", "/batch/?dns=false"), redirect(true, "/batch?dns=false"), "308 keeps the method");
}

#[test]
fn short_names() {
    for (path, location) in [
        ("/ip", "/me/ip"),
        ("/json", "/me"),
        ("/country", "/me/geo/country"),
        ("/city", "/me/geo/city"),
        ("/asn?pretty", "/me/asn?pretty=true"),
        ("/%6Ason", "/me"),
    ] {
        assert_eq!(Route::parse("GET", path), redirect(false, location), "{path}");
    }
}

#[test]
fn what_browsers_and_scanners_request() {
    let file = |ending| Err(Error::NoSubject(Invalid::WebFile(ending)));
    for (path, expected, why) in [
        ("/favicon.ico", Ok(Route::Icon), "every browser"),
        ("/icon.svg", Ok(Route::Icon), "the page's link"),
        ("/robots.txt", Ok(Route::Robots), "every crawler"),
        ("/.well-known/security.txt", Err(Error::NoSuchPath), "RFC 8615"),
        ("/.well-known/", Err(Error::NoSuchPath), "its root"),
        ("/.well-known", Err(Error::NoSuchPath), "without the slash"),
        ("/apple-touch-icon.png", file("png"), "Safari"),
        ("/wp-login.php", file("php"), "a scanner"),
        ("/.env", file("env"), "a scanner"),
        ("/.git/config", Err(Error::NoSuchPath), "another"),
        ("/wp-admin/setup.php", Err(Error::NoSuchPath), "a scanner, in a folder"),
    ] {
        assert_eq!(Route::parse("GET", path), expected, "{path}: {why}");
    }
}

#[test]
fn queries() {
    let none = Options::default();
    for (query, expected, why) in [
        ("", Ok(none), "no query"),
        ("dns=false", Ok(Options { dns: false, ..none }), "no DNS"),
        ("verify=true&pretty=true", Ok(Options { verify: true, pretty: true, ..none }), "two parameters"),
        ("records", Ok(Options { records: true, ..none }), "a name alone"),
        ("dns=0&pretty=1", Ok(Options { dns: false, pretty: true, ..none }), "numbers"),
        ("utm_source=x&_=123", Ok(none), "not ours"),
        ("&&", Ok(none), "empty parameters"),
        ("dns=maybe", Err(Error::BadParameter("dns")), "neither true nor false"),
        ("verify=2", Err(Error::BadParameter("verify")), "another number than 0 and 1"),
        ("dns=true&dns=false", Ok(Options { dns: false, ..none }), "the last counts"),
    ] {
        assert_eq!(Route::parse("GET", &format!("/?{query}")), expected.clone().map(Route::Root), "{query}: {why}");
        if let Ok(options) = expected {
            let again = Options::parse(options.query().trim_start_matches('?'));
            assert_eq!(again, Ok(options), "{query}: the printed options are read again");
        }
    }
}

#[test]
fn methods() {
    let (get, post) = (Methods::Get, Methods::Post);
    for (method, path, expected, why) in [
        ("HEAD", "/8.8.8.8", ip("8.8.8.8"), "as GET, without the body"),
        ("HEAD", "/favicon.ico", Ok(Route::Icon), "the same for the icon"),
        ("OPTIONS", "/8.8.8.8", Ok(Route::Methods(get)), "the methods of a resource"),
        ("OPTIONS", "/batch", Ok(Route::Methods(post)), "the methods of another"),
        ("OPTIONS", "/%62atch/", Ok(Route::Methods(post)), "encoded, with a slash"),
        ("OPTIONS", "/robots.txt", Ok(Route::Methods(get)), "the methods of a file"),
        ("OPTIONS", "/wp-login.php", Ok(Route::Methods(get)), "the methods of a file that does not exist"),
        ("OPTIONS", "*", Ok(Route::Methods(Methods::All)), "the methods of the server"),
        ("OPTIONS", "/*", Ok(Route::Methods(get)), "the methods of a path that does not exist"),
        ("GET", "/*", Err(Error::NoSubject(Invalid::Character('*'))), "not a host name"),
        ("POST", "/batch", Ok(Route::Batch(Options::default())), "a batch"),
        ("GET", "/batch", Err(Error::MethodNotAllowed(post)), "a batch has to be posted"),
        ("HEAD", "/batch", Err(Error::MethodNotAllowed(post)), "HEAD does not start a batch"),
        ("GET", "/batch/", Err(Error::MethodNotAllowed(post)), "with a slash, too"),
        ("POST", "/8.8.8.8", Err(Error::MethodNotAllowed(get)), "a report cannot be posted"),
        ("POST", "/wp-login.php", Err(Error::MethodNotAllowed(get)), "nor a file"),
        ("PUT", "/nonsense", Err(Error::MethodNotAllowed(get)), "the method is checked before the subject"),
        ("get", "/8.8.8.8", Err(Error::MethodNotAllowed(get)), "methods are case-sensitive (RFC 9110 section 9.1)"),
    ] {
        assert_eq!(Route::parse(method, path), expected, "{method} {path}: {why}");
    }
}
