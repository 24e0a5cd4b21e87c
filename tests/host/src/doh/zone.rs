//! A small zone: names and their records, and short constructors for these.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use hickory_proto::rr::rdata::{A, AAAA, CAA, CNAME, MX, NS, NULL, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::answer::Answer;

/// How far CNAMEs are followed.
const MAX_CNAMES: usize = 8;

/// Records by their owner's name, in lower case.
#[derive(Debug, Default)]
pub(super) struct Zone(HashMap<String, Vec<Record>>);

impl Zone {
    pub(super) fn add(&mut self, owner: &str, ttl: u32, records: impl IntoIterator<Item = RData>) {
        let records = records.into_iter().map(|data| Record::from_rdata(name(owner), ttl, data));
        self.0.entry(owner.to_ascii_lowercase()).or_default().extend(records);
    }

    /// The records of a type at a name, through CNAMEs inside the zone; `None` if the zone does not have the name.
    pub(super) fn answer(&self, owner: &str, record_type: RecordType) -> Option<Answer> {
        let mut found = Vec::new();
        let mut records = self.0.get(owner)?;
        for _ in 0..MAX_CNAMES {
            let of = |wanted| records.iter().filter(move |record: &&Record| record.record_type() == wanted);
            if let Some(alias) = of(RecordType::CNAME).next().filter(|_| record_type != RecordType::CNAME) {
                found.push(alias.clone());
                let RData::CNAME(CNAME(target)) = &alias.data else { break };
                match self.0.get(&target.to_lowercase().to_ascii()) {
                    Some(next) => records = next,
                    None => break,
                }
            } else {
                found.extend(of(record_type).cloned());
                break;
            }
        }
        Some(Answer::Records(found))
    }
}

/// An IPv4 address (RFC 1035 section 3.4.1).
#[must_use]
pub fn a(address: Ipv4Addr) -> RData {
    RData::A(A(address))
}

/// An IPv6 address (RFC 3596 section 2.1).
#[must_use]
pub fn aaaa(address: Ipv6Addr) -> RData {
    RData::AAAA(AAAA(address))
}

/// An alias of `target` (RFC 1035 section 3.3.1).
#[must_use]
pub fn cname(target: &str) -> RData {
    RData::CNAME(CNAME(name(target)))
}

/// A pointer to `target` (RFC 1035 section 3.3.12).
#[must_use]
pub fn ptr(target: &str) -> RData {
    RData::PTR(PTR(name(target)))
}

/// A name server (RFC 1035 section 3.3.11).
#[must_use]
pub fn ns(server: &str) -> RData {
    RData::NS(NS(name(server)))
}

/// A mail exchange; the one with the least `preference` is tried first (RFC 1035 section 3.3.9).
#[must_use]
pub fn mx(preference: u16, exchange: &str) -> RData {
    RData::MX(MX::new(preference, name(exchange)))
}

/// A text of one or more strings of at most 255 bytes (RFC 1035 section 3.3.14).
#[must_use]
pub fn txt(strings: &[&[u8]]) -> RData {
    RData::TXT(TXT::from_bytes(strings.to_vec()))
}

/// A text of at least so many bytes, all of this value, in strings of 255 bytes.
#[must_use]
pub fn long_txt(bytes: usize, value: u8) -> RData {
    txt(&vec![[value; 255].as_slice(); bytes.div_ceil(255)])
}

/// A CAA record with an empty tag, which RFC 8659 section 4.1 does not allow: flags, the tag's length, the value.
#[must_use]
pub fn odd_caa() -> RData {
    RData::Unknown { code: RecordType::CAA, rdata: NULL::with(b"\0\0ca.test".to_vec()) }
}

/// The only issuer of certificates, without the root dot (RFC 8659 section 4.2); `None` forbids all.
#[must_use]
pub fn caa(issuer: Option<&str>) -> RData {
    RData::CAA(CAA::new_issue(false, issuer.map(name), Vec::new()))
}

/// The start of a zone (RFC 1035 section 3.3.13), whose negative answers hold for `minimum` seconds (RFC 2308 section
/// 4).
#[must_use]
pub fn soa(server: &str, mailbox: &str, serial: u32, minimum: u32) -> RData {
    RData::SOA(SOA::new(name(server), name(mailbox), serial, 3_600, 600, 86_400, minimum))
}

/// A name in a test.
pub(super) fn name(text: &str) -> Name {
    Name::from_str(text).unwrap_or_else(|error| panic!("a name of a test, {text:?}: {error}"))
}
