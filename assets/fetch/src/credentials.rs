//! What a maker wants to know before it sends data. Read from the environment only: arguments are visible to every
//! process of the machine.

use std::fmt;

/// The value of an `Authorization` header. Not printed, not even by `{:?}`.
#[derive(Clone)]
pub struct Credentials(String);

impl Credentials {
    /// HTTP basic authentication (RFC 7617 section 2).
    pub fn basic(user: &str, password: &str) -> Self {
        Self(format!("Basic {}", base64(format!("{user}:{password}").as_bytes())))
    }

    /// A bearer token (RFC 6750 section 2.1).
    pub fn bearer(token: &str) -> Self {
        Self(format!("Bearer {token}"))
    }

    /// The header's value.
    pub(crate) fn header(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
}

/// Base64 (RFC 4648 section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let index = (bits >> (18 - 6 * position)) & 63;
            text.push(if position <= chunk.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded, "RFC 4648 section 10");
        }
    }

    #[test]
    fn nothing_is_printed() {
        assert_eq!(format!("{:?}", Credentials::basic("1", "secret")), "Credentials(hidden)");
    }
}
