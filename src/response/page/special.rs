//! Special addresses and addresses inside others, explained in a sentence.

use super::links::{self, Piece};
use crate::lookup::address::{Embedded, Special, Via};

/// A special block, explained.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    pub(super) special: Special,
    pub(super) sentence: &'static str,
    /// The documents that made it special.
    pub(super) reference: Vec<Piece<'static>>,
}

impl Explained {
    pub(super) fn new(special: Special) -> Self {
        Self { special, sentence: sentence(special.name), reference: links::reference(special.reference) }
    }
}

/// What addresses of a block are for, by the registry's name of the block.
fn sentence(name: &str) -> &'static str {
    match name {
        "\"This network\"" => {
            "A host that does not know its address yet may use it as a source; nothing can be sent to it."
        }
        "\"This host on this network\"" => {
            "It means “this host”: a program that listens on it listens on all addresses of its machine."
        }
        "Private-Use" => {
            "Every network may use it inside, and countless networks do. It has no place in the world, and the internet does not carry it."
        }
        "Shared Address Space" => {
            "It is for providers that put many customers behind one public address (carrier-grade NAT). The internet does not carry it."
        }
        "Loopback" | "Loopback Address" => "It is the machine itself: what is sent to it never leaves the machine.",
        "Link Local" | "Link-Local Unicast" => {
            "Devices give it to themselves where nobody else does. It is valid on one link only, and routers do not forward it."
        }
        "IETF Protocol Assignments" => "It is set aside for protocols of the IETF.",
        "IPv4 Service Continuity Prefix" => {
            "It numbers the ends of tunnels that carry IPv4 over networks that have IPv6 only (DS-Lite, 464XLAT)."
        }
        "IPv4 dummy address" => "It stands in for routers that have no IPv4 address, where a diagnosis must show one.",
        "Port Control Protocol Anycast" => {
            "The nearest NAT or firewall answers to it, so that hosts can ask for open ports."
        }
        "Traversal Using Relays around NAT Anycast" => {
            "The nearest TURN server answers to it, which relays between hosts behind NATs."
        }
        "NAT64/DNS64 Discovery" => "Hosts look it up to find out which prefix their network translates IPv4 with.",
        "Documentation"
        | "Documentation (TEST-NET-1)"
        | "Documentation (TEST-NET-2)"
        | "Documentation (TEST-NET-3)" => "It is for examples in documentation, and no host has it.",
        "AS112-v4" | "AS112-v6" | "Direct Delegation AS112 Service" => {
            "Servers of the AS112 project share it all over the world. They answer the queries about private addresses that should not have left their networks."
        }
        "AMT" => "Relays of the AMT protocol share it, which carries multicast through networks that have none.",
        "Deprecated (6to4 Relay Anycast)" => {
            "Relays between IPv4 and 6to4 shared it until 2015. It should not be used any more."
        }
        "6a44-relay anycast address" => {
            "Relays of the 6a44 protocol share it, which carries IPv6 to hosts behind NATs."
        }
        "Benchmarking" => "It is for measurements of network devices in a laboratory.",
        "Reserved" => "It is reserved for a future use that never came. Most systems refuse it.",
        "Limited Broadcast" => "It means all hosts of the local network. Routers do not forward it.",
        "Multicast" => {
            "It names a group of receivers, not a host: what is sent to it goes to all members of the group."
        }
        "Unspecified Address" => "It means that there is no address. Nothing can be sent to it.",
        "IPv4-mapped Address" => {
            "It is the form in which programs for IPv6 see an IPv4 address. It does not occur in networks."
        }
        "IPv4-IPv6 Translat." => {
            "It stands for the IPv4 address inside it, in networks that have IPv6 only: a translator (NAT64) forwards what is sent to it."
        }
        "Discard-Only Address Block" => {
            "Routers drop what is sent to it. Networks under attack use it to get rid of the traffic."
        }
        "Dummy IPv6 Prefix" => "It stands in where an address must be given, and none is used.",
        "TEREDO" => "It belongs to a host behind an IPv4 NAT that reaches IPv6 by a Teredo server.",
        "DNS-SD Service Registration Protocol Anycast" => "The nearest registrar for local services answers to it.",
        "Deprecated (previously ORCHID)" => {
            "It was for identifiers of hosts that look like addresses (ORCHID), until 2014."
        }
        "ORCHIDv2" => {
            "It is an identifier of a host (Host Identity Protocol) that looks like an address. Nothing can be routed to it."
        }
        "Drone Remote ID Protocol Entity Tags (DETs) Prefix" => {
            "It identifies an aircraft without a pilot, in the form of an address."
        }
        "6to4" => "It belongs to a site that reaches IPv6 through its IPv4 address, which is inside.",
        "Segment Routing (SRv6) SIDs" => {
            "It names a segment of a path inside a network that routes by segments (SRv6), not a host."
        }
        "Unique-Local" => {
            "Every network may use it inside. It has no place in the world, and the internet does not carry it."
        }
        _ => "It is set aside for a special purpose.",
    }
}

/// An address inside another, explained.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    pub(super) embedded: Embedded,
    pub(super) sentence: &'static str,
    pub(super) reference: Vec<Piece<'static>>,
}

impl Inside {
    pub(super) fn new(embedded: Embedded) -> Self {
        let (sentence, reference) = match embedded.via {
            Via::Compatible => (
                "An old form of an IPv6 address for a host with IPv4, which is not used any more.",
                "RFC4291, Section 2.5.5.1",
            ),
            Via::Mapped => ("The form in which programs for IPv6 see this IPv4 address.", "RFC4291, Section 2.5.5.2"),
            Via::SixToFour => ("The router of the 6to4 site has this IPv4 address.", "RFC3056, Section 2"),
            Via::Nat64 => ("A translator (NAT64) forwards to this IPv4 address.", "RFC6052, Section 2.1"),
            Via::Nat64Local => ("A translator (NAT64) of a local network forwards to this IPv4 address.", "RFC8215"),
            Via::Teredo => ("The Teredo client is behind a NAT with this IPv4 address.", "RFC4380, Section 4"),
        };
        Self { embedded, sentence, reference: links::reference(reference) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_of_the_registries_has_a_sentence() {
        let file = include_str!("../../../tests/registries/iana-special-purpose.tsv");
        let rows: Vec<_> = file.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(rows.len() > 50, "these are not the registries");
        for row in rows {
            let name = row.split('\t').nth(1).unwrap();
            assert_ne!(sentence(name), sentence("another"), "{name}");
        }
    }
}
