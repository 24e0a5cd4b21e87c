use super::*;
use crate::place::{Area, Names, Point};
use crate::sources::field::Discarded;
use std::sync::Arc;
use time::{Date, Month};

fn loaded<V: Eq + std::hash::Hash>(rows: impl IntoIterator<Item = (&'static str, V)>) -> Loaded<V> {
    let table = Table::of(rows.into_iter().map(|(network, value)| (network.parse().unwrap(), value)));
    Loaded {
        records: table.networks().count() as u64,
        table,
        build_date: Date::from_calendar_date(2026, Month::June, 5).unwrap(),
        database_type: String::new(),
        discarded: Discarded::default(),
        sources: Vec::new(),
    }
}

fn place(code: &str, latitude: f64, longitude: f64) -> Place {
    let area = Area { code: Some(code.to_owned()), names: Names::english(code), is_in_european_union: false };
    Place { country: Some(Arc::new(area)), point: Point::new(latitude, longitude), ..Place::default() }
}

fn networks<V: Eq + std::hash::Hash>(loaded: &Loaded<V>) -> Vec<String> {
    loaded.table.networks().map(|(network, _)| network.to_string()).collect()
}

fn count(findings: &[Finding], check: &str) -> u64 {
    let finding = findings.iter().find(|finding| finding.check.contains(check));
    finding.unwrap_or_else(|| panic!("{check} is not checked")).count
}

#[test]
fn space_without_hosts_is_dropped() {
    for (network, kept, special, outside, reason) in [
        ("8.8.8.0/24", &["8.8.8.0/24"][..], 0, 0, "ordinary"),
        ("10.1.0.0/16", &[], 1, 0, "private, RFC 1918"),
        ("224.0.0.0/8", &[], 1, 0, "multicast"),
        ("192.0.0.8/30", &["192.0.0.9/32", "192.0.0.10/32"], 1, 0, "the part that is reachable stays"),
        ("126.0.0.0/7", &["126.0.0.0/8"], 1, 0, "half of a network"),
        ("203.0.112.0/23", &["203.0.112.0/24"], 1, 0, "documentation, RFC 5737"),
        ("2001:db8:1::/48", &[], 1, 0, "documentation, RFC 3849"),
        ("2001:4:112::/48", &["2001:4:112::/48"], 0, 0, "AS112: reachable"),
        ("2001::/32", &["2001::/32"], 0, 0, "Teredo: the registry leaves it open"),
        ("2002::/16", &["2002::/16"], 0, 0, "6to4: the registry leaves it open"),
        ("fc00::/7", &[], 0, 1, "unique local"),
        ("8000::/3", &[], 0, 1, "not given out"),
        ("::/2", &[], 1, 1, "half of it is outside, and 2001:db8::/32 is in the other half"),
        ("::ffff:0:0/96", &["::ffff:0.0.0.0/96"], 0, 0, "stands for IPv4"),
    ] {
        let mut source = loaded([(network, place("US", 40.0, -100.0))]);
        let findings = places(&mut source);
        let found = [count(&findings, "special-purpose space"), count(&findings, "outside 2000::/3")];
        assert_eq!(found, [special, outside], "{network}: {reason}");
        if network != "::/2" {
            assert_eq!(networks(&source), kept, "{network}: {reason}");
        }
        let touches = source.table.networks().any(|(network, _)| Space::new().touches(network));
        assert!(!touches, "{network}: {reason}");
        let is_ipv4 = source.table.ipv6.iter().any(|&(network, _)| Network::IPV4.contains(network));
        assert!(!is_ipv4, "{network}: {reason}: a network of IPv6 does not become one of IPv4");
    }
}

#[test]
fn reserved_numbers_are_dropped() {
    for (number, is_dropped, reason) in [
        (1, false, "ordinary"),
        (23_455, false, "before AS_TRANS"),
        (23_456, true, "AS_TRANS, RFC 6793"),
        (64_495, false, "before those for documentation"),
        (64_496, true, "documentation, RFC 5398"),
        (64_512, true, "private, RFC 6996"),
        (65_535, true, "the last of 16 bits, RFC 7300"),
        (65_536, true, "documentation, RFC 5398"),
        (131_071, true, "reserved by IANA"),
        (131_072, false, "the first after them"),
        (4_199_999_999, false, "before the private ones"),
        (4_200_000_000, true, "private, RFC 6996"),
        (u32::MAX, true, "the last of 32 bits, RFC 7300"),
    ] {
        let mut source = loaded([("8.8.8.0/24", AutonomousSystem { number, organization: None })]);
        let findings = systems(&mut source);
        let found = (count(&findings, "reserved AS numbers"), networks(&source).len());
        assert_eq!(found, if is_dropped { (1, 0) } else { (0, 1) }, "{number}: {reason}");
    }
}

#[test]
fn coordinates_in_another_country_are_recorded() {
    let rows = [
        ("1.0.0.0/24", place("DE", 52.5, 13.4)),
        ("1.0.1.0/24", place("DE", 13.4, 52.5)),
        ("1.0.2.0/24", Place { country: None, ..place("DE", 13.4, 52.5) }),
    ];
    let mut source = loaded(rows);
    let findings = places(&mut source);
    let finding = findings.iter().find(|finding| finding.check.starts_with("coordinates")).unwrap();
    assert_eq!((finding.count, finding.of, finding.outcome), (1, 2, Outcome::Recorded));
    assert!(!finding.is_within_bound, "half of them is over the bound");
    assert_eq!(networks(&source).len(), 3, "nothing is dropped");
}

#[test]
fn shares_of_records_are_of_all_records() {
    // As in a file of countries and AS numbers: very many records, few places.
    let mut source = loaded([("1.0.0.0/24", place("DE", 52.5, 13.4))]);
    source.records = 1000;
    (0..10).for_each(|_| source.discarded.add(UNKNOWN_COUNTRY, "ZZ"));
    let findings = places(&mut source);
    let finding = findings.iter().find(|finding| finding.check == UNKNOWN_COUNTRY).unwrap();
    assert_eq!((finding.count, finding.of, finding.is_within_bound), (10, 1000, true));
}

#[test]
fn coverage_is_of_ordinary_addresses() {
    let mut source = loaded([("0.0.0.0/0", place("US", 40.0, -100.0)), ("9.0.0.0/8", place("DE", 52.5, 13.4))]);
    let findings = places(&mut source);
    let finding = findings.iter().find(|finding| finding.check.starts_with("ordinary")).unwrap();
    assert_eq!(finding.count, finding.of, "all of them, once each");
    assert!(finding.is_within_bound && finding.of > 3_600_000_000 && finding.of < 3_720_000_000, "{finding:?}");
    let findings = places(&mut loaded([("8.8.8.0/24", place("US", 40.0, -100.0))]));
    let finding = findings.iter().find(|finding| finding.check.starts_with("ordinary")).unwrap();
    assert!(!finding.is_within_bound && finding.count == 256);
}

#[test]
fn only_a_source_of_the_world_must_keep_the_bounds() {
    let row = |number: u32| (Network::new(u128::from(0x0800_0000 + number), 128).unwrap(), place("US", 40.0, -100.0));
    let mut small = loaded([("8.8.8.0/24", place("US", 40.0, -100.0))]);
    let findings = places(&mut small);
    assert_eq!(exceeded(&small.table, &findings), None, "an excerpt");
    let mut world = loaded([]);
    world.table = Table::of((0..WORLD as u32).map(row));
    let findings = places(&mut world);
    let lines = exceeded(&world.table, &findings).unwrap();
    assert!(lines.contains("ordinary IPv4 addresses with a place: 100000 of"), "{lines}");
}
