//! `fetch`: fetches source data from its makers, and keeps the lock file.

use clap::{Args, Parser, Subcommand};
use fetch::Error;
use fetch::client::Client;
use fetch::patience::Patience;
use fetch::source::{Source, YearMonth};
use fetch::store::{Store, Update};
use pack::metadata::date_of_epoch;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;
use time::Date;

/// Fetches source data from its makers, and keeps the lock file
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fetches the files of the lock file; the newest ones if it has none of this source
    Get(Options),
    /// Fetches the newest files, and writes a candidate for a new lock file if they differ
    Update {
        #[command(flatten)]
        options: Options,
        /// The file for the candidate; removed first
        #[arg(long, value_name = "FILE", default_value = "target/update/data.lock")]
        candidate: PathBuf,
    },
    /// Removes fetched files that the lock file does not have
    Prune {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Args)]
struct Options {
    /// dbip, ip-location-db, geolite2 or ipinfo
    source: String,
    /// The month of DB-IP's files [default: the newest]
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,
    /// The URL of a mirror that stands in for the maker's host
    #[arg(long, value_name = "URL")]
    origin: Option<String>,
    /// The day on which the newest file is looked for [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct Place {
    /// The lock file
    #[arg(long, value_name = "FILE", default_value = "assets/data.lock")]
    lock: PathBuf,
    /// The directory for the files
    #[arg(long, value_name = "DIR", default_value = "assets/sources")]
    store: PathBuf,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Get(options) => run_get(&options),
        Command::Update { options, candidate } => run_update(&options, candidate),
        Command::Prune { place } => place.store().prune(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fetch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_get(options: &Options) -> Result<(), Error> {
    let source = options.source()?;
    // Without a request there is no need for credentials.
    let connect = || options.client(source);
    options.place.store().get(connect, source, options.month()?, options.today()?)
}

fn run_update(options: &Options, candidate: PathBuf) -> Result<(), Error> {
    let source = options.source()?;
    match std::fs::remove_file(&candidate) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::Io { file: candidate, source: error });
        }
        _ => {}
    }
    let store = options.place.store();
    match store.update(&options.client(source)?, source, options.month()?, options.today()?, &candidate)? {
        Update::Unchanged => println!("{}: nothing new", source.name()),
        Update::Changed => println!("{}: new files", source.name()),
    }
    Ok(())
}

impl Options {
    fn source(&self) -> Result<Source, Error> {
        Source::named(&self.source).ok_or_else(|| {
            let names = Source::ALL.map(Source::name).join(", ");
            Error::Settings(format!("`{}` is not a source that can be fetched: {names}", self.source.escape_default()))
        })
    }

    fn month(&self) -> Result<Option<YearMonth>, Error> {
        let Some(text) = self.month.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        if self.source()? != Source::Dbip {
            return Err(Error::Settings("MONTH= is for SOURCE=dbip; the others have no months".to_owned()));
        }
        let month = YearMonth::parse(text);
        month.map(Some).ok_or_else(|| Error::Settings(format!("MONTH=`{}` is not YYYY-MM", text.escape_default())))
    }

    fn today(&self) -> Result<Date, Error> {
        let wrong = |what: &str| Error::Settings(format!("{what} is not a day of the calendar"));
        match &self.today {
            Some(text) => pack::metadata::date(text).ok_or_else(|| wrong("--today")),
            None => {
                let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
                date_of_epoch(seconds).ok_or_else(|| wrong("the clock's time"))
            }
        }
    }

    fn client(&self, source: Source) -> Result<Client, Error> {
        let read = |name: &str| std::env::var(name).ok();
        let credentials = source.credentials(read)?;
        Client::new(self.origin.as_deref(), credentials, source.refused(), Patience::default(), read)
    }
}

impl Place {
    fn store(&self) -> Store {
        Store { directory: self.store.clone(), lock: self.lock.clone() }
    }
}
