//! Which places may stand for which.
//!
//! A place may stand for another if the two are in the same country, region and time zone and not farther apart than
//! the radius. Of the places that could do so, some are chosen in each region, the most frequent first, and none near
//! one that has been chosen: the fewer there are, the more often two networks agree on one. A place that many networks
//! have is a candidate that many networks need not move to: a hundred places have 41 % of all networks.

use crate::place::{Area, Names, Place};
use crate::sphere::{Grid, Position};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::sync::Arc;

/// For every place the places that may stand for it.
pub struct Candidates {
    /// By place: indices into `sets`.
    pub of: Vec<u32>,
    /// Sets of ranks, the best first.
    pub sets: Sets,
    /// By rank: the place. The first is the one that most networks have.
    pub ranked: Vec<u32>,
}

/// Chosen places keep a distance of this part of the radius.
const SPACING: f64 = 0.7;

/// What has to stay as it is.
#[derive(PartialEq, Eq, Hash)]
struct Kept<'p> {
    continent: Option<&'p Arc<Area>>,
    country: Option<&'p Arc<Area>>,
    region: Option<&'p Names>,
    time_zone: Option<&'p str>,
}

/// Finds the candidates; `networks` says for every place how many networks have it.
pub fn find(places: &[Arc<Place>], networks: &[u32], radius_km: f64) -> Candidates {
    let mut found: Vec<Vec<u32>> = vec![Vec::new(); places.len()];
    let mut ranked: Vec<u32> = Vec::new();
    for mut region in regions(places) {
        region.sort_by_key(|&place| Reverse(networks[place as usize]));
        let chosen = spread(places, &region, radius_km);
        for &place in &region {
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

fn regions(places: &[Arc<Place>]) -> Vec<Vec<u32>> {
    let mut numbers: FxHashMap<Kept, usize> = FxHashMap::default();
    let mut regions: Vec<Vec<u32>> = Vec::new();
    for (number, place) in (0..).zip(places) {
        let (continent, country, region) = (place.continent.as_ref(), place.country.as_ref(), place.region.as_ref());
        let kept = Kept { continent, country, region, time_zone: place.time_zone.as_deref() };
        let region = *numbers.entry(kept).or_insert(regions.len());
        if region == regions.len() {
            regions.push(Vec::new());
        }
        regions[region].push(number);
    }
    regions
}

/// The chosen places of a region. Every place has one within the spacing, itself if need be.
fn spread(places: &[Arc<Place>], region: &[u32], radius_km: f64) -> Grid {
    let (mut apart, mut chosen) = (Grid::new(radius_km * SPACING), Grid::new(radius_km));
    for &place in region {
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

/// Sets of numbers, each once.
#[derive(Default)]
pub struct Sets {
    members: Vec<Arc<[u32]>>,
    known: FxHashMap<Arc<[u32]>, u32>,
    met: FxHashMap<(u32, u32), Option<u32>>,
}

impl Sets {
    /// The number of the set with these members, which are sorted.
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

    /// What two sets have in common, if anything.
    pub fn meet(&mut self, left: u32, right: u32) -> Option<u32> {
        if left == right {
            return Some(left);
        }
        let key = (left.min(right), left.max(right));
        if let Some(&met) = self.met.get(&key) {
            return met;
        }
        let (left, right) = (&self.members[left as usize], &self.members[right as usize]);
        let common: Vec<u32> = left.iter().copied().filter(|member| right.binary_search(member).is_ok()).collect();
        let met = (!common.is_empty()).then(|| self.intern(common));
        self.met.insert(key, met);
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Point;
    use crate::sphere::distance_km;

    /// A place on the equator, so many km east of the meridian.
    fn place(region: &str, zone: &str, km: f64) -> Arc<Place> {
        Arc::new(Place {
            region: Some(Names::english(region)),
            time_zone: Some(zone.to_owned()),
            point: Point::new(0.0, km / 111.195),
            ..Place::default()
        })
    }

    #[test]
    fn a_place_stands_for_its_neighbours_at_home() {
        let places = [
            place("A", "X", 0.0),
            place("A", "X", 4.0),
            place("A", "X", 8.0),
            place("A", "X", 13.0),
            place("B", "X", 0.0),
            place("A", "Y", 0.0),
            Arc::new(Place::default()),
        ];
        let candidates = find(&places, &[5, 9, 1, 1, 1, 1, 1], 10.0);
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
                "not chosen: another is within the spacing; between two that were, the more frequent is first",
            ),
            (3, vec![1, 3], "the more frequent comes before itself"),
            (4, vec![4], "another region"),
            (5, vec![5], "another time zone"),
            (6, vec![6], "nobody knows where it is"),
        ] {
            assert_eq!(of(place), expected, "{reason}");
        }
    }

    #[test]
    fn nothing_stands_for_what_is_farther_than_the_radius() {
        let places: Vec<_> = (0..500).map(|n| place("A", "X", f64::from(n * n % 997))).collect();
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
