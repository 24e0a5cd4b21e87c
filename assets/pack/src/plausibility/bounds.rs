//! The bounding boxes of countries, from Natural Earth.

use crate::place::Point;
use rustc_hash::FxHashMap;

/// `code`, `south`, `west`, `north`, `east` in degrees; a box whose west is greater than its east crosses the 180th
/// meridian.
const TABLE: &str = include_str!("bounds.tsv");

/// How far, in degrees, a point may be outside the box: the map has neither the smallest islands nor the sea between
/// them, and sources round.
const MARGIN: f64 = 1.0;

/// Boxes by the country's code.
pub struct Boxes(FxHashMap<&'static str, Bounds>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Bounds {
    south: f64,
    west: f64,
    north: f64,
    east: f64,
}

impl Boxes {
    /// Those of the table.
    pub fn new() -> Self {
        Self(rows().map(|(_, row)| row.expect("a row of the table, which a test reads")).collect())
    }

    /// Whether the point is in the country's box, or within the margin around it. `None` if the map does not have the
    /// country.
    pub fn contains(&self, code: &str, point: Point) -> Option<bool> {
        let Bounds { south, west, north, east } = *self.0.get(code)?;
        let is_inside_north = (south - MARGIN..=north + MARGIN).contains(&point.latitude());
        // Degrees eastward, so that the 180th meridian is like any other.
        let eastward = |from: f64, to: f64| (to - from).rem_euclid(360.0);
        let width = eastward(west, east).max(if west <= east { east - west } else { 0.0 });
        let is_inside_east =
            width + 2.0 * MARGIN >= 360.0 || eastward(west - MARGIN, point.longitude()) <= width + 2.0 * MARGIN;
        Some(is_inside_north && is_inside_east)
    }
}

/// The rows, each with its line number.
fn rows() -> impl Iterator<Item = (usize, Option<(&'static str, Bounds)>)> {
    let lines = (1..).zip(TABLE.lines());
    lines
        .filter(|(_, line)| !line.starts_with('#') && !line.starts_with("code"))
        .map(|(number, line)| (number, row(line)))
}

fn row(line: &'static str) -> Option<(&'static str, Bounds)> {
    let mut columns = line.split('\t');
    let code = columns.next().filter(|code| code.len() == 2)?;
    let mut degrees = |most: f64| columns.next()?.parse().ok().filter(|degrees: &f64| degrees.abs() <= most);
    let (south, west, north, east) = (degrees(90.0)?, degrees(180.0)?, degrees(90.0)?, degrees(180.0)?);
    (south <= north).then_some((code, Bounds { south, west, north, east }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_valid() {
        for (number, row) in rows() {
            assert!(row.is_some(), "bounds.tsv:{number}");
        }
        assert!(Boxes::new().0.len() > 200, "nearly every country has a box");
    }

    #[test]
    fn points_are_inside_their_country() {
        let boxes = Boxes::new();
        for (code, latitude, longitude, expected, reason) in [
            ("US", 37.4, -122.1, Some(true), "an ordinary place"),
            ("US", 52.0, 177.5, Some(true), "an island beyond the 180th meridian"),
            ("US", -33.9, 151.2, Some(false), "another hemisphere"),
            ("FJ", -16.8, -179.9, Some(true), "east of the 180th meridian"),
            ("FJ", -17.7, 178.0, Some(true), "west of it"),
            ("DE", 52.5, 13.4, Some(true), "inside"),
            ("DE", 13.4, 52.5, Some(false), "latitude and longitude exchanged"),
            ("AQ", -82.9, 135.0, Some(true), "all longitudes"),
            ("XA", 0.0, 0.0, None, "not on the map"),
        ] {
            let point = Point::new(latitude, longitude).unwrap();
            assert_eq!(boxes.contains(code, point), expected, "{code} {latitude} {longitude}: {reason}");
        }
    }
}
