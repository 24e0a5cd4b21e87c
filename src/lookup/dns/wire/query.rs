//! Queries as bytes.

use std::net::IpAddr;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query as QuestionSection};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::{Name, RecordType};

use super::Malformed;

/// Queries are padded to a multiple of this many bytes (RFC 8467 section 4.1).
const BLOCK: usize = 128;

/// The UDP payload size in a query (RFC 6891 section 6.2.5). It has no meaning over HTTPS, but resolvers may use it for
/// their own queries.
const PAYLOAD: u16 = 1232;

/// A query, and its bytes.
#[derive(Clone, Debug)]
pub struct Query {
    name: Name,
    kind: RecordType,
    bytes: Vec<u8>,
}

impl Query {
    /// The query for the names of `ip` (RFC 1035 section 3.5, RFC 3596 section 2.5).
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn ptr(ip: IpAddr) -> Result<Self, Malformed> {
        Self::new(Name::from(ip), RecordType::PTR)
    }

    /// The query for the records of one type at `name`.
    ///
    /// ID 0, so that equal queries are equal bytes to HTTP caches (RFC 8484 section 4.1); RD set; AD set, which asks whether
    /// the answer was validated (RFC 6840 section 5.7); padded, so that the length reveals little (RFC 7830).
    ///
    /// # Errors
    ///
    /// When hickory-proto cannot encode it.
    pub fn new(name: Name, kind: RecordType) -> Result<Self, Malformed> {
        let mut message = Message::new(0, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.metadata.authentic_data = true;
        message.add_query(QuestionSection::query(name.clone(), kind));
        message.set_edns(padded(&name));
        let bytes = message.to_vec().map_err(|error| Malformed(error.to_string()))?;
        Ok(Self { name, kind, bytes })
    }

    /// The name whose records the query asks for.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The type of the records that the query asks for.
    pub fn kind(&self) -> RecordType {
        self.kind
    }

    /// The message, as it is sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// EDNS(0) with the padding that fills the last block.
fn padded(name: &Name) -> Edns {
    const HEADER: usize = 12;
    const TYPE_AND_CLASS: usize = 4;
    const OPT: usize = 11;
    const OPTION_HEAD: usize = 4;
    let name = name.iter().map(|label| label.len() + 1).sum::<usize>() + 1;
    let unpadded = HEADER + name + TYPE_AND_CLASS + OPT + OPTION_HEAD;
    let padding = unpadded.next_multiple_of(BLOCK) - unpadded;
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD);
    edns.options_mut().insert(EdnsOption::Unknown(EdnsCode::Padding.into(), vec![0; padding]));
    edns
}
