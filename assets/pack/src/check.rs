//! Checks packed databases against their sources and their manifest, and records the result in the manifest.

use crate::error::Error;
use crate::manifest::{self, Entry, Manifest};
use crate::place::{AutonomousSystem, Place};
use crate::sources::Table;
use crate::verify::{self, Bounds, Locations, Systems};
use maxminddb::Reader;
use serde::Serialize;
use std::thread;

/// The largest 99th percentile of the error in km, over addresses drawn uniformly by network, whatever the budget.
const LARGEST_P99_KM: f64 = 25.0;

/// Compares both databases with their sources, at the edges of every network and `sample` random addresses, and records
/// the result in the manifest. Returns the faults found.
pub fn check(
    geo: &[u8],
    asn: &[u8],
    manifest: &mut Manifest,
    city_source: &Table<Place>,
    asn_source: &Table<AutonomousSystem>,
    sample: usize,
) -> Result<Vec<String>, Error> {
    let [geo_entry, asn_entry] = &mut manifest.databases[..] else {
        return Err(Error::unfit("the manifest does not have two databases"));
    };
    let (locations, systems) = thread::scope(|scope| {
        let systems = scope.spawn(|| verify::systems(asn, asn_source, sample));
        let locations = verify::locations(geo, city_source, sample);
        (locations, systems.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let (locations, systems) = (locations?, systems?);
    report(&locations, &systems);

    let mut faults = Vec::new();
    faults.extend(validity(geo, geo_entry)?);
    faults.extend(validity(asn, asn_entry)?);
    faults.extend(locations.faults(bounds(geo_entry)));
    faults.extend(systems.faults());
    geo_entry.verified = Some(json(&locations));
    asn_entry.verified = Some(json(&systems));
    Ok(faults)
}

fn bounds(entry: &Entry) -> Bounds {
    let promised = entry.error_bound_km.unwrap_or(0.0);
    Bounds { max_km: promised.min(crate::pack::LARGEST_ERROR_KM), p99_km: promised.min(LARGEST_P99_KM) }
}

/// The fault if the file is not the one in the manifest, or if the strictest reader rejects it.
fn validity(database: &[u8], entry: &Entry) -> Result<Option<String>, Error> {
    if manifest::digest(database) != entry.sha256 {
        return Ok(Some(format!("{} is not the file that the manifest describes", entry.file)));
    }
    let verified = Reader::from_source(database).and_then(|reader| reader.verify());
    Ok(verified.err().map(|error| format!("{}: {error}", entry.file)))
}

fn report(locations: &Locations, systems: &Systems) {
    let Locations { addresses, error_km, same_city, .. } = locations;
    println!("locations: {addresses} addresses compared");
    let differing = locations.mismatches().map(|(what, count)| format!("{what} {count}"));
    println!("  differing in {}", differing.join(", "));
    println!("  error in km: p50 {}, p90 {}, p99 {}, max {}", error_km.p50, error_km.p90, error_km.p99, error_km.max);
    println!("  in the same city: {:.1} %", same_city * 100.0);
    println!("systems: {} addresses compared, {} differ", systems.addresses, systems.mismatches);
}

fn json(found: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(found).expect("numbers always make JSON")
}
