//! The databases inside the component. `build.rs` chooses the files.

/// Locations, in the GeoIP2 City schema.
pub static GEO: &[u8] = include_bytes!(env!("IPEDGE_GEO"));

/// Autonomous systems, in the GeoLite2 ASN schema.
pub static ASN: &[u8] = include_bytes!(env!("IPEDGE_ASN"));

/// What the two are and where they come from: see [`manifest`](crate::manifest).
pub static MANIFEST: &[u8] = include_bytes!(env!("IPEDGE_MANIFEST"));
