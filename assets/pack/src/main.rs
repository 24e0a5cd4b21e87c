//! `pack`: packs source data into the two databases that the component carries.

mod arguments;

use arguments::{Arguments, Command, Inputs, Pack, Verify};
use clap::Parser;
use pack::changes::{self, Side};
use pack::check::check;
use pack::lock::{Lock, LockedFile, Part};
use pack::manifest::{Finding, Manifest, digest};
use pack::pack::{Profile, pack};
use pack::place::{AutonomousSystem, Place};
use pack::sources::input::Input;
use pack::sources::licence::Package;
use pack::sources::{self, Loaded, Table};
use pack::{Error, fixture, output, plausibility, stats};
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
        Some(Command::LockNpm { sources, lock }) => run_lock_npm(&sources, &lock),
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
    let Inspected { city, asn, findings } = load(&arguments.inputs)?;
    let mut alarms = print_findings(&findings, &city, &asn);
    alarms.extend(odd_dates(arguments)?);
    if let Some(old) = &arguments.changes_from {
        alarms = changes(old, &arguments.report, &city, &asn, &arguments.inputs.languages(), alarms)?;
    }
    if !alarms.is_empty() && !arguments.accept {
        let alarms = alarms.join("\n  ");
        return Err(Error::Unfit(format!(
            "this data is not ordinary, and nothing is packed:\n  {alarms}\nIf it is right nevertheless, continue with \
             --accept (make: ACCEPT=1)"
        )));
    }
    let mut packed = pack(arguments.profile(), &city, &asn, &arguments.inputs.languages())?;
    for (entry, findings) in packed.manifest.databases.iter_mut().zip(findings) {
        entry.plausibility = findings;
    }
    let faults = check(&packed.geo, &packed.asn, &mut packed.manifest, &city.table, &asn.table, SAMPLE)?;
    fail_on(&faults)?;
    // First the lock file: if the databases do not follow, they are older than it, and the next `make data` packs them.
    if let (Some(lock), Some(place)) = (&arguments.inputs.lock, &arguments.install_lock) {
        output::write_file(place, &read(lock)?)?;
    }
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
    let mut manifest = read_manifest(&file)?;
    let (city_source, asn_source) = match &arguments.fixture {
        Some(text) => {
            let world = fixture::read(&String::from_utf8_lossy(&read(text)?))?;
            (Table::of(world.geo), Table::of(world.asn))
        }
        None => {
            let Inspected { city, asn, .. } = load(&arguments.inputs)?;
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

/// Sources that have been read, and what the plausibility checks found in each.
struct Inspected {
    city: Loaded<Place>,
    asn: Loaded<AutonomousSystem>,
    findings: [Vec<Finding>; 2],
}

fn load(inputs: &Inputs) -> Result<Inspected, Error> {
    let languages = inputs.languages();
    let lock = inputs.lock.as_deref().map(Lock::read).transpose()?;
    let files = |part| match &lock {
        Some(lock) => Input::locked(lock, &inputs.source, part, &inputs.sources, &inputs.store),
        None if inputs.source == "npm" => Ok(npm_files(&inputs.sources, part)),
        None => Err(Error::Unfit("a source other than npm needs --lock".to_owned())),
    };
    let mut city = match (&inputs.city, &*inputs.source) {
        (Some(file), _) => sources::city::database(file, &languages)?,
        (None, "npm") => sources::city::package(&inputs.sources, &files(Part::City)?, &languages)?,
        (None, source) => sources::city::fetched(source, &files(Part::City)?, &languages)?,
    };
    let mut asn = match (&inputs.asn, &*inputs.source) {
        (Some(file), _) => sources::asn::database(file)?,
        (None, "npm") => sources::asn::package(&inputs.sources, &files(Part::Asn)?)?,
        (None, source) => sources::asn::fetched(source, &files(Part::Asn)?)?,
    };
    let findings = [plausibility::places(&mut city), plausibility::systems(&mut asn)];
    Ok(Inspected { city, asn, findings })
}

/// The files of the npm packages that have a part.
fn npm_files(node_modules: &Path, part: Part) -> Vec<Input> {
    let (package, files) = match part {
        Part::City | Part::Both => (sources::city::PACKAGE, sources::city::FILES),
        Part::Asn => (sources::asn::PACKAGE, sources::asn::FILES),
    };
    files.iter().map(|file| Input::named(&node_modules.join(package).join(file))).collect()
}

/// Prints what the checks found, and returns what is out of bounds.
fn print_findings(findings: &[Vec<Finding>; 2], city: &Loaded<Place>, asn: &Loaded<AutonomousSystem>) -> Vec<String> {
    for finding in findings.iter().flatten() {
        let mark = if finding.is_within_bound { "" } else { " OUT OF BOUNDS" };
        eprintln!("plausibility: {}{mark}", plausibility::describe(finding));
    }
    let [places, systems] = findings;
    [plausibility::exceeded(&city.table, places), plausibility::exceeded(&asn.table, systems)]
        .into_iter()
        .flatten()
        .collect()
}

/// What is not ordinary about the dates of an update.
fn odd_dates(arguments: &Pack) -> Result<Vec<String>, Error> {
    let (Some(lock), Some(place)) = (&arguments.inputs.lock, &arguments.install_lock) else { return Ok(Vec::new()) };
    let (new, before) = (Lock::read(lock)?, Lock::read_versions(place)?);
    new.odd_dates(&before, &arguments.inputs.source, arguments.today()?, arguments.older)
        .map_err(|problem| Error::File { file: place.clone(), problem })
}

/// Reports what changes against the packed databases in a directory, and returns what is not ordinary, after the `alarms`
/// that there are.
fn changes(
    old: &Path,
    report: &Path,
    city: &Loaded<Place>,
    asn: &Loaded<AutonomousSystem>,
    languages: &[String],
    mut alarms: Vec<String>,
) -> Result<Vec<String>, Error> {
    let (geo, systems, manifest) = (old.join(GEO), old.join(ASN), old.join(MANIFEST));
    if !geo.exists() || !systems.exists() || !manifest.exists() {
        output::write_file(report, b"There were no databases to compare with.\n")?;
        eprintln!("changes: there are no databases in {} to compare with", old.display());
        return Ok(alarms);
    }
    let manifest = read_manifest(&manifest)?;
    let dates = manifest.databases.iter().map(|database| &*database.build_date).collect::<Vec<_>>().join(" and ");
    let tolerance_km = manifest.databases.iter().filter_map(|database| database.error_bound_km).fold(0.0, f64::max);
    let (old_city, old_asn) = (sources::city::database(&geo, languages)?, sources::asn::database(&systems)?);
    let found = changes::compare(
        &Side { city: &old_city.table, asn: &old_asn.table },
        &Side { city: &city.table, asn: &asn.table },
        tolerance_km,
    );
    let title = format!("# Changes from {dates} to {} and {}\n\n", city.build_date, asn.build_date);
    alarms.extend(found.alarms());
    let warning =
        if alarms.is_empty() { String::new() } else { format!("Not ordinary:\n\n- {}\n\n", alarms.join("\n- ")) };
    let text = format!("{title}{warning}{found}");
    println!("{text}");
    output::write_file(report, text.as_bytes())?;
    Ok(alarms)
}

/// Writes the installed npm packages into the lock file, with the version as part of the URL.
fn run_lock_npm(node_modules: &Path, file: &Path) -> Result<(), Error> {
    let mut files = Vec::new();
    for (part, package) in [(Part::City, sources::city::PACKAGE), (Part::Asn, sources::asn::PACKAGE)] {
        let found = Package::read(&node_modules.join(package))?;
        for input in npm_files(node_modules, part) {
            let bytes = input.read_packed()?;
            let date = match part {
                Part::Asn => found.build_date(),
                _ => Some(sources::mmdb::date_of(&input.path, bytes.clone())?),
            };
            let name = input.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push(LockedFile {
                source: "npm".to_owned(),
                part,
                file: format!("{package}/{name}"),
                url: format!("npm:{package}@{}", found.version),
                build_date: date.map(|date| date.to_string()).unwrap_or_default(),
                bytes: bytes.len() as u64,
                sha256: digest(&bytes),
                etag: None,
                last_modified: None,
            });
        }
    }
    output::write_file(file, Lock::read_versions(file)?.with("npm", files).to_json().as_bytes())
}

fn read_manifest(file: &Path) -> Result<Manifest, Error> {
    serde_json::from_slice(&read(file)?)
        .map_err(|error| Error::File { file: file.to_owned(), problem: error.to_string() })
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
