//! Many subjects in one request.

use std::fmt;

use serde_json::Value;

use crate::platform::Body;
use crate::platform::body::{self, Unread};
use crate::request::field;
use crate::request::subject::{Invalid, Subject};

/// The most bytes that the body of a batch may have: a thousand names of the greatest length fit, with room for quotes.
const MAX_BODY: usize = 512 * 1024;

/// The subjects of a batch, in the order of the request, duplicates included.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch(pub Vec<Entry>);

/// One subject, as it stood there and as what it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// As it stood there.
    pub text: String,
    /// As it was read.
    pub subject: Result<Subject, BadEntry>,
}

/// Why an entry of a batch is not a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadEntry {
    /// It is neither an address nor a public host name.
    Invalid(Invalid),
    /// It is JSON, and not a string.
    NotText,
}

/// Why the body of a batch cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is of another media type than JSON or plain text.
    MediaType,
    /// It is longer than any batch.
    TooLong,
    /// It has more subjects than this.
    TooMany(usize),
    /// It is not UTF-8, or no JSON.
    Syntax(String),
    /// It is JSON, and not an array of strings.
    NotAList,
    /// The client has broken off.
    CutOff(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType => {
                f.write_str("Send a JSON array of strings as application/json, or a subject a line as text/plain.")
            }
            Self::TooLong => write!(f, "Send at most {MAX_BODY} bytes at once."),
            Self::TooMany(limit) => write!(f, "Send at most {limit} subjects at once."),
            Self::Syntax(why) => {
                write!(f, "Send a JSON array of strings, or a subject a line; this is neither: {why}.")
            }
            Self::NotAList => f.write_str("Send an array of strings, such as [\"8.8.8.8\", \"dns.google\"]."),
            Self::CutOff(why) => write!(f, "The body ended early: {why}."),
        }
    }
}

/// The form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON array of strings.
    Json,
    /// A subject a line.
    Lines,
    /// An array if it begins like one, else lines: the client does not say, or says what curl says of anything.
    Either,
}

impl Form {
    /// The form that the values of `content-type` tell.
    ///
    /// # Errors
    ///
    /// When it is another one.
    pub fn of<V: AsRef<[u8]>>(content_type: &[V]) -> Result<Self, Unreadable> {
        let [value] = content_type else {
            return if content_type.is_empty() { Ok(Self::Either) } else { Err(Unreadable::MediaType) };
        };
        let forms = [
            ("application/json", Self::Json),
            ("text/plain", Self::Lines),
            ("application/x-www-form-urlencoded", Self::Either),
        ];
        let form = forms.iter().find(|(media_type, _)| field::is_media_type(value.as_ref(), media_type));
        form.map(|(_, form)| *form).ok_or(Unreadable::MediaType)
    }
}

impl Batch {
    /// Reads the body of a request.
    ///
    /// # Errors
    ///
    /// When it is too long, has more than `limit` subjects, or is not of the `form`. A subject that is none is no
    /// error of the batch.
    pub async fn read(body: impl Body, form: Form, limit: usize) -> Result<Self, Unreadable> {
        let bytes = body::read_all(body, MAX_BODY).await.map_err(|error| match error {
            Unread::TooLong => Unreadable::TooLong,
            Unread::CutOff(why) => Unreadable::CutOff(why.to_string()),
        })?;
        Self::parse(&bytes, form, limit)
    }

    pub(crate) fn parse(body: &[u8], form: Form, limit: usize) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(body).map_err(|error| Unreadable::Syntax(error.to_string()))?;
        let text = text.trim_start_matches('\u{feff}');
        let is_json = match form {
            Form::Json => true,
            Form::Lines => false,
            // An IPv6 address may stand in brackets, too; a quote or the end may not.
            Form::Either => {
                let rest = text.trim_start().strip_prefix('[').map(str::trim_start);
                rest.is_some_and(|rest| rest.starts_with(['"', ']']))
            }
        };
        let entries: Vec<Entry> = if is_json {
            match serde_json::from_str(text) {
                Ok(Value::Array(values)) if values.len() > limit => return Err(Unreadable::TooMany(limit)),
                Ok(Value::Array(values)) => values.into_iter().map(Entry::of_value).collect(),
                Ok(_) => return Err(Unreadable::NotAList),
                Err(error) => return Err(Unreadable::Syntax(error.to_string())),
            }
        } else {
            let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
            if lines().nth(limit).is_some() {
                return Err(Unreadable::TooMany(limit));
            }
            lines().map(Entry::of_text).collect()
        };
        Ok(Self(entries))
    }
}

impl Entry {
    fn of_text(text: &str) -> Self {
        Self { text: text.to_owned(), subject: Subject::parse(text).map_err(BadEntry::Invalid) }
    }

    fn of_value(value: Value) -> Self {
        match value {
            Value::String(text) => Self { subject: Subject::parse(&text).map_err(BadEntry::Invalid), text },
            other => Self { text: other.to_string(), subject: Err(BadEntry::NotText) },
        }
    }
}

#[cfg(test)]
mod tests;
