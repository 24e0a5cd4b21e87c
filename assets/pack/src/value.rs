//! The values of the MaxMind DB format.

use std::borrow::Cow;

/// A value of a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Keys with their values, in this order.
    Map(Vec<(Cow<'static, str>, Value)>),
    /// Values, in this order.
    Array(Vec<Value>),
    /// UTF-8 text.
    String(String),
    /// A number or a boolean.
    Scalar(Scalar),
}

/// A value of fixed size. Floats are kept by their bits, so that equal values can share one place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// A 64-bit float, by its bits.
    Double(u64),
    /// A 32-bit float, by its bits.
    Float(u32),
    /// An unsigned integer of at most 16 bits.
    Uint16(u16),
    /// An unsigned integer of at most 32 bits.
    Uint32(u32),
    /// An unsigned integer of at most 64 bits.
    Uint64(u64),
    /// An unsigned integer of at most 128 bits.
    Uint128(u128),
    /// A signed integer of at most 32 bits.
    Int32(i32),
    /// True or false.
    Bool(bool),
}

impl Value {
    /// A 64-bit float.
    pub fn double(number: f64) -> Self {
        Self::Scalar(Scalar::Double(number.to_bits()))
    }

    /// Text.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// A map of those members that have a value.
    pub fn map(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Self {
        let members = members.into_iter();
        Self::Map(members.filter_map(|(key, value)| Some((Cow::Borrowed(key), value?))).collect())
    }
}

impl From<Scalar> for Value {
    fn from(scalar: Scalar) -> Self {
        Self::Scalar(scalar)
    }
}
