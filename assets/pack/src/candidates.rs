//! Finds the places that may represent another place.
//!
//! A place may represent another if both are in the same country, region and time zone, and no farther apart than the
//! radius. A city with many networks keeps its name: its places are represented only by places of the same city.
//!
//! Only some places are candidates. They are chosen by frequency, the most frequent first, skipping those near a chosen
//! one: the fewer candidates there are, the more often two networks have a common one. Frequent places come first because
//! networks that already have such a place need not move: a hundred places have 41 % of all networks.

use crate::place::{Area, Names, Place};
use crate::sphere::{Grid, Position};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::sync::Arc;

/// For every place the places that may represent it.
pub struct Candidates {
    /// By place: indices into `sets`.
    pub of: Vec<u32>,
    /// Sets of ranks, the best first.
    pub sets: Sets,
    /// By rank: the place. The first is the most frequent.
    pub ranked: Vec<u32>,
}

/// The least distance between chosen places, relative to the radius. With 0.5 there are more places to store; with 1
/// networks have fewer candidates in common.
const SPACING: f64 = 0.7;

/// A city keeps its name if at least one in this many networks is in it.
///
/// With DB-IP City of June 2026 and a budget of 47.5 MiB, 84 % of networks stay in their city, at a radius of 14.5 km. If no
/// city kept its name, 78 % would stay, at 10.5 km; with one in 70,000, 88 %, at 25 km.
const ONE_IN: u64 = 10_000;

/// The properties that must not change.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Kept<'p> {
    continent: Option<&'p Arc<Area>>,
    country: Option<&'p Arc<Area>>,
    region: Option<&'p Names>,
    time_zone: Option<&'p str>,
    city: Option<&'p str>,
}

/// Finds the candidates; `networks` has the number of networks of every place.
pub fn find(places: &[Arc<Place>], networks: &[u32], radius_km: f64) -> Candidates {
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); places.len()];
    let mut ranked: Vec<u32> = Vec::new();
    for mut group in groups(places, networks) {
        group.sort_by_key(|&place| Reverse(networks[place as usize]));
        let chosen = spread(places, &group, radius_km);
        for &place in &group {
            let candidates = match position(places, place) {
                Some(position) => chosen.near(position).collect(),
                None => vec![place],
            };
            ranked.extend(&candidates);
            found[place as usize] = candidates;
        }
    }
    ranked.sort_unstable_by_key(|&place| (Reverse(networks[place as usize]), place));
    ranked.dedup();
    let ranks: FxHashMap<u32, u32> = ranked.iter().copied().zip(0..).collect();
    let mut sets = Sets::default();
    let of = found.into_iter().map(|mut candidates| {
        candidates.iter_mut().for_each(|candidate| *candidate = ranks[candidate]);
        candidates.sort_unstable();
        sets.intern(candidates)
    });
    Candidates { of: of.collect(), sets, ranked }
}

/// The places, grouped by the properties that they must keep.
fn groups(places: &[Arc<Place>], networks: &[u32]) -> Vec<Vec<u32>> {
    let kept: Vec<Kept> = places.iter().map(|place| Kept::of(place)).collect();
    let mut of_city: FxHashMap<Kept, u64> = FxHashMap::default();
    for (&kept, &networks) in kept.iter().zip(networks) {
        *of_city.entry(kept).or_default() += u64::from(networks);
    }
    let all: u64 = of_city.values().sum();
    let mut numbers: FxHashMap<Kept, usize> = FxHashMap::default();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for (number, kept) in (0..).zip(kept) {
        let keeps_name = of_city[&kept] * ONE_IN >= all;
        let kept = if keeps_name { kept } else { Kept { city: None, ..kept } };
        let group = *numbers.entry(kept).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(number);
    }
    groups
}

impl<'p> Kept<'p> {
    fn of(place: &'p Place) -> Self {
        Self {
            continent: place.continent.as_ref(),
            country: place.country.as_ref(),
            region: place.region.as_ref(),
            time_zone: place.time_zone.as_deref(),
            city: place.city_without_district(),
        }
    }
}

/// The chosen places of a group. Every place has one within the spacing, which may be itself.
fn spread(places: &[Arc<Place>], group: &[u32], radius_km: f64) -> Grid {
    let (mut apart, mut chosen) = (Grid::new(radius_km * SPACING), Grid::new(radius_km));
    for &place in group {
        let Some(position) = position(places, place) else { continue };
        if apart.near(position).next().is_none() {
            apart.insert(position, place);
            chosen.insert(position, place);
        }
    }
    chosen
}

