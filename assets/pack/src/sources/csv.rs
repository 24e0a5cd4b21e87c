//! Address ranges with the autonomous system that routes them, one per line: `first,last,number,"organization"`.

use crate::error::Error;
use crate::network;
use crate::place::AutonomousSystem;
use crate::sources::Table;
use crate::sources::field::Discarded;
use csv::{Position, ReaderBuilder, StringRecord};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

/// The contents of a file of ranges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// The number of ranges.
    pub ranges: u64,
    /// The number of ranges that begin within an earlier range.
    pub overlapping: u64,
}

/// Reads the bytes of a file into the table. Where ranges overlap, the one with fewer addresses applies; of equally large
/// ranges the later.
pub fn read(
    file: &Path,
    bytes: &[u8],
    table: &mut Table<AutonomousSystem>,
    discarded: &mut Discarded,
) -> Result<Count, Error> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut ranges = Vec::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| unreadable(file, bytes, &error))? {
        let in_line = |problem: String| Error::line(file, line(bytes, record.position()), problem);
        let Some((first, last, system)) = row(&record, discarded).map_err(in_line)? else { continue };
        ranges.push(Range { first, last, value: table.intern(system) });
    }
    let count = Count { ranges: ranges.len() as u64, overlapping: overlapping(&mut ranges) };
    for Range { first, last, value } in flatten(ranges) {
        table.extend(network::range(first, last).map(|network| (network, value)));
    }
    Ok(count)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    first: u128,
    last: u128,
    value: u32,
}

/// The range and its system; `None` if the system is none.
fn row(record: &StringRecord, discarded: &mut Discarded) -> Result<Option<(u128, u128, AutonomousSystem)>, String> {
    let column = |index, name| record.get(index).ok_or_else(|| format!("the {name} is missing"));
    let (first, last) = (address(column(0, "first address")?)?, address(column(1, "last address")?)?);
    if first.is_ipv4() != last.is_ipv4() {
        return Err(format!("the range goes from {first} to {last}, which is another address family"));
    }
    if first > last {
        return Err(format!("the range is inverted: it goes from {first} to {last}"));
    }
    let Some(number) = number(column(2, "number of the autonomous system")?, discarded)? else { return Ok(None) };
    let organization = discarded.text(record.get(3).map(str::to_owned));
    Ok(Some((network::number(first), network::number(last), AutonomousSystem { number, organization })))
}

/// The number of an autonomous system in decimal digits. `None` for 0, which is never routed (RFC 7607).
pub fn number(text: &str, discarded: &mut Discarded) -> Result<Option<u32>, String> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = Some(text).filter(|_| is_digits).and_then(|text| text.parse().ok());
    match number {
        Some(0) => {
            discarded.add("AS number 0", text);
            Ok(None)
        }
        Some(number) => Ok(Some(number)),
        None => Err(format!("`{}` is not an AS number: 1 to 4294967295", shown(text))),
    }
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| format!("`{}` is not an IP address", shown(text)))
}

/// The beginning of a text, for errors.
fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

/// The number of the line on which a record begins, from 1.
///
/// The position that the reader gives is that of the end of the record before it. Blank lines may follow there.
fn line(bytes: &[u8], position: Option<&Position>) -> u64 {
    let end = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0).min(bytes.len());
    let (before, after) = bytes.split_at(end);
    let blank = after.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let breaks = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'\n').count();
    1 + (breaks(before) + breaks(after.get(..blank).unwrap_or_default())) as u64
}

fn unreadable(file: &Path, bytes: &[u8], error: &csv::Error) -> Error {
    let line = line(bytes, error.position());
    match error.kind() {
        csv::ErrorKind::Io(source) => Error::file(file, source.to_string()),
        csv::ErrorKind::Utf8 { .. } => Error::line(file, line, "the line is not UTF-8"),
        _ => Error::line(file, line, error.to_string()),
    }
}

/// Sorts by first address, and counts the ranges that begin before all earlier ranges have ended.
fn overlapping(ranges: &mut [Range]) -> u64 {
    ranges.sort_by_key(|range| range.first);
    let mut end = None;
    let mut count = 0;
    for range in ranges {
        count += u64::from(end.is_some_and(|end| range.first <= end));
        end = end.max(Some(range.last));
    }
    count
}

/// Makes sorted ranges disjoint.
fn flatten(ranges: Vec<Range>) -> Vec<Range> {
    let mut flat: Vec<Range> = Vec::with_capacity(ranges.len());
    let mut group: Vec<Range> = Vec::new();
    let mut end = None;
    for range in ranges {
        if end.is_some_and(|end| range.first > end) {
            flat.extend(flatten_group(&group));
            group.clear();
        }
        end = end.max(Some(range.last));
        group.push(range);
    }
    flat.extend(flatten_group(&group));
    flat
}

