//! The maps: where a place is on the world map, and the part of it that the closer view shows.
//!
//! Both are equirectangular: x is degrees east, y degrees south. The closer view is compressed along the parallels by the
//! cosine of its latitude, so that the circle of the error bound is a circle. The outlines of the land stand in the page
//! once, and both maps use them.

use super::text::decimal;
use crate::lookup::databases::geo::Place;

/// The outlines of the land and the borders of countries as SVG paths.
const WORLD: &str = include_str!("world.txt");

/// The outlines of the land.
pub(super) const LAND: &str = lines(WORLD).0;

/// The borders of countries.
pub(super) const BORDERS: &str = lines(WORLD).1;

/// The two lines of a text, found when the component is built.
const fn lines(text: &'static str) -> (&'static str, &'static str) {
    let mut end = 0;
    while text.as_bytes()[end] != b'\n' {
        end += 1;
    }
    let (first, second) = text.split_at(end);
    (first, second.trim_ascii())
}

/// Kilometres of a degree of latitude: those of a sphere with the mean radius of the Earth, 6371 km.
const KM: f64 = 111.195;

/// Places on a map of the world.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct World {
    /// The `viewBox`.
    pub(super) view: &'static str,
    /// The places.
    pub(super) points: Vec<Point>,
}

/// A place on the map of the world, in degrees.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The half axes of the error bound: it is wider the closer it is to a pole.
    pub(super) bound: Option<(f64, f64)>,
}

/// The surroundings of a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Closer {
    /// The `viewBox`.
    pub(super) view: String,
    /// How much the parallels are compressed.
    pub(super) scale: f64,
    /// The position of the land again, where the view goes beyond 180° west or east; 0 where it does not.
    pub(super) again: f64,
    /// The place.
    pub(super) x: f64,
    pub(super) y: f64,
    /// The radius of the dot.
    pub(super) dot: f64,
    /// The radius of the error bound.
    pub(super) bound: Option<f64>,
    /// A scale bar: its ends and height, and the kilometres that it stands for.
    pub(super) bar: Bar,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) y: f64,
    pub(super) tick: f64,
    pub(super) km: u32,
}

impl World {
    /// The map with these places; `None` where none of them has coordinates.
    pub(super) fn new<'p>(places: impl IntoIterator<Item = &'p Place<'p>>) -> Option<Self> {
        let points: Vec<_> = places.into_iter().filter_map(Point::new).collect();
        // Most of Antarctica is left out where there is nothing to see.
        let is_south = points.iter().any(|point| point.y > 58.0);
        let view = if is_south { "-180 -90 360 180" } else { "-180 -84 360 144" };
        (!points.is_empty()).then_some(Self { view, points })
    }
}

impl Point {
    fn new(place: &Place<'_>) -> Option<Self> {
        let (x, y) = position(place)?;
        let bound = place.accuracy_km.map(|km| {
            let height = f64::from(km) / KM;
            (short((height / shrink(y)).min(180.0)), short(height))
        });
        Some(Self { x: short(x), y: short(y), bound })
    }
}

impl Closer {
    /// Half the height of the view in degrees. The circle of the usual error bound, 15 km, is just larger than the dot in
    /// it; a smaller one would show straight lines, because the outlines are made for maps of the world.
    const LEAST: f64 = 3.0;
    const MOST: f64 = 40.0;
    /// The width of the view for each unit of its height.
    const RATIO: f64 = 1.25;

    /// The surroundings of a place; `None` where it has no coordinates.
    pub(super) fn new(place: &Place<'_>) -> Option<Self> {
        let (x, y) = position(place)?;
        let bound = place.accuracy_km.map(|km| f64::from(km) / KM);
        let height = (bound.unwrap_or(0.0) * 2.5).clamp(Self::LEAST, Self::MOST);
        // As it stands in the page: with more decimals here, the land would be elsewhere than the place.
        let (scale, width) = (short(shrink(y)), height * Self::RATIO);
        let degrees = width / scale;
        let again = match x {
            x if x + degrees > 180.0 => 360.0,
            x if x - degrees < -180.0 => -360.0,
            _ => 0.0,
        };
        let (left, top) = (x * scale - width, y - height);
        let view = [left, top, width * 2.0, height * 2.0].map(|number| decimal(number, 2)).join(" ");
        let km = [1_000, 500, 200, 100].into_iter().find(|km| f64::from(*km) / KM < width * 0.6).unwrap_or(50);
        let from = left + width * 0.08;
        let bar = Bar {
            from: short(from),
            to: short(from + f64::from(km) / KM),
            y: short(y + height * 0.92),
            tick: short(height * 0.03),
            km,
        };
        let (x, y) = (short(x * scale), short(y));
        Some(Self { view, scale, again, x, y, dot: short(height / 45.0), bound: bound.map(short), bar })
    }
}

