//! The databases inside the component. `build.rs` chooses the files.

/// Locations, in the GeoIP2 City schema.
pub static GEO: &[u8] = bytes::GEO;

/// Autonomous systems, in the GeoLite2 ASN schema.
pub static ASN: &[u8] = bytes::ASN;

/// In tests, the bytes are constants.
#[cfg(not(target_family = "wasm"))]
mod bytes {
    pub(super) static GEO: &[u8] = include_bytes!(env!("IPEDGE_GEO"));
    pub(super) static ASN: &[u8] = include_bytes!(env!("IPEDGE_ASN"));
}

/// In a component, the bytes are in an object file that `build.rs` gives to the linker. They stand behind all constants,
/// and each begins where a window of 64 KiB does, for which the packer arranges the search trees: systems map a file into
/// memory a window at a time.
#[cfg(target_family = "wasm")]
mod bytes {
    use super::number;

    unsafe extern "C" {
        static ipedge_geo: [u8; number(env!("IPEDGE_GEO_LENGTH")) as usize];
        static ipedge_asn: [u8; number(env!("IPEDGE_ASN_LENGTH")) as usize];
    }

    // SAFETY: the object file defines the symbols with these lengths, and nothing writes there.
    pub(super) static GEO: &[u8] = unsafe { &ipedge_geo };
    pub(super) static ASN: &[u8] = unsafe { &ipedge_asn };
}

/// What the two are and where they come from: see [`manifest`](crate::lookup::databases::manifest).
pub static MANIFEST: &[u8] = include_bytes!(env!("IPEDGE_MANIFEST"));

/// The attribution of the databases' sources, for every document.
pub static ATTRIBUTION: &str = env!("IPEDGE_ATTRIBUTION");

/// The date of the data of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Built {
    /// YYYY-MM-DD.
    pub date: &'static str,
    /// As people read it, `5 June 2026`.
    pub words: &'static str,
    /// The days from 1970-01-01 to it.
    pub day: u64,
}

/// The date of the data of [`GEO`].
pub const GEO_BUILT: Built = Built {
    date: env!("IPEDGE_GEO_BUILD_DATE"),
    words: env!("IPEDGE_GEO_BUILT"),
    day: number(env!("IPEDGE_GEO_BUILD_DAY")),
};

/// The date of the data of [`ASN`].
pub const ASN_BUILT: Built = Built {
    date: env!("IPEDGE_ASN_BUILD_DATE"),
    words: env!("IPEDGE_ASN_BUILT"),
    day: number(env!("IPEDGE_ASN_BUILD_DAY")),
};

/// A number that `build.rs` has written, read when the component is built.
const fn number(text: &str) -> u64 {
    match u64::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("build.rs writes a number here"),
    }
}

/// How far, in kilometres, the places of [`GEO`] may be from those of its source; `None` if it is lossless.
pub const ERROR_BOUND_KM: Option<u32> = match u32::from_str_radix(env!("IPEDGE_ERROR_BOUND_KM"), 10) {
    Ok(0) => None,
    Ok(km) => Some(km),
    Err(_) => panic!("the manifest's error bound is not a distance"),
};
