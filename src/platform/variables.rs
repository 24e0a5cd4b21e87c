//! Where the application's variables come from: Spin's variables with the feature `spin`, otherwise the environment.

#[cfg(not(feature = "spin"))]
mod environment;
#[cfg(all(feature = "spin", not(feature = "wasip3")))]
mod spin2;
#[cfg(all(feature = "spin", feature = "wasip3"))]
mod spin3;

#[cfg(not(feature = "spin"))]
pub(super) use environment::get;
#[cfg(all(feature = "spin", not(feature = "wasip3")))]
pub(super) use spin2::get;
#[cfg(all(feature = "spin", feature = "wasip3"))]
pub(super) use spin3::get;

/// The manifest does not give the variable to the component.
#[cfg(feature = "spin")]
const UNDEFINED: &str = "is not defined; spin.toml must give it to the component";

/// The platform failed. Its own words may contain the value.
#[cfg(feature = "spin")]
const UNREADABLE: &str = "cannot be read";
