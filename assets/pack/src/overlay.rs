//! Two tables side by side: every range of addresses for which both of them are constant.

use crate::network::Network;
use std::iter::Peekable;

/// A range of addresses, both ends included, with a value.
pub type Range = (u128, u128, u32);

/// The disjoint ranges, in order, that sorted networks cover. Where networks are within others, the smallest applies.
pub fn ranges(networks: &[(Network, u32)]) -> impl Iterator<Item = Range> {
    Ranges { networks: networks.iter().copied().peekable(), open: Vec::new(), next: Some(0) }
}

struct Ranges<I: Iterator> {
    networks: Peekable<I>,
    /// The networks that contain `next`, the smallest last: their last addresses and values.
    open: Vec<(u128, u32)>,
    /// The first address that has not been returned; `None` after the last of all addresses.
    next: Option<u128>,
}

impl<I: Iterator<Item = (Network, u32)>> Iterator for Ranges<I> {
    type Item = Range;

    fn next(&mut self) -> Option<Range> {
        loop {
            let start = self.next?;
            let inner = self.open.last().copied();
            let begins = |network: &Network| inner.is_none_or(|(last, _)| network.first() <= last);
            match (self.networks.next_if(|(network, _)| begins(network)), inner) {
                (Some((network, value)), _) => {
                    self.open.push((network.last(), value));
                    self.next = Some(network.first());
                    if let Some((_, outer)) = inner
                        && start < network.first()
                    {
                        return Some((start, network.first() - 1, outer));
                    }
                }
                (None, Some((last, value))) => {
                    self.open.pop();
                    self.next = last.checked_add(1);
                    if start <= last {
                        return Some((start, last, value));
                    }
                }
                (None, None) => return None,
            }
        }
    }
}

/// Calls `visit` with every range of addresses that at least one side covers, and the value of each side there.
pub fn overlay(
    left: impl Iterator<Item = Range>,
    right: impl Iterator<Item = Range>,
    mut visit: impl FnMut(u128, u128, Option<u32>, Option<u32>),
) {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    let mut next = 0_u128;
    loop {
        // What has been passed is of no further use.
        while left.next_if(|&(_, last, _)| last < next).is_some() {}
        while right.next_if(|&(_, last, _)| last < next).is_some() {}
        let sides = [left.peek().copied(), right.peek().copied()];
        let Some(start) = sides.iter().flatten().map(|&(first, ..)| first.max(next)).min() else { return };
        // Up to where the first side ends or begins.
        let end = |&(first, last, _): &Range| if first <= start { last } else { first - 1 };
        let Some(last) = sides.iter().flatten().map(end).min() else { return };
        let value = |side: Option<Range>| side.filter(|&(first, ..)| first <= start).map(|(.., value)| value);
        visit(start, last, value(sides[0]), value(sides[1]));
        let Some(after) = last.checked_add(1) else { return };
        next = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(list: &[(&str, u32)]) -> Vec<(Network, u32)> {
        let mut networks: Vec<_> = list.iter().map(|(text, value)| (text.parse().unwrap(), *value)).collect();
        networks.sort_unstable();
        networks
    }

    #[test]
    fn the_smallest_network_applies() {
        for (list, expected, reason) in [
            (&[][..], vec![], "nothing"),
            (&[("::10/124", 1)], vec![(16, 31, 1)], "one network"),
            (&[("::10/124", 1), ("::14/126", 2)], vec![(16, 19, 1), (20, 23, 2), (24, 31, 1)], "in the middle"),
            (&[("::10/124", 1), ("::10/126", 2)], vec![(16, 19, 2), (20, 31, 1)], "at the beginning"),
            (&[("::10/124", 1), ("::1c/126", 2)], vec![(16, 27, 1), (28, 31, 2)], "at the end"),
            (
                &[("::10/124", 1), ("::18/125", 2), ("::1f/128", 3), ("::40/128", 4)],
                vec![(16, 23, 1), (24, 30, 2), (31, 31, 3), (64, 64, 4)],
                "all end together",
            ),
            (
                &[("::10/124", 1), ("::1c/126", 2), ("::20/124", 3)],
                vec![(16, 27, 1), (28, 31, 2), (32, 47, 3)],
                "another begins where both end",
            ),
            (
                &[("::/0", 1), ("8000::/1", 2)],
                vec![(0, (1 << 127) - 1, 1), (1 << 127, u128::MAX, 2)],
                "the last of all addresses",
            ),
        ] {
            assert_eq!(ranges(&networks(list)).collect::<Vec<_>>(), expected, "{reason}");
        }
    }

    #[test]
    fn both_sides_are_seen_at_every_address() {
        let left = networks(&[("::10/124", 1), ("::30/124", 2)]);
        let right = networks(&[("::18/125", 7), ("::20/124", 8), ("::38/126", 9)]);
        let mut seen = Vec::new();
        overlay(ranges(&left), ranges(&right), |first, last, left, right| seen.push((first, last, left, right)));
        let expected = [
            (16, 23, Some(1), None),
            (24, 31, Some(1), Some(7)),
            (32, 47, None, Some(8)),
            (48, 55, Some(2), None),
            (56, 59, Some(2), Some(9)),
            (60, 63, Some(2), None),
        ];
        assert_eq!(seen, expected);
    }
}