/// Degrees east and south. What is not on the globe has no position: databases may be wrong.
fn position(place: &Place<'_>) -> Option<(f64, f64)> {
    let (latitude, longitude) = (place.latitude?, place.longitude?);
    let is_real = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    is_real.then_some((longitude, -latitude))
}

/// The length of a degree of longitude at this latitude for one of latitude; not below that at 80°, where maps end.
fn shrink(y: f64) -> f64 {
    y.to_radians().cos().max(0.17)
}

/// Rounded to hundredths: a hundredth of a degree is a kilometre.
fn short(number: f64) -> f64 {
    let rounded = (number * 100.0).round() / 100.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::databases::geo::Locations;

    /// A place at these coordinates. The rest does not matter.
    fn place(latitude: f64, longitude: f64, accuracy_km: Option<u32>) -> Place<'static> {
        let locations: &'static Locations =
            Box::leak(Box::new(Locations::open(crate::lookup::databases::bundled::GEO, None).unwrap()));
        let place = locations.lookup("8.8.8.8".parse().unwrap()).unwrap().unwrap();
        Place { latitude: Some(latitude), longitude: Some(longitude), accuracy_km, ..place }
    }

    #[test]
    fn points_of_the_world() {
        for (latitude, longitude, km, expected, why) in [
            (0.0, 0.0, None, (0.0, 0.0, None), "where the lines cross, which is a place like any other"),
            (37.422, -122.085, Some(25), (-122.09, -37.42, Some((0.28, 0.22))), "west, north"),
            (60.0, 10.0, Some(111), (10.0, -60.0, Some((2.0, 1.0))), "twice as wide at 60°"),
            (90.0, 180.0, Some(20_000), (180.0, -90.0, Some((180.0, 179.86))), "a pole: never wider than the map"),
        ] {
            let point = World::new([&place(latitude, longitude, km)]).unwrap().points.remove(0);
            assert_eq!((point.x, point.y, point.bound), expected, "{why}");
        }
        for (latitude, longitude, why) in
            [(91.0, 0.0, "beyond the pole"), (0.0, -180.1, "beyond the date line"), (f64::NAN, 0.0, "not a number")]
        {
            let place = place(latitude, longitude, None);
            assert!(World::new([&place]).is_none() && Closer::new(&place).is_none(), "{why}");
        }
        assert_eq!(World::new([&place(-80.0, 0.0, None)]).unwrap().view, "-180 -90 360 180", "Antarctica");
    }

    #[test]
    fn closer_views() {
        for (latitude, longitude, km, view, again, why) in [
            (0.0, 0.0, None, "-3.75 -3 7.5 6", 0.0, "the least"),
            (60.0, 10.0, Some(25), "1.25 -63 7.5 6", 0.0, "compressed at 60°"),
            (0.0, 0.0, Some(1_000), "-28.1 -22.48 56.21 44.97", 0.0, "as large as the bound needs"),
            (0.0, 0.0, Some(20_000), "-50 -40 100 80", 0.0, "the most"),
            (0.0, 178.0, None, "174.25 -3 7.5 6", 360.0, "over the date line to the east"),
            (0.0, -178.0, None, "-181.75 -3 7.5 6", -360.0, "and to the west"),
        ] {
            let closer = Closer::new(&place(latitude, longitude, km)).unwrap();
            assert_eq!((closer.view.as_str(), closer.again), (view, again), "{why}");
        }
        let closer = Closer::new(&place(60.0, 10.0, Some(111))).unwrap();
        assert_eq!((closer.x, closer.y, closer.bound), (5.0, -60.0, Some(1.0)), "in compressed degrees");
        assert_eq!(closer.bar.km, 200);
        assert_eq!(short(closer.bar.to - closer.bar.from), 1.8, "200 km are 1.8 degrees");
        // Mountain View, close to the coast: the land is drawn at the same scale.
        let closer = Closer::new(&place(37.422, -122.085, Some(15))).unwrap();
        assert_eq!((closer.scale, closer.x), (0.79, short(-122.085 * 0.79)), "the place is where the land has it");
    }
}
