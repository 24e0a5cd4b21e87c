//! The ASN source: the npm package's CSV files, or a MaxMind DB file in the schema of GeoLite2 ASN or IPinfo.

use crate::date::Date;
use crate::error::Error;
use crate::place::AutonomousSystem;
use crate::progress::Progress;
use crate::sources::licence::{self, Package};
use crate::sources::{Loaded, Table, csv, mmdb};
use serde::Deserialize;
use std::fs::File;
use std::path::Path;

/// The npm package, below `node_modules`.
pub const PACKAGE: &str = "@ip-location-db/asn";

/// Reads the npm package.
pub fn package(node_modules: &Path) -> Result<Loaded<AutonomousSystem>, Error> {
    let directory = node_modules.join(PACKAGE);
    let package = Package::read(&directory)?;
    let build_date = package.build_date();
    let build_date = build_date.ok_or_else(|| Error::file(&directory, "the package's version has no date in it"))?;
    let mut table = Table::default();
    for name in ["asn-ipv4.csv", "asn-ipv6.csv"] {
        let file = directory.join(name);
        let _progress = Progress::new(format!("reading {}", file.display()), 1);
        let from = File::open(&file).map_err(|source| Error::io(&file, source))?;
        let count = csv::read(&file, from, &mut table)?;
        let (file, csv::Count { ranges, overlapping }) = (file.display(), count);
        eprintln!("{file}: {ranges} ranges, {overlapping} overlapping (the smaller range holds)");
    }
    table.sort();
    let source = |name, attribution, notice| {
        package.source(&directory, name, attribution, build_date, &[notice, "MODIFICATIONS"])
    };
    let sources = vec![
        source("Route Views", "Route Views (https://www.routeviews.org), CC BY 4.0", "ROUTEVIEWS-LICENSE")?,
        source("NRO statistics", "Number Resource Organization (https://www.nro.net), CC BY 4.0", "NRO_LICENSE")?,
        source("DB-IP ASN Lite", licence::DB_IP, "DBIP-LICENSE")?,
    ];
    Ok(Loaded { table, build_date, sources })
}

/// Reads a MaxMind DB file.
pub fn database(file: &Path) -> Result<Loaded<AutonomousSystem>, Error> {
    let reader = mmdb::open(file)?;
    let mut table = Table::default();
    mmdb::read(file, &reader, &mut table, Record::system)?;
    table.sort();
    let build_date = Date::from_epoch(reader.metadata().build_epoch);
    let sources = vec![licence::of_database(&reader.metadata().database_type, build_date)];
    Ok(Loaded { table, build_date, sources })
}

/// A record in either schema: GeoLite2 ASN has the first two, IPinfo the others.
#[derive(Deserialize)]
struct Record {
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<String>,
    asn: Option<String>,
    name: Option<String>,
    as_name: Option<String>,
}

impl Record {
    fn system(self) -> Result<Option<AutonomousSystem>, String> {
        let number = match (self.autonomous_system_number, self.asn.filter(|asn| !asn.is_empty())) {
            (Some(number), _) => Some(number),
            (None, Some(asn)) => {
                let number = asn.strip_prefix("AS").and_then(|number| number.parse().ok());
                Some(number.ok_or_else(|| format!("`{asn}` is not the number of an autonomous system"))?)
            }
            (None, None) => None,
        };
        let organization = self.autonomous_system_organization.or(self.name).or(self.as_name);
        let organization = organization.filter(|name| !name.is_empty());
        Ok(number.map(|number| AutonomousSystem { number, organization }))
    }
}
