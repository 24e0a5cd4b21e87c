//! A DNS-over-HTTPS server (RFC 8484) that answers, delays, fails and lies as it is told to.
//!
//! A test gives it one [`Script`] for every question, and others for single names, or [records](Doh::records); then it
//! can count the questions, read them, hold them until it lets them go, and see them given up. Whatever it waits for is
//! an event, not a time. [`Dead`] are the origins where there is no server to ask.

mod answer;
mod dead;
mod script;
mod server;
mod tally;
mod tls;
pub mod zone;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hickory_proto::op::Message;
use hickory_proto::rr::{Name, RData, RecordType};
use http::Version;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

pub use answer::{Answer, Chain};
pub use dead::Dead;
pub use script::Script;
use tally::{Events, Exchange};
pub use tls::Identity;
use zone::Zone;

/// How many questions are kept for reading; all are counted.
const KEPT: usize = 10_000;

/// A running server. Dropping it closes the listener and every connection.
#[derive(Debug)]
pub struct Doh {
    address: SocketAddr,
    scheme: &'static str,
    state: Arc<State>,
    accepting: AbortHandle,
}

/// A question as it arrived.
#[derive(Clone, Debug)]
pub struct Question {
    /// The path of the HTTP request.
    pub path: String,
    /// The version of HTTP.
    pub version: Version,
    /// The DNS message.
    pub message: Message,
    /// The DNS message, undecoded.
    pub bytes: Bytes,
}

impl Question {
    /// The name that was asked about, in lower case and with the root's dot; empty where nothing was asked.
    #[must_use]
    pub fn name(&self) -> String {
        self.message.queries.first().map(|query| query.name.to_lowercase().to_ascii()).unwrap_or_default()
    }

    /// The type that was asked for.
    #[must_use]
    pub fn record_type(&self) -> Option<RecordType> {
        self.message.queries.first().map(|query| query.query_type)
    }
}

/// The name under which an address has its PTR records: `8.8.8.8.in-addr.arpa.` (RFC 1035 section 3.5, RFC 3596
/// section 2.5).
#[must_use]
pub fn reverse(ip: IpAddr) -> String {
    Name::from(ip).to_ascii()
}

#[derive(Debug)]
struct State {
    scripts: Mutex<Scripts>,
    questions: Mutex<Vec<Question>>,
    events: Events,
    released: watch::Sender<bool>,
}

#[derive(Debug)]
struct Scripts {
    general: Script,
    by_name: HashMap<String, Script>,
    by_type: HashMap<(String, RecordType), Script>,
    zone: Zone,
}

impl Doh {
    /// Starts a server on a free port of 127.0.0.1 that does the same for every question, over plain HTTP/1.1.
    ///
    /// # Errors
    ///
    /// An address that cannot be listened on.
    pub async fn start(script: impl Into<Script>) -> io::Result<Self> {
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)), script).await
    }

    /// The same over TLS, with HTTP/2 or HTTP/1.1 as the client prefers.
    ///
    /// # Errors
    ///
    /// An address that cannot be listened on.
    pub async fn start_tls(identity: &Identity, script: impl Into<Script>) -> io::Result<Self> {
        Self::serve(SocketAddr::from(([127, 0, 0, 1], 0)), Some(identity.clone()), script.into()).await
    }

    /// Starts a server on `address`, over plain HTTP/1.1.
    ///
    /// # Errors
    ///
    /// An address that cannot be listened on.
    pub async fn listen(address: SocketAddr, script: impl Into<Script>) -> io::Result<Self> {
        Self::serve(address, None, script.into()).await
    }

    async fn serve(address: SocketAddr, identity: Option<Identity>, general: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let scheme = if identity.is_some() { "https" } else { "http" };
        let state = Arc::new(State {
            scripts: Mutex::new(Scripts {
                general,
                by_name: HashMap::new(),
                by_type: HashMap::new(),
                zone: Zone::default(),
            }),
            questions: Mutex::default(),
            events: Events::default(),
            released: watch::Sender::new(false),
        });
        let accepting = tokio::spawn(server::accept(listener, identity, Arc::clone(&state))).abort_handle();
        Ok(Self { address, scheme, state, accepting })
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Its origin, as `doh_primary` wants it.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Says what becomes of questions about `name`, written as in `8.8.8.8.in-addr.arpa.`
    pub fn on(&self, name: &str, script: impl Into<Script>) {
        self.state.scripts().by_name.insert(name.to_ascii_lowercase(), script.into());
    }

    /// Says what becomes of questions about `name` for one type of record.
    pub fn on_type(&self, name: &str, record_type: RecordType, script: impl Into<Script>) {
        self.state.scripts().by_type.insert((name.to_ascii_lowercase(), record_type), script.into());
    }

    /// Says what becomes of all questions that have neither a script nor records of their own.
    pub fn always(&self, script: impl Into<Script>) {
        self.state.scripts().general = script.into();
    }

    /// Adds records at `name`, each for `ttl` seconds. [`zone`] has short ways to write them. A name with records
    /// exists: for the types that it has none of, the answer is NODATA.
    pub fn records(&self, name: &str, ttl: u32, records: impl IntoIterator<Item = RData>) {
        self.state.scripts().zone.add(name, ttl, records);
    }

    /// How many questions have arrived.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state.events.read(|tally| tally.arrived)
    }

    /// How many questions about `name` have arrived.
    #[must_use]
    pub fn count_of(&self, name: &str) -> usize {
        self.state.events.read(|tally| tally.about.get(&name.to_ascii_lowercase()).copied().unwrap_or_default())
    }

    /// How many questions clients have given up before the answer was whole.
    #[must_use]
    pub fn abandoned(&self) -> usize {
        self.state.events.read(|tally| tally.abandoned)
    }

    /// The questions that have arrived: the first ten thousand of them.
    #[must_use]
    pub fn questions(&self) -> Vec<Question> {
        self.state.questions().clone()
    }

    /// Waits until `count` questions have arrived.
    pub async fn asked(&self, count: usize) {
        self.state.events.until(|tally| tally.arrived >= count).await;
    }

    /// Waits until no question is left: every one is answered to the last byte, or given up by the client.
    pub async fn idle(&self) {
        self.state.events.until(|tally| tally.open == 0).await;
    }

    /// Lets go the questions that are held by [`Script::held`], and all that will come.
    pub fn release(&self) {
        self.state.released.send_replace(true);
    }
}

impl Drop for Doh {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    fn scripts(&self) -> MutexGuard<'_, Scripts> {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn questions(&self) -> MutexGuard<'_, Vec<Question>> {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Files the question, and finds what to do with it.
    fn receive(&self, question: Question) -> (Script, Exchange) {
        let name = question.name();
        let script = self.scripts().find(&question);
        let mut questions = self.questions();
        if questions.len() < KEPT {
            questions.push(question);
        }
        drop(questions);
        // Whoever waits for it finds the question filed.
        (script, self.events.arrive(&name))
    }
}

impl Scripts {
    /// A name's own script comes before its records, and those before what holds for all.
    fn find(&self, question: &Question) -> Script {
        let name = question.name();
        let record_type = question.record_type().unwrap_or(RecordType::ZERO);
        let by_type = self.by_type.get(&(name.clone(), record_type));
        match by_type.or_else(|| self.by_name.get(&name)) {
            Some(script) => script.clone(),
            None => self.zone.answer(&name, record_type).map_or_else(|| self.general.clone(), Script::from),
        }
    }
}

#[cfg(test)]
mod tests;
