//! Answers that are as large as a resolver can make them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::iter::once;
use std::net::{Ipv4Addr, Ipv6Addr};

use hickory_proto::rr::rdata::{MX, NS, NULL, PTR};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::super::zone;

const TTL: u32 = 300;
/// A control byte: no byte takes more in a document, where it is `\\001`.
const CONTROL: u8 = 1;
/// Addresses of each version that a name has.
const ADDRESSES: u16 = 16;
/// Names that an address has, and a name has name servers.
const NAMES: u16 = 300;
/// How many of these are host names, which can be confirmed by further queries.
const HOSTS: u16 = 8;
/// Bytes of one text.
const TEXT: usize = 16 << 10;

/// The records of this type at `owner`.
pub(super) fn records(owner: &Name, record_type: RecordType) -> Vec<Record> {
    let data: Vec<RData> = match record_type {
        RecordType::A => (0..ADDRESSES).map(|number| zone::a(ipv4(owner, number))).collect(),
        RecordType::AAAA => (0..ADDRESSES).map(|number| zone::aaaa(ipv6(owner, number))).collect(),
        RecordType::PTR => {
            let hosts = (0..HOSTS).map(|number| zone::ptr(&format!("host-{number}.net-{}.com.", hash(owner))));
            let names = (HOSTS..NAMES).map(|number| RData::PTR(PTR(name(number))));
            hosts.chain(names).collect()
        }
        RecordType::NS => (0..NAMES).map(|number| RData::NS(NS(name(number)))).collect(),
        RecordType::MX => (0..NAMES).map(|number| RData::MX(MX::new(number, name(number)))).collect(),
        RecordType::TXT => vec![zone::long_txt(TEXT, CONTROL); 3],
        RecordType::CAA => (0..3).map(|_| caa()).collect(),
        _ => Vec::new(),
    };
    data.into_iter().map(|data| Record::from_rdata(owner.clone(), TTL, data)).collect()
}

/// An address of 45.0.0.0/8, which the tests' databases know. Two owners have different ones, almost certainly.
fn ipv4(owner: &Name, number: u16) -> Ipv4Addr {
    let [a, b, ..] = hash(owner).to_be_bytes();
    Ipv4Addr::new(45, a, b, number as u8)
}

/// The same of 2a00::/12.
fn ipv6(owner: &Name, number: u16) -> Ipv6Addr {
    let hash = hash(owner);
    Ipv6Addr::new(0x2a00, (hash >> 48) as u16, (hash >> 32) as u16, (hash >> 16) as u16, 0, 0, 0, number)
}

fn hash(owner: &Name) -> u64 {
    let mut hasher = DefaultHasher::new();
    owner.to_lowercase().to_ascii().hash(&mut hasher);
    hasher.finish()
}

/// Three labels of control bytes, the first with the number in its last two bytes. 300 of them fit into 64 KiB even
/// where nothing is compressed.
fn name(number: u16) -> Name {
    const LABEL: &[u8] = &[CONTROL; 60];
    // Two digits of base 24, so that each is a control byte.
    let [high, low] = [number / 24 + 1, number % 24 + 1].map(|digit| digit as u8);
    let first = [&LABEL[..58], &[high, low]].concat();
    Name::from_labels(once(&first[..]).chain([LABEL, LABEL])).unwrap_or_else(|error| panic!("a name: {error}"))
}

/// An `issue` property with a value of control bytes (RFC 8659 section 4.1): flags, the tag's length, the tag, the value.
fn caa() -> RData {
    let data = [b"\0\x05issue".as_slice(), &[CONTROL; TEXT]].concat();
    RData::Unknown { code: RecordType::CAA, rdata: NULL::with(data) }
}
