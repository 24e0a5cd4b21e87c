//! Values to the bytes of the data section, each distinct string, map and array stored once where that saves space.
//!
//! The encoding is that of the MaxMind DB specification 2.0: a control byte with type and size, then the payload; a
//! pointer in place of a value that stands elsewhere.

use crate::error::Error;
use crate::value::Value;
use crate::wire::{self, Scalar, kind};
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
/// What many records share (keys, countries, time zones) comes first, the most used before the rest: pointers to it
/// are short, and the pages it lies on are the same for every lookup. What a few share stands where it is first used.
pub fn encode(records: impl IntoIterator<Item = Value>) -> Result<Section, Error> {
    let mut pool = Pool::default();
    let roots: Vec<u32> = records.into_iter().map(|record| pool.add(record)).collect();
    let mut hot: Vec<u32> = (0..).zip(&pool.items).filter(|(_, item)| item.uses >= HOT).map(|(id, _)| id).collect();
    hot.sort_by_key(|&id| Reverse(pool.items[id as usize].uses));

    let mut writer = Writer { pool: &pool, bytes: Vec::new(), places: vec![None; pool.items.len()] };
    for item in hot {
        writer.place(item);
    }
    let offsets = roots.into_iter().map(|root| writer.place(root)).collect();
    if writer.bytes.len() > LARGEST {
        return Err(Error::unfit(format!("the data section is over {LARGEST} bytes")));
    }
    Ok(Section { bytes: writer.bytes, offsets })
}

/// Encodes one value by itself, as the metadata is.
pub fn encode_alone(value: Value) -> Vec<u8> {
    let mut pool = Pool::default();
    let root = pool.add(value);
    let mut writer = Writer { pool: &pool, bytes: Vec::new(), places: vec![None; pool.items.len()] };
    writer.spell(root);
    writer.bytes
}

/// From so many uses on, a value is one of those that come first.
const HOT: u32 = 16;

/// No record's reference to the data section can be longer.
const LARGEST: usize = u32::MAX as usize;

/// All values, each once, by number.
#[derive(Default)]
struct Pool {
    items: Vec<Item>,
    known: FxHashMap<Arc<Shape>, u32>,
}

struct Item {
    shape: Arc<Shape>,
    uses: u32,
}

/// A value whose parts are numbers of the pool.
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
            Value::Double(bits) => Shape::Scalar(Scalar::Double(bits)),
            Value::Float(bits) => Shape::Scalar(Scalar::Float(bits)),
            Value::Uint16(number) => Shape::Scalar(Scalar::Uint16(number)),
            Value::Uint32(number) => Shape::Scalar(Scalar::Uint32(number)),
            Value::Uint64(number) => Shape::Scalar(Scalar::Uint64(number)),
            Value::Bool(is) => Shape::Scalar(Scalar::Bool(is)),
        };
        self.intern(shape)
    }

    /// A value counts as used once for each distinct value it is a part of.
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
    /// Where each value already stands.
    places: Vec<Option<u32>>,
}

impl Writer<'_> {
    /// Writes a value where it is not part of another, and returns its offset. Its own hot parts come before it.
    fn place(&mut self, id: u32) -> u32 {
        if let Some(place) = self.places[id as usize] {
            return place;
        }
        self.place_hot_parts(id);
        let place = self.here();
        self.spell(id);
        place
    }

    fn place_hot_parts(&mut self, id: u32) {
        let pool = self.pool;
        let mut visit = |part: u32| {
            if pool.items[part as usize].uses >= HOT {
                self.place(part);
            } else {
                self.place_hot_parts(part);
            }
        };
        match &*pool.items[id as usize].shape {
            Shape::Map(members) => members.iter().flat_map(|&(key, value)| [key, value]).for_each(&mut visit),
            Shape::Array(values) => values.iter().copied().for_each(&mut visit),
            Shape::String(_) | Shape::Scalar(_) => {}
        }
    }

    /// Writes a value as part of another: a pointer if it stands elsewhere and that is shorter, else the value.
    fn part(&mut self, id: u32) {
        match self.places[id as usize].map(wire::pointer) {
            Some(pointer) if !self.shorter_than(id, pointer.len()) => self.bytes.extend(pointer),
            _ => self.spell(id),
        }
    }

    /// Whether a value takes at most so many bytes where it is spelled out.
    fn shorter_than(&self, id: u32, bytes: usize) -> bool {
        match &*self.pool.items[id as usize].shape {
            Shape::String(text) => text.len() < bytes,
            Shape::Scalar(Scalar::Uint16(_) | Scalar::Bool(_)) => true,
            _ => false,
        }
    }

    fn spell(&mut self, id: u32) {
        self.places[id as usize].get_or_insert(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
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
    fn values_with_parts_are_spelled_as_the_specification_has_it() {
        for (value, bytes, reason) in [
            (Value::string(""), vec![0x40], "type 2, no bytes"),
            (Value::string("Bog"), vec![0x43, b'B', b'o', b'g'], "type 2, three bytes"),
            (Value::Array(vec![Value::Bool(false)]), vec![0x01, 4, 0x00, 7], "type 11, one value"),
            (Value::map([("k", Some(Value::Uint16(7))), ("n", None)]), vec![0xe1, 0x41, b'k', 0xa1, 7], "one pair"),
        ] {
            assert_eq!(encode_alone(value), bytes, "{reason}");
        }
    }

    #[test]
    fn what_is_shared_is_stored_once() {
        let country = || Value::map([("names", Some(Value::string("The Gulf of Null")))]);
        let record = |n| Value::map([("country", Some(country())), ("n", Some(Value::Uint32(n)))]);
        let one = encode([record(0)]).unwrap().bytes.len();
        for (records, at_most, reason) in [
            (2, one + 10, "the second points to what is in the first"),
            (HOT, one + 10 * HOT as usize, "what many use comes first"),
        ] {
            let section = encode((0..records).map(record)).unwrap();
            assert!(section.bytes.len() <= at_most, "{reason}: {} bytes", section.bytes.len());
            assert_eq!(section.offsets.len(), records as usize);
        }
        let section = encode([record(1), record(1)]).unwrap();
        assert_eq!(section.offsets[0], section.offsets[1], "equal records are one");
    }
}
