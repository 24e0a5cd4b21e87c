use super::*;
use crate::place::{Area, Names, Point};
use std::sync::Arc;

fn place(country: &str, region: &str, city: &str, longitude: f64) -> Place {
    let area = Area { code: Some(country.to_owned()), names: Names::english(country), is_in_european_union: false };
    Place {
        country: Some(Arc::new(area)),
        region: Some(Names::english(region)),
        city: Some(Names::english(city)),
        point: Point::new(0.0, longitude),
        ..Place::default()
    }
}

fn cities(rows: &[(&str, Place)]) -> Table<Place> {
    Table::of(rows.iter().map(|(network, place)| (network.parse().unwrap(), place.clone())))
}

fn systems(rows: &[(&str, u32)]) -> Table<AutonomousSystem> {
    let system = |number| AutonomousSystem { number, organization: Some(format!("`Org` {number}")) };
    Table::of(rows.iter().map(|&(network, number)| (network.parse().unwrap(), system(number))))
}

fn changes(old: &[(&str, Place)], new: &[(&str, Place)], tolerance_km: f64) -> Family {
    let (asn, city) = (systems(&[]), [cities(old), cities(new)]);
    compare(&Side { city: &city[0], asn: &asn }, &Side { city: &city[1], asn: &asn }, tolerance_km).ipv4
}

#[test]
fn the_kind_of_change_is_found() {
    let bog = || place("US", "Mud", "Bog", 10.0);
    // One degree on the equator is 111 km.
    for (after, tolerance_km, expected, reason) in [
        (bog(), 0.0, [0, 0, 0], "the same"),
        (place("CA", "Mud", "Bog", 10.0), 0.0, [256, 256, 256], "another country is another region and place, too"),
        (place("US", "Ice", "Bog", 10.0), 0.0, [0, 256, 256], "another region"),
        (place("US", "Mud", "Bog", 10.1), 0.0, [0, 0, 256], "11 km away"),
        (place("US", "Mud", "Bog", 10.1), 14.5, [0, 0, 0], "within the tolerance"),
        (place("US", "Mud", "Bog", 10.2), 14.5, [0, 0, 256], "22 km away"),
        (place("US", "Mud", "Fen", 10.0), 0.0, [0, 0, 0], "another name for the same coordinates"),
        (place("US", "Mud", "Bog (North)", 10.0), 0.0, [0, 0, 0], "a district"),
        (Place { point: None, ..bog() }, 14.5, [0, 0, 256], "coordinates lost"),
        (Place { region: None, ..bog() }, 14.5, [0, 256, 256], "region lost"),
    ] {
        let found = changes(&[("1.0.0.0/24", bog())], &[("1.0.0.0/24", after)], tolerance_km);
        assert_eq!([found.country, found.region, found.place], expected, "{reason}");
    }
}

#[test]
fn addresses_are_weighed_where_networks_differ() {
    let (us, ca) = (place("US", "A", "A", 1.0), place("CA", "A", "A", 1.0));
    let old = [("1.0.0.0/8", us.clone()), ("2.0.0.0/24", us.clone())];
    let new = [("1.0.0.0/8", us), ("1.0.0.0/25", ca.clone()), ("3.0.0.0/30", ca)];
    let found = changes(&old, &new, 0.0);
    assert_eq!(found.country, 128, "the half of a /24 inside a /8");
    assert_eq!(found.places, Coverage { old: (1 << 24) + 256, lost: 256, gained: 4, both: 1 << 24 });
    let countries: Vec<_> = found.countries.iter().map(|(code, counts)| (code.as_str(), *counts)).collect();
    assert_eq!(countries, [("CA", [132, 0]), ("US", [0, 384])]);
}

/// 256 networks, of which so many have another place and another AS number afterwards.
fn moved(family: &str, moved: usize, to: &Place, number: u32) -> Report {
    let names: Vec<String> =
        (0..256).map(|n| if family == "IPv4" { format!("1.{n}.0.0/16") } else { format!("2400:{n:x}::/32") }).collect();
    let rows = |moved: usize| -> Vec<(&str, Place)> {
        let of = |n: usize| if n < moved { to.clone() } else { place("US", "A", "A", 1.0) };
        names.iter().enumerate().map(|(n, name)| (name.as_str(), of(n))).collect()
    };
    let numbers = |moved: usize| -> Vec<(&str, u32)> {
        names.iter().enumerate().map(|(n, name)| (name.as_str(), if n < moved { number } else { 1 })).collect()
    };
    let (old, new) = (cities(&rows(0)), cities(&rows(moved)));
    let (before, after) = (systems(&numbers(0)), systems(&numbers(moved)));
    compare(&Side { city: &old, asn: &before }, &Side { city: &new, asn: &after }, 14.5)
}

