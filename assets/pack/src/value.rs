//! The values that the MaxMind DB format has.

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
    /// A 64-bit float, by its bits.
    Double(u64),
    /// A 32-bit float, by its bits.
    Float(u32),
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
