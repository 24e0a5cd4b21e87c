//! The agreement of two sources about countries.

use pack::overlay::{Range, overlay};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many addresses of each country the two sources agree on.
#[derive(Default)]
pub struct Agreement {
    /// By the first source's country: addresses with a country on both sides, and those on which they agree.
    countries: BTreeMap<String, (u128, u128)>,
    /// Addresses by the pair of countries, where they differ.
    pairs: BTreeMap<(String, String), u128>,
    /// Ranges with a country on both sides, and those on which they agree.
    ranges: (u128, u128),
}

/// The most rows of a table.
const MOST_ROWS: usize = 25;

impl Agreement {
    /// Compares two sources. `ours` and `theirs` name the country of a range's value; `host_bits` is the size of the unit:
    /// IPv6 is counted in /64.
    pub fn of(
        left: impl Iterator<Item = Range>,
        right: impl Iterator<Item = Range>,
        ours: impl Fn(u32) -> Option<String>,
        theirs: impl Fn(u32) -> Option<String>,
        host_bits: u32,
    ) -> Self {
        let mut found = Self::default();
        overlay(left, right, |first, last, left, right| {
            let (Some(left), Some(right)) = (left.and_then(&ours), right.and_then(&theirs)) else { return };
            let count = ((last - first) >> host_bits).saturating_add(1);
            let (all, same) = found.countries.entry(left.clone()).or_default();
            *all += count;
            found.ranges.0 += 1;
            if left == right {
                *same += count;
                found.ranges.1 += 1;
            } else {
                *found.pairs.entry((left, right)).or_default() += count;
            }
        });
        found
    }

    /// The share of the addresses, known to both, on which they agree.
    pub fn share(&self) -> f64 {
        let (all, same) = self.countries.values().fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
        share(same, all)
    }

    /// The share of the ranges, known to both and constant on both sides, on which they agree: a few blocks of IPv6 have more
    /// addresses than all others together.
    pub fn share_of_ranges(&self) -> f64 {
        share(self.ranges.1, self.ranges.0)
    }

    /// The tables: the largest countries, and the largest differences.
    pub fn tables(&self) -> String {
        let mut text = String::from("| country | share of the addresses | agreement |\n|---|---:|---:|\n");
        let total: u128 = self.countries.values().map(|counts| counts.0).sum();
        let mut rows: Vec<_> = self.countries.iter().collect();
        rows.sort_by_key(|(_, counts)| Reverse(counts.0));
        for (country, (all, same)) in rows.iter().take(MOST_ROWS) {
            row(&mut text, &[country, &percent(share(*all, total)), &percent(share(*same, *all))]);
        }
        text.push_str("\n| here | there | share of the addresses |\n|---|---|---:|\n");
        let mut rows: Vec<_> = self.pairs.iter().collect();
        rows.sort_by_key(|(_, count)| Reverse(**count));
        for ((ours, theirs), count) in rows.iter().take(10) {
            row(&mut text, &[ours, theirs, &percent(share(**count, total))]);
        }
        text
    }
}

fn row(text: &mut String, cells: &[&str]) {
    writeln!(text, "| {} |", cells.join(" | ")).expect("writing to a string never fails");
}

/// A share in per cent, as it is printed.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn share(part: u128, whole: u128) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_weighed() {
        let left = [(0, 99, 0), (100, 199, 1), (200, 299, 2)];
        let right = [(0, 89, 0), (90, 149, 1), (250, 399, 0)];
        let ours = |value: u32| ["US", "CA"].get(value as usize).map(|code| (*code).to_owned());
        let theirs = |value: u32| ["US", "CA"].get(value as usize).map(|code| (*code).to_owned());
        let found = Agreement::of(left.into_iter(), right.into_iter(), ours, theirs, 0);
        // US: 90 agree, 10 differ. CA: 50 agree, and the rest is not known there. No country: not compared.
        assert_eq!(percent(found.share()), "93.33 %");
        assert_eq!(percent(found.share_of_ranges()), "66.67 %", "two of three ranges");
        assert!(
            found.tables().contains("| US | 66.67 % | 90.00 % |\n| CA | 33.33 % | 100.00 % |"),
            "{}",
            found.tables()
        );
        assert!(found.tables().contains("| US | CA | 6.67 % |"), "{}", found.tables());
    }
}
