//! A DNS-over-HTTPS server (RFC 8484) for tests: it answers, delays, fails and lies as its scripts say.
//!
//! A test gives it one [`Script`] for all queries, and others for single names, or [records](Doh::records). Then the
//! test can count and read the queries, hold and release them, and see which ones clients gave up. Everything that a
//! test waits for is an event, not a time. [`Connections`] says when the server closes its connections. [`Dead`] stands
//! for origins without a server.

mod answer;
mod connection;
mod dead;
mod scenes;
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
use http::{HeaderMap, Method, Version};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

pub use answer::{Answer, Chain};
pub use connection::Connections;
pub use dead::Dead;
pub use script::Script;
use tally::{Events, Exchange};
pub use tls::Identity;
use zone::Zone;

/// How many queries are kept for reading; all are counted.
const KEPT: usize = 10_000;

/// A running server. Dropping it closes the listener and every connection.
#[derive(Debug)]
pub struct Doh {
    address: SocketAddr,
    scheme: &'static str,
    state: Arc<State>,
    accepting: AbortHandle,
}

/// A query as it arrived.
#[derive(Clone, Debug)]
pub struct Query {
    /// The method of the HTTP request.
    pub method: Method,
    /// The path of the HTTP request.
    pub path: String,
    /// The version of HTTP.
    pub version: Version,
    /// The headers of the HTTP request.
    pub headers: HeaderMap,
    /// The DNS message.
    pub message: Message,
    /// The DNS message, undecoded.
    pub bytes: Bytes,
}

impl Query {
    /// The queried name, in lower case and with the root's dot; empty if the message has no question.
    #[must_use]
    pub fn name(&self) -> String {
        self.message.queries.first().map(|query| query.name.to_lowercase().to_ascii()).unwrap_or_default()
    }

    /// The queried type.
    #[must_use]
    pub fn record_type(&self) -> Option<RecordType> {
        self.message.queries.first().map(|query| query.query_type)
    }
}

/// The name where an address has its PTR records: `8.8.8.8.in-addr.arpa.` (RFC 1035 section 3.5, RFC 3596
/// section 2.5).
#[must_use]
pub fn reverse(ip: IpAddr) -> String {
    Name::from(ip).to_ascii()
}

#[derive(Debug)]
struct State {
    scripts: Mutex<Scripts>,
    queries: Mutex<Vec<Query>>,
    events: Events,
    released: watch::Sender<bool>,
}

#[derive(Debug)]
struct Scripts {
    general: Script,
    by_name: HashMap<String, Script>,
    by_type: HashMap<(String, RecordType), Script>,
    zone: Zone,
    connections: Connections,
}

impl Doh {
    /// Starts a server on a free port of 127.0.0.1, with one script for all queries, over plain HTTP/1.1.
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
                connections: Connections::default(),
            }),
            queries: Mutex::default(),
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

    /// Its origin, as a value for `doh_primary`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Sets the script for queries for `name`, written as in `8.8.8.8.in-addr.arpa.`
    pub fn on(&self, name: &str, script: impl Into<Script>) {
        self.state.scripts().by_name.insert(name.to_ascii_lowercase(), script.into());
    }

    /// Sets the script for queries for `name` and one record type.
    pub fn on_type(&self, name: &str, record_type: RecordType, script: impl Into<Script>) {
        self.state.scripts().by_type.insert((name.to_ascii_lowercase(), record_type), script.into());
    }

    /// Sets the script for queries whose name has neither a script nor records.
    pub fn always(&self, script: impl Into<Script>) {
        self.state.scripts().general = script.into();
    }

    /// Sets what happens to connections that clients open from now on.
    pub fn connections(&self, connections: Connections) {
        self.state.scripts().connections = connections;
    }

    /// Adds records at `name`, each with a TTL of `ttl` seconds; [`zone`] has constructors for them. For types that the
    /// name does not have, the answer is NODATA.
    pub fn records(&self, name: &str, ttl: u32, records: impl IntoIterator<Item = RData>) {
        self.state.scripts().zone.add(name, ttl, records);
    }

    /// How many queries have arrived.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state.events.read(|tally| tally.arrived)
    }

    /// How many queries for `name` have arrived.
    #[must_use]
    pub fn count_of(&self, name: &str) -> usize {
        self.state.events.read(|tally| tally.by_name.get(&name.to_ascii_lowercase()).copied().unwrap_or_default())
    }

    /// How many queries clients have given up before the answer was complete.
    #[must_use]
    pub fn abandoned(&self) -> usize {
        self.state.events.read(|tally| tally.abandoned)
    }

    /// The queries that have arrived: the first ten thousand of them.
    #[must_use]
    pub fn queries(&self) -> Vec<Query> {
        self.state.queries().clone()
    }

    /// Waits until `count` queries have arrived.
    pub async fn queried(&self, count: usize) {
        self.state.events.until(|tally| tally.arrived >= count).await;
    }

    /// Waits until `count` connections are being closed by [`Connections`]. The next query meets such a connection.
    pub async fn closed(&self, count: usize) {
        self.state.events.until(|tally| tally.closed >= count).await;
    }

    /// Waits until every query is answered to the last byte, or given up by the client.
    pub async fn idle(&self) {
        self.state.events.until(|tally| tally.open == 0).await;
    }

    /// Answers the queries that are held by [`Script::held`], and all that will come.
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

    fn queries(&self) -> MutexGuard<'_, Vec<Query>> {
        self.queries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the query, and finds its script.
    fn receive(&self, query: Query) -> (Script, Exchange) {
        let name = query.name();
        let script = self.scripts().find(&query);
        let mut queries = self.queries();
        if queries.len() < KEPT {
            queries.push(query);
        }
        drop(queries);
        // After that: a test that waits for the query can read it.
        (script, self.events.arrive(&name))
    }
}

impl Scripts {
    /// The script of the name comes before its records, and these before the general script.
    fn find(&self, query: &Query) -> Script {
        let name = query.name();
        let record_type = query.record_type().unwrap_or(RecordType::ZERO);
        let by_type = self.by_type.get(&(name.clone(), record_type));
        match by_type.or_else(|| self.by_name.get(&name)) {
            Some(script) => script.clone(),
            None => self.zone.answer(&name, record_type).map_or_else(|| self.general.clone(), Script::from),
        }
    }
}

#[cfg(test)]
mod tests;
