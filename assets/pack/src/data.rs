//! Encodes values as the data section, each distinct string, map and array stored once where that saves space.
//!
//! The encoding is that of the MaxMind DB specification 2.0: a control byte with type and size, then the payload; a
//! pointer in place of a value that is stored elsewhere.

use crate::error::Error;
use crate::value::{Scalar, Value};
use crate::wire::{self, kind};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

/// The data section: its bytes, and where in them each record begins.
pub struct Section {
    /// The bytes, as they go into the file.
    pub bytes: Vec<u8>,
    /// The offset of each record, in the order in which the records were given.
    pub offsets: Vec<u32>,
}

/// Encodes the records, in their order.
///
/// Values that many records share (keys, countries, time zones) come first, the most used before the rest: pointers to
/// them are short, and every lookup touches the same pages. Other shared values are stored where they are first used.
pub fn encode(records: impl IntoIterator<Item = Value>) -> Result<Section, Error> {
    let mut pool = Pool::default();
    let roots: Vec<u32> = records.into_iter().map(|record| pool.add(record)).collect();
    let mut much_used: Vec<u32> =
        (0..).zip(&pool.items).filter(|(_, item)| item.uses >= MUCH_USED).map(|(id, _)| id).collect();
    much_used.sort_by_key(|&id| Reverse(pool.items[id as usize].uses));

    let mut writer = Writer { pool: &pool, bytes: Vec::new(), offsets: vec![None; pool.items.len()] };
    for item in much_used {
        writer.store(item);
    }
    let offsets = roots.into_iter().map(|root| writer.store(root)).collect();
    if writer.bytes.len() > LARGEST {
        return Err(Error::unfit(format!("the data section is over {LARGEST} bytes")));
    }
    Ok(Section { bytes: writer.bytes, offsets })
}

/// Encodes one value on its own, without records: the metadata.
pub fn encode_alone(value: Value) -> Vec<u8> {
    let mut pool = Pool::default();
    let root = pool.add(value);
    let mut writer = Writer { pool: &pool, bytes: Vec::new(), offsets: vec![None; pool.items.len()] };
    writer.write(root);
    writer.bytes
}

/// A value with at least this many uses is stored first.
const MUCH_USED: u32 = 16;

/// The largest offset that a record of the search tree can refer to.
const LARGEST: usize = u32::MAX as usize;

/// All distinct values, by number.
#[derive(Default)]
struct Pool {
    items: Vec<Item>,
    known: FxHashMap<Arc<Shape>, u32>,
}

struct Item {
    shape: Arc<Shape>,
    uses: u32,
}

/// A value whose parts are numbers of values in the pool.
#[derive(PartialEq, Eq, Hash)]
enum Shape {
    Map(Vec<(u32, u32)>),
    Array(Vec<u32>),
    String(Cow<'static, str>),
    Scalar(Scalar),
}

impl Pool {
    fn add(&mut self, value: Value) -> u32 {
        let shape = match value {
            Value::Map(members) => {
                let mut member = |(key, value)| (self.intern(Shape::String(key)), self.add(value));
                Shape::Map(members.into_iter().map(&mut member).collect())
            }
            Value::Array(values) => Shape::Array(values.into_iter().map(|value| self.add(value)).collect()),
            Value::String(text) => Shape::String(Cow::Owned(text)),
            Value::Scalar(scalar) => Shape::Scalar(scalar),
        };
        self.intern(shape)
    }

    /// The number of a value. A value counts as used once for each distinct value that contains it.
    fn intern(&mut self, shape: Shape) -> u32 {
        if let Some(&id) = self.known.get(&shape) {
            return id;
        }
        match &shape {
            Shape::Map(members) => members.iter().flat_map(|&(key, value)| [key, value]).for_each(|id| self.used(id)),
            Shape::Array(values) => values.iter().for_each(|&id| self.used(id)),
            Shape::String(_) | Shape::Scalar(_) => {}
        }
        let id = u32::try_from(self.items.len()).expect("fewer values than 32 bits can number");
        let shape = Arc::new(shape);
        self.known.insert(shape.clone(), id);
        self.items.push(Item { shape, uses: 0 });
        id
    }

