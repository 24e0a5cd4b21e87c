//! Time zones by coordinates and country.

use crate::place::Point;
use crate::sphere::distance_km;
use rustc_hash::FxHashMap;
use tzf_rs::DefaultFinder;

/// The zones of each country: `zone.tab` of the IANA time zone database, release 2026f (public domain).
const ZONES: &str = include_str!("zone.tab");

/// The IANA time zone database has no row for Kosovo, and neither has ISO 3166-1; its time is Belgrade's.
const KOSOVO: (&str, &str, &str) = ("XK", "+4240+02110", "Europe/Belgrade");

/// The time zones of the world.
pub struct TimeZones {
    finder: DefaultFinder,
    /// By country: its zones, each with the coordinates of its principal place.
    of_country: FxHashMap<&'static str, Vec<(&'static str, Point)>>,
}

impl Default for TimeZones {
    fn default() -> Self {
        let mut of_country: FxHashMap<&str, Vec<(&str, Point)>> = FxHashMap::default();
        for (country, coordinates, zone) in rows(ZONES).chain([KOSOVO]) {
            let principal = point(coordinates).expect("zone.tab has valid coordinates");
            of_country.entry(country).or_default().push((zone, principal));
        }
        Self { finder: DefaultFinder::new(), of_country }
    }
}

impl TimeZones {
    /// The IANA name of the zone at a point in a country.
    ///
    /// On the coast, on islands and in estuaries, coordinates are often on the water, where the zone is one of `Etc`. If
    /// the country is known and has zones, the result is then the nearest of those.
    pub fn at(&self, point: Point, country: Option<&str>) -> Option<&str> {
        let zone = self.zone(point);
        let is_at_sea = zone.is_none_or(|zone| zone.starts_with("Etc/"));
        let zones = country.and_then(|country| self.of_country.get(country));
        match zones {
            Some(zones) if is_at_sea => Some(self.nearest(point, zones)),
            _ => zone,
        }
    }

    /// The release of the time zone data: `2026f`.
    pub fn release(&self) -> &str {
        self.finder.data_version()
    }

    fn zone(&self, point: Point) -> Option<&str> {
        let name = self.finder.get_tz_name(point.longitude(), point.latitude());
        (!name.is_empty()).then_some(name)
    }

    /// The zone of which some part is nearest to the point, found on circles of growing radius; beyond the largest
    /// circle, the zone whose principal place is nearest.
    fn nearest(&self, point: Point, zones: &[(&'static str, Point)]) -> &'static str {
        if let [(only, _)] = zones {
            return only;
        }
        let mut km = SMALLEST_KM;
        while km <= LARGEST_KM {
            let around = (0..BEARINGS).filter_map(|n| travel(point, km, 360.0 * f64::from(n) / f64::from(BEARINGS)));
            let mut met = vec![0_u32; zones.len()];
            for zone in around.filter_map(|point| self.zone(point)) {
                met.iter_mut().zip(zones).filter(|(_, (name, _))| *name == zone).for_each(|(count, _)| *count += 1);
            }
            // The zone that takes most of the circle; of equal ones the first in the table.
            let most = met.iter().zip(zones).rev().max_by_key(|(count, _)| **count);
            if let Some((1.., (zone, _))) = most {
                return zone;
            }
            km *= GROWTH;
        }
        let by_distance = |(_, a): &&(&str, Point), (_, b): &&(&str, Point)| {
            distance_km(point, *a).total_cmp(&distance_km(point, *b))
        };
        zones.iter().min_by(by_distance).map_or("", |(zone, _)| zone)
    }
}

/// The radius in km of the first circle of a search.
const SMALLEST_KM: f64 = 0.5;

/// The radius in km after which a search ends.
const LARGEST_KM: f64 = 400.0;

/// The radius of each circle relative to the one before it.
const GROWTH: f64 = 1.25;

/// The number of points on a circle.
const BEARINGS: u32 = 48;

/// Degrees of latitude per km.
const DEGREES_PER_KM: f64 = 1.0 / 111.195;

/// The point at this distance in this direction, in degrees clockwise from north. Exact enough for short distances, and
/// `None` near the poles.
fn travel(from: Point, km: f64, bearing: f64) -> Option<Point> {
    let (sin, cos) = bearing.to_radians().sin_cos();
    let latitude = from.latitude() + km * DEGREES_PER_KM * cos;
    let shrinking = from.latitude().to_radians().cos().max(0.01);
    let longitude = from.longitude() + km * DEGREES_PER_KM * sin / shrinking;
    Point::new(latitude, (longitude + 540.0).rem_euclid(360.0) - 180.0)
}

/// The country code, coordinates and zone of each row.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?, columns.next()?, columns.next()?))
    })
}

