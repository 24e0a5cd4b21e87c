//! Reading bodies of bounded length.

use super::{Body, Unreachable};

/// Reads a body to its end, at most `limit` bytes of it.
///
/// # Errors
///
/// When the body is longer or ends early.
pub async fn read_all(mut body: impl Body, limit: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.read().await.map_err(Unread::CutOff)? {
        if piece.len() > limit.saturating_sub(bytes.len()) {
            return Err(Unread::TooLong);
        }
        if bytes.is_empty() {
            bytes = piece;
        } else {
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(bytes)
}

/// Why a body was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It has more bytes than the limit.
    TooLong,
    /// It ended early.
    CutOff(Unreachable),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Reaction, World};

    #[test]
    fn bodies() {
        let cut = || Unreachable::new("closed");
        let piece = |text: &str| Ok(text.as_bytes().to_vec());
        for (pieces, expected, why) in [
            (vec![], Ok(&b""[..]), "an empty body"),
            (vec![piece("abcd")], Ok(b"abcd"), "as long as the limit"),
            (vec![piece("a"), piece(""), piece("bcd")], Ok(b"abcd"), "in pieces"),
            (vec![piece("abcde")], Err(Unread::TooLong), "longer, at once"),
            (vec![piece("abcd"), piece("e")], Err(Unread::TooLong), "longer, in pieces"),
            (vec![piece("ab"), Err(cut())], Err(Unread::CutOff(cut())), "cut off"),
            (vec![piece("abcde"), Err(cut())], Err(Unread::TooLong), "longer is reported before the rest is read"),
        ] {
            let world = World::new(|_, _| Reaction::silence());
            assert_eq!(world.run(read_all(pieces.into_iter(), 4)).as_deref(), expected.as_ref().copied(), "{why}");
        }
    }
}
