//! The progress of a download: a bar with the size and the time left on a terminal, otherwise a line.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// A download.
pub struct Progress(ProgressBar);

impl Progress {
    /// Begins a download of `total` bytes, if that is known, of which `done` are here already.
    pub fn new(name: &str, done: u64, total: Option<u64>) -> Self {
        if !std::io::stderr().is_terminal() {
            let size = total.map_or("size unknown".to_owned(), |total| format!("{total} bytes"));
            let from = if done > 0 { format!(", {done} of them already here") } else { String::new() };
            eprintln!("fetching {name}, {size}{from}");
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{msg:36} {wide_bar} {bytes:>10} of {total_bytes}, {eta} left");
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let bar = bar.with_message(name.to_owned()).with_style(style.expect("a template without faults"));
        bar.set_position(done);
        bar.reset_eta();
        Self(bar)
    }

    /// Counts bytes that have arrived.
    pub fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish();
    }
}
