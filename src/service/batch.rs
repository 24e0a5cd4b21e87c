//! The answers to many subjects, as one JSON array or as lines of JSON.

use std::rc::Rc;

use futures_util::Stream;
use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde::Serialize;

use crate::lookup::Lookup;
use crate::lookup::report::Item;
use crate::platform::Platform;
use crate::request::batch::{Batch, Entry};
use crate::response::problem::Problem;

/// An element of a batch: what its subject would be answered with alone.
#[derive(Serialize)]
#[serde(untagged)]
enum Element<'a> {
    /// What is known of the subject.
    Known(Item<'a>),
    /// Why nothing is known.
    Problem(Problem),
}

/// A line of a batch, with the position of its subject in the request, counted from 0.
#[derive(Serialize)]
struct Line<'a> {
    index: usize,
    #[serde(flatten)]
    element: Element<'a>,
}

/// The answers as one JSON array, in the order of the request.
pub(super) async fn array<P: Platform>(batch: Batch, lookup: &Lookup<'_, P>, pretty: bool) -> Result<Vec<u8>, Problem> {
    let elements = join_all(batch.0.into_iter().map(|entry| answer(lookup, entry))).await;
    Ok(if pretty { serde_json::to_vec_pretty(&elements) } else { serde_json::to_vec(&elements) }?)
}

/// The answers as lines of JSON, each as soon as it is known. Those known at the same time come together.
pub(super) fn lines<'a, P: Platform + 'a>(batch: Batch, lookup: Lookup<'a, P>) -> impl Stream<Item = Vec<u8>> + 'a {
    let lookup = Rc::new(lookup);
    let together = batch.0.len().max(1);
    let lines: FuturesUnordered<_> = batch
        .0
        .into_iter()
        .enumerate()
        .map(|(index, entry)| {
            let lookup = Rc::clone(&lookup);
            async move { line(index, answer(&lookup, entry).await) }
        })
        .collect();
    lines.ready_chunks(together).map(|lines| lines.concat())
}

async fn answer<'a, P: Platform>(lookup: &Lookup<'a, P>, entry: Entry) -> Element<'a> {
    let known = match &entry.subject {
        Ok(subject) => lookup.subject(subject).await.map_err(Problem::from),
        Err(error) => Err(error.clone().into()),
    };
    match known {
        Ok(item) => Element::Known(item),
        Err(problem) => Element::Problem(Problem { subject: Some(entry.text), ..problem }),
    }
}

fn line(index: usize, element: Element<'_>) -> Vec<u8> {
    let json = serde_json::to_vec(&Line { index, element })
        .or_else(|error| serde_json::to_vec(&Line { index, element: Element::Problem(error.into()) }));
    let mut json = json.unwrap_or_else(|_| format!("{{\"index\":{index},\"status\":500}}").into_bytes());
    json.push(b'\n');
    json
}

#[cfg(test)]
mod tests;
