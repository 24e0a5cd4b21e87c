//! The command line: `host --variable doh_primary=http://127.0.0.1:8053`.

use std::io::Write;

use clap::Parser;
use host::Options;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if options.check {
        return host::check(&options);
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let running = host::start(&options).await?;
    // Scripts wait for this line.
    writeln!(std::io::stdout(), "Serving http://{}", running.addr())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
