//! The ASN source: the npm package's CSV files, or a MaxMind DB file in the schema of GeoLite2 ASN or IPinfo.

use crate::error::Error;
use crate::lock::Part;
use crate::manifest::Source;
use crate::place::AutonomousSystem;
use crate::progress::Progress;
use crate::sources::field::{Discarded, TextOrInteger};
use crate::sources::input::Input;
use crate::sources::licence::{self, Package};
use crate::sources::{Loaded, Table, csv, database_type, mmdb};
use serde::Deserialize;
use std::path::Path;
use time::Date;

/// The npm package, below `node_modules`.
pub const PACKAGE: &str = "@ip-location-db/asn";

/// The files of the npm package.
pub const FILES: [&str; 2] = ["asn-ipv4.csv", "asn-ipv6.csv"];

/// Reads the npm package: these files of it.
pub fn package(node_modules: &Path, files: &[Input]) -> Result<Loaded<AutonomousSystem>, Error> {
    let directory = node_modules.join(PACKAGE);
    let package = Package::read(&directory)?;
    let build_date = package.build_date();
    let build_date =
        build_date.ok_or_else(|| Error::file(&directory, "the package's version does not contain a date"))?;
    let (mut table, mut discarded, mut records) = (Table::default(), Discarded::default(), 0);
    for input in files {
        let file = &input.path;
        let _progress = Progress::new(format!("reading {}", file.display()), 1);
        let bytes = input.read_packed()?;
        input.check_date(build_date)?;
        let count = csv::read(file, &bytes, &mut table, &mut discarded)?;
        records += count.ranges;
        let (file, csv::Count { ranges, overlapping }) = (file.display(), count);
        eprintln!("{file}: {ranges} ranges, {overlapping} overlapping (the smaller range applies)");
    }
    if table.values.is_empty() {
        return Err(Error::file(&directory, "its files have no ranges; install the package again with `npm ci`"));
    }
    table.sort();
    discarded.report(&directory);
    let source = |name, attribution, notice| {
        package.source(&directory, name, attribution, build_date, &[notice, "MODIFICATIONS"])
    };
    let sources = vec![
        source("Route Views", "Route Views (https://www.routeviews.org), CC BY 4.0", "ROUTEVIEWS-LICENSE")?,
        source("NRO statistics", "Number Resource Organization (https://www.nro.net), CC BY 4.0", "NRO_LICENSE")?,
        source("DB-IP ASN Lite", licence::DB_IP, "DBIP-LICENSE")?,
    ];
    let database_type = database_type::DBIP_ASN.to_owned();
    Ok(Loaded { table, build_date, database_type, records, discarded, sources })
}

/// Reads a MaxMind DB file that a person named.
pub fn database(file: &Path) -> Result<Loaded<AutonomousSystem>, Error> {
    read(&Input::named(file), licence::of_database)
}

/// Reads the file of a source that has been fetched.
pub fn fetched(source: &str, files: &[Input]) -> Result<Loaded<AutonomousSystem>, Error> {
    let [input] = files else {
        return Err(Error::unfit(format!("the lock file has {} ASN files of {source}, not one", files.len())));
    };
    read(input, |own_type, date| licence::of_fetched(source, Part::Asn, own_type, date))
}

fn read(input: &Input, licence: impl Fn(&str, Date) -> Source) -> Result<Loaded<AutonomousSystem>, Error> {
    let file = &input.path;
    let reader = mmdb::open(input)?;
    let (mut table, mut discarded) = (Table::default(), Discarded::default());
    let records =
        mmdb::read(file, &reader, &mut table, mmdb::Need::Systems, |record: Record| record.system(&mut discarded))?;
    table.sort();
    discarded.report(file);
    let build_date = mmdb::build_date(file, &reader)?;
    let own_type = &reader.metadata().database_type;
    let sources = vec![licence(own_type, build_date)];
    let database_type = database_type::systems(own_type);
    Ok(Loaded { table, build_date, database_type, records, discarded, sources })
}

/// A record in either schema: GeoLite2 ASN has the first two fields, IPinfo the others.
#[derive(Deserialize)]
struct Record {
    autonomous_system_number: Option<TextOrInteger>,
    autonomous_system_organization: Option<String>,
    asn: Option<TextOrInteger>,
    name: Option<String>,
    as_name: Option<String>,
}

impl Record {
    fn system(self, discarded: &mut Discarded) -> Result<Option<AutonomousSystem>, String> {
        let stated = self.autonomous_system_number.or(self.asn).map(|TextOrInteger(text)| text);
        let Some(number) = stated.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
        let digits = number.strip_prefix("AS").or_else(|| number.strip_prefix("as")).unwrap_or(number);
        let Some(number) = csv::number(digits, discarded)? else { return Ok(None) };
        let name = [self.autonomous_system_organization, self.name, self.as_name].into_iter().flatten();
        let organization = name.map(|name| discarded.text(Some(name))).find(Option::is_some).flatten();
        Ok(Some(AutonomousSystem { number, organization }))
    }
}
