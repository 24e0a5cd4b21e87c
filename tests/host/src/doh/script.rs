//! What the server can be told to do with a question.

use std::time::Duration;

use tokio::sync::watch;

use super::Doh;
use super::answer::Answer;
use super::tally::Events;

/// When to answer a question, and what.
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
    UntilAsked(Events),
    Forever,
}

impl Script {
    /// Answers after `delay`, which stands for the network's.
    #[must_use]
    pub fn after(delay: Duration, answer: Answer) -> Self {
        Self { wait: Wait::For(delay), answer }
    }

    /// Holds the question until [`Doh::release`].
    #[must_use]
    pub fn held(answer: Answer) -> Self {
        Self { wait: Wait::UntilReleased, answer }
    }

    /// Holds the question until `other` has been asked about the same name: slower than any hedge, without a clock.
    #[must_use]
    pub fn when_asked(other: &Doh, answer: Answer) -> Self {
        Self { wait: Wait::UntilAsked(other.state.events.clone()), answer }
    }

    /// Takes the question and never answers.
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
            Wait::UntilAsked(other) => other.until(|tally| tally.about.contains_key(name)).await,
            Wait::Forever => std::future::pending().await,
        }
    }
}

impl From<Answer> for Script {
    fn from(answer: Answer) -> Self {
        Self { wait: Wait::Not, answer }
    }
}
