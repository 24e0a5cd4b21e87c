//! A small zone: names and their records, and short ways to write those.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use hickory_proto::rr::rdata::{A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::answer::Answer;

/// How far CNAMEs are followed.
const MAX_CNAMES: usize = 8;

/// Records by the name that has them, in lower case.
#[derive(Debug, Default)]
pub(super) struct Zone(HashMap<String, Vec<Record>>);

impl Zone {
    pub(super) fn add(&mut self, owner: &str, ttl: u32, records: impl IntoIterator<Item = RData>) {
        let records = records.into_iter().map(|data| Record::from_rdata(name(owner), ttl, data));
        self.0.entry(owner.to_ascii_lowercase()).or_default().extend(records);
    }

    /// What there is at a name for a type, by way of CNAMEs inside the zone; `None` where the name is not here.
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

/// A mail exchange; the least `preference` is the first to be tried (RFC 1035 section 3.3.9).
#[must_use]
pub fn mx(preference: u16, exchange: &str) -> RData {
    RData::MX(MX::new(preference, name(exchange)))
}

/// A text of one or more strings of at most 255 bytes (RFC 1035 section 3.3.14).
#[must_use]
pub fn txt(strings: &[&[u8]]) -> RData {
    RData::TXT(TXT::from_bytes(strings.to_vec()))
}

/// Who may issue certificates, without the root dot (RFC 8659 section 4.2); `None` says nobody.
#[must_use]
pub fn caa(issuer: Option<&str>) -> RData {
    RData::CAA(CAA::new_issue(false, issuer.map(name), Vec::new()))
}

/// The start of a zone (RFC 1035 section 3.3.13) that says of what is not there that it holds for `minimum` seconds
/// (RFC 2308 section 4).
#[must_use]
pub fn soa(server: &str, mailbox: &str, serial: u32, minimum: u32) -> RData {
    RData::SOA(SOA::new(name(server), name(mailbox), serial, 3_600, 600, 86_400, minimum))
}

/// A name that a test wrote.
pub(super) fn name(text: &str) -> Name {
    Name::from_str(text).unwrap_or_else(|error| panic!("a script's name {text:?}: {error}"))
}
