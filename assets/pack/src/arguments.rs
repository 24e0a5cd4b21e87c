//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use pack::pack::{DEFAULT_BUDGET, Profile};
use std::path::PathBuf;

/// Packs location and ASN data into geo.mmdb, asn.mmdb and manifest.json
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// What to do other than to pack
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to pack, and how
    #[command(flatten)]
    pub pack: Pack,
}

/// What there is to do besides packing.
#[derive(Subcommand)]
pub enum Command {
    /// Turns the tests' world, a text file, into databases
    Fixture {
        /// The text file
        text: PathBuf,
        /// Where the results go
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Compares packed databases with their sources, address by address
    Verify(Verify),
    /// Prints what a database is made of, and how many pages a lookup touches
    Stats {
        /// A database, or a directory with geo.mmdb and asn.mmdb
        path: PathBuf,
    },
}

/// How to pack.
#[derive(Args)]
pub struct Pack {
    /// Whether the result has to fit a component at the edge, or to be without loss
    #[arg(long, value_enum, default_value = "edge")]
    profile: ProfileName,
    /// How many bytes both databases together may take in the edge profile
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_BUDGET)]
    budget: usize,
    /// What to pack
    #[command(flatten)]
    pub inputs: Inputs,
    /// Where the results go
    #[arg(long, value_name = "DIR", default_value = "assets")]
    pub out: PathBuf,
}

/// What to compare with what.
#[derive(Args)]
pub struct Verify {
    /// The profile that the databases must have; any will do if it is not given
    #[arg(long, value_enum)]
    pub profile: Option<ProfileName>,
    /// How many bytes both databases together may take in the edge profile
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_BUDGET)]
    pub budget: usize,
    /// How many random addresses to look up in each database, besides the edges of every network
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pub sample: usize,
    /// The sources
    #[command(flatten)]
    pub inputs: Inputs,
    /// The text file that is the source of a fixture, instead of the other sources
    #[arg(long, value_name = "TEXTFILE")]
    pub fixture: Option<PathBuf>,
    /// Where the databases and their manifest are
    #[arg(long, value_name = "DIR", default_value = "assets")]
    pub out: PathBuf,
}

/// Where the data comes from.
#[derive(Args)]
pub struct Inputs {
    /// Where npm has installed the source packages
    #[arg(long, value_name = "DIR", default_value = "assets/node_modules")]
    pub sources: PathBuf,
    /// A location database of your own, in the schema of GeoIP2 City or IPinfo
    #[arg(long, value_name = "FILE")]
    pub city: Option<PathBuf>,
    /// An ASN database of your own, in the schema of GeoLite2 ASN or IPinfo
    #[arg(long, value_name = "FILE")]
    pub asn: Option<PathBuf>,
    /// The languages to keep names in besides English, as in `de,pt-BR`
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    languages: Vec<String>,
}

/// The profiles by name.
#[derive(Clone, Copy, ValueEnum)]
pub enum ProfileName {
    /// Within the budget.
    Edge,
    /// Without loss.
    Exact,
}

impl Pack {
    /// The profile, with its budget.
    pub fn profile(&self) -> Profile {
        self.profile.with(self.budget)
    }
}

impl ProfileName {
    /// The profile of this name.
    pub fn with(self, budget: usize) -> Profile {
        match self {
            Self::Edge => Profile::Edge { budget },
            Self::Exact => Profile::Exact,
        }
    }
}

impl Inputs {
    /// The languages of names, English always among them.
    pub fn languages(&self) -> Vec<String> {
        let others = self.languages.iter().filter(|language| *language != "en");
        std::iter::once("en".to_owned()).chain(others.cloned()).collect()
    }
}
