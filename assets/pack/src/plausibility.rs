//! Checks how plausible a source is, each with a count and a bound. What is certainly wrong is dropped; the rest is
//! recorded in the manifest.

mod bounds;
mod reserved;

use crate::manifest::{Finding, Outcome};
use crate::network::Network;
use crate::overlay;
use crate::place::{AutonomousSystem, Place};
use crate::sources::city::{UNKNOWN_COUNTRY, ZERO_POINT};
use crate::sources::{Loaded, Table};
use bounds::Boxes;
use reserved::{Space, is_reserved};

/// From this number of networks on, a source is one of the world, and must keep the bounds. Smaller ones are excerpts, in
/// which a share says little.
pub const WORLD: usize = 100_000;

/// The bound of every check: the largest share of what is looked at.
mod bound {
    /// Special-purpose space, of all networks. DB-IP has a network around each block, ten or so of millions.
    pub const SPECIAL: f64 = 0.001;
    /// IPv6 outside 2000::/3, of the IPv6 networks.
    pub const OUTSIDE_GLOBAL_UNICAST: f64 = 0.001;
    /// Reserved AS numbers, of all networks. Routers leak some private numbers on any day.
    pub const RESERVED_NUMBERS: f64 = 0.005;
    /// Countries that ISO 3166-1 does not have, of the records.
    pub const UNKNOWN_COUNTRIES: f64 = 0.01;
    /// Latitude and longitude 0, of the records.
    pub const ZERO_POINTS: f64 = 0.001;
    /// Coordinates outside the country's bounding box, of the networks with coordinates in a country with a box.
    pub const OUTSIDE_BOX: f64 = 0.01;
    /// The least share of ordinary IPv4 addresses with a place. The registries have given out all of them but a few.
    pub const LEAST_PLACES: f64 = 0.9;
    /// The least share of ordinary IPv4 addresses with an AS number: about five in six are announced.
    pub const LEAST_SYSTEMS: f64 = 0.7;
}

/// Checks a location source, and drops from it what is certainly wrong.
pub fn places(loaded: &mut Loaded<Place>) -> Vec<Finding> {
    let discarded = loaded.discarded.counts();
    let discarded = |kind: &str| discarded.get(kind).copied().unwrap_or(0);
    let records = loaded.records;
    let mut findings = space(&mut loaded.table, "a place");
    findings.extend([
        dropped(UNKNOWN_COUNTRY, discarded(UNKNOWN_COUNTRY), records, "records", bound::UNKNOWN_COUNTRIES),
        dropped(ZERO_POINT, discarded(ZERO_POINT), records, "records", bound::ZERO_POINTS),
        outside_country(&loaded.table),
        coverage(&loaded.table, "a place", bound::LEAST_PLACES),
    ]);
    findings
}

/// Checks an ASN source, and drops from it what is certainly wrong.
pub fn systems(loaded: &mut Loaded<AutonomousSystem>) -> Vec<Finding> {
    let mut findings = space(&mut loaded.table, "an AS number");
    let table = &mut loaded.table;
    let reserved: Vec<bool> = table.values.iter().map(|system| is_reserved(system.number)).collect();
    let (before, is_kept) = (count(table), |&(_, value): &(Network, u32)| !reserved[value as usize]);
    table.ipv4.retain(is_kept);
    table.ipv6.retain(is_kept);
    let found = before - count(table);
    findings.extend([
        dropped("private and reserved AS numbers", found, before, "networks", bound::RESERVED_NUMBERS),
        coverage(&loaded.table, "an AS number", bound::LEAST_SYSTEMS),
    ]);
    findings
}

/// The findings outside their bounds, one a line, if the source is one of the world; `None` if all is well.
pub fn exceeded<V>(table: &Table<V>, findings: &[Finding]) -> Option<String> {
    let lines: Vec<String> = findings.iter().filter(|finding| !finding.is_within_bound).map(describe).collect();
    (count(table) >= WORLD as u64 && !lines.is_empty()).then(|| lines.join("\n"))
}

