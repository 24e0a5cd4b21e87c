//! The databases inside the component. `build.rs` chooses the files.

/// Locations, in the GeoIP2 City schema.
pub static GEO: &[u8] = include_bytes!(env!("IPEDGE_GEO"));

/// Autonomous systems, in the GeoLite2 ASN schema.
pub static ASN: &[u8] = include_bytes!(env!("IPEDGE_ASN"));

/// What the two are and where they come from: see [`manifest`](crate::lookup::databases::manifest).
pub static MANIFEST: &[u8] = include_bytes!(env!("IPEDGE_MANIFEST"));

/// The attribution of the databases' sources, for every document.
pub static ATTRIBUTION: &str = env!("IPEDGE_ATTRIBUTION");

/// The date of the data in [`GEO`], YYYY-MM-DD.
pub static GEO_DATE: &str = env!("IPEDGE_GEO_DATE");

/// The date of the data in [`ASN`], YYYY-MM-DD.
pub static ASN_DATE: &str = env!("IPEDGE_ASN_DATE");

/// How far, in kilometres, the places of [`GEO`] may be from those of its source; `None` where it is lossless.
pub const ERROR_BOUND_KM: Option<u32> = match u32::from_str_radix(env!("IPEDGE_ERROR_BOUND_KM"), 10) {
    Ok(0) => None,
    Ok(km) => Some(km),
    Err(_) => panic!("the manifest's error bound is no distance"),
};
