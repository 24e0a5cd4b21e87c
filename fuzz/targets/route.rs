//! Method, path and query to a route. Every request has a route or an error. A route printed as a path is read as the same
//! route, and a redirect stays on this host and leads to a resource.
//!
//! The input is text, as in the first line of a request: a method, a blank, a path with query.

#![no_main]

use ipedge::request::member::Member;
use ipedge::request::route::{Options, Redirect, Route};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (method, path) = input.split_once(' ').unwrap_or(("GET", input));
    let parsed = Route::parse(method, path);
    let Ok(route) = parsed else { return };

    let paths = match route {
        Route::Methods(_) => return assert_eq!(method, "OPTIONS", "{method} {path:?} is taken for OPTIONS"),
        Route::OpenApi => vec!["/openapi.json".to_owned()],
        Route::Icon => vec!["/icon.svg".to_owned(), "/favicon.ico".to_owned()],
        Route::Robots => vec!["/robots.txt".to_owned()],
        Route::Redirect(Redirect { location, .. }) => {
            assert!(
                location.starts_with('/') && !location.starts_with("//"),
                "{path:?} leads to another host, at {location:?}"
            );
            assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location:?} is not a header's value");
            let there = Route::parse(method, &location);
            assert!(
                there.as_ref().is_ok_and(|there| !matches!(there, Route::Redirect(_))),
                "{path:?} leads to {location:?}, which is {there:?}"
            );
            return;
        }
        Route::Root(options) => vec![printed("", None, options)],
        Route::Own(member, options) => vec![printed("me", member, options)],
        Route::About(options) => vec![printed("about", None, options)],
        Route::Health(options) => vec![printed("health", None, options)],
        Route::Batch(options) => vec![printed("batch", None, options)],
        Route::Host(ref host, options) => {
            let unicode: String = host.unicode().bytes().map(|byte| format!("%{byte:02X}")).collect();
            let rooted = format!("{}.", host.ascii());
            [host.ascii(), &host.ascii().to_ascii_uppercase(), &rooted, &unicode]
                .map(|segment| printed(segment, None, options))
                .to_vec()
        }
        Route::Address(ip, member, options) => {
            let encoded = ip.to_string().replace(':', "%3a").replace('.', "%2E");
            let mut paths = vec![printed(&ip.to_string(), member, options), printed(&encoded, member, options)];
            if ip.is_ipv6() {
                paths.push(printed(&format!("[{ip}]"), member, options));
                paths.push(printed(&format!("%5B{ip}%5D"), member, options));
            }
            paths
        }
    };
    for again in paths {
        let read = Route::parse(method, &again);
        assert_eq!(read.as_ref(), Ok(&route), "{path:?} is {route:?}, and printed as {again:?} is not");
    }

    if matches!(method, "GET" | "HEAD") {
        let other = if method == "GET" { "HEAD" } else { "GET" };
        let read = Route::parse(other, path);
        assert_eq!(read.as_ref(), Ok(&route), "{path:?} is another route with {other} than with {method}");
    }
    let busted = format!("{path}{}_=1", if path.contains('?') { '&' } else { '?' });
    let read = Route::parse(method, &busted);
    assert_eq!(read.as_ref(), Ok(&route), "a parameter that is not ours changes {path:?}");
});

fn printed(segment: &str, member: Option<Member>, options: Options) -> String {
    let Options { dns, verify, records, pretty } = options;
    let member = member.map_or(String::new(), |member| format!("/{member}"));
    format!("/{segment}{member}?dns={dns}&verify={verify}&records={records}&pretty={pretty}")
}
