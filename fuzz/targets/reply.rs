//! A DNS reply to the names of an address. Any bytes are refused or give consistent names. A composed reply gives the
//! names that it was composed of, in any order of its records.
//!
//! The input is bytes: the first selects the address family and whether a reply is composed, the address follows, and the
//! rest is the reply or the plan by which it is composed.

#![no_main]

use std::net::IpAddr;

use hickory_proto::op::{Message, OpCode, Query as QuestionSection, ResponseCode};
use hickory_proto::rr::rdata::{CNAME, PTR, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use ipedge::lookup::dns::{Status, reverse::Names, wire::Query};
use libfuzzer_sys::arbitrary::{self, Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;

const V6: u8 = 1;
const COMPOSED: u8 = 2;

fuzz_target!(|input: &[u8]| {
    let Some((choice, rest)) = input.split_first() else { return };
    let Some((ip, rest)) = address(*choice, rest) else { return };
    if choice & COMPOSED == 0 {
        if let Some(answer) = read(ip, rest) {
            check(&answer, rest);
            // HTTP has the length of a message. Bytes after the records that the header counts are ignored.
            let longer = [rest, b"\0tail"].concat();
            assert_eq!(read(ip, &longer), Some(answer), "bytes after the end of the message change the answer");
        }
    } else if let Ok(plan) = Plan::arbitrary(&mut Unstructured::new(rest))
        && let Some((reply, expected)) = plan.compose(ip)
    {
        let answer = read(ip, &reply).unwrap_or_else(|| panic!("a good reply is refused: {reply:02x?}"));
        check(&answer, &reply);
        let found: Vec<_> = answer.names.iter().map(|name| labels(name)).collect();
        let (status, names, ttl) = expected;
        assert_eq!((answer.status, answer.ttl), (status, ttl), "not what was composed: {reply:02x?}");
        assert_eq!(found.len() + answer.omitted, names.len(), "not as many names as composed: {reply:02x?}");
        // Names that did not fit are missing. The order stays.
        let mut rest = names.iter();
        assert!(found.iter().all(|name| rest.any(|other| other == name)), "not the names composed: {reply:02x?}");
        assert!(answer.omitted == 0 || names.len() > 6, "few names are all listed: {answer:?}");
    }
});

fn address(choice: u8, bytes: &[u8]) -> Option<(IpAddr, &[u8])> {
    if choice & V6 == 0 {
        bytes.split_first_chunk::<4>().map(|(octets, rest)| ((*octets).into(), rest))
    } else {
        bytes.split_first_chunk::<16>().map(|(octets, rest)| ((*octets).into(), rest))
    }
}

fn read(ip: IpAddr, reply: &[u8]) -> Option<Names> {
    let query = Query::ptr(ip).unwrap_or_else(|error| panic!("no query for {ip}: {error}"));
    query.read_reply(reply).ok().map(|outcome| Names::from(&outcome))
}

/// Checks what is true for every accepted reply.
fn check(answer: &Names, reply: &[u8]) {
    use Status::{Nodata, Nxdomain, Ok, Refused, Servfail};
    let [id @ .., flags, _, _, questions] = reply.first_chunk::<6>().expect("an answer has a header");
    assert_eq!((id, flags & 0xfa), (&[0, 0], 0x80), "an answer to something else: {reply:02x?}");
    let failed = matches!(answer.status, Servfail | Refused);
    assert!(*questions == 1 || failed && *questions == 0, "an answer without a question: {reply:02x?}");

    assert!(
        matches!(answer.status, Ok | Nxdomain | Nodata | Servfail | Refused),
        "not a status of a reply: {answer:?}"
    );
    let found = answer.names.len() + answer.omitted;
    assert_eq!(answer.status == Ok, found > 0, "names if and only if the status is ok: {answer:?}");
    assert!(answer.names.len() <= 32, "more names than are listed: {answer:?}");
    let text: usize = answer.names.iter().map(|name| name.len() + 3).sum();
    assert!(text <= 8 * 1024, "{text} bytes of names");
    assert!(answer.status != Ok || answer.ttl.is_some(), "every record has a TTL: {answer:?}");
    assert!(answer.ttl.is_none_or(|ttl| ttl <= i32::MAX as u32), "a TTL of more than 31 bits: {answer:?}");
    if matches!(answer.status, Servfail | Refused) {
        assert_eq!(
            (answer.ttl, answer.authenticated),
            (None, false),
            "a failure has neither TTL nor AD bit: {answer:?}"
        );
    }

    // The shortest record: the root as its owner, type, class, TTL, and a length of zero.
    assert!(found <= reply.len() / 11, "more names than records fit into {} bytes", reply.len());
    let mut seen = std::collections::HashSet::new();
    for name in &answer.names {
        let mut labels = labels(name);
        let length = labels.iter().map(|label| label.len() + 1).sum::<usize>() + 1;
        assert!(length <= 255, "a name of {length} bytes: {name}");
        labels.iter_mut().for_each(|label| label.make_ascii_lowercase());
        assert!(seen.insert(labels), "a name twice: {name}");
    }
    if let Some(detail) = &answer.detail {
        assert!((1..1_200).contains(&detail.chars().count()), "a detail that is empty or too long: {detail:?}");
        let hidden = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!detail.contains(hidden), "hidden characters in the detail: {detail:?}");
    }
}

/// The labels of a name in presentation format (RFC 1035 section 5.1). Panics where it is not one.
fn labels(text: &str) -> Vec<Vec<u8>> {
    if text == "." {
        return Vec::new();
    }
    let mut labels = vec![Vec::new()];
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let literal = match byte {
            b'.' => {
                labels.push(Vec::new());
                continue;
            }
            b'\\' => match rest.next() {
                Some(digit) if digit.is_ascii_digit() => {
                    let digits = [Some(digit), rest.next(), rest.next()];
                    let value = digits.into_iter().try_fold(0_u16, |value, digit| {
                        let digit = digit.filter(u8::is_ascii_digit)?;
                        Some(value * 10 + u16::from(digit - b'0'))
                    });
                    value.and_then(|value| u8::try_from(value).ok())
                }
                other => other,
            },
            byte => Some(byte).filter(|byte| byte.is_ascii_graphic() && !b"\"();@$".contains(byte)),
        };
        let literal = literal.unwrap_or_else(|| panic!("not a name in presentation format: {text:?}"));
        labels.last_mut().expect("never empty").push(literal);
    }
    for label in &labels {
        assert!((1..=63).contains(&label.len()), "a label of {} bytes: {text:?}", label.len());
    }
    labels
}