/// ISO 6709 coordinates: sign, degrees, minutes and perhaps seconds, `±DDMM±DDDMM` or `±DDMMSS±DDDMMSS`.
fn point(coordinates: &str) -> Option<Point> {
    let second = coordinates.rfind(['+', '-'])?;
    let (latitude, longitude) = coordinates.split_at_checked(second)?;
    Point::new(degrees(latitude, 2)?, degrees(longitude, 3)?)
}

fn degrees(text: &str, digits: usize) -> Option<f64> {
    let (sign, text) = text.split_at_checked(1)?;
    let part = |range: std::ops::Range<usize>| text.get(range).map_or(Some(0.0), |part| part.parse::<f64>().ok());
    let minutes = part(digits..digits + 2)? + part(digits + 2..digits + 4)? / 60.0;
    let degrees = part(0..digits)? + minutes / 60.0;
    Some(if sign == "-" { -degrees } else { degrees })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_have_time_zones() {
        let zones = TimeZones::default();
        for (latitude, longitude, country, zone, reason) in [
            (37.422, -122.085, Some("US"), "America/Los_Angeles", "Mountain View"),
            (-27.4767, 153.017, Some("AU"), "Australia/Brisbane", "the southern hemisphere"),
            (27.7, 85.3, Some("NP"), "Asia/Kathmandu", "a quarter-hour offset"),
            (0.0, -30.0, None, "Etc/GMT+2", "in the Atlantic, of no country"),
            (-90.0, 0.0, None, "Antarctica/McMurdo", "the pole"),
            (90.0, 180.0, None, "Etc/GMT-12", "the other pole, at the date line"),
            (54.5, 18.8, Some("PL"), "Europe/Warsaw", "in the Baltic Sea, off Gdynia"),
            (43.0, -124.7, Some("US"), "America/Los_Angeles", "off the coast of Oregon; the country has many zones"),
            (30.0, -88.0, Some("US"), "America/Chicago", "off the coast of Alabama"),
            (40.5, -73.0, Some("US"), "America/New_York", "off Long Island"),
            (28.3, -15.9, Some("ES"), "Atlantic/Canary", "between islands far from the mainland"),
            (0.0, -30.0, Some("BR"), "America/Noronha", "far out, nearest to an island"),
            (42.6, 21.1, Some("XK"), "Europe/Belgrade", "a country that the table does not have"),
            (41.9, 16.5, Some("XK"), "Europe/Belgrade", "the same at sea"),
            (-54.4, 2.0, Some("BV"), "Etc/GMT", "a country without a zone"),
            (0.0, 179.99, Some("KI"), "Pacific/Tarawa", "over the date line"),
        ] {
            let found = zones.at(Point::new(latitude, longitude).unwrap(), country);
            assert_eq!(found, Some(zone), "{reason}");
        }
    }

    #[test]
    fn every_zone_of_the_table_is_one_that_the_finder_knows() {
        let zones = TimeZones::default();
        let known = zones.finder.timezonenames();
        let mut count = 0;
        for (country, coordinates, zone) in rows(ZONES) {
            assert!(known.contains(&zone), "{zone}");
            assert!(point(coordinates).is_some() && country.len() == 2, "{zone}");
            count += 1;
        }
        assert_eq!((count, zones.finder.data_version()), (418, "2026f"), "both are of the same release");
    }

    #[test]
    fn coordinates_are_read() {
        for (text, latitude, longitude, reason) in [
            ("+4230+00131", 42.5, 1.516_667, "degrees and minutes"),
            ("-7750+16636", -77.833_333, 166.6, "south"),
            ("-690022+0393524", -69.006_111, 39.59, "and seconds"),
        ] {
            let point = point(text).unwrap();
            let off = (point.latitude() - latitude).abs() + (point.longitude() - longitude).abs();
            assert!(off < 1e-5, "{reason}: {point:?}");
        }
        for text in ["", "+", "+4230", "+42x0+00131", "+9930+00131"] {
            assert_eq!(point(text), None, "{text}");
        }
    }
}
