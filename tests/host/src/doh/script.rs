//! What the server can be told to do with a question.

use std::time::Duration;

use bytes::Bytes;
use hickory_proto::op::ResponseCode;
use http::StatusCode;
use tokio::sync::watch;

use super::answer::Chain;

/// When to answer a question, and what.
#[derive(Clone, Debug)]
pub struct Script {
    wait: Wait,
    pub(super) answer: Answer,
}

#[derive(Clone, Copy, Debug)]
enum Wait {
    Not,
    For(Duration),
    UntilReleased,
}

/// What a question gets.
#[derive(Clone, Debug)]
pub enum Answer {
    /// One name made from the address asked about: `ip-192-0-2-1.doh.test.`
    FromAddress,
    /// These records.
    Names(Chain),
    /// A CNAME to a name whose CNAME leads back.
    Loop,
    /// No such name, for this many seconds.
    NxDomain(u32),
    /// No record of the type at the name, for this many seconds.
    NoData(u32),
    /// A failure, perhaps with an extended error (RFC 8914): its code and text.
    Failure(ResponseCode, Option<(u16, &'static str)>),
    /// The right answer to a question that was not asked.
    OtherQuestion,
    /// The right answer with another message's ID.
    OtherId,
    /// An answer cut short, the TC bit set.
    Truncated,
    /// The question itself.
    Echo,
    /// An HTTP status with a right answer for a body.
    Status(StatusCode),
    /// A right answer that calls itself this media type.
    MediaType(&'static str),
    /// These bytes as the DNS message.
    Bytes(Bytes),
    /// Half a right answer, and the end of the connection.
    CutOff,
    /// A right answer's bytes one by one, this far apart.
    Drip(Duration),
}

impl Script {
    /// Answers after `delay`, which stands for the network's.
    #[must_use]
    pub fn after(delay: Duration, answer: Answer) -> Self {
        Self { wait: Wait::For(delay), answer }
    }

    /// Holds the question until [`Doh::release`](super::Doh::release).
    #[must_use]
    pub fn held(answer: Answer) -> Self {
        Self { wait: Wait::UntilReleased, answer }
    }

    pub(super) async fn wait(&self, released: &watch::Sender<bool>) {
        match self.wait {
            Wait::Not => {}
            Wait::For(delay) => tokio::time::sleep(delay).await,
            Wait::UntilReleased => {
                let mut released = released.subscribe();
                if released.wait_for(|released| *released).await.is_err() {
                    unreachable!("the state outlives its connections");
                }
            }
        }
    }
}

impl From<Answer> for Script {
    fn from(answer: Answer) -> Self {
        Self { wait: Wait::Not, answer }
    }
}

impl Answer {
    /// These PTR names, each with the same `ttl` in seconds.
    #[must_use]
    pub fn names(names: &[&str], ttl: u32) -> Self {
        Self::Names(Chain {
            through: Vec::new(),
            names: names.iter().map(|name| ((*name).to_owned(), ttl)).collect(),
            authenticated: false,
        })
    }
}
