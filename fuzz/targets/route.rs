//! Method, path and query -> route. Whatever a client asks for, there is a route or a problem; and a route printed as a
//! path is the same route again.
//!
//! The input is text, as in a request's first line: a method, a blank, a path with query.

#![no_main]

use ipedge::route::{Options, Route};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (method, path) = input.split_once(' ').unwrap_or(("GET", input));
    let parsed = Route::parse(method, path);
    let Ok(route) = parsed else { return };

    let paths = match route {
        Route::Methods => return assert_eq!(method, "OPTIONS", "{method} {path:?} is taken for OPTIONS"),
        Route::Own(options) => vec![printed("me", options)],
        Route::About(options) => vec![printed("about", options)],
        Route::Health(options) => vec![printed("health", options)],
        Route::Address(ip, options) => {
            let encoded = ip.to_string().replace(':', "%3a").replace('.', "%2E");
            let mut paths = vec![printed(&ip.to_string(), options), printed(&encoded, options)];
            if ip.is_ipv6() {
                paths.push(printed(&format!("[{ip}]"), options));
                paths.push(printed(&format!("%5B{ip}%5D"), options));
            }
            paths
        }
    };
    for again in paths {
        assert_eq!(Route::parse(method, &again), Ok(route), "{path:?} is {route:?}, and printed as {again:?} is not");
    }

    let other = if method == "GET" { "HEAD" } else { "GET" };
    assert_eq!(Route::parse(other, path), Ok(route), "{path:?} is another thing to {other} than to {method}");
    let busted = format!("{path}{}_=1", if path.contains('?') { '&' } else { '?' });
    assert_eq!(Route::parse(method, &busted), Ok(route), "a parameter that is not ours changes {path:?}");
});

fn printed(segment: &str, options: Options) -> String {
    format!("/{segment}?dns={}&pretty={}", options.dns, options.pretty)
}
