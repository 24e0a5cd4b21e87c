//! What the server does with a query.

use std::time::Duration;

use tokio::sync::watch;

use super::Doh;
use super::answer::Answer;
use super::tally::Events;

/// When to answer a query, and what.
#[derive(Clone, Debug)]
pub struct Script {
    wait: Wait,
    pub(super) answer: Answer,
}

#[derive(Clone, Debug)]
enum Wait {
    Not,
    For(Duration),
    UntilReleased,
    UntilQueried(Events),
    Forever,
}

impl Script {
    /// Answers after `delay`, like a resolver across a network.
    #[must_use]
    pub fn after(delay: Duration, answer: Answer) -> Self {
        Self { wait: Wait::For(delay), answer }
    }

    /// Holds the query until [`Doh::release`].
    #[must_use]
    pub fn held(answer: Answer) -> Self {
        Self { wait: Wait::UntilReleased, answer }
    }

    /// Holds the query until `other` has a query for the same name: slower than any hedge, without a clock.
    #[must_use]
    pub fn after_query_to(other: &Doh, answer: Answer) -> Self {
        Self { wait: Wait::UntilQueried(other.state.events.clone()), answer }
    }

    /// Takes the query and never answers.
    #[must_use]
    pub fn never() -> Self {
        Self { wait: Wait::Forever, answer: Answer::FromAddress }
    }

    pub(super) async fn wait(&self, name: &str, released: &watch::Sender<bool>) {
        match &self.wait {
            Wait::Not => {}
            Wait::For(delay) => tokio::time::sleep(*delay).await,
            Wait::UntilReleased => {
                let mut released = released.subscribe();
                if released.wait_for(|released| *released).await.is_err() {
                    unreachable!("the state outlives its connections");
                }
            }
            Wait::UntilQueried(other) => other.until(|tally| tally.by_name.contains_key(name)).await,
            Wait::Forever => std::future::pending().await,
        }
    }
}

impl From<Answer> for Script {
    fn from(answer: Answer) -> Self {
        Self { wait: Wait::Not, answer }
    }
}
