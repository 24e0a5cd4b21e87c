//! A reply, split into records by the length fields of RFC 1035 section 4.
//!
//! hickory-proto reads a message as a whole and refuses all of it if it cannot read one record. Here every record is found
//! by its length, and hickory-proto reads one name, or the data of one record, at a time. So a record that cannot be read
//! does not affect the others.

use hickory_proto::op::{Header, Metadata, Query as QuestionSection};
use hickory_proto::rr::{DNSClass, Name, RData, RecordType};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder, Restrict};

use super::Malformed;

/// The longest message (RFC 1035 section 4.2.2: its length is a number of 16 bits).
const MAX_MESSAGE: usize = 65_535;

/// How many labels and compression pointers of a name are read: a name has at most 127 labels (RFC 1035 section 2.3.4), and
/// a pointer leads to a label. It bounds the work: without it, 6,000 names of 8,000 pointers fit into one message.
const MAX_STEPS: usize = 2 * 127 + 1;

/// The parts of a reply that an outcome is made of.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    /// The flags of the header; the RCODE has 4 bits.
    pub(super) head: Metadata,
    /// The question, if there is one.
    pub(super) question: Option<QuestionSection>,
    /// The records of the answer section that have the query's type, and the CNAME records.
    pub(super) answers: Vec<Entry>,
    /// The SOA records of the authority section.
    pub(super) authorities: Vec<Entry>,
    /// The first OPT record (RFC 6891 section 6.1.1) of the additional section.
    pub(super) opt: Option<Opt<'a>>,
    /// Whether there is a TSIG or TKEY record, on which the meaning of some RCODEs depends (RFC 6895 section 2.3).
    pub(super) keyed: bool,
}

/// A record of class IN.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name that it belongs to; `None` if that cannot be read.
    pub(super) owner: Option<Name>,
    pub(super) kind: RecordType,
    /// Seconds, as in the message.
    pub(super) ttl: u32,
    /// Its data; `None` if that cannot be read.
    pub(super) data: Option<RData>,
}

/// An OPT record (RFC 6891 section 6.1).
#[derive(Clone, Copy, Debug)]
pub(super) struct Opt<'a> {
    /// The upper 8 of the RCODE's 12 bits.
    pub(super) rcode_high: u8,
    data: &'a [u8],
}

impl<'a> Opt<'a> {
    /// The options with their codes, in order. They end at an option that is longer than the rest of the record.
    pub(super) fn options(self) -> impl Iterator<Item = (u16, &'a [u8])> {
        let mut cursor = Cursor { bytes: self.data, at: 0 };
        std::iter::from_fn(move || {
            let (code, length) = (cursor.u16()?, cursor.u16()?);
            Some((code, cursor.take(length.into())?))
        })
    }
}

impl<'a> Reply<'a> {
    /// Splits a reply into records. `kind` is the query's type.
    ///
    /// # Errors
    ///
    /// When the lengths do not fit together: a message that ends too early, or with a name whose length is unknown.
    pub(super) fn read(bytes: &'a [u8], kind: RecordType) -> Result<Self, Malformed> {
        if bytes.len() > MAX_MESSAGE {
            return Err(Malformed::because("a message of more than 65535 bytes"));
        }
        let Header { metadata: head, counts, .. } =
            Header::from_bytes(bytes).map_err(|_| Malformed::because("not a DNS message: it ends in the header"))?;
        let mut cursor = Cursor { bytes, at: HEADER };
        let question = match counts.queries {
            0 => None,
            1 => Some(cursor.question().ok_or_else(|| Malformed::because("a question that cannot be read"))?),
            _ => return Err(Malformed::because("a response to several questions")),
        };

        let mut reply = Reply { head, question, answers: Vec::new(), authorities: Vec::new(), opt: None, keyed: false };
        let ended = || Malformed::because("not a DNS message: it ends before its last record");
        for _ in 0..counts.answers {
            let record = cursor.record().ok_or_else(ended)?;
            reply.answers.extend(record.read(bytes, &[kind, RecordType::CNAME]));
        }
        for _ in 0..counts.authorities {
            let record = cursor.record().ok_or_else(ended)?;
            reply.authorities.extend(record.read(bytes, &[RecordType::SOA]));
        }
        for _ in 0..counts.additionals {
            let record = cursor.record().ok_or_else(ended)?;
            match record.kind {
                RecordType::OPT if reply.opt.is_none() && bytes.get(record.owner) == Some(&0) => {
                    let [rcode_high, ..] = record.ttl.to_be_bytes();
                    reply.opt = Some(Opt { rcode_high, data: record.data });
                }
                RecordType::TSIG => reply.keyed = true,
                RecordType::Unknown(TKEY) => reply.keyed = true,
                _ => {}
            }
        }
        Ok(reply)
    }
}

