//! Every behaviour of the primary resolver with every behaviour of the fallback.

use std::net::Ipv4Addr;
use std::time::Instant;

use futures_util::{StreamExt, stream};

use super::behaviour::{self, Behaviour};
use super::rig::{Outcome, Rig};

/// Lookups at once.
const AT_ONCE: usize = 96;

/// Which resolver's answer counts.
#[derive(Clone, Copy)]
enum Winner {
    Primary,
    Fallback,
}

/// The rule: the primary's answer, unless it has none, or is late and the fallback has one. If neither has one, the failure
/// that says more, and of equal failures the primary's.
fn winner(primary: &Behaviour, fallback: &Behaviour) -> Winner {
    use Winner::{Fallback, Primary};
    let rank = |behaviour: &Behaviour| {
        let least_first = ["timeout", "unreachable", "malformed", "refused", "servfail"];
        least_first.iter().position(|status| *status == behaviour.status)
    };
    match (primary.is_conclusive(), fallback.is_conclusive()) {
        (true, false) => Primary,
        (false, true) => Fallback,
        (true, true) => {
            if primary.is_late() {
                Fallback
            } else {
                Primary
            }
        }
        (false, false) => {
            if rank(fallback) > rank(primary) {
                Fallback
            } else {
                Primary
            }
        }
    }
}

#[tokio::test]
async fn every_pair() {
    let start = Instant::now();
    let rig = Rig::new().await;
    let behaviours = behaviour::all(&rig.elsewhere.origin());
    let pairs = behaviours.iter().flat_map(|primary| behaviours.iter().map(move |fallback| (primary, fallback)));
    // A place and an ASN that all of 45.0.0.0/16 has, and an address for each pair.
    let addresses = (u32::from(Ipv4Addr::new(45, 0, 0, 0))..).map(Ipv4Addr::from);
    let lookups = addresses.zip(pairs).map(async |(ip, (primary, fallback))| {
        let outcome = rig.ask(ip, primary, Some(fallback)).await;
        complaint(&rig, ip, primary, fallback, &outcome).map(|complaint| {
            format!(
                "{} ({}), then {} ({}): {complaint}: {outcome:?}",
                primary.name, primary.why, fallback.name, fallback.why
            )
        })
    });
    let complaints: Vec<_> = stream::iter(lookups).buffer_unordered(AT_ONCE).collect().await;
    let count = complaints.len();
    let complaints: Vec<_> = complaints.into_iter().flatten().collect();
    println!("{count} pairs in {:.1} s", start.elapsed().as_secs_f64());
    let shown = complaints.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(complaints.is_empty(), "{} of {count} pairs:\n{shown}", complaints.len());
    rig.finish().await;
}

/// The error in an outcome, if it has one.
fn complaint(rig: &Rig, ip: Ipv4Addr, primary: &Behaviour, fallback: &Behaviour, outcome: &Outcome) -> Option<String> {
    let (first, second) = rig.origins(primary, Some(fallback));
    let (winner, origin) = match winner(primary, fallback) {
        Winner::Primary => (primary, &first),
        Winner::Fallback => (fallback, &second),
    };
    let wrong = |what: &str| Some(what.to_owned());
    if outcome.status != winner.status {
        return Some(format!("{} is expected", winner.status));
    }
    if outcome.names != winner.names(ip) {
        return wrong("other names");
    }
    if !outcome.rest_is_whole {
        return wrong("the rest of the document has changed");
    }
    if winner.is_conclusive() && !outcome.server_timing.contains(&format!("dns;desc=\"{origin}\"")) {
        return wrong("Server-Timing names another resolver");
    }
    if !winner.is_conclusive() && ![&first, &second].iter().all(|origin| outcome.detail.contains(origin.as_str())) {
        return wrong("`detail` does not name both resolvers");
    }
    let needed = !primary.is_conclusive() || primary.is_late();
    let fallback_queries = if rig.is_server(fallback) { usize::from(needed) } else { 0 };
    if outcome.asked != (usize::from(rig.is_server(primary)), fallback_queries) {
        return wrong("queried too often, or not at all");
    }
    None
}
