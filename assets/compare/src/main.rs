//! `compare`: how far the countries of a location database agree with another free source, weighed by addresses.
//!
//! The other source is IPFire's location database, which the crate tor-geoip-db has for Tor. It is made from the
//! registries' data and from corrections, not from DB-IP. Where two sources agree, both can still be wrong; where they
//! differ, at least one of them is.

mod agreement;
mod other;

use agreement::{Agreement, percent};
use pack::enrich::countries::Countries;
use pack::overlay::ranges;
use pack::sources::city;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let file = std::env::args_os().nth(1);
    let Some(file) = file else {
        eprintln!("usage: compare DATABASE");
        return ExitCode::FAILURE;
    };
    match run(Path::new(&file)) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(file: &Path) -> Result<String, pack::Error> {
    let loaded = city::database(file, &["en".to_owned()])?;
    let table = &loaded.table;
    let mut known = Countries::new(&["en".to_owned()]);
    // IPFire has codes that are not countries: EU, AP, and T1 for Tor.
    let all_theirs: BTreeMap<u32, Option<String>> = other::ipv4()
        .chain(other::ipv6())
        .map(|(.., value)| (value, other::code(value)))
        .map(|(value, code)| (value, known.get(&code).map(|_| code)))
        .collect();
    let theirs = |value: u32| all_theirs.get(&value).cloned().flatten();
    let country = |value: u32| {
        let place = table.values.get(value as usize)?;
        place.country.as_ref()?.code.clone()
    };
    let ipv4 = Agreement::of(ranges(&table.ipv4), other::ipv4(), country, theirs, 0);
    let ipv6 = Agreement::of(ranges(&table.ipv6), other::ipv6(), country, theirs, 64);
    let title = format!(
        "Countries of {} ({}) and of IPFire's location database ({}), which is CC BY-SA 4.0 and only compared with:",
        loaded.database_type,
        loaded.build_date,
        other::DATE
    );
    let summary = |family: &str, found: &Agreement| {
        let (addresses, ranges) = (percent(found.share()), percent(found.share_of_ranges()));
        format!("{family}: they agree on {addresses} of the addresses; with each range counted once, on {ranges}")
    };
    Ok(format!(
        "{title}\n\n{}\n{} (addresses counted in /64)\n\n## IPv4\n\n{}\n## IPv6\n\n{}",
        summary("IPv4", &ipv4),
        summary("IPv6", &ipv6),
        ipv4.tables(),
        ipv6.tables()
    ))
}
