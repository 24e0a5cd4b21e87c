//! What an update changes: the old databases against the new sources, address by address.
//!
//! A source that breaks (half of a file, another column in the place of the country) changes far more than a month does.
//! Such an update stops, unless a person has read the report and accepts it.

mod report;

use crate::network::Network;
use crate::overlay::{overlay, ranges};
use crate::place::{AutonomousSystem, Place};
use crate::sources::Table;
use crate::sphere::distance_km;
use std::collections::BTreeMap;

pub use report::Report;

/// The largest share of the IPv4 addresses on both sides whose country an ordinary update changes.
pub const MOST_COUNTRY_CHANGES: f64 = 0.15;

/// The largest share of the IPv4 addresses on both sides whose AS number an ordinary update changes.
pub const MOST_SYSTEM_CHANGES: f64 = 0.15;

/// The largest share of the IPv4 addresses on both sides whose region an ordinary update changes. More than of countries:
/// sources rename regions.
pub const MOST_REGION_CHANGES: f64 = 0.25;

/// The largest share of the IPv4 addresses on both sides whose place an ordinary update changes. Providers move their
/// networks between cities all the time.
pub const MOST_PLACE_CHANGES: f64 = 0.5;

/// The largest share of the IPv6 addresses on both sides, by /64, whose country, or whose AS number, an ordinary update
/// changes. More than of IPv4, because a single large block counts for much.
pub const MOST_CHANGES_IPV6: f64 = 0.25;

/// The largest share of the old IPv4 addresses with a place, an AS number or coordinates that an ordinary update loses.
pub const MOST_LOST: f64 = 0.05;

/// The largest share of the old IPv6 addresses, by /64, that an ordinary update loses. More than of IPv4, because a single
/// large block counts for much.
pub const MOST_LOST_IPV6: f64 = 0.25;

/// One side of the comparison.
pub struct Side<'t> {
    /// Locations.
    pub city: &'t Table<Place>,
    /// Autonomous systems.
    pub asn: &'t Table<AutonomousSystem>,
}

/// The changes of one family of addresses.
#[derive(Debug, Default, PartialEq)]
pub struct Family {
    /// Networks with a place, before and after.
    pub place_networks: [u64; 2],
    /// Networks with an autonomous system, before and after.
    pub system_networks: [u64; 2],
    /// Addresses with a place. IPv6 is counted in /64.
    pub places: Coverage,
    /// Addresses with an autonomous system. IPv6 is counted in /64.
    pub systems: Coverage,
    /// Addresses with coordinates: those before, and of them those that have a place without coordinates now.
    pub points: Points,
    /// Of the addresses with a place on both sides: those whose country differs.
    pub country: u128,
    /// Those whose region differs.
    pub region: u128,
    /// Those whose place differs: another city, or coordinates farther apart than the tolerance.
    pub place: u128,
    /// Of the addresses with an autonomous system on both sides: those whose number differs.
    pub system: u128,
    /// Addresses that each country has gained and lost.
    pub countries: BTreeMap<String, [u128; 2]>,
}

/// How many addresses have data.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Before.
    pub old: u128,
    /// Before, and no longer.
    pub lost: u128,
    /// Only now.
    pub gained: u128,
    /// Before and now.
    pub both: u128,
}

/// How many addresses keep their coordinates.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Points {
    /// Before.
    pub old: u128,
    /// Before, and no longer, although there is still a place.
    pub lost: u128,
}

impl Coverage {
    fn count(&mut self, addresses: u128, old: bool, new: bool) {
        self.old += if old { addresses } else { 0 };
        match (old, new) {
            (true, true) => self.both += addresses,
            (true, false) => self.lost += addresses,
            (false, true) => self.gained += addresses,
            (false, false) => {}
        }
    }
}

/// The AS numbers of one side, with the names and the number of IPv4 addresses.
type Systems = BTreeMap<u32, (Option<String>, u128)>;

/// Compares the old side with the new one. A place counts as changed if its coordinates are more than `tolerance_km` apart:
/// those of a packed database are that far from its source's anyway. The city's name is compared only without tolerance.
pub fn compare(old: &Side, new: &Side, tolerance_km: f64) -> Report {
    let places = [Key::of_all(old.city), Key::of_all(new.city)];
    let ipv4 =
        family(old, new, [&old.city.ipv4, &new.city.ipv4], [&old.asn.ipv4, &new.asn.ipv4], 0, &places, tolerance_km);
    let ipv6 =
        family(old, new, [&old.city.ipv6, &new.city.ipv6], [&old.asn.ipv6, &new.asn.ipv6], 64, &places, tolerance_km);
    let [before, after] = [systems(old.asn), systems(new.asn)];
    let only = |these: &Systems, those: &Systems| -> Vec<(u32, Option<String>, u128)> {
        let these = these.iter().filter(|(number, _)| !those.contains_key(number));
        let mut list: Vec<_> = these.map(|(&number, (name, addresses))| (number, name.clone(), *addresses)).collect();
        list.sort_by_key(|&(number, _, addresses)| (std::cmp::Reverse(addresses), number));
        list
    };
    Report { ipv4, ipv6, added: only(&after, &before), removed: only(&before, &after), tolerance_km }
}

