//! Many subjects in one request.

mod json;

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use self::json::{Element, Elements};
use crate::platform::body::{self, Unread};
use crate::platform::{Body, Platform};
use crate::request::header_syntax;
use crate::request::subject::{Invalid, Subject};

/// The most bytes that the body of a batch may have: enough for a thousand names of the greatest length, with quotes.
const MAX_BODY: usize = 512 * 1024;

/// How long a request body may take, because the request occupies one of those that an instance serves at once. The
/// longest body needs 52 KiB/s; the usual body of a few KiB arrives in a few packets.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes of an entry's text that are kept, to be repeated in a problem document. No subject is longer, and the
/// texts of a batch are in memory until its response is written.
const MAX_TEXT: usize = 1024;

/// The subjects of a batch, in the order of the request, duplicates included.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch(pub Vec<Entry>);

/// One entry of a batch: the text that the client sent, and the subject that it names.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The text. One of more than 1024 bytes is cut and ends with `…`.
    pub text: String,
    /// The subject.
    pub subject: Result<Subject, BadEntry>,
}

/// Why an entry of a batch is not a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadEntry {
    /// It is neither an address nor a public host name.
    Invalid(Invalid),
    /// It is a JSON value other than a string.
    NotText,
    /// It is a host name, and the operator has turned host names off.
    HostNamesOff,
}

/// Why the body of a batch cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Its media type is neither JSON nor plain text.
    MediaType,
    /// A page of another site sends it in a form that browsers send without a preflight.
    CrossOrigin,
    /// It has a content coding (RFC 9110 section 8.4), such as gzip.
    Coded,
    /// It has more bytes than the limit.
    TooLong,
    /// It has more subjects than this limit.
    TooMany(usize),
    /// It was not complete in time.
    TooSlow,
    /// It is not UTF-8, or not JSON.
    Syntax(String),
    /// It is JSON, but not an array of strings.
    NotAList,
    /// It ended early: the client has closed the connection or the stream.
    CutOff,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType => {
                f.write_str("Send a JSON array of strings as application/json, or one subject per line as text/plain.")
            }
            Self::CrossOrigin => f.write_str(
                "This request comes from a page of another origin. Send a JSON array of strings as application/json.",
            ),
            Self::Coded => f.write_str("Send the body without a content coding."),
            Self::TooLong => write!(f, "Send at most {MAX_BODY} bytes at once."),
            Self::TooMany(limit) => write!(f, "Send at most {limit} subjects at once."),
            Self::Syntax(why) => {
                write!(f, "Send a JSON array of strings, or one subject per line. This body is neither: {why}.")
            }
            Self::NotAList => f.write_str("Send an array of strings, such as [\"8.8.8.8\", \"dns.google\"]."),
            Self::TooSlow => {
                write!(f, "The body was not complete after {} seconds; send all of it at once.", PATIENCE.as_secs())
            }
            Self::CutOff => f.write_str("The body ended early."),
        }
    }
}

/// The form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON array of strings.
    Json,
    /// One subject per line.
    Lines,
    /// An array if it begins like one, else lines: the client names no media type, or the one that curl always names.
    Either,
}

impl Form {
    /// The form that the values of `content-type` name.
    ///
    /// # Errors
    ///
    /// When they name another media type.
    pub fn of<V: AsRef<[u8]>>(content_type: &[V]) -> Result<Self, Unreadable> {
        let [value] = content_type else {
            return if content_type.is_empty() { Ok(Self::Either) } else { Err(Unreadable::MediaType) };
        };
        let forms = [
            ("application/json", Self::Json),
            ("text/plain", Self::Lines),
            ("application/x-www-form-urlencoded", Self::Either),
        ];
        let form = forms.iter().find(|(media_type, _)| header_syntax::is_media_type(value.as_ref(), media_type));
        form.map(|(_, form)| *form).ok_or(Unreadable::MediaType)
    }
}

/// Checks the values of `content-encoding` (RFC 9110 section 8.4): only `identity`, which means none, is accepted.
///
/// # Errors
///
/// When they name a content coding.
pub fn check_coding<V: AsRef<[u8]>>(content_encoding: &[V]) -> Result<(), Unreadable> {
    let identity = |value: &V| value.as_ref().trim_ascii().eq_ignore_ascii_case(b"identity");
    if content_encoding.iter().all(identity) { Ok(()) } else { Err(Unreadable::Coded) }
}

impl Batch {
    /// The same batch with host names as bad entries, because the operator has turned them off.
    #[must_use]
    pub fn without_host_names(mut self) -> Self {
        for entry in &mut self.0 {
            if matches!(entry.subject, Ok(Subject::Host(_))) {
                entry.subject = Err(BadEntry::HostNamesOff);
            }
        }
        self
    }

    /// Reads the body of a request, within ten seconds.
    ///
    /// # Errors
    ///
    /// When it is too long or takes too long, has more than `limit` subjects, or is not of the `form`. An invalid
    /// subject does not fail the batch.
    pub async fn read(platform: &impl Platform, body: impl Body, form: Form, limit: usize) -> Result<Self, Unreadable> {
        // The body comes first: one that has arrived already is read without starting the timer.
        let read = match select(pin!(body::read_all(body, MAX_BODY)), pin!(platform.sleep(PATIENCE))).await {
            Either::Left((read, _)) => read,
            Either::Right(((), _)) => return Err(Unreadable::TooSlow),
        };
        let bytes = read.map_err(|error| match error {
            Unread::TooLong => Unreadable::TooLong,
            Unread::CutOff(_) => Unreadable::CutOff,
        })?;
        Self::parse(&bytes, form, limit)
    }

    /// The bytes of the entries' texts, which a batch holds until its response is written.
    pub fn text_bytes(&self) -> usize {
        self.0.iter().map(|entry| entry.text.len()).sum()
    }

    pub(crate) fn parse(body: &[u8], form: Form, limit: usize) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(body).map_err(|error| Unreadable::Syntax(error.to_string()))?;
        let text = text.trim_start_matches('\u{feff}');
        let is_json = match form {
            Form::Json => true,
            Form::Lines => false,
            // A line may begin with the bracket of an IPv6 address. No address begins with a quote.
            Form::Either => {
                let rest = text.trim_start().strip_prefix('[').map(str::trim_start);
                rest.is_some_and(|rest| rest.starts_with(['"', ']']))
            }
        };
        let entries: Vec<Entry> = if is_json {
            let Elements(elements) = Elements::parse(text)?;
            if elements.len() > limit {
                return Err(Unreadable::TooMany(limit));
            }
            elements.into_iter().map(Entry::of_element).collect()
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
        Self { subject: Subject::parse(text).map_err(BadEntry::Invalid), text: shortened(text) }
    }

    fn of_element(element: Element) -> Self {
        match element {
            Element::Text(text) => Self::of_text(&text),
            Element::Other(text) => Self { text, subject: Err(BadEntry::NotText) },
        }
    }
}

/// The part of a text that is kept.
fn shortened(text: &str) -> String {
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let mut end = MAX_TEXT;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned() + "…"
}

#[cfg(test)]
mod tests;
