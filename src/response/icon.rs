//! The icon: a globe with a place at its edge. Browsers request `/favicon.ico` for every page that they show.

/// The icon as SVG, which all current browsers take as a favicon. The page draws the same mark.
pub const SVG: &str = include_str!("icon.svg");
