//! The tests' DNS-over-HTTPS server for people and benches: `doh --listen 127.0.0.1:8053 --delay-ms 20`.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use host::doh::{Answer, Doh, Script};

/// Answers queries for names with one made from the address, or with the given names
#[derive(Parser)]
#[command(name = "doh")]
struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8053", value_name = "IP:PORT")]
    listen: SocketAddr,

    /// The delay of an answer, in milliseconds
    #[arg(long, default_value = "0", value_name = "MS")]
    delay_ms: u64,

    /// The names of every address
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    names: Vec<String>,

    /// Answers some queries as the tests of the page need it: an address for each outcome, and hostile names
    #[arg(long)]
    page: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let answer = if options.names.is_empty() {
        Answer::FromAddress
    } else {
        Answer::names(&options.names.iter().map(String::as_str).collect::<Vec<_>>(), 300)
    };
    let script = Script::after(Duration::from_millis(options.delay_ms), answer);
    let doh = Doh::listen(options.listen, script).await?;
    if options.page {
        doh.stage();
    }
    writeln!(std::io::stdout(), "Serving {}/dns-query", doh.origin())?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}
