//! The report on an update, in Markdown, and the judgement whether it is an ordinary one.

use super::{
    Coverage, Family, MOST_CHANGES_IPV6, MOST_COUNTRY_CHANGES, MOST_LOST, MOST_LOST_IPV6, MOST_PLACE_CHANGES,
    MOST_REGION_CHANGES, MOST_SYSTEM_CHANGES,
};
use std::cmp::Reverse;
use std::fmt::{self, Write};

/// What an update changes.
#[derive(Debug, PartialEq)]
pub struct Report {
    /// IPv4.
    pub ipv4: Family,
    /// IPv6, counted in /64.
    pub ipv6: Family,
    /// AS numbers that are new: number, name and IPv4 addresses, the largest first.
    pub added: Vec<(u32, Option<String>, u128)>,
    /// AS numbers that are gone.
    pub removed: Vec<(u32, Option<String>, u128)>,
    /// How far apart, in km, coordinates of an unchanged place may be.
    pub tolerance_km: f64,
}

/// The most rows of a list: the report is read by a person.
const MOST_ROWS: usize = 20;

impl Report {
    /// What is not ordinary, one reason each: what was found, the bound, and what to look at.
    pub fn alarms(&self) -> Vec<String> {
        let (ipv4, ipv6) = (&self.ipv4, &self.ipv6);
        let country = "look at the countries below: is one of them gone, or has a field another meaning?";
        let lost = "look at the networks below: is the file complete?";
        let system = "look at the AS numbers below: is it the same kind of file?";
        let region = "look at some addresses: have the regions other names, or has a field another meaning?";
        let place = "look at some addresses: does the file have cities and coordinates?";
        let point = "look at some addresses: does the file have coordinates?";
        [
            (ipv4.country, ipv4.places.both, MOST_COUNTRY_CHANGES, "IPv4 addresses change their country", country),
            (ipv4.region, ipv4.places.both, MOST_REGION_CHANGES, "IPv4 addresses change their region", region),
            (ipv4.place, ipv4.places.both, MOST_PLACE_CHANGES, "IPv4 addresses change their place", place),
            (ipv4.points.lost, ipv4.points.old, MOST_LOST, "IPv4 addresses lose their coordinates", point),
            (ipv4.places.lost, ipv4.places.old, MOST_LOST, "IPv4 addresses lose their place", lost),
            (ipv4.systems.lost, ipv4.systems.old, MOST_LOST, "IPv4 addresses lose their AS number", lost),
            (ipv4.system, ipv4.systems.both, MOST_SYSTEM_CHANGES, "IPv4 addresses change their AS number", system),
            (ipv6.country, ipv6.places.both, MOST_CHANGES_IPV6, "IPv6 addresses change their country", country),
            (ipv6.places.lost, ipv6.places.old, MOST_LOST_IPV6, "IPv6 addresses lose their place", lost),
            (ipv6.systems.lost, ipv6.systems.old, MOST_LOST_IPV6, "IPv6 addresses lose their AS number", lost),
            (ipv6.system, ipv6.systems.both, MOST_CHANGES_IPV6, "IPv6 addresses change their AS number", system),
        ]
        .into_iter()
        .filter(|&(count, of, most, ..)| share(count, of) > most)
        .map(|(count, of, most, what, look)| {
            format!("{:.1} % of the {what}, over {:.0} %: {look}", share(count, of) * 100.0, most * 100.0)
        })
        .collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "| | IPv4 | IPv6 (in /64) |\n|---|---:|---:|")?;
        let row = |f: &mut fmt::Formatter, what: &str, cell: &dyn Fn(&Family) -> String| {
            writeln!(f, "| {what} | {} | {} |", cell(&self.ipv4), cell(&self.ipv6))
        };
        let networks = |[old, new]: [u64; 2]| format!("{old} → {new}");
        row(f, "networks with a place", &|family| networks(family.place_networks))?;
        row(f, "networks with an AS number", &|family| networks(family.system_networks))?;
        row(f, "addresses with a place: lost", &|family| lost(family.places))?;
        row(f, "addresses with a place: gained", &|family| gained(family.places))?;
        row(f, "addresses with coordinates: lost", &|family| {
            format!("{} ({})", family.points.lost, percent(family.points.lost, family.points.old))
        })?;
        row(f, "addresses with an AS number: lost", &|family| lost(family.systems))?;
        row(f, "addresses with an AS number: gained", &|family| gained(family.systems))?;
        row(f, "country changed", &|family| percent(family.country, family.places.both))?;
        row(f, "region changed", &|family| percent(family.region, family.places.both))?;
        let place = match self.tolerance_km {
            0.0 => "place changed".to_owned(),
            km => format!("place changed, or moved by over {km} km"),
        };
        row(f, &place, &|family| percent(family.place, family.places.both))?;
        row(f, "AS number changed", &|family| percent(family.system, family.systems.both))?;
        self.countries(f)?;
        list(f, "AS numbers added", &self.added)?;
        list(f, "AS numbers removed", &self.removed)
    }
}

impl Report {
    fn countries(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut rows: Vec<_> = self.ipv4.countries.iter().collect();
        rows.sort_by_key(|(_, [gained, lost])| Reverse(gained + lost));
        if rows.is_empty() {
            return writeln!(f, "\nNo IPv4 address has another country.");
        }
        writeln!(f, "\n| country | IPv4 addresses gained | lost |\n|---|---:|---:|")?;
        for (country, [gained, lost]) in rows.iter().take(MOST_ROWS) {
            writeln!(f, "| {country} | {gained} | {lost} |")?;
        }
        further(f, rows.len())
    }
}

fn list(f: &mut fmt::Formatter, title: &str, systems: &[(u32, Option<String>, u128)]) -> fmt::Result {
    writeln!(f, "\n{title}: {}", systems.len())?;
    if !systems.is_empty() {
        f.write_char('\n')?;
    }
    for (number, name, addresses) in systems.iter().take(MOST_ROWS) {
        // Names come from the source, and the report goes into a pull request: nothing in it may be read as Markdown.
        let name = plain(name.as_deref().unwrap_or("-"));
        writeln!(f, "- AS{number} `{name}`, {addresses} IPv4 addresses")?;
    }
    further(f, systems.len())
}

fn further(f: &mut fmt::Formatter, rows: usize) -> fmt::Result {
    match rows.saturating_sub(MOST_ROWS) {
        0 => Ok(()),
        more => writeln!(f, "\n{more} further omitted."),
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|char| *char != '`' && !char.is_control()).take(60).collect()
}

fn lost(coverage: Coverage) -> String {
    format!("{} ({})", coverage.lost, percent(coverage.lost, coverage.old))
}

fn gained(coverage: Coverage) -> String {
    format!("{} ({})", coverage.gained, percent(coverage.gained, coverage.old))
}

fn percent(count: u128, of: u128) -> String {
    format!("{:.2} %", share(count, of) * 100.0)
}

fn share(count: u128, of: u128) -> f64 {
    count as f64 / of.max(1) as f64
}
