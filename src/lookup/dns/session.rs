//! The questions of one request: one deadline, so many at once, and what they say about the answer as a whole.

use std::cell::RefCell;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use hickory_proto::rr::{Name, RecordType};

use super::Status;
use super::flights::{Asked, Flights, Landed, Source};
use super::permits::{Permit, Permits};
use super::resolver;
use super::wire::{Malformed, Outcome, Question};
use crate::config::Config;
use crate::platform::Platform;
use crate::platform::clock::Deadline;

/// The questions of one request.
pub struct Session<'a, O> {
    platform: &'a O,
    config: &'a Config,
    flights: &'a Flights,
    deadline: Deadline,
    permits: Permits,
    summary: RefCell<Summary>,
}

/// What the answers of a session have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// For how long all of them hold; `None` where nothing was asked.
    pub holds: Option<Duration>,
    /// Who gave them: of several, the resolver that was asked last. `None` where nobody answered.
    pub source: Option<Source>,
}

impl<'a, O: Platform> Session<'a, O> {
    /// A batch of addresses is not to be a flood of questions.
    const AT_ONCE: usize = 32;
    /// Many times as long as a platform takes for questions that it can send at once.
    const A_MOMENT: Duration = Duration::from_millis(20);

    /// A session that ends [`Config::dns_timeout`] from now.
    pub fn new(platform: &'a O, config: &'a Config, flights: &'a Flights) -> Self {
        Self {
            platform,
            config,
            flights,
            deadline: Deadline::after(platform, config.dns_timeout),
            permits: Permits::new(Self::AT_ONCE),
            summary: RefCell::default(),
        }
    }

    /// What the answers so far have in common.
    pub fn summary(&self) -> Summary {
        self.summary.borrow().clone()
    }

    /// Asks for the records of one type at `name`. Never an error: a failure is an [`Outcome`] that says so.
    pub async fn ask(&self, name: Name, kind: RecordType) -> Arc<Outcome> {
        self.put(Question::new(name, kind)).await
    }

    pub(super) async fn put(&self, question: Result<Question, Malformed>) -> Arc<Outcome> {
        let Landed { outcome, holds, source } = match question {
            Ok(question) => match self.land(&question).await {
                Some(landed) => landed,
                None => failed(self.silence()),
            },
            Err(error) => failed(Outcome::without_records(Status::Malformed, error.to_string())),
        };
        let mut summary = self.summary.borrow_mut();
        summary.holds = Some(summary.holds.map_or(holds, |least| least.min(holds)));
        if summary.source.is_none() || matches!(source, Some(Source::Resolver(_))) {
            summary.source = source;
        }
        outcome
    }

    async fn land(&self, question: &Question) -> Option<Landed> {
        let admit = async || self.permits.acquire().await;
        let ask = async |permit| self.exchange(question, permit).await;
        let landed = self.flights.land(self.platform, question, self.deadline, admit, ask).await;
        self.permits.pass_on();
        landed
    }

    async fn exchange(&self, question: &Question, permit: Permit<'_>) -> Asked {
        // A platform may take the question only when it is connected to the resolver. Nobody waits for that.
        let begun = match select(pin!(permit.begin()), pin!(self.platform.sleep(Self::A_MOMENT))).await {
            Either::Left((begun, _)) => Some(begun),
            Either::Right(_) => None,
        };
        let tell = || {
            if let Some(begun) = begun {
                begun.tell();
            }
        };
        let patience = self.deadline.left(self.platform);
        // Whoever waited for a permit until now is not to send a question that nobody waits for.
        if patience.is_zero() {
            tell();
            return Asked { outcome: self.silence(), source: None, shared: false };
        }
        let verdict = resolver::ask(self.platform, self.config, question, self.deadline, tell).await;
        let resolver::Verdict { outcome, resolver } = verdict;
        // A failure for want of time is nobody else's.
        let shared = outcome.status.is_conclusive() || patience * 2 >= self.config.dns_timeout;
        let answered = !matches!(outcome.status, Status::Timeout | Status::Unreachable);
        Asked { outcome, source: answered.then(|| Source::Resolver(resolver.to_string())), shared }
    }

    fn silence(&self) -> Outcome {
        let timeout = self.config.dns_timeout.as_millis();
        Outcome::without_records(Status::Timeout, format!("no answer within {timeout} ms"))
    }
}

fn failed(outcome: Outcome) -> Landed {
    Landed { holds: outcome.holds(), outcome: Arc::new(outcome), source: None }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use hickory_proto::rr::RData;

    use super::*;
    use crate::testing::{Reaction, World, address, config, name};

    #[test]
    fn a_summary_is_that_of_all_answers() {
        let world = World::new(|_, question| {
            let short = question.queries[0].name().to_string().starts_with("short");
            Reaction::records(question, if short { 30 } else { 300 }, vec![address("192.0.2.1")])
        });
        let (config, flights) = (config(), Flights::default());
        let ask = |names: &[&str]| {
            let session = Session::new(&world, &config, &flights);
            for text in names {
                let outcome = world.run(session.ask(name(text), RecordType::A));
                assert_eq!(outcome.records.first().and_then(RData::ip_addr), Some([192, 0, 2, 1].into()), "{text}");
            }
            session.summary()
        };
        let one = || Some(Source::Resolver("https://one.example".to_owned()));
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (names, holds, source, why) in [
            (&[][..], None, None, "nothing was asked"),
            (&["long.example.", "short.example."], seconds(30), one(), "the least of the times"),
            (&["long.example."], seconds(300), Some(Source::Cache), "known already"),
            (&["long.example.", "new.example."], seconds(300), one(), "a resolver tells more than the cache"),
            (&["newer.example.", "long.example."], seconds(300), one(), "in whatever order"),
        ] {
            assert_eq!(ask(names), Summary { holds, source }, "{why}");
        }
    }

    /// The first question is never taken; the others do not wait for it longer than a moment.
    #[test]
    fn a_question_that_does_not_begin_holds_nobody_up() {
        let world = World::new(|resolver, question| match resolver {
            "one.example" => Reaction::silence(),
            _ => Reaction::records(question, 60, vec![address("192.0.2.1")]),
        });
        let (config, flights) = (config(), Flights::default());
        let session = Session::new(&world, &config, &flights);
        let names = ["a.example.", "b.example.", "c.example."];
        let asked = join_all(names.map(|text| session.ask(name(text), RecordType::A)));
        let (time, outcomes) = world.time(asked);
        let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status).collect();
        assert_eq!(statuses, [Status::Ok; 3]);
        assert_eq!(time, 270, "a moment, and the hedge");
    }

    #[test]
    fn nobody_answered() {
        let world = World::new(|_, _| Reaction::silence());
        let (config, flights) = (config(), Flights::default());
        let session = Session::new(&world, &config, &flights);
        assert_eq!(world.run(session.ask(name("a.example."), RecordType::A)).status, Status::Timeout);
        assert_eq!(session.summary(), Summary { holds: Some(Duration::from_secs(5)), source: None });
        let (time, late) = world.time(session.ask(name("b.example."), RecordType::A));
        assert_eq!((time, late.status), (0, Status::Timeout), "after the deadline nobody is asked");
        assert_eq!(world.hosts().len(), 2, "the first question, of both resolvers");
    }
}
