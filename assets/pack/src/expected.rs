//! What a source says about an address, found by search among its networks and not by a tree like the one under test.

use crate::network::Network;
use crate::random::Random;

/// Sorted networks, which may lie within each other.
pub struct Expected<'n> {
    networks: &'n [(Network, u32)],
    /// For each network the one around it, if any.
    around: Vec<Option<u32>>,
}

impl<'n> Expected<'n> {
    /// Of networks that are sorted.
    pub fn new(networks: &'n [(Network, u32)]) -> Self {
        let mut open: Vec<u32> = Vec::new();
        let mut around = Vec::with_capacity(networks.len());
        for (index, &(network, _)) in (0..).zip(networks) {
            while open.last().is_some_and(|&last| !networks[last as usize].0.contains(network)) {
                open.pop();
            }
            around.push(open.last().copied());
            open.push(index);
        }
        Self { networks, around }
    }

    /// The value of the longest prefix in which the address lies.
    pub fn at(&self, address: u128) -> Option<u32> {
        let before = self.networks.partition_point(|(network, _)| network.first() <= address);
        let mut next = before.checked_sub(1);
        while let Some(index) = next {
            let (network, value) = self.networks[index];
            if address <= network.last() {
                return Some(value);
            }
            next = self.around[index].map(|index| index as usize);
        }
        None
    }

    /// The first and last address of every network, and the neighbours outside where no other network follows.
    pub fn edges(&self) -> impl Iterator<Item = u128> {
        let firsts = self.networks.iter().map(|(network, _)| network.first());
        let before = [None].into_iter().chain(self.networks.iter().map(|(network, _)| network.last().checked_add(1)));
        let after = firsts.clone().skip(1).map(Some).chain([None]);
        self.networks.iter().zip(before.zip(after)).flat_map(|(&(network, _), (before, after))| {
            let (first, last) = (network.first(), network.last());
            let outside = [
                first.checked_sub(1).filter(|_| before != Some(first)),
                last.checked_add(1).filter(|&next| after != Some(next)),
            ];
            [first, last].into_iter().chain(outside.into_iter().flatten())
        })
    }

    /// A random address of a random network; `None` if there are no networks.
    pub fn draw(&self, random: &mut Random) -> Option<u128> {
        let (network, _) = *self.networks.get(random.below(self.networks.len().max(1)))?;
        Some(network.first() | random.next_u128() & (network.first() ^ network.last()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::number;

    #[test]
    fn the_longest_prefix_is_found() {
        let mut networks: Vec<(Network, u32)> =
            ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.9.0.0/16", "12.0.0.0/8"]
                .iter()
                .zip(0..)
                .map(|(network, value)| (network.parse().unwrap(), value))
                .collect();
        networks.sort_unstable();
        let expected = Expected::new(&networks);
        for (address, value, reason) in [
            ("10.1.2.3", Some(2), "in three of them"),
            ("10.1.3.0", Some(1), "just after the innermost"),
            ("10.2.0.0", Some(0), "just after the two inner ones"),
            ("10.10.0.0", Some(0), "after a second inner one"),
            ("11.0.0.0", None, "between two"),
            ("9.255.255.255", None, "before all"),
            ("255.0.0.0", None, "after all"),
        ] {
            assert_eq!(expected.at(number(address.parse().unwrap())), value, "{reason}");
        }
        let mut random = Random::new(1);
        assert!((0..1000).all(|_| expected.at(expected.draw(&mut random).unwrap()).is_some()));
    }
}
