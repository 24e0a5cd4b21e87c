use futures_util::future::{join, join_all};
use hickory_proto::rr::RData;

use super::*;
use crate::testing::{Reaction, World, address, config, name};

const PUBLIC: Scope = Scope { subjects: 1, private: false };
const PRIVATE: Scope = Scope { subjects: 1, private: true };

/// Resolvers that answer every query after this many milliseconds.
fn answering(after: u64) -> World<'static> {
    World::new(move |_, query| Reaction::records(query, 300, vec![address("192.0.2.1")]).after(after))
}

#[test]
fn a_summary_covers_all_answers() {
    let world = World::new(|_, query| {
        let short = query.queries[0].name().to_string().starts_with("short");
        Reaction::records(query, if short { 30 } else { 300 }, vec![address("192.0.2.1")])
    });
    let (config, shared) = (config(), Shared::default());
    let ask = |names: &[&str]| {
        let queries = Queries::new(&world, &config, &shared, PUBLIC);
        for text in names {
            let outcome = world.run(queries.ask(name(text), RecordType::A));
            assert_eq!(outcome.records.first().and_then(RData::ip_addr), Some([192, 0, 2, 1].into()), "{text}");
        }
        queries.summary()
    };
    let one = || Some("https://one.example".to_owned());
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for (names, holds, source, why) in [
        (&[][..], None, None, "nothing was queried"),
        (&["long.example.", "short.example."], seconds(30), one(), "the shortest lifetime counts"),
        (&["long.example."], seconds(300), one(), "a cached answer looks like a new one"),
    ] {
        assert_eq!(ask(names), Summary { holds, source, private: false }, "{why}");
    }
}

#[test]
fn a_cached_answer_shows_the_remaining_ttl() {
    let world = answering(0);
    let (config, shared) = (config(), Shared::default());
    for (wait, ttl, why) in
        [(0, 300, "new"), (100, 200, "a hundred seconds later"), (250, 300, "expired, and queried again")]
    {
        world.run(world.sleep(Duration::from_secs(wait)));
        let queries = Queries::new(&world, &config, &shared, PUBLIC);
        let outcome = world.run(queries.ask(name("a.example."), RecordType::A));
        assert_eq!(outcome.ttl, Some(ttl), "{why}");
        assert_eq!(
            queries.summary().holds,
            Some(Duration::from_secs(ttl.into())),
            "{why}: max-age agrees with the TTL"
        );
    }
    assert_eq!(world.hosts().len(), 2);
}

#[test]
fn private_lookups_share_nothing() {
    for (first, second, queries, why) in [
        (PUBLIC, PUBLIC, 1, "the cache works"),
        (PRIVATE, PUBLIC, 2, "a visitor does not fill it"),
        (PUBLIC, PRIVATE, 2, "a visitor does not read it"),
        (PRIVATE, PRIVATE, 2, "a visitor does not share with itself"),
    ] {
        for at_once in [false, true] {
            let world = answering(20);
            let (config, shared) = (config(), Shared::default());
            let ask = async |scope| {
                let queries = Queries::new(&world, &config, &shared, scope);
                queries.ask(name("a.example."), RecordType::A).await.status
            };
            let statuses = match at_once {
                true => world.run(join(ask(first), ask(second))),
                false => (world.run(ask(first)), world.run(ask(second))),
            };
            assert_eq!(statuses, (Status::Ok, Status::Ok));
            assert_eq!(world.hosts().len(), queries, "{why}, at once: {at_once}");
        }
    }
}

#[test]
fn a_request_has_a_budget_of_queries() {
    for (subjects, number, sent, why) in [
        (1, 68, 68, "4 for the subject and 64"),
        (1, 69, 68, "one query more"),
        (0, 100, 64, "no subjects"),
        (100, 500, 464, "a batch"),
    ] {
        let world = answering(0);
        let (config, shared) = (config(), Shared::default());
        let queries = Queries::new(&world, &config, &shared, Scope { subjects, private: false });
        let ask = |n| queries.ask(name(&format!("{n}.example.")), RecordType::A);
        let outcomes = world.run(join_all((0..number).map(ask)));
        let skipped: Vec<_> = outcomes.iter().filter(|outcome| outcome.status == Status::Skipped).collect();
        assert_eq!((world.hosts().len(), skipped.len()), (sent, number - sent), "{why}");
        assert!(skipped.iter().all(|outcome| outcome.detail.as_deref().unwrap().contains("budget")), "{why}");
        if let Some(last) = (number > sent).then(|| number - 1) {
            let queries = Queries::new(&world, &config, &shared, PUBLIC);
            let again = world.run(queries.ask(name(&format!("{last}.example.")), RecordType::A));
            assert_eq!(again.status, Status::Ok, "{why}: what was skipped is not cached");
        }
    }
}

