//! The bytes of the data section: control bytes, numbers and pointers, as in the MaxMind DB specification 2.0.

use crate::value::Scalar;

/// Type numbers of the values that have a length: text, maps and arrays.
pub mod kind {
    /// UTF-8 text.
    pub const STRING: u8 = 2;
    /// Pairs of key and value.
    pub const MAP: u8 = 7;
    /// Values.
    pub const ARRAY: u8 = 11;
}

/// Appends a number or a boolean.
pub fn scalar(bytes: &mut Vec<u8>, scalar: Scalar) {
    match scalar {
        Scalar::Double(bits) => {
            control(bytes, 3, 8);
            bytes.extend(bits.to_be_bytes());
        }
        Scalar::Float(bits) => {
            control(bytes, 15, 4);
            bytes.extend(bits.to_be_bytes());
        }
        Scalar::Uint16(number) => unsigned(bytes, 5, number.into()),
        Scalar::Uint32(number) => unsigned(bytes, 6, number.into()),
        Scalar::Uint64(number) => unsigned(bytes, 9, number.into()),
        Scalar::Uint128(number) => unsigned(bytes, 10, number),
        // Two's complement; a negative number needs all four bytes.
        Scalar::Int32(number) => unsigned(bytes, 8, number.cast_unsigned().into()),
        Scalar::Bool(is) => control(bytes, 14, is.into()),
    }
}

/// An integer without its leading zero bytes.
fn unsigned(bytes: &mut Vec<u8>, kind: u8, number: u128) {
    let digits = number.to_be_bytes();
    let digits = &digits[number.leading_zeros() as usize / 8..];
    control(bytes, kind, digits.len());
    bytes.extend(digits);
}

/// Appends type and size. Sizes of 29 and more take further bytes; types of 8 and more take one byte before those.
pub fn control(bytes: &mut Vec<u8>, kind: u8, size: usize) {
    let (low, more) = match size {
        0..29 => (size as u8, 0),
        29..285 => (29, 1),
        285..65_821 => (30, 2),
        _ => (31, 3),
    };
    match kind {
        1..8 => bytes.push(kind << 5 | low),
        _ => bytes.extend([low, kind - 7]),
    }
    let base = [0, 29, 285, 65_821][more];
    bytes.extend(&((size - base) as u32).to_be_bytes()[4 - more..]);
}

/// A pointer to an offset: the type, two bits for its length, then three bits and the remaining bytes.
pub fn pointer(offset: u32) -> Vec<u8> {
    const KIND: u32 = 1 << 5;
    match offset {
        0..2_048 => (KIND << 8 | offset).to_be_bytes()[2..].to_vec(),
        2_048..526_336 => ((KIND | 1 << 3) << 16 | (offset - 2_048)).to_be_bytes()[1..].to_vec(),
        526_336..134_744_064 => ((KIND | 2 << 3) << 24 | (offset - 526_336)).to_be_bytes().to_vec(),
        _ => [&[0x38], &offset.to_be_bytes()[..]].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_encoded_as_specified() {
        for (value, expected, reason) in [
            (Scalar::Double(1.5_f64.to_bits()), vec![0x68, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], "type 3, eight bytes"),
            (Scalar::Float(1.5_f32.to_bits()), vec![0x04, 8, 0x3f, 0xc0, 0, 0], "type 15 takes a second byte"),
            (Scalar::Uint16(0), vec![0xa0], "type 5; zero has no bytes"),
            (Scalar::Uint16(258), vec![0xa2, 1, 2], "the most significant byte first"),
            (Scalar::Uint32(13_335), vec![0xc2, 0x34, 0x17], "type 6 without its leading zeros"),
            (Scalar::Uint64(1 << 32), vec![0x05, 2, 1, 0, 0, 0, 0], "type 9 takes a second byte"),
            (Scalar::Uint128(1), vec![0x01, 3, 1], "type 10 takes a second byte"),
            (Scalar::Int32(5), vec![0x01, 1, 5], "type 8 takes a second byte"),
            (Scalar::Int32(-2), vec![0x04, 1, 0xff, 0xff, 0xff, 0xfe], "two's complement"),
            (Scalar::Bool(true), vec![0x01, 7], "type 14, whose size is its value"),
        ] {
            let mut bytes = Vec::new();
            scalar(&mut bytes, value);
            assert_eq!(bytes, expected, "{reason}");
        }
    }

    #[test]
    fn long_sizes_take_more_bytes() {
        for (size, expected, reason) in [
            (28, vec![0x5c], "the last in the control byte"),
            (29, vec![0x5d, 0], "counted from 29"),
            (284, vec![0x5d, 255], "the last in one byte"),
            (285, vec![0x5e, 0, 0], "counted from 285"),
            (65_820, vec![0x5e, 255, 255], "the last in two bytes"),
            (65_821, vec![0x5f, 0, 0, 0], "counted from 65,821"),
        ] {
            let mut bytes = Vec::new();
            control(&mut bytes, kind::STRING, size);
            assert_eq!(bytes, expected, "{reason}");
        }
    }

    #[test]
    fn pointers_are_as_short_as_their_offsets_allow() {
        for (offset, bytes, reason) in [
            (0, vec![0x20, 0], "two bytes"),
            (2_047, vec![0x27, 0xff], "the last in eleven bits"),
            (2_048, vec![0x28, 0, 0], "counted from 2,048"),
            (526_335, vec![0x2f, 0xff, 0xff], "the last in nineteen bits"),
            (526_336, vec![0x30, 0, 0, 0], "counted from 526,336"),
            (134_744_063, vec![0x37, 0xff, 0xff, 0xff], "the last in twenty-seven bits"),
            (134_744_064, vec![0x38, 0x08, 0x08, 0x08, 0x00], "four bytes, counted from zero"),
        ] {
            assert_eq!(pointer(offset), bytes, "{reason}");
        }
    }
}
