//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use pack::Error;
use pack::metadata::{date, date_of_epoch};
use pack::pack::{DEFAULT_BUDGET, Profile};
use std::path::PathBuf;
use std::time::SystemTime;
use time::Date;

/// Packs location and ASN data into geo.mmdb, asn.mmdb and manifest.json
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    /// A command other than packing
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of packing
    #[command(flatten)]
    pub pack: Pack,
}

/// The commands besides packing.
#[derive(Subcommand)]
pub enum Command {
    /// Turns the test fixture, a text file, into databases
    Fixture {
        /// The text file
        text: PathBuf,
        /// The directory for the results
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Compares packed databases with their sources, address by address
    Verify(Verify),
    /// Writes the installed npm packages into the lock file
    LockNpm {
        /// The directory in which npm has installed the source packages
        #[arg(long, value_name = "DIR", default_value = "assets/node_modules")]
        sources: PathBuf,
        /// The lock file
        #[arg(long, value_name = "FILE", default_value = "assets/data.lock")]
        lock: PathBuf,
    },
    /// Prints the sizes of a database's parts, and the number of memory pages that a lookup touches
    Stats {
        /// A database, or a directory with geo.mmdb and asn.mmdb
        path: PathBuf,
    },
}

/// The options of packing.
#[derive(Args)]
pub struct Pack {
    /// Fit the databases into a component at the edge, or pack without loss
    #[arg(long, value_enum, default_value = "edge")]
    profile: ProfileName,
    /// The budget in bytes for both databases together, in the edge profile
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_BUDGET)]
    budget: usize,
    /// The sources
    #[command(flatten)]
    pub inputs: Inputs,
    /// The directory for the results
    #[arg(long, value_name = "DIR", default_value = "assets")]
    pub out: PathBuf,
    /// Compare with the databases in this directory first, and stop if too much changes
    #[arg(long, value_name = "DIR")]
    pub changes_from: Option<PathBuf>,
    /// The file for the report on the changes
    #[arg(long, value_name = "FILE", default_value = "target/changes.md", requires = "changes_from")]
    pub report: PathBuf,
    /// Pack also if too much changes, or a source is less plausible than the bounds allow
    #[arg(long)]
    pub accept: bool,
    /// Where to put the lock file when everything has been checked, just before the databases are written
    #[arg(long, value_name = "FILE", requires = "lock")]
    pub install_lock: Option<PathBuf>,
    /// Files of the source may be older than those in the lock file that is replaced
    #[arg(long, requires = "install_lock")]
    pub older: bool,
    /// The day with which the files' dates are compared [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<String>,
}

/// The options of verification.
#[derive(Args)]
pub struct Verify {
    /// The profile that the databases must have [default: any]
    #[arg(long, value_enum)]
    pub profile: Option<ProfileName>,
    /// How many bytes both databases together may take in the edge profile
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_BUDGET)]
    pub budget: usize,
    /// The number of random addresses to look up in each database, besides the edges of every network
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pub sample: usize,
    /// The sources
    #[command(flatten)]
    pub inputs: Inputs,
    /// The text file of the fixture that is the source, instead of the other sources
    #[arg(long, value_name = "TEXTFILE")]
    pub fixture: Option<PathBuf>,
    /// The directory of the databases and their manifest
    #[arg(long, value_name = "DIR", default_value = "assets")]
    pub out: PathBuf,
}

/// Where the data comes from.
#[derive(Args)]
pub struct Inputs {
    /// The source: npm, or one that has been fetched into the store
    #[arg(long, value_name = "NAME", default_value = "npm")]
    pub source: String,
    /// The directory in which npm has installed the source packages
    #[arg(long, value_name = "DIR", default_value = "assets/node_modules")]
    pub sources: PathBuf,
    /// The directory into which sources are fetched
    #[arg(long, value_name = "DIR", default_value = "assets/sources")]
    pub store: PathBuf,
    /// The lock file, with which the files of the source are compared [default for npm: no comparison]
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// A custom location database, in the schema of GeoIP2 City or IPinfo
    #[arg(long, value_name = "FILE")]
    pub city: Option<PathBuf>,
    /// A custom ASN database, in the schema of GeoLite2 ASN or IPinfo
    #[arg(long, value_name = "FILE")]
    pub asn: Option<PathBuf>,
    /// Languages of names to keep besides English: `de,pt-BR`
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

    /// The day with which the files' dates are compared.
    ///
    /// # Errors
    ///
    /// When it is not a day of the calendar.
    pub fn today(&self) -> Result<Date, Error> {
        let today = match &self.today {
            Some(text) => date(text),
            None => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
                date_of_epoch(now)
            }
        };
        today.ok_or_else(|| Error::Unfit("--today, or the clock's time, is not a day of the calendar".to_owned()))
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
    /// The languages of names, always including English.
    pub fn languages(&self) -> Vec<String> {
        let others = self.languages.iter().filter(|language| *language != "en");
        std::iter::once("en".to_owned()).chain(others.cloned()).collect()
    }
}
