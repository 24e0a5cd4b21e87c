//! The options, from the command line or from a test.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use tokio_rustls::rustls::pki_types::CertificateDer;

/// Spin's.
const IDLE: Duration = Duration::from_secs(1);

/// How to serve an application. The defaults are Spin's.
#[derive(Clone, Debug, Parser)]
#[command(name = "host", about = "`spin up` in small, for machines without Spin")]
pub struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:3000", value_name = "IP:PORT")]
    pub listen: SocketAddr,

    /// The application's manifest
    #[arg(long, default_value = "spin.toml", value_name = "FILE")]
    pub manifest: PathBuf,

    /// The component to run instead of the manifest's `source`
    #[arg(long, value_name = "FILE.wasm")]
    pub component: Option<PathBuf>,

    /// The value of one application variable; may be repeated
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = assignment)]
    pub variables: Vec<(String, String)>,

    /// How many requests an instance serves before it is dropped
    #[arg(long, default_value = "128", value_name = "N")]
    pub instance_reuse: NonZeroUsize,

    /// How many requests an instance serves at once
    #[arg(long, default_value = "16", value_name = "N")]
    pub instance_concurrency: NonZeroUsize,

    /// The linear memory that an instance may have, in MiB; Akamai Functions gives 128, Spin does not limit it
    #[arg(long, value_name = "MIB")]
    pub instance_memory: Option<NonZeroUsize>,

    /// Let `perf` know the component's functions
    #[arg(long)]
    pub perf: bool,

    /// Only check that the manifest can be read and its variables have values
    #[arg(long)]
    pub check: bool,

    /// Certificates that outbound TLS trusts besides the public authorities: those of the tests' own servers
    #[arg(skip)]
    pub trusted: Vec<CertificateDer<'static>>,

    /// For how long an instance without work is kept
    #[arg(skip = IDLE)]
    pub idle: Duration,

    /// How many bytes of a response the kernel takes for a client that does not read; without a value, the kernel decides
    #[arg(skip)]
    pub send_buffer: Option<u32>,
}

impl Options {
    /// The flags' defaults, for an application whose manifest is `manifest`, on a free port.
    #[must_use]
    pub fn new(manifest: &Path) -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { listen, manifest: manifest.to_owned(), ..Self::parse_from(["host"]) }
    }
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not NAME=VALUE")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_spin() {
        let options = Options::parse_from(["host"]);
        assert_eq!(options.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(options.manifest, Path::new("spin.toml"));
        assert_eq!((options.instance_reuse.get(), options.instance_concurrency.get()), (128, 16));
    }

    #[test]
    fn variables() {
        let cases = [
            ("a=b", Some(("a", "b")), "plain"),
            ("a=http://h/?q=1", Some(("a", "http://h/?q=1")), "only the first `=` separates"),
            ("a=", Some(("a", "")), "an empty value"),
            ("=b", None, "no name"),
            ("a", None, "no value"),
        ];
        for (text, expected, reason) in cases {
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(assignment(text).ok(), expected, "{text}: {reason}");
        }
    }
}
