//! Data that the free sources leave out and the GeoIP2 schema has: names of countries and continents, membership of the
//! European Union, and time zones.

pub mod continents;
pub mod countries;
pub mod time_zones;
