//! The databases as their makers send them: plain, compressed with gzip (RFC 1952), or as a compressed tar archive.
//!
//! The form is recognised by the bytes, not by the name. Archives are hostile input: what comes out of them is bounded,
//! nothing is unpacked to a path, and an archive must have exactly one database.

use std::io::{self, Read};
use std::ops::Range;

/// The largest database in bytes, when it is not compressed. The largest one for sale has about 2.6 GB in this format,
/// but pack could not hold its networks in memory; the free ones have up to 140 MB.
pub const LARGEST: u64 = 1 << 31;

/// The largest file of a source that is fetched, in bytes, compressed or not. The largest one has about 140 MB.
pub const FETCHED: u64 = 512 << 20;

/// The most entries of an archive that are looked at. MaxMind's have 5.
const MOST_ENTRIES: usize = 64;

/// The bytes of the MaxMind DB file in `bytes`, of at most `largest` bytes.
///
/// # Errors
///
/// When the compressed data is damaged or ends early, when there is more in it than `largest`, or when an archive does
/// not have exactly one file whose name ends in `.mmdb`.
pub fn unpacked(bytes: Vec<u8>, largest: u64) -> Result<Vec<u8>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bounded(bytes, largest);
    }
    let plain = read_bounded(flate2::read::MultiGzDecoder::new(&*bytes), largest)
        .map_err(|problem| format!("the gzip data {problem}"))?;
    drop(bytes);
    if is_tar(&plain) { only_database(plain) } else { Ok(plain) }
}

fn bounded(bytes: Vec<u8>, largest: u64) -> Result<Vec<u8>, String> {
    if bytes.len() as u64 > largest { Err(too_large(largest)) } else { Ok(bytes) }
}

fn read_bounded(reader: impl Read, largest: u64) -> Result<Vec<u8>, String> {
    let mut plain = Vec::new();
    // One byte more than allowed shows that there is more.
    let read = reader.take(largest.saturating_add(1)).read_to_end(&mut plain);
    read.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => "ends early: the file is incomplete".to_owned(),
        _ => format!("is damaged: {error}"),
    })?;
    if plain.len() as u64 > largest { Err(too_large(largest)) } else { Ok(plain) }
}

pub(crate) fn too_large(largest: u64) -> String {
    format!("is larger than {largest} bytes, the most that pack accepts")
}

/// Whether this is a tar archive: POSIX.1-1988 and GNU write `ustar` at this place of the first header.
fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// The only file of the archive whose name ends in `.mmdb`. It stays where it is in memory: a copy would double the size.
fn only_database(mut archive: Vec<u8>) -> Result<Vec<u8>, String> {
    let place = place_of_database(&archive)?;
    archive.truncate(place.end);
    archive.drain(..place.start);
    Ok(archive)
}

/// Where in the archive the file is.
fn place_of_database(archive: &[u8]) -> Result<Range<usize>, String> {
    let broken = |error: io::Error| format!("the tar archive is damaged: {error}");
    let mut found = None;
    for (number, entry) in tar::Archive::new(archive).entries().map_err(broken)?.enumerate() {
        if number == MOST_ENTRIES {
            return Err(format!("the tar archive has over {MOST_ENTRIES} entries"));
        }
        let entry = entry.map_err(broken)?;
        // Links and directories can have the name, too.
        if !entry.header().entry_type().is_file() || !entry.path_bytes().ends_with(b".mmdb") {
            continue;
        }
        if found.is_some() {
            return Err("the tar archive has more than one .mmdb file".to_owned());
        }
        let start = usize::try_from(entry.raw_file_position()).ok();
        let place = start.and_then(|start| Some(start..start.checked_add(usize::try_from(entry.size()).ok()?)?));
        // A header can state more than there is.
        let place = place.filter(|place| archive.get(place.clone()).is_some());
        found = Some(place.ok_or("the tar archive ends early: the file is incomplete")?);
    }
    found.ok_or_else(|| "the tar archive has no .mmdb file".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn tar(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, kind, bytes) in entries {
            let mut header = tar::Header::new_ustar();
            // Set as bytes: the builder itself refuses paths that lead elsewhere.
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            header.set_entry_type(*kind);
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append(&header, *bytes).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn the_database_is_found_in_every_form() {
        let file = tar::EntryType::Regular;
        let makers = tar(&[
            ("GeoLite2-City_20261124/", tar::EntryType::Directory, b""),
            ("GeoLite2-City_20261124/COPYRIGHT.txt", file, b"(c)"),
            ("GeoLite2-City_20261124/GeoLite2-City.mmdb", file, b"data"),
        ]);
        for (bytes, reason) in [
            (b"data".to_vec(), "plain"),
            (gzip(b"data"), "gzip"),
            ([gzip(b"da"), gzip(b"ta")].concat(), "gzip in two members (RFC 1952 section 2.2)"),
            (gzip(&makers), "tar as MaxMind packs it"),
            (
                gzip(&tar(&[("../../etc/x.mmdb", file, b"data")])),
                "a path that leads elsewhere: nothing is written to it",
            ),
        ] {
            assert_eq!(unpacked(bytes, 1 << 20).unwrap(), b"data", "{reason}");
        }
    }

    #[test]
    fn no_more_is_read_than_the_bound() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("read too far"))
            }
        }
        let error = read_bounded(io::repeat(0).take(1 << 16).chain(Broken), 1 << 10).unwrap_err();
        assert!(error.contains("is larger than 1024 bytes"), "{error}");
    }

    #[test]
    fn damaged_and_oversized_files_are_refused() {
        let file = tar::EntryType::Regular;
        let whole = gzip(&[7; 10_000]);
        let mut flipped = whole.clone();
        let last = flipped.len() - 6;
        flipped[last] ^= 1;
        let mut short = tar(&[("a.mmdb", file, &[7; 2000])]);
        short.truncate(1000);
        for (bytes, message, reason) in [
            (whole[..whole.len() - 4].to_vec(), "the gzip data ends early", "truncated"),
            (flipped, "the gzip data is damaged", "the checksum differs"),
            (gzip(&vec![0; 1 << 21]), "is larger than 1048576 bytes", "a bomb"),
            (vec![0; (1 << 20) + 1], "is larger than 1048576 bytes", "too large without compression"),
            (gzip(&tar(&[("a.txt", file, b"a")])), "has no .mmdb file", "nothing useful"),
            (gzip(&tar(&[("a.mmdb", tar::EntryType::Symlink, b"")])), "has no .mmdb file", "a link"),
            (gzip(&tar(&[("a.mmdb", file, b"a"), ("b.mmdb", file, b"b")])), "more than one .mmdb", "ambiguous"),
            (gzip(&tar(&[("a.txt", file, &b"a"[..]); 65])), "over 64 entries", "very many entries"),
            (gzip(&short), "the tar archive", "a header that states more than there is"),
        ] {
            let error = unpacked(bytes, 1 << 20).unwrap_err();
            assert!(error.contains(message), "{reason}: {error}");
        }
    }
}
