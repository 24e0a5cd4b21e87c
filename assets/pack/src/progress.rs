//! The progress of long steps: a bar on a terminal, otherwise one line at the beginning.

use indicatif::{ProgressBar, ProgressStyle};
use std::cell::Cell;
use std::io::IsTerminal;

/// A step of known length.
pub struct Progress {
    bar: ProgressBar,
    steps: Cell<u64>,
}

/// The bar is redrawn once per this many parts.
const STRIDE: u64 = 1 << 14;

impl Progress {
    /// Begins a step of `length` parts.
    pub fn new(what: impl Into<String>, length: u64) -> Self {
        let what = what.into();
        if !std::io::stderr().is_terminal() {
            eprintln!("{what}");
            return Self { bar: ProgressBar::hidden(), steps: Cell::new(0) };
        }
        let style = ProgressStyle::with_template("{msg:44} {wide_bar} {percent:>3} % {elapsed:>4}");
        let bar = ProgressBar::new(length).with_message(what);
        Self { bar: bar.with_style(style.expect("a template without faults")), steps: Cell::new(0) }
    }

    /// Counts one more part as done.
    pub fn step(&self) {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps.is_multiple_of(STRIDE) {
            self.bar.set_position(steps);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish();
    }
}
