//! Header lines -> the caller's address. What a client sends comes before what the platform adds, and may be anything:
//! it must not change who the caller is.
//!
//! The input is text: its last line is the value that the platform added, the others are the client's.

#![no_main]

use std::net::{IpAddr, SocketAddr};

use ipedge::caller::{self, Unknown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let values: Vec<_> = input.split(|byte| *byte == b'\n').collect();
    let Some((platform, client)) = values.split_last() else { return };
    let alone = caller(&[platform]);

    assert_eq!(
        caller(&values),
        alone,
        "what a client sends decides who the caller is: {:?} before {:?}",
        lossy(client),
        lossy(&[platform]),
    );
    assert_eq!(
        caller(&[platform, platform]),
        alone,
        "the platform's own line, sent by the client too, changes the caller: {:?}",
        lossy(&[platform]),
    );

    let Ok(ip) = alone else { return };
    assert_eq!(ip, ip.to_canonical(), "an IPv4 caller is given as IPv4-mapped, by {:?}", lossy(&[platform]));
    let again = SocketAddr::new(ip, 443).to_string();
    assert_eq!(caller(&[again.as_bytes()]), Ok(ip), "{again:?}, made of the caller's address, is another caller");
});

fn caller(values: &[&[u8]]) -> Result<IpAddr, Unknown> {
    caller::address(values)
}

fn lossy(values: &[&[u8]]) -> Vec<String> {
    values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}
