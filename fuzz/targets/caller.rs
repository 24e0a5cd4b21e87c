//! Header lines to the caller's address. The lines of a client come before the line that the platform adds, and must not
//! change the result, whatever they are.
//!
//! The input is text: its first line is `caller_header` and `trusted_proxies`, its last line is the value that the
//! platform added, and the others are from the client.

#![no_main]

use ipedge::request::caller::CallerHeader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut values: Vec<_> = input.split(|byte| *byte == b'\n').collect();
    if values.len() < 2 {
        return;
    }
    let Ok(variables) = str::from_utf8(values.remove(0)) else { return };
    let (header, proxies) = variables.split_once(' ').unwrap_or((variables, "0"));
    let Ok(source) = CallerHeader::parse(header, proxies) else { return };
    let Some((platform, client)) = values.split_last() else { return };
    let (alone, together) = (source.find(&[platform]), source.find(&values));

    if let Ok(ip) = alone {
        assert_eq!(
            together,
            Ok(ip),
            "the client's lines change the caller ({source:?}): {:?} before {:?}",
            lossy(client),
            lossy(&[platform]),
        );
        assert_eq!(ip, ip.to_canonical(), "an IPv4 caller is given as IPv4-mapped, by {:?}", lossy(&[platform]));
    }
    // If the platform adds a line, or one trusted proxy adds one entry, nothing before it counts.
    let adds_one =
        !matches!(source, CallerHeader::XForwardedFor(proxies) | CallerHeader::Forwarded(proxies) if proxies.get() > 1);
    if adds_one && !platform.trim_ascii().is_empty() {
        assert_eq!(
            together.is_ok(),
            alone.is_ok(),
            "the client's lines change whether there is a caller ({source:?}): {:?} before {:?}",
            lossy(client),
            lossy(&[platform]),
        );
    }
});

fn lossy(values: &[&[u8]]) -> Vec<String> {
    values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}
