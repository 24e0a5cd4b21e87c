//! Values to the bytes of the data section, each distinct string, map and array stored once where that saves space.
//!
//! The encoding is that of the MaxMind DB specification 2.0: a control byte with type and size, then the payload; a
//! pointer in place of a value that stands elsewhere.

use crate::error::Error;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

/// A value of a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Keys with their values, in this order.
    Map(Vec<(Cow<'static, str>, Value)>),
    /// Values, in this order.
    Array(Vec<Value>),
    /// UTF-8 text.
    String(String),
    /// A 64-bit float, by its bits.
    Double(u64),
    /// An unsigned number whose type in the format is 16 bits wide.
    Uint16(u16),
    /// An unsigned number whose type in the format is 32 bits wide.
    Uint32(u32),
    /// An unsigned number whose type in the format is 64 bits wide.
    Uint64(u64),
    /// True or false.
    Bool(bool),
}

impl Value {
    /// A float, as a value.
    pub fn double(number: f64) -> Self {
        Self::Double(number.to_bits())
    }

    /// Text, as a value.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// Keys and values, as a map. A key whose value is not there is left out.
    pub fn map(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Self {
        let members = members.into_iter();
        Self::Map(members.filter_map(|(key, value)| Some((Cow::Borrowed(key), value?))).collect())
    }
}

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

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Scalar {
    Double(u64),
    Uint16(u16),
    Uint32(u32),
    Uint64(u64),
    Bool(bool),
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
        match self.places[id as usize].map(pointer) {
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
                self.control(7, members.len());
                for &(key, value) in members {
                    self.part(key);
                    self.part(value);
                }
            }
            Shape::Array(values) => {
                self.control(11, values.len());
                values.iter().for_each(|&value| self.part(value));
            }
            Shape::String(text) => {
                self.control(2, text.len());
                self.bytes.extend(text.as_bytes());
            }
            &Shape::Scalar(scalar) => self.scalar(scalar),
        }
    }

    fn scalar(&mut self, scalar: Scalar) {
        match scalar {
            Scalar::Double(bits) => {
                self.control(3, 8);
                self.bytes.extend(bits.to_be_bytes());
            }
            Scalar::Uint16(number) => self.unsigned(5, number.into()),
            Scalar::Uint32(number) => self.unsigned(6, number.into()),
            Scalar::Uint64(number) => self.unsigned(9, number),
            Scalar::Bool(is) => self.control(14, is.into()),
        }
    }

    /// A number without its leading zero bytes.
    fn unsigned(&mut self, kind: u8, number: u64) {
        let bytes = number.to_be_bytes();
        let bytes = &bytes[number.leading_zeros() as usize / 8..];
        self.control(kind, bytes.len());
        self.bytes.extend(bytes);
    }

    /// Type and size: sizes from 29 on take further bytes, types from 8 on a byte of their own before those.
    fn control(&mut self, kind: u8, size: usize) {
        let (low, more) = match size {
            0..29 => (size as u8, 0),
            29..285 => (29, 1),
            285..65_821 => (30, 2),
            _ => (31, 3),
        };
        match kind {
            1..8 => self.bytes.push(kind << 5 | low),
            _ => self.bytes.extend([low, kind - 7]),
        }
        let base = [0, 29, 285, 65_821][more];
        self.bytes.extend(&((size - base) as u32).to_be_bytes()[4 - more..]);
    }

    fn here(&self) -> u32 {
        u32::try_from(self.bytes.len()).unwrap_or(u32::MAX)
    }
}

/// A pointer to an offset: the type, two bits that say how long it is, then three bits and the bytes.
fn pointer(offset: u32) -> Vec<u8> {
    const KIND: u32 = 1 << 5;
    match offset {
        0..2_048 => (KIND << 8 | offset).to_be_bytes()[2..].to_vec(),
        2_048..526_336 => ((KIND | 1 << 3) << 16 | (offset - 2_048)).to_be_bytes()[1..].to_vec(),
        526_336..134_744_064 => ((KIND | 2 << 3) << 24 | (offset - 526_336)).to_be_bytes().to_vec(),
        _ => [&[0x38], &offset.to_be_bytes()[..]].concat(),
    }
}
