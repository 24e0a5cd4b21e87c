//! `pack`: packs source data into the two databases that the component carries.

mod arguments;

use arguments::{Arguments, Command, Inputs, Pack, Verify};
use clap::Parser;
use pack::check::check;
use pack::manifest::Manifest;
use pack::pack::{Profile, pack};
use pack::place::{AutonomousSystem, Place};
use pack::sources::{self, Loaded, Table};
use pack::{Error, fixture, output, stats};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

const GEO: &str = "geo.mmdb";
const ASN: &str = "asn.mmdb";
const MANIFEST: &str = "manifest.json";

/// The number of random addresses that a new result is checked with, besides the edges of every network.
const SAMPLE: usize = 1_000_000;

fn main() -> ExitCode {
    let Arguments { command, pack } = Arguments::parse();
    let done = match command {
        None => run_pack(&pack),
        Some(Command::Fixture { text, out }) => run_fixture(&text, &out),
        Some(Command::Verify(verify)) => run_verify(&verify),
        Some(Command::Stats { path }) => run_stats(&path),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pack: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Packs, and compares the result with its sources before writing it.
fn run_pack(arguments: &Pack) -> Result<(), Error> {
    let (city, asn) = load(&arguments.inputs)?;
    let mut packed = pack(arguments.profile(), &city, &asn, &arguments.inputs.languages())?;
    let faults = check(&packed.geo, &packed.asn, &mut packed.manifest, &city.table, &asn.table, SAMPLE)?;
    fail_on(&faults)?;
    write(&arguments.out, &packed.geo, &packed.asn, &packed.manifest.to_json())
}

fn run_fixture(text: &Path, out: &Path) -> Result<(), Error> {
    let fixture::Databases { geo, asn, manifest } = fixture::build(&String::from_utf8_lossy(&read(text)?))?;
    write(out, &geo, &asn, &manifest)
}

/// Compares, and writes the result into the manifest.
fn run_verify(arguments: &Verify) -> Result<(), Error> {
    let (geo, asn) = (read(&arguments.out.join(GEO))?, read(&arguments.out.join(ASN))?);
    let file = arguments.out.join(MANIFEST);
    let mut manifest: Manifest = serde_json::from_slice(&read(&file)?)
        .map_err(|error| Error::File { file: file.clone(), problem: error.to_string() })?;
    let (city_source, asn_source) = match &arguments.fixture {
        Some(text) => {
            let world = fixture::read(&String::from_utf8_lossy(&read(text)?))?;
            (Table::of(world.geo), Table::of(world.asn))
        }
        None => {
            let (city, asn) = load(&arguments.inputs)?;
            (city.table, asn.table)
        }
    };
    let mut faults = check(&geo, &asn, &mut manifest, &city_source, &asn_source, arguments.sample)?;
    let size = geo.len() + asn.len();
    println!("sizes: geo.mmdb {}, asn.mmdb {}, together {size} bytes", geo.len(), asn.len());
    if manifest.profile == (Profile::Edge { budget: 0 }).name() && size > arguments.budget {
        faults.push(format!("the databases take {size} bytes, over the budget of {}", arguments.budget));
    }
    if let Some(profile) = arguments.profile.map(|profile| profile.with(arguments.budget).name())
        && manifest.profile != profile
    {
        faults.push(format!("the profile is {}, not {profile}", manifest.profile));
    }
    fail_on(&faults)?;
    output::write(&arguments.out, &[(MANIFEST, manifest.to_json().as_bytes())])
}

fn run_stats(path: &Path) -> Result<(), Error> {
    let files = if path.is_dir() { vec![path.join(GEO), path.join(ASN)] } else { vec![path.to_owned()] };
    for file in files {
        let figures = stats::of(&read(&file)?);
        println!("{}\n{}", file.display(), figures.map_err(|problem| Error::File { file: file.clone(), problem })?);
    }
    Ok(())
}

fn load(inputs: &Inputs) -> Result<(Loaded<Place>, Loaded<AutonomousSystem>), Error> {
    let languages = inputs.languages();
    let city = match &inputs.city {
        Some(file) => sources::city::database(file, &languages)?,
        None => sources::city::package(&inputs.sources, &languages)?,
    };
    let asn = match &inputs.asn {
        Some(file) => sources::asn::database(file)?,
        None => sources::asn::package(&inputs.sources)?,
    };
    Ok((city, asn))
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    fs::read(file).map_err(|source| Error::Io { file: file.to_owned(), source })
}

fn write(out: &Path, geo: &[u8], asn: &[u8], manifest: &str) -> Result<(), Error> {
    output::write(out, &[(GEO, geo), (ASN, asn), (MANIFEST, manifest.as_bytes())])
}

fn fail_on(faults: &[String]) -> Result<(), Error> {
    if faults.is_empty() { Ok(()) } else { Err(Error::Unfit(faults.join("\npack: "))) }
}