    fn used(&mut self, id: u32) {
        self.items[id as usize].uses += 1;
    }
}

struct Writer<'p> {
    pool: &'p Pool,
    bytes: Vec<u8>,
    /// The offset of each value that has been written.
    offsets: Vec<Option<u32>>,
}

impl Writer<'_> {
    /// Writes a value that is not part of another, after its much-used parts, and returns its offset.
    fn store(&mut self, id: u32) -> u32 {
        if let Some(offset) = self.offsets[id as usize] {
            return offset;
        }
        self.store_shared_parts(id);
        let offset = self.here();
        self.write(id);
        offset
    }

    fn store_shared_parts(&mut self, id: u32) {
        let pool = self.pool;
        let mut visit = |part: u32| {
            if pool.items[part as usize].uses >= MUCH_USED {
                self.store(part);
            } else {
                self.store_shared_parts(part);
            }
        };
        match &*pool.items[id as usize].shape {
            Shape::Map(members) => members.iter().flat_map(|&(key, value)| [key, value]).for_each(&mut visit),
            Shape::Array(values) => values.iter().copied().for_each(&mut visit),
            Shape::String(_) | Shape::Scalar(_) => {}
        }
    }

    /// Writes a part of another value: a pointer if the part is stored already and a pointer is shorter, else the part.
    fn part(&mut self, id: u32) {
        match self.offsets[id as usize].map(wire::pointer) {
            Some(pointer) if !self.shorter_than(id, pointer.len()) => self.bytes.extend(pointer),
            _ => self.write(id),
        }
    }

    /// Whether the value itself takes at most this many bytes.
    fn shorter_than(&self, id: u32, bytes: usize) -> bool {
        match &*self.pool.items[id as usize].shape {
            Shape::String(text) => text.len() < bytes,
            Shape::Scalar(Scalar::Uint16(_) | Scalar::Bool(_)) => true,
            _ => false,
        }
    }

    fn write(&mut self, id: u32) {
        self.offsets[id as usize].get_or_insert(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        let pool = self.pool;
        match &*pool.items[id as usize].shape {
            Shape::Map(members) => {
                wire::control(&mut self.bytes, kind::MAP, members.len());
                for &(key, value) in members {
                    self.part(key);
                    self.part(value);
                }
            }
            Shape::Array(values) => {
                wire::control(&mut self.bytes, kind::ARRAY, values.len());
                values.iter().for_each(|&value| self.part(value));
            }
            Shape::String(text) => {
                wire::control(&mut self.bytes, kind::STRING, text.len());
                self.bytes.extend(text.as_bytes());
            }
            &Shape::Scalar(scalar) => wire::scalar(&mut self.bytes, scalar),
        }
    }

    fn here(&self) -> u32 {
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_encoded_as_specified() {
        for (value, bytes, reason) in [
            (Value::string(""), vec![0x40], "type 2, no bytes"),
            (Value::string("Bog"), vec![0x43, b'B', b'o', b'g'], "type 2, three bytes"),
            (Value::Array(vec![Scalar::Bool(false).into()]), vec![0x01, 4, 0x00, 7], "type 11, one value"),
            (
                Value::map([("k", Some(Scalar::Uint16(7).into())), ("n", None)]),
                vec![0xe1, 0x41, b'k', 0xa1, 7],
                "one pair",
            ),
        ] {
            assert_eq!(encode_alone(value), bytes, "{reason}");
        }
    }

    #[test]
    fn shared_values_are_stored_once() {
        let country = || Value::map([("names", Some(Value::string("The Gulf of Null")))]);
        let record = |n| Value::map([("country", Some(country())), ("n", Some(Scalar::Uint32(n).into()))]);
        let one = encode([record(0)]).unwrap().bytes.len();
        for (records, at_most, reason) in [
            (2, one + 10, "the second points into the first"),
            (MUCH_USED, one + 10 * MUCH_USED as usize, "a value with many uses comes first"),
        ] {
            let section = encode((0..records).map(record)).unwrap();
            assert!(section.bytes.len() <= at_most, "{reason}: {} bytes", section.bytes.len());
            assert_eq!(section.offsets.len(), records as usize);
        }
        let section = encode([record(1), record(1)]).unwrap();
        assert_eq!(section.offsets[0], section.offsets[1], "equal records are stored once");
    }
}