/// Makes overlapping ranges disjoint: between two neighbouring borders, the smallest range that covers them applies.
fn flatten_group(group: &[Range]) -> Vec<Range> {
    let [_, _, ..] = group else { return group.to_vec() };
    let mut by_size: Vec<&Range> = group.iter().collect();
    by_size.sort_by_key(|range| std::cmp::Reverse(range.last - range.first));
    let borders = group.iter().flat_map(|range| [Some(range.first), range.last.checked_add(1)]);
    let mut pieces: BTreeMap<u128, Option<u32>> = borders.flatten().map(|border| (border, None)).collect();
    for range in by_size {
        pieces.range_mut(range.first..=range.last).for_each(|(_, piece)| *piece = Some(range.value));
    }
    let end = group.iter().map(|range| range.last).max();
    let ends = pieces.keys().skip(1).map(|next| next - 1).chain(end);
    let pieces = pieces.iter().zip(ends);
    pieces.filter_map(|((&first, &value), last)| Some(Range { first, last, value: value? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &[u8]) -> Result<(Count, Vec<(String, u32)>), Error> {
        let mut table = Table::default();
        let count = read(Path::new("asn.csv"), text, &mut table, &mut Discarded::default())?;
        table.sort();
        let networks = table.ipv4.iter().chain(&table.ipv6);
        let networks = networks.map(|&(network, value)| (network.to_string(), table.values[value as usize].number));
        Ok((count, networks.collect()))
    }

    #[test]
    fn ranges_are_read() {
        for (text, networks, overlapping, reason) in [
            ("1.0.0.0,1.0.0.255,1,A\n", vec![("1.0.0.0/24", 1)], 0, "a range that is a prefix"),
            (
                "1.0.0.0,1.0.0.2,1,\"A, \"\"B\"\"\"\n",
                vec![("1.0.0.0/31", 1), ("1.0.0.2/32", 1)],
                0,
                "a range that is two prefixes",
            ),
            ("2001:db8::,2001:db8::1,1,A", vec![("2001:db8::/127", 1)], 0, "IPv6; no newline at the end"),
            ("1.0.0.0,1.0.0.255,1,\n", vec![("1.0.0.0/24", 1)], 0, "no name"),
            (
                "1.0.0.0,1.0.1.255,1,A\n1.0.1.0,1.0.1.127,2,B\n",
                vec![("1.0.0.0/24", 1), ("1.0.1.0/25", 2), ("1.0.1.128/25", 1)],
                1,
                "one range inside another",
            ),
            (
                "1.0.0.0,1.0.2.255,1,A\n1.0.2.0,1.0.3.255,2,B\n",
                vec![("1.0.0.0/23", 1), ("1.0.2.0/24", 2), ("1.0.3.0/24", 2)],
                1,
                "ranges that overlap in part, as in the real file: the smaller one applies",
            ),
            (
                "1.0.0.0,1.0.0.0,1,A\n1.0.0.0,1.0.0.0,2,B\n",
                vec![("1.0.0.0/32", 2)],
                1,
                "the same range twice: the later one applies",
            ),
            ("1.0.0.0,1.0.0.0,0,-\n1.0.1.0,1.0.1.0,1,-\n", vec![("1.0.1.0/32", 1)], 0, "AS 0 is never routed"),
            ("\n\r\n1.0.0.0,1.0.0.0,1, A \n\n", vec![("1.0.0.0/32", 1)], 0, "blank lines"),
        ] {
            let networks = networks.into_iter().map(|(network, number)| (network.to_owned(), number)).collect();
            let (count, found) = read_text(text.as_bytes()).unwrap();
            assert_eq!((found, count.overlapping), (networks, overlapping), "{reason}");
        }
    }

    #[test]
    fn a_broken_line_is_named() {
        for (text, message) in [
            (
                "1.0.0.0,1.0.0.1,1,A\n1.0.1.0,1.0.0.0,1,A\n",
                "asn.csv:2: the range is inverted: it goes from 1.0.1.0 to 1.0.0.0",
            ),
            ("1.0.0.0,1.0.0.1,,A\n", "asn.csv:1: `` is not an AS number: 1 to 4294967295"),
            ("1.0.0.0,1.0.0.1,AS1,A\n", "asn.csv:1: `AS1` is not an AS number: 1 to 4294967295"),
            ("1.0.0.0,1.0.0.1,4294967296,A\n", "asn.csv:1: `4294967296` is not an AS number: 1 to 4294967295"),
            ("1.0.0.0,1.0.0.1,+1,A\n", "asn.csv:1: `+1` is not an AS number: 1 to 4294967295"),
            ("1.0.0.0,1.0.0.1\n", "asn.csv:1: the number of the autonomous system is missing"),
            ("1.0.0.0\n", "asn.csv:1: the last address is missing"),
            ("1.0.0.0,::1,1,A\n", "asn.csv:1: the range goes from 1.0.0.0 to ::1, which is another address family"),
            ("1.0.0.0,1.0.0.1,1,\"A\nB\"\n1.0.0,1.0.0.1,1,A\n", "asn.csv:3: `1.0.0` is not an IP address"),
            ("1.0.0.0,1.0.0.1,1,A\n\n1.0.0,1.0.0.1,1,A\n", "asn.csv:3: `1.0.0` is not an IP address"),
            ("\n\n\n1.0.0,1.0.0.1,1,A\n", "asn.csv:4: `1.0.0` is not an IP address"),
            ("1.0.0.0,1.0.0.1,1,A\r\n\r\n1.0.0,1.0.0.1,1,A\r\n", "asn.csv:3: `1.0.0` is not an IP address"),
        ] {
            assert_eq!(read_text(text.as_bytes()).unwrap_err().to_string(), message);
        }
        let error = read_text(b"1.0.0.0,1.0.0.1,1,A\n\n1.0.0.0,1.0.0.1,1,\xff\n").unwrap_err().to_string();
        assert_eq!(error, "asn.csv:3: the line is not UTF-8");
    }
}
