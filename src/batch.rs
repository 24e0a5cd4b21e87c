//! Many subjects in one request.

use std::fmt;
use std::rc::Rc;

use futures_util::Stream;
use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde_json::Value;

use crate::dns::exchange::Body;
use crate::dns::session::Outside;
use crate::field;
use crate::lookup::Lookup;
use crate::problem::Problem;
use crate::report::{Item, Line};
use crate::subject::Subject;

/// The most bytes that the body of a batch may have: a thousand names of the greatest length fit, with room for quotes.
const MAX_BODY: usize = 512 * 1024;

/// The subjects of a batch, in the order of the request, duplicates included.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch(Vec<Entry>);

/// One subject, as it stood there and as what it was read.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    text: String,
    subject: Result<Subject, Problem>,
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
    /// It is JSON, and no array of strings.
    NoList,
    /// The client has broken off.
    CutOff(String),
}

impl Unreadable {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::MediaType => 415,
            Self::TooLong | Self::TooMany(_) => 413,
            Self::Syntax(_) | Self::CutOff(_) => 400,
            Self::NoList => 422,
        }
    }

    /// What kind of problem it is.
    pub fn title(&self) -> &'static str {
        match self {
            Self::MediaType => "Unsupported media type",
            Self::TooLong | Self::TooMany(_) => "Too much at once",
            Self::Syntax(_) | Self::CutOff(_) => "The body cannot be read",
            Self::NoList => "The body is no list of subjects",
        }
    }
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
            Self::NoList => f.write_str("Send an array of strings, such as [\"8.8.8.8\", \"dns.google\"]."),
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
        Self::parse(&whole(body).await?, form, limit)
    }

    fn parse(body: &[u8], form: Form, limit: usize) -> Result<Self, Unreadable> {
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
                Ok(_) => return Err(Unreadable::NoList),
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

    /// The answers as one JSON array, in the order of the request.
    ///
    /// # Errors
    ///
    /// When they cannot be written as JSON.
    pub async fn array<O: Outside>(self, lookup: &Lookup<'_, O>, pretty: bool) -> Result<Vec<u8>, Problem> {
        let items = join_all(self.0.into_iter().map(|entry| entry.answer(lookup))).await;
        Ok(if pretty { serde_json::to_vec_pretty(&items) } else { serde_json::to_vec(&items) }?)
    }

    /// The answers as lines of JSON, each as soon as it is known. Those that are known at the same time come together.
    pub fn lines<'a, O: Outside + 'a>(self, lookup: Lookup<'a, O>) -> impl Stream<Item = Vec<u8>> + 'a {
        let lookup = Rc::new(lookup);
        let together = self.0.len().max(1);
        let lines: FuturesUnordered<_> = self
            .0
            .into_iter()
            .enumerate()
            .map(|(index, entry)| {
                let lookup = Rc::clone(&lookup);
                async move { line(index, entry.answer(&lookup).await) }
            })
            .collect();
        lines.ready_chunks(together).map(|lines| lines.concat())
    }
}

impl Entry {
    fn of_text(text: &str) -> Self {
        Self { text: text.to_owned(), subject: Subject::parse(text).map_err(Problem::NoSubject) }
    }

    fn of_value(value: Value) -> Self {
        match value {
            Value::String(text) => Self { subject: Subject::parse(&text).map_err(Problem::NoSubject), text },
            other => Self { text: other.to_string(), subject: Err(Unreadable::NoList.into()) },
        }
    }

    async fn answer<'a, O: Outside>(self, lookup: &Lookup<'a, O>) -> Item<'a> {
        let mut item = match &self.subject {
            Ok(subject) => lookup.item(subject).await,
            Err(problem) => Item::Problem(problem.document()),
        };
        if let Item::Problem(document) = &mut item {
            document.subject = Some(self.text);
        }
        item
    }
}

fn line(index: usize, item: Item<'_>) -> Vec<u8> {
    let json = serde_json::to_vec(&Line { index, item }).or_else(|error| {
        let item = Item::Problem(Problem::from(error).document());
        serde_json::to_vec(&Line { index, item })
    });
    let mut json = json.unwrap_or_else(|_| format!("{{\"index\":{index},\"status\":500}}").into_bytes());
    json.push(b'\n');
    json
}

async fn whole(mut body: impl Body) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.read().await.map_err(|error| Unreadable::CutOff(error.to_string()))? {
        if bytes.len() + piece.len() > MAX_BODY {
            return Err(Unreadable::TooLong);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