#[test]
fn hedges_count() {
    let world = World::new(|_, _| Reaction::unreachable("connection refused"));
    let (config, shared) = (config(), Shared::default());
    let queries = Queries::new(&world, &config, &shared, PUBLIC);
    let ask = |n| queries.ask(name(&format!("{n}.example.")), RecordType::A);
    world.run(join_all((0..60).map(ask)));
    assert_eq!(world.hosts().len(), 68, "60 queries to two resolvers, up to the budget");
}

#[test]
fn queries_of_all_requests_are_limited_together() {
    let world = World::new(|_, _| Reaction::silence());
    let (config, shared) = (config(), Shared::default());
    let queries: Vec<_> =
        (0..3).map(|_| Queries::new(&world, &config, &shared, Scope { subjects: 100, private: false })).collect();
    let ask = |n: usize| queries[n % 3].ask(name(&format!("{n}.example.")), RecordType::A);
    let (time, outcomes) = world.time(join_all((0..300).map(ask)));
    assert_eq!((time, world.most_in_flight.get()), (1_500, 32), "hedges included");
    assert!(outcomes.iter().all(|outcome| outcome.status == Status::Timeout && outcome.detail.is_some()));
}

#[test]
fn a_batch_does_not_starve_a_single_query() {
    // The batch's queries are never answered.
    let world = World::new(|_, query| match query.queries[0].name().to_string().as_str() {
        "single." => Reaction::records(query, 60, vec![address("192.0.2.1")]).after(20),
        _ => Reaction::silence(),
    });
    let (config, shared) = (config(), Shared::default());
    let batch = Queries::new(&world, &config, &shared, Scope { subjects: 100, private: false });
    let ask = |n| batch.ask(name(&format!("{n}.example.")), RecordType::A);
    let single = async {
        world.sleep(Duration::from_millis(10)).await;
        let queries = Queries::new(&world, &config, &shared, PUBLIC);
        let start = world.now();
        let outcome = queries.ask(name("single."), RecordType::A).await;
        (outcome.status, world.now() - start)
    };
    let (_, single) = world.run(join(join_all((0..100).map(ask)), single));
    assert_eq!(single, (Status::Ok, Duration::from_millis(20)));
}

#[test]
fn a_query_without_an_answer_does_not_delay_others() {
    let world = World::new(|resolver, query| match resolver {
        "one.example" => Reaction::silence(),
        _ => Reaction::records(query, 60, vec![address("192.0.2.1")]),
    });
    let (config, shared) = (config(), Shared::default());
    let queries = Queries::new(&world, &config, &shared, PUBLIC);
    let names = ["a.example.", "b.example.", "c.example."];
    let asked = join_all(names.map(|text| queries.ask(name(text), RecordType::A)));
    let (time, outcomes) = world.time(asked);
    let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [Status::Ok; 3]);
    assert_eq!(time, 250, "the hedge delay, for all at once");
}

#[test]
fn no_resolver_answers() {
    let world = World::new(|_, _| Reaction::silence());
    let (config, shared) = (config(), Shared::default());
    let queries = Queries::new(&world, &config, &shared, PUBLIC);
    assert_eq!(world.run(queries.ask(name("a.example."), RecordType::A)).status, Status::Timeout);
    let holds = Some(Duration::from_secs(5));
    assert_eq!(queries.summary(), Summary { holds, source: None, private: false });
    let (time, late) = world.time(queries.ask(name("b.example."), RecordType::A));
    assert_eq!((time, late.status), (0, Status::Timeout));
    assert_eq!(late.detail.as_deref(), Some("not queried: no time was left"));
    assert_eq!(world.hosts().len(), 2, "the first query, to both resolvers");
}