/// A finding in words.
pub fn describe(finding: &Finding) -> String {
    let Finding { check, count, of, unit, bound, .. } = finding;
    let (share, bound) = (share(*count, *of) * 100.0, bound * 100.0);
    let which = if finding.is_least { "least" } else { "bound" };
    let outcome = match finding.outcome {
        Outcome::Dropped => ", dropped",
        Outcome::Recorded => "",
    };
    format!("{check}: {count} of {of} {unit} ({share:.3} %, {which} {bound} %){outcome}")
}

fn count<V>(table: &Table<V>) -> u64 {
    (table.ipv4.len() + table.ipv6.len()) as u64
}

fn share(count: u64, of: u64) -> f64 {
    count as f64 / of.max(1) as f64
}

fn dropped(check: &str, count: u64, of: u64, unit: &str, bound: f64) -> Finding {
    let is_within_bound = share(count, of) <= bound;
    let (check, unit) = (check.to_owned(), unit.to_owned());
    Finding { check, outcome: Outcome::Dropped, count, of, unit, bound, is_least: false, is_within_bound }
}

/// Drops the networks of space that has neither place nor AS number, or the part of a network that is in it.
fn space<V>(table: &mut Table<V>, what: &str) -> Vec<Finding> {
    let space = Space::new();
    let (all, all_ipv6) = (count(table), table.ipv6.len() as u64);
    let (mut special, mut outside) = (0, 0);
    for family in [&mut table.ipv4, &mut table.ipv6] {
        let is_clean = |&(network, _): &(Network, u32)| !space.touches(network);
        if family.iter().all(is_clean) {
            continue;
        }
        let mut kept = Vec::with_capacity(family.len());
        for row in family.drain(..) {
            if is_clean(&row) {
                kept.push(row);
                continue;
            }
            special += u64::from(space.touches_special(row.0));
            outside += u64::from(space.touches_outside(row.0));
            // A network of IPv6 around ::/96 says nothing about IPv4.
            let is_same_family = |part: &Network| Network::IPV4.contains(row.0) || !Network::IPV4.contains(*part);
            kept.extend(space.usable(row.0).into_iter().filter(is_same_family).map(|network| (network, row.1)));
        }
        kept.sort_unstable();
        *family = kept;
    }
    vec![
        dropped(&format!("special-purpose space with {what}"), special, all, "networks", bound::SPECIAL),
        dropped(
            &format!("IPv6 outside 2000::/3 with {what}"),
            outside,
            all_ipv6,
            "networks",
            bound::OUTSIDE_GLOBAL_UNICAST,
        ),
    ]
}

fn outside_country(table: &Table<Place>) -> Finding {
    let boxes = Boxes::new();
    let judged: Vec<Option<bool>> = table
        .values
        .iter()
        .map(|place| boxes.contains(place.country.as_ref()?.code.as_deref()?, place.point?))
        .collect();
    let of_networks = || table.networks().filter_map(|(_, value)| judged[value as usize]);
    let (count, of) = (of_networks().filter(|is_inside| !is_inside).count() as u64, of_networks().count() as u64);
    Finding {
        check: "coordinates outside the country's bounding box".to_owned(),
        outcome: Outcome::Recorded,
        count,
        of,
        unit: "networks".to_owned(),
        bound: bound::OUTSIDE_BOX,
        is_least: false,
        is_within_bound: share(count, of) <= bound::OUTSIDE_BOX,
    }
}

/// The share of the ordinary IPv4 addresses that the source covers.
fn coverage<V>(table: &Table<V>, what: &str, least: f64) -> Finding {
    let covered: u128 = overlay::ranges(&table.ipv4).map(|(first, last, _)| last - first + 1).sum();
    let (count, of) = (u64::try_from(covered).unwrap_or(u64::MAX), Space::new().ordinary_ipv4());
    Finding {
        check: format!("ordinary IPv4 addresses with {what}"),
        outcome: Outcome::Recorded,
        count,
        of,
        unit: "IPv4 addresses".to_owned(),
        bound: least,
        is_least: true,
        is_within_bound: share(count, of) >= least,
    }
}

#[cfg(test)]
mod tests;