/// Bytes of a header (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

/// RFC 2930 section 2.
const TKEY: u16 = 249;

/// A record that was found and is not read yet.
struct Located<'a> {
    /// The position of its owner's name.
    owner: usize,
    kind: RecordType,
    class: DNSClass,
    ttl: u32,
    /// The position of its data.
    at: usize,
    data: &'a [u8],
}

impl Located<'_> {
    /// Reads the record, if it has class IN and one of the types.
    fn read(&self, message: &[u8], kinds: &[RecordType]) -> Option<Entry> {
        if self.class != DNSClass::IN || !kinds.contains(&self.kind) {
            return None;
        }
        let data = self.names_are_short(message).then(|| self.data(message)).flatten();
        Some(Entry { owner: name(message, self.owner), kind: self.kind, ttl: self.ttl, data })
    }

    fn data(&self, message: &[u8]) -> Option<RData> {
        // No type that is read has empty data. hickory-proto would take it for part of a dynamic update.
        let length = u16::try_from(self.data.len()).ok().filter(|length| *length > 0)?;
        RData::read(&mut decoder(message, self.at)?, self.kind, Restrict::new(length)).ok()
    }

    /// Whether the names in the data can be read within [`MAX_STEPS`] each.
    fn names_are_short(&self, message: &[u8]) -> bool {
        match self.kind {
            RecordType::PTR | RecordType::CNAME | RecordType::NS => is_short(message, self.at),
            RecordType::MX => is_short(message, self.at + 2),
            RecordType::SOA => {
                let mut cursor = Cursor { bytes: message, at: self.at };
                is_short(message, self.at) && cursor.name().is_some() && is_short(message, cursor.at)
            }
            _ => true,
        }
    }
}

/// A position in a message. Every step returns `None` instead of passing the end.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// Skips a name (RFC 1035 section 4.1.4) without reading it, and returns the position of its beginning.
    fn name(&mut self) -> Option<usize> {
        let start = self.at;
        loop {
            match self.take(1)? {
                [0] => return Some(start),
                [length @ 1..=63] => _ = self.take(usize::from(*length))?,
                [0xc0..=0xff] => return self.take(1).map(|_| start),
                _ => return None,
            }
        }
    }

    fn question(&mut self) -> Option<QuestionSection> {
        let start = self.name()?;
        let (kind, class) = (self.u16()?, self.u16()?);
        let mut query = QuestionSection::query(name(self.bytes, start)?, RecordType::from(kind));
        query.set_query_class(DNSClass::from(class));
        Some(query)
    }

    fn record(&mut self) -> Option<Located<'a>> {
        let owner = self.name()?;
        let (kind, class) = (RecordType::from(self.u16()?), DNSClass::from(self.u16()?));
        let (ttl, length) = (self.u32()?, self.u16()?);
        let at = self.at;
        Some(Located { owner, kind, class, ttl, at, data: self.take(length.into())? })
    }
}

/// The name that begins at `at`; `None` if it cannot be read.
fn name(message: &[u8], at: usize) -> Option<Name> {
    if is_short(message, at) { Name::read(&mut decoder(message, at)?).ok() } else { None }
}

/// Whether the name that begins at `at` ends within [`MAX_STEPS`].
pub(super) fn is_short(message: &[u8], mut at: usize) -> bool {
    for _ in 0..MAX_STEPS {
        at = match message.get(at) {
            Some(0) => return true,
            Some(length @ 1..=63) => at + 1 + usize::from(*length),
            Some(high @ 0xc0..=0xff) => match message.get(at + 1) {
                Some(low) => usize::from(u16::from_be_bytes([*high, *low]) & 0x3fff),
                None => return false,
            },
            _ => return false,
        };
    }
    false
}

/// hickory-proto's decoder, at a position inside the message.
fn decoder(message: &[u8], at: usize) -> Option<BinDecoder<'_>> {
    let at = u16::try_from(at).ok().filter(|at| usize::from(*at) <= message.len())?;
    Some(BinDecoder::new(message).clone(at))
}
