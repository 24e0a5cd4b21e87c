//! The reference for verification: what a source says about an address, found by binary search among its networks. It
//! shares no code with the search tree under test.

use crate::network::Network;
use fastrand::Rng;

/// Sorted networks, some of which may be within others.
pub struct Reference<'n> {
    networks: &'n [(Network, u32)],
    /// For each network the smallest one that contains it, if any.
    parent: Vec<Option<u32>>,
}

impl<'n> Reference<'n> {
    /// The reference for these networks, which must be sorted.
    pub fn new(networks: &'n [(Network, u32)]) -> Self {
        let mut open: Vec<u32> = Vec::new();
        let mut parent = Vec::with_capacity(networks.len());
        for (index, &(network, _)) in (0..).zip(networks) {
            while open.last().is_some_and(|&last| !networks[last as usize].0.contains(network)) {
                open.pop();
            }
            parent.push(open.last().copied());
            open.push(index);
        }
        Self { networks, parent }
    }

    /// The value of the longest prefix that contains the address.
    pub fn at(&self, address: u128) -> Option<u32> {
        let before = self.networks.partition_point(|(network, _)| network.first() <= address);
        let mut next = before.checked_sub(1);
        while let Some(index) = next {
            let (network, value) = self.networks[index];
            if address <= network.last() {
                return Some(value);
            }
            next = self.parent[index].map(|index| index as usize);
        }
        None
    }

    /// The first and last address of every network, and the addresses before and after it if no other network adjoins.
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
    pub fn draw(&self, random: &mut Rng) -> Option<u128> {
        let (network, _) = *self.networks.get(random.usize(..self.networks.len().max(1)))?;
        Some(network.first() | random.u128(..) & (network.first() ^ network.last()))
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
        let reference = Reference::new(&networks);
        for (address, value, reason) in [
            ("10.1.2.3", Some(2), "in three networks"),
            ("10.1.3.0", Some(1), "just after the innermost network"),
            ("10.2.0.0", Some(0), "just after the two inner networks"),
            ("10.10.0.0", Some(0), "after a second inner network"),
            ("11.0.0.0", None, "between two networks"),
            ("9.255.255.255", None, "before all networks"),
            ("255.0.0.0", None, "after all networks"),
        ] {
            assert_eq!(reference.at(number(address.parse().unwrap())), value, "{reason}");
        }
        let mut random = Rng::with_seed(1);
        assert!((0..1000).all(|_| reference.at(reference.draw(&mut random).unwrap()).is_some()));
    }
}
