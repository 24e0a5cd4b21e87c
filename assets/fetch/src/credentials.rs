//! What a maker wants to know before it sends data. Read from the environment only: arguments are visible to every
//! process of the machine.

use std::fmt;

/// The value of an `Authorization` header. Not printed, not even by `{:?}`.
#[derive(Clone)]
pub struct Credentials {
    header: String,
    /// What must not be in anything that is kept: the secret, and its forms in Base64.
    secrets: Vec<String>,
}

impl Credentials {
    /// HTTP basic authentication (RFC 7617 section 2).
    pub fn basic(user: &str, password: &str) -> Self {
        let encoded = base64(format!("{user}:{password}").as_bytes());
        let secrets = [password, encoded.trim_end_matches('=')];
        Self { header: format!("Basic {encoded}"), secrets: secrets.into_iter().flat_map(forms).collect() }
    }

    /// A bearer token (RFC 6750 section 2.1).
    pub fn bearer(token: &str) -> Self {
        Self { header: format!("Bearer {token}"), secrets: forms(token) }
    }

    /// The header's value.
    pub(crate) fn header(&self) -> &str {
        &self.header
    }

    /// Whether a text has the secret in it, as it is or in Base64.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        self.secrets.iter().any(|secret| text.contains(secret))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
}

/// A secret and its Base64, in lower case: letters can change their case on their way through a server.
fn forms(secret: &str) -> Vec<String> {
    let encoded = base64(secret.as_bytes());
    [secret, encoded.trim_end_matches('=')].map(str::to_ascii_lowercase).into()
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
    fn secrets_are_found_in_other_texts() {
        let (basic, bearer) = (Credentials::basic("42", "secret-key"), Credentials::bearer("secret-token"));
        for (credentials, text, is_in, reason) in [
            (&basic, "\"secret-key\"", true, "the key"),
            (&basic, "\"x-SECRET-KEY-x\"", true, "in capitals, and in the middle"),
            (&basic, "\"NDI6c2VjcmV0LWtleQ\"", true, "42:secret-key in Base64, without its end"),
            (&basic, "\"c2VjcmV0LWtleQ==\"", true, "secret-key in Base64"),
            (&basic, "\"42-5f3a\"", false, "the account is not a secret"),
            (&bearer, "Bearer secret-token", true, "the header"),
            (&bearer, "\"c2VjcmV0LXRva2Vu\"", true, "secret-token in Base64"),
            (&bearer, "\"5f3a\"", false, "an ordinary tag"),
        ] {
            assert_eq!(credentials.are_in(text), is_in, "{text}: {reason}");
        }
    }

    #[test]
    fn nothing_is_printed() {
        assert_eq!(format!("{:?}", Credentials::basic("1", "secret")), "Credentials(hidden)");
    }
}
