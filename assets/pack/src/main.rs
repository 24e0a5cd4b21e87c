//! `pack`: source data to the two databases that the component carries.

use clap::{Parser, Subcommand};
use pack::pack::Profile;
use pack::{Error, fixture, output, pack as databases, sources};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Packs location and ASN data into geo.mmdb, asn.mmdb and manifest.json
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Whether the result has to fit a component at the edge, or to be without loss
    #[arg(long, value_enum, default_value = "edge")]
    profile: ProfileName,
    /// How many bytes both databases together may take in the edge profile
    #[arg(long, value_name = "BYTES", default_value_t = databases::DEFAULT_BUDGET)]
    budget: usize,
    #[command(flatten)]
    inputs: Inputs,
    /// Where the results go
    #[arg(long, value_name = "DIR", default_value = "assets")]
    out: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum ProfileName {
    Edge,
    Exact,
}

impl Arguments {
    fn profile(&self) -> Profile {
        match self.profile {
            ProfileName::Edge => Profile::Edge { budget: self.budget },
            ProfileName::Exact => Profile::Exact,
        }
    }
}

#[derive(clap::Args)]
struct Inputs {
    /// Where npm has installed the source packages
    #[arg(long, value_name = "DIR", default_value = "assets/node_modules")]
    sources: PathBuf,
    /// A location database of your own, in the schema of GeoIP2 City or IPinfo
    #[arg(long, value_name = "FILE")]
    city: Option<PathBuf>,
    /// An ASN database of your own, in the schema of GeoLite2 ASN or IPinfo
    #[arg(long, value_name = "FILE")]
    asn: Option<PathBuf>,
    /// The languages to keep names in besides English, as in `de,pt-BR`
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    languages: Vec<String>,
}

impl Inputs {
    fn languages(&self) -> Vec<String> {
        let others = self.languages.iter().filter(|language| *language != "en");
        std::iter::once("en".to_owned()).chain(others.cloned()).collect()
    }
}

#[derive(Subcommand)]
enum Command {
    /// Turns the tests' world, a text file, into databases
    Fixture {
        /// The text file
        text: PathBuf,
        /// Where the results go
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        None => pack(arguments.profile(), &arguments.inputs, &arguments.out),
        Some(Command::Fixture { text, out }) => fixture(text, out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pack: {error}");
            ExitCode::FAILURE
        }
    }
}

fn pack(profile: Profile, inputs: &Inputs, out: &Path) -> Result<(), Error> {
    let languages = inputs.languages();
    let city = match &inputs.city {
        Some(file) => sources::city::database(file, &languages)?,
        None => sources::city::package(&inputs.sources, &languages)?,
    };
    let asn = match &inputs.asn {
        Some(file) => sources::asn::database(file)?,
        None => sources::asn::package(&inputs.sources)?,
    };
    let packed = databases::pack(profile, &city, &asn, &languages)?;
    let manifest = packed.manifest.to_json();
    output::write(out, &[("geo.mmdb", &packed.geo), ("asn.mmdb", &packed.asn), ("manifest.json", manifest.as_bytes())])
}

fn fixture(text: &Path, out: &Path) -> Result<(), Error> {
    let world = std::fs::read_to_string(text).map_err(|source| Error::Io { file: text.to_owned(), source })?;
    let built = fixture::build(&world)?;
    let manifest = built.manifest.as_bytes();
    output::write(out, &[("geo.mmdb", &built.geo), ("asn.mmdb", &built.asn), ("manifest.json", manifest)])
}