fn position(places: &[Arc<Place>], place: u32) -> Option<Position> {
    places[place as usize].point.map(Position::of)
}

/// Distinct sets of numbers.
#[derive(Default)]
pub struct Sets {
    members: Vec<Arc<[u32]>>,
    known: FxHashMap<Arc<[u32]>, u32>,
    intersections: FxHashMap<(u32, u32), Option<u32>>,
}

impl Sets {
    /// The number of the set with these sorted members.
    fn intern(&mut self, members: Vec<u32>) -> u32 {
        let members: Arc<[u32]> = members.into();
        *self.known.entry(members).or_insert_with_key(|members| {
            self.members.push(members.clone());
            u32::try_from(self.members.len() - 1).expect("fewer sets than 32 bits can number")
        })
    }

    /// The least member of a set.
    pub fn first(&self, set: u32) -> u32 {
        self.members[set as usize][0]
    }

    /// The intersection of two sets; `None` if it is empty.
    pub fn intersect(&mut self, left: u32, right: u32) -> Option<u32> {
        if left == right {
            return Some(left);
        }
        let key = (left.min(right), left.max(right));
        if let Some(&met) = self.intersections.get(&key) {
            return met;
        }
        let (left, right) = (&self.members[left as usize], &self.members[right as usize]);
        let common: Vec<u32> = left.iter().copied().filter(|member| right.binary_search(member).is_ok()).collect();
        let met = (!common.is_empty()).then(|| self.intern(common));
        self.intersections.insert(key, met);
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Point;
    use crate::sphere::distance_km;

    /// A place on the equator, so many km east of the meridian.
    fn place(city: &str, region: &str, zone: &str, km: f64) -> Arc<Place> {
        Arc::new(Place {
            region: Some(Names::english(region)),
            city: Some(Names::english(city)),
            time_zone: Some(zone.to_owned()),
            point: Point::new(0.0, km / 111.195),
            ..Place::default()
        })
    }

    #[test]
    fn a_place_represents_its_neighbours_of_the_same_region() {
        let places = [
            (place("a", "A", "X", 0.0), 5),
            (place("b", "A", "X", 4.0), 9),
            (place("c", "A", "X", 8.0), 1),
            (place("d", "A", "X", 13.0), 1),
            (place("a", "B", "X", 0.0), 1),
            (place("a", "A", "Y", 0.0), 1),
            (Arc::new(Place::default()), 1),
            (place("Big (West)", "A", "X", 4.0), 200_000),
            (place("Big (East)", "A", "X", 8.0), 3),
        ];
        let (places, networks): (Vec<_>, Vec<_>) = places.into_iter().unzip();
        let candidates = find(&places, &networks, 10.0);
        let of = |place: usize| -> Vec<u32> {
            let members = &candidates.sets.members[candidates.of[place] as usize];
            members.iter().map(|&rank| candidates.ranked[rank as usize]).collect()
        };
        for (place, expected, reason) in [
            (0, vec![1], "the second is the most frequent, and near; the fourth is too far"),
            (1, vec![1, 3], "itself, and one at 9 km"),
            (
                2,
                vec![1, 3],
                "not chosen: another is within the spacing; between two that were, the more frequent first",
            ),
            (3, vec![1, 3], "the more frequent comes before itself"),
            (4, vec![4], "another region"),
            (5, vec![5], "another time zone"),
            (6, vec![6], "no coordinates"),
            (7, vec![7], "a city that keeps its name"),
            (8, vec![7], "another district of it"),
        ] {
            assert_eq!(of(place), expected, "{reason}");
        }
    }

    #[test]
    fn no_place_represents_one_beyond_the_radius() {
        let cities = ["a", "b", "c"];
        let place = |n: usize| place(cities[n % 3], "A", "X", (n * n % 997) as f64);
        let places: Vec<_> = (0..500).map(place).collect();
        let candidates = find(&places, &vec![1; places.len()], 7.0);
        for (place, &set) in places.iter().zip(&candidates.of) {
            let members = &candidates.sets.members[set as usize];
            assert!(!members.is_empty());
            for &rank in members.iter() {
                let other = &places[candidates.ranked[rank as usize] as usize];
                assert!(distance_km(place.point.unwrap(), other.point.unwrap()) <= 7.0 + 1e-9);
            }
        }
    }
}
