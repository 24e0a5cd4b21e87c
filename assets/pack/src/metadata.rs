//! The metadata section: what a database says about itself.

use crate::date::Date;
use crate::value::Value;

/// What pack decides about a database, as opposed to what follows from its contents.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// The schema's name, by which readers check that they were given the right kind of file.
    pub database_type: String,
    /// What it is, in English.
    pub description: String,
    /// The languages of the names in it.
    pub languages: Vec<String>,
    /// The date of its source: the same sources give the same file, whenever they are packed.
    pub build_date: Date,
}

impl Metadata {
    /// As the format wants it.
    pub(crate) fn value(&self, node_count: u32, record_size: u16) -> Value {
        let languages = self.languages.iter().map(Value::string).collect();
        Value::map([
            ("binary_format_major_version", Some(Value::Uint16(2))),
            ("binary_format_minor_version", Some(Value::Uint16(0))),
            ("build_epoch", Some(Value::Uint64(self.build_date.epoch()))),
            ("database_type", Some(Value::string(&self.database_type))),
            ("description", Some(Value::map([("en", Some(Value::string(&self.description)))]))),
            ("ip_version", Some(Value::Uint16(6))),
            ("languages", Some(Value::Array(languages))),
            ("node_count", Some(Value::Uint32(node_count))),
            ("record_size", Some(Value::Uint16(record_size))),
        ])
    }
}