#[test]
fn every_field_has_its_own_bound() {
    let unchanged = || place("US", "A", "A", 1.0);
    let country_only = || Place { region: None, city: None, point: None, ..unchanged() };
    for (family, most, to, number, alarms, reason) in [
        ("IPv4", 64, place("US", "B", "A", 1.0), 1, &["IPv4 addresses change their region, over 25 %"][..], "a region"),
        ("IPv4", 128, place("US", "A", "B", 2.0), 1, &["IPv4 addresses change their place, over 50 %"], "a place"),
        (
            "IPv4",
            12,
            Place { point: None, ..unchanged() },
            1,
            &["IPv4 addresses lose their coordinates, over 5 %"],
            "no coordinates",
        ),
        ("IPv4", 12, country_only(), 1, &["IPv4 addresses lose their coordinates"], "a country only"),
        ("IPv6", 64, place("CA", "A", "A", 1.0), 1, &["IPv6 addresses change their country, over 25 %"], "a country"),
        ("IPv6", 64, unchanged(), 2, &["IPv6 addresses change their AS number, over 25 %"], "an AS number"),
    ] {
        assert_eq!(moved(family, most, &to, number).alarms(), [""; 0], "{family}, {reason}: at the bound");
        let found = moved(family, most + 1, &to, number).alarms();
        assert_eq!(found.len(), alarms.len(), "{family}, {reason}: {found:?}");
        for (found, alarm) in found.iter().zip(alarms) {
            assert!(found.contains(alarm), "{family}, {reason}: {found}");
        }
    }
    let all = moved("IPv4", 256, &country_only(), 1);
    assert_eq!(all.alarms().len(), 3, "a file of countries only, all of it: region, place and coordinates");
    assert!(
        all.to_string().contains("| addresses with coordinates: lost | 16777216 (100.00 %) | 0 (0.00 %) |"),
        "{all}"
    );
}

/// A /8 of 256 networks, of which so many have another country, are lost, and have another AS number.
fn world(moved: usize, lost: usize, renumbered: usize) -> Report {
    let names: Vec<String> = (0..256).map(|n| format!("1.{n}.0.0/16")).collect();
    let (us, ca) = (place("US", "A", "A", 1.0), place("CA", "A", "A", 1.0));
    let rows = |moved: usize, lost: usize| -> Vec<(&str, Place)> {
        let of = |n: usize| if n < moved { ca.clone() } else { us.clone() };
        names.iter().enumerate().skip(lost).map(|(n, name)| (name.as_str(), of(n))).collect()
    };
    let numbers = |renumbered: usize| -> Vec<(&str, u32)> {
        names.iter().enumerate().map(|(n, name)| (name.as_str(), if n < renumbered { 2 } else { 1 })).collect()
    };
    let (old, new) = (cities(&rows(0, 0)), cities(&rows(moved + lost, lost)));
    let (before, after) = (systems(&numbers(0)), systems(&numbers(renumbered)));
    compare(&Side { city: &old, asn: &before }, &Side { city: &new, asn: &after }, 0.0)
}

#[test]
fn an_update_that_changes_too_much_is_an_alarm() {
    for (moved, lost, renumbered, alarm, reason) in [
        (0, 0, 0, None, "nothing changed"),
        (38, 0, 0, None, "14.8 % change their country"),
        (39, 0, 0, Some("15.2 % of the IPv4 addresses change their country, over 15 %"), "just over the bound"),
        (0, 12, 0, None, "4.7 % lost"),
        (0, 13, 0, Some("5.1 % of the IPv4 addresses lose their place, over 5 %"), "just over the bound"),
        (0, 0, 39, Some("15.2 % of the IPv4 addresses change their AS number, over 15 %"), "AS numbers"),
    ] {
        let alarms = world(moved, lost, renumbered).alarms();
        assert_eq!(alarms.len(), usize::from(alarm.is_some()), "{reason}: {alarms:?}");
        assert!(alarm.is_none_or(|alarm| alarms[0].contains(alarm)), "{reason}: {alarms:?}");
    }
}

#[test]
fn the_report_names_what_is_new() {
    let report = world(1, 0, 2).to_string();
    for part in [
        "| country changed | 0.39 % | 0.00 % |",
        "| CA | 65536 | 0 |",
        "AS numbers added: 1\n\n- AS2 `Org 2`, 131072 IPv4 addresses",
        "AS numbers removed: 0",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
}
