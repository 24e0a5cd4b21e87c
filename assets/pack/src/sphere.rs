//! Distances on the globe, and a search for nearby points.

use crate::place::Point;
use rustc_hash::FxHashMap;

/// The mean radius of the earth (IUGG), in km.
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// The distance between two points on the sphere, in km.
pub fn distance_km(from: Point, to: Point) -> f64 {
    // Twice the arcsine of half the chord: unlike the arccosine of the scalar product, it is precise for short distances.
    let chord = Position::of(from).squared_chord(Position::of(to)).sqrt();
    2.0 * EARTH_RADIUS_KM * (chord / 2.0).min(1.0).asin()
}

/// A point as a vector from the centre of an earth of radius 1.
#[derive(Debug, Clone, Copy)]
pub struct Position([f64; 3]);

impl Position {
    /// The position of a point.
    pub fn of(point: Point) -> Self {
        let (latitude, longitude) = (point.latitude().to_radians(), point.longitude().to_radians());
        Self([latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()])
    }

    fn squared_chord(self, other: Self) -> f64 {
        self.0.iter().zip(other.0).map(|(a, b)| (a - b) * (a - b)).sum()
    }
}

/// Positions by cell, for finding those within a fixed distance of another.
pub struct Grid {
    /// The chord of the distance, which is also the width of a cell.
    chord: f64,
    cells: FxHashMap<[i32; 3], Vec<(Position, u32)>>,
}

impl Grid {
    /// An empty grid, for distances of `km`.
    pub fn new(km: f64) -> Self {
        let angle = (km / EARTH_RADIUS_KM).clamp(0.0, std::f64::consts::PI);
        // Never zero, so that a distance of zero finds equal positions.
        Self { chord: (2.0 * (angle / 2.0).sin()).max(1e-12), cells: FxHashMap::default() }
    }

    /// Adds an item at a position.
    pub fn insert(&mut self, position: Position, item: u32) {
        self.cells.entry(self.cell(position)).or_default().push((position, item));
    }

    /// The items within the grid's distance of a position.
    pub fn near(&self, position: Position) -> impl Iterator<Item = u32> {
        let [x, y, z] = self.cell(position);
        let around = (0..27).map(move |n| [x + n % 3 - 1, y + n / 3 % 3 - 1, z + n / 9 - 1]);
        let items = around.filter_map(|cell| self.cells.get(&cell)).flatten();
        items.filter(move |(other, _)| position.squared_chord(*other) <= self.chord * self.chord).map(|&(_, item)| item)
    }

    fn cell(&self, position: Position) -> [i32; 3] {
        // With tiny cells the number saturates, and all far positions share the outermost cells.
        position.0.map(|coordinate| (coordinate / self.chord.max(1e-9)).floor() as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).unwrap()
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        for (from, to, km, reason) in [
            ((52.52, 13.405), (52.52, 13.405), 0.0, "the same point"),
            ((52.52, 13.405), (48.8566, 2.3522), 877.5, "Berlin to Paris"),
            ((0.0, 179.9), (0.0, -179.9), 22.2, "across the date line"),
            ((90.0, 0.0), (90.0, 120.0), 0.0, "the pole has every longitude"),
            ((0.0, 0.0), (0.0, 180.0), 20_015.1, "antipodes"),
            ((37.422, -122.085), (37.422, -122.08499), 0.00088, "less than a metre"),
        ] {
            let found = distance_km(point(from.0, from.1), point(to.0, to.1));
            assert!((found - km).abs() < 0.05 && (km > 0.01 || (found - km).abs() < 1e-5), "{reason}: {found}");
        }
    }

    #[test]
    fn a_grid_finds_nearby_points() {
        let mut grid = Grid::new(25.0);
        // In steps of 0.1 degrees, 11.1 km, across the date line.
        let points: Vec<Point> =
            (0..20).map(|n| point(0.0, (179.0 + f64::from(n) * 0.1 + 180.0) % 360.0 - 180.0)).collect();
        (0..).zip(&points).for_each(|(item, &point)| grid.insert(Position::of(point), item));
        for (index, &point) in points.iter().enumerate() {
            let mut near: Vec<u32> = grid.near(Position::of(point)).collect();
            near.sort_unstable();
            let all = (0..).zip(&points).filter(|&(_, &other)| distance_km(point, other) <= 25.0).map(|(item, _)| item);
            assert_eq!(near, all.collect::<Vec<u32>>(), "around point {index}");
        }
    }
}
