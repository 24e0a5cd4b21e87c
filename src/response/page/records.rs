//! The further records of a host name, in lines.

use super::names;
use crate::lookup::dns::forward::{self, Records};

/// The records of one type.
#[derive(Clone, Debug)]
pub(super) struct Set {
    /// The type, for people.
    pub(super) kind: &'static str,
    pub(super) lines: Vec<String>,
    pub(super) omitted: usize,
    /// What there is to say where there is no line.
    pub(super) status: &'static str,
}

/// The sets that were asked for, in the order in which they are shown.
pub(super) fn sets(records: &Records) -> Vec<Set> {
    vec![
        set("Name servers (NS)", &records.ns, Clone::clone),
        set("Mail servers (MX)", &records.mx, |mail| format!("{} {}", mail.preference, mail.exchange)),
        set("Texts (TXT)", &records.txt, Clone::clone),
        set("Zone (SOA)", &records.soa, |zone| format!("{} {}, serial number {}", zone.mname, zone.rname, zone.serial)),
        set("Certificate authorities (CAA)", &records.caa, |caa| {
            format!("{} {}{}", caa.tag, caa.value, if caa.critical { " (critical)" } else { "" })
        }),
    ]
}

fn set<T>(kind: &'static str, set: &forward::Set<T>, line: impl Fn(&T) -> String) -> Set {
    Set {
        kind,
        lines: set.records.iter().map(line).collect(),
        omitted: set.omitted,
        status: names::no_records(set.found.status),
    }
}