/// The plan by which a reply is composed.
#[derive(Arbitrary, Debug)]
struct Plan {
    /// The CNAMEs, beginning at the queried name: their targets and TTLs.
    chain: Vec<(Labels, u32)>,
    /// The PTR records at the end of it.
    names: Vec<(Labels, u32)>,
    /// PTR records of other owners.
    strangers: Vec<(Labels, Labels, u32)>,
    /// TTL and MINIMUM of the root's SOA.
    soa: Option<(u32, u32)>,
    exists: bool,
    /// Whether owners are in upper case.
    loud: bool,
    /// The position of each record, if it is not the next one.
    places: Vec<u8>,
}

type Labels = Vec<Vec<u8>>;
type Expected = (Status, Vec<Labels>, Option<u32>);

impl Plan {
    /// The reply, and what it contains; `None` if it cannot be composed.
    fn compose(self, ip: IpAddr) -> Option<(Vec<u8>, Expected)> {
        let asked = Name::from(ip);
        let mut owners = vec![asked.clone()];
        let mut records = Vec::new();
        let mut least: Option<u32> = None;
        let mut hold = |ttl: u32| {
            let ttl = i32::try_from(ttl).unwrap_or(0).unsigned_abs();
            least = Some(least.map_or(ttl, |least| least.min(ttl)));
        };
        for (target, ttl) in self.chain.into_iter().take(16) {
            let Some(target) = name(target).filter(|target| !owners.contains(target)) else { break };
            records.push(Record::from_rdata(owners.last()?.clone(), ttl, RData::CNAME(CNAME(target.clone()))));
            owners.push(target);
            hold(ttl);
        }
        let mut names = Vec::<Name>::new();
        for (target, ttl) in self.names {
            let target = name(target)?;
            records.push(Record::from_rdata(owners.last()?.clone(), ttl, RData::PTR(PTR(target.clone()))));
            if self.exists {
                hold(ttl);
                if !names.contains(&target) {
                    names.push(target);
                }
            }
        }
        for (owner, target, ttl) in self.strangers {
            let Some(owner) = name(owner).filter(|owner| Some(owner) != owners.last()) else { break };
            records.push(Record::from_rdata(owner, ttl, RData::PTR(PTR(name(target)?))));
        }

        let mut message = Message::response(0, OpCode::Query);
        message.add_query(QuestionSection::query(asked, RecordType::PTR));
        message.answers = shuffled(records, &self.places);
        if self.loud {
            message.answers.iter_mut().try_for_each(|record| shouted(&record.name).map(|name| record.name = name))?;
        }
        // The names are in the order of their records.
        let rank = |name: &Name| message.answers.iter().position(|record| holds(record, owners.last(), name));
        names.sort_by_key(rank);
        if let Some((ttl, minimum)) = self.soa {
            let soa = SOA::new(Name::root(), Name::root(), 1, 2, 3, 4, minimum);
            message.authorities.push(Record::from_rdata(Name::root(), ttl, RData::SOA(soa)));
            if names.is_empty() {
                hold(ttl);
                hold(minimum);
            }
        }
        if !self.exists {
            message.metadata.response_code = ResponseCode::NXDomain;
        }
        let status = match (self.exists, names.is_empty()) {
            (true, false) => Status::Ok,
            (true, true) => Status::Nodata,
            (false, _) => Status::Nxdomain,
        };
        let ttl = least.filter(|_| !names.is_empty() || self.soa.is_some());
        let first = |name: &Name| {
            let record = message.answers.iter().find(|record| holds(record, owners.last(), name));
            record.and_then(target).map(|name| name.iter().map(<[u8]>::to_vec).collect())
        };
        let names = names.iter().map(first).collect::<Option<_>>()?;
        message.to_vec().ok().map(|reply| (reply, (status, names, ttl)))
    }
}

/// A name of these labels, each cut to a valid length.
fn name(mut labels: Labels) -> Option<Name> {
    labels.retain(|label| !label.is_empty());
    labels.iter_mut().for_each(|label| label.truncate(63));
    Name::from_labels(labels).ok()
}

fn shouted(name: &Name) -> Option<Name> {
    Name::from_labels(name.iter().map(<[u8]>::to_ascii_uppercase)).ok()
}

fn target(record: &Record) -> Option<&Name> {
    match &record.data {
        RData::PTR(target) => Some(&target.0),
        _ => None,
    }
}

fn holds(record: &Record, owner: Option<&Name>, name: &Name) -> bool {
    Some(&record.name) == owner && target(record) == Some(name)
}

/// The records, each at its position in `places`, if it has one.
fn shuffled(records: Vec<Record>, places: &[u8]) -> Vec<Record> {
    let mut order = Vec::new();
    for (number, record) in records.into_iter().enumerate() {
        let place = places.get(number).map_or(number, |place| usize::from(*place) % (number + 1));
        order.insert(place, record);
    }
    order
}