/// What is compared of a place.
struct Key<'p> {
    country: &'p str,
    region: &'p str,
    city: &'p str,
    place: &'p Place,
}

impl<'p> Key<'p> {
    fn of_all(table: &'p Table<Place>) -> Vec<Self> {
        table.values.iter().map(|place| Self::of(place)).collect()
    }

    fn of(place: &'p Place) -> Self {
        Self {
            country: place.country.as_ref().and_then(|country| country.code.as_deref()).unwrap_or("-"),
            region: place.region.as_ref().and_then(|names| names.get("en")).unwrap_or("-"),
            city: place.city_without_district().unwrap_or("-"),
            place,
        }
    }

    fn is_elsewhere(&self, other: &Self, tolerance_km: f64) -> bool {
        match (self.place.point, other.place.point) {
            (Some(from), Some(to)) if from == to => false,
            (Some(from), Some(to)) if distance_km(from, to) > tolerance_km => true,
            (Some(_), Some(_)) | (None, None) => tolerance_km == 0.0 && self.city != other.city,
            _ => true,
        }
    }
}

fn family(
    old: &Side,
    new: &Side,
    places: [&[(Network, u32)]; 2],
    systems: [&[(Network, u32)]; 2],
    host_bits: u32,
    keys: &[Vec<Key>; 2],
    tolerance_km: f64,
) -> Family {
    let mut found = Family {
        place_networks: places.map(|networks| networks.len() as u64),
        system_networks: systems.map(|networks| networks.len() as u64),
        ..Family::default()
    };
    // Ranges smaller than the unit count as one.
    let addresses = |first: u128, last: u128| ((last - first) >> host_bits).saturating_add(1);
    overlay(ranges(places[0]), ranges(places[1]), |first, last, before, after| {
        let count = addresses(first, last);
        found.places.count(count, before.is_some(), after.is_some());
        let [before, after] = [before.map(|id| &keys[0][id as usize]), after.map(|id| &keys[1][id as usize])];
        let [left, right] = [before, after].map(|key| key.map(|key| key.country));
        if left != right {
            for (side, country) in [right, left].into_iter().enumerate() {
                if let Some(country) = country {
                    found.countries.entry(country.to_owned()).or_default()[side] += count;
                }
            }
        }
        if before.is_some_and(|before| before.place.point.is_some()) {
            found.points.old += count;
            found.points.lost += if after.is_some_and(|after| after.place.point.is_none()) { count } else { 0 };
        }
        if let (Some(before), Some(after)) = (before, after) {
            let is_another_country = before.country != after.country;
            let is_another_region = is_another_country || before.region != after.region;
            found.country += if is_another_country { count } else { 0 };
            found.region += if is_another_region { count } else { 0 };
            found.place += if is_another_region || before.is_elsewhere(after, tolerance_km) { count } else { 0 };
        }
    });
    overlay(ranges(systems[0]), ranges(systems[1]), |first, last, before, after| {
        let count = addresses(first, last);
        found.systems.count(count, before.is_some(), after.is_some());
        if let (Some(before), Some(after)) = (before, after)
            && old.asn.values[before as usize].number != new.asn.values[after as usize].number
        {
            found.system += count;
        }
    });
    found
}

fn systems(table: &Table<AutonomousSystem>) -> Systems {
    let mut addresses = vec![None; table.values.len()];
    for (first, last, value) in ranges(&table.ipv4) {
        *addresses[value as usize].get_or_insert(0) += last - first + 1;
    }
    for &(_, value) in &table.ipv6 {
        addresses[value as usize].get_or_insert(0_u128);
    }
    let mut systems = Systems::new();
    for (system, count) in table.values.iter().zip(addresses) {
        let Some(count) = count else { continue };
        let entry = systems.entry(system.number).or_insert_with(|| (system.organization.clone(), 0));
        entry.1 += count;
    }
    systems
}

#[cfg(test)]
mod tests;
