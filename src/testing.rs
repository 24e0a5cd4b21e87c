//! A platform for the unit tests: resolvers that follow a script, and time that passes only when all wait for it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, PTR};
use hickory_proto::rr::{Name, RData, Record};

use crate::config::{Config, Resolver};
use crate::lookup::dns::exchange::MEDIA_TYPE;
use crate::platform::{Body, Platform, Response, Unreachable, WakeOnDrop};

/// What a resolver does with a query.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// After how long.
    pub after: Duration,
    /// What it does then; `None`: it never responds.
    pub response: Option<Result<Canned, Unreachable>>,
}

/// An HTTP response.
#[derive(Clone, Debug, Default)]
pub struct Canned {
    pub status: u16,
    pub content_type: Option<&'static str>,
    pub content_encoding: Option<&'static str>,
    pub age: Option<&'static str>,
    pub retry_after: Option<&'static str>,
    pub pieces: Vec<Result<Vec<u8>, Unreachable>>,
}

impl Reaction {
    /// A reply with these bytes, at once.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self::http(Canned { status: 200, content_type: Some(MEDIA_TYPE), pieces: vec![Ok(bytes)], ..Canned::default() })
    }

    pub fn http(response: Canned) -> Self {
        Self { after: Duration::ZERO, response: Some(Ok(response)) }
    }

    pub fn status(status: u16) -> Self {
        Self::http(Canned { status, ..Canned::default() })
    }

    pub fn unreachable(why: &str) -> Self {
        Self { after: Duration::ZERO, response: Some(Err(Unreachable::new(why.to_owned()))) }
    }

    /// The resolver has closed the connection.
    pub fn closed() -> Self {
        let error = Unreachable { closed: true, ..Unreachable::new("closed") };
        Self { after: Duration::ZERO, response: Some(Err(error)) }
    }

    pub fn silence() -> Self {
        Self { after: Duration::ZERO, response: None }
    }

    /// A response to `question`, changed by `change`.
    pub fn reply(question: &Message, change: impl FnOnce(&mut Message)) -> Self {
        let mut message = question.clone();
        message.metadata.message_type = MessageType::Response;
        message.metadata.authentic_data = false;
        message.edns = None;
        change(&mut message);
        Self::bytes(message.to_vec().unwrap())
    }

    /// These records, all of the name that is asked about, for `ttl` seconds.
    pub fn records(question: &Message, ttl: u32, records: Vec<RData>) -> Self {
        let name = question.queries[0].name().clone();
        let records = records.into_iter().map(|data| Record::from_rdata(name.clone(), ttl, data));
        Self::reply(question, |message| message.answers = records.collect())
    }

    pub fn code(question: &Message, code: ResponseCode) -> Self {
        Self::reply(question, |message| message.metadata.response_code = code)
    }

    #[must_use]
    pub fn after(self, milliseconds: u64) -> Self {
        Self { after: Duration::from_millis(milliseconds), ..self }
    }
}

pub fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

pub fn ptr(target: &str) -> RData {
    RData::PTR(PTR(name(target)))
}

pub fn cname(target: &str) -> RData {
    RData::CNAME(CNAME(name(target)))
}

pub fn address(ip: &str) -> RData {
    match ip.parse().unwrap() {
        std::net::IpAddr::V4(ip) => RData::A(A(ip)),
        std::net::IpAddr::V6(ip) => RData::AAAA(AAAA(ip)),
    }
}

/// Good values of all variables: what [`config`] says.
pub const VARIABLES: [(&str, &str); 11] = [
    ("doh_primary", "https://one.example"),
    ("doh_fallback", "https://two.example"),
    ("doh_path", "/dns-query"),
    ("dns_timeout_ms", "1500"),
    ("dns_hedge_ms", "250"),
    ("caller_header", "spin-client-addr"),
    ("trusted_proxies", "0"),
    ("batch_limit", "100"),
    ("host_names", "true"),
    ("ipv4_origin", ""),
    ("ipv6_origin", ""),
];

type React<'a> = Box<dyn Fn(&str, &Message) -> Reaction + 'a>;

/// The platform.
pub struct World<'a> {
    react: React<'a>,
    /// The hosts of the resolvers that were queried, and the queries.
    pub asked: RefCell<Vec<(String, Message)>>,
    /// Queries that were given up before there was a response.
    pub dropped: Rc<Cell<usize>>,
    /// Queries in flight, and the most that there were at once.
    pub in_flight: Rc<Cell<usize>>,
    pub most_in_flight: Cell<usize>,
    /// How many variables have been read.
    pub variables_read: Cell<usize>,
    /// Variables with other values than [`World::variable`] has for them.
    pub variables: Vec<(&'static str, &'static str)>,
    /// Whether no variable is defined.
    pub without_variables: bool,
    time: Cell<Duration>,
    timers: RefCell<BTreeMap<Duration, Vec<Waker>>>,
}

impl<'a> World<'a> {
    /// Resolvers that react like this to their host name and a query.
    pub fn new(react: impl Fn(&str, &Message) -> Reaction + 'a) -> Self {
        Self {
            react: Box::new(react),
            asked: RefCell::default(),
            dropped: Rc::default(),
            in_flight: Rc::default(),
            most_in_flight: Cell::default(),
            variables_read: Cell::default(),
            variables: Vec::new(),
            without_variables: false,
            time: Cell::new(Duration::from_secs(1_000)),
            timers: RefCell::default(),
        }
    }

    /// Runs `future`; whenever it waits for time only, time passes.
    ///
    /// # Panics
    ///
    /// When it waits for what never happens.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        struct Flag(AtomicBool);
        impl Wake for Flag {
            fn wake(self: Arc<Self>) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let flag = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            if flag.0.swap(false, Ordering::Relaxed) {
                continue;
            }
            let (time, wakers) = self.timers.borrow_mut().pop_first().expect("nothing will ever happen");
            self.time.set(self.time.get().max(time));
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    /// The time that `future` takes, in milliseconds, and what it gives.
    pub fn time<T>(&self, future: impl Future<Output = T>) -> (u128, T) {
        let start = self.time.get();
        let output = self.run(future);
        ((self.time.get() - start).as_millis(), output)
    }

    /// The hosts of the resolvers that were asked, in order.
    pub fn hosts(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|(host, _)| host.clone()).collect()
    }
}

/// Resolvers at `one.example` and `two.example`, 250 ms and 1500 ms.
pub fn config() -> Config {
    let resolver = |host: &str| Resolver { url: format!("https://{host}/dns-query").parse().unwrap() };
    Config {
        primary: resolver("one.example"),
        fallback: Some(resolver("two.example")),
        dns_timeout: Duration::from_millis(1500),
        dns_hedge: Duration::from_millis(250),
        caller: crate::request::caller::CallerHeader::default(),
        batch_limit: 100,
        host_names: true,
        origins: crate::config::Origins::default(),
    }
}

impl Platform for World<'_> {
    type Body = std::vec::IntoIter<Result<Vec<u8>, Unreachable>>;

    async fn variable(&self, name: &'static str) -> Result<String, String> {
        self.variables_read.set(self.variables_read.get() + 1);
        let defined = self.variables.iter().chain(&VARIABLES).filter(|_| !self.without_variables);
        let found = defined.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or_else(|| "is not defined".to_owned())
    }

    fn now(&self) -> Duration {
        self.time.get()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        let end = self.time.get() + duration;
        poll_fn(move |context| {
            if self.time.get() >= end {
                return Poll::Ready(());
            }
            self.timers.borrow_mut().entry(end).or_default().push(context.waker().clone());
            Poll::Pending
        })
    }

    fn wake_on_drop(&self) -> (WakeOnDrop, impl Future<Output = ()>) {
        /// Whether it has been dropped, and who is to be woken.
        type Signal = Arc<Mutex<(bool, Option<Waker>)>>;
        struct End(Signal);
        impl Drop for End {
            fn drop(&mut self) {
                let mut signal = self.0.lock().unwrap();
                signal.0 = true;
                signal.1.take().into_iter().for_each(Waker::wake);
            }
        }
        let signal = Signal::default();
        let dropped = Arc::clone(&signal);
        let wait = poll_fn(move |context| {
            let mut dropped = dropped.lock().unwrap();
            dropped.1 = Some(context.waker().clone());
            if dropped.0 { Poll::Ready(()) } else { Poll::Pending }
        });
        (WakeOnDrop::new(End(signal)), wait)
    }

    async fn post(
        &self,
        url: &http::Uri,
        message: &[u8],
        taken: impl FnOnce(),
    ) -> Result<Response<Self::Body>, Unreachable> {
        struct Underway {
            in_flight: Rc<Cell<usize>>,
            dropped: Option<Rc<Cell<usize>>>,
        }
        impl Drop for Underway {
            fn drop(&mut self) {
                self.in_flight.set(self.in_flight.get() - 1);
                self.dropped.take().into_iter().for_each(|dropped| dropped.set(dropped.get() + 1));
            }
        }
        let host = url.authority().unwrap().to_string();
        let message = Message::from_vec(message).unwrap();
        let reaction = (self.react)(&host, &message);
        self.asked.borrow_mut().push((host, message));
        self.in_flight.set(self.in_flight.get() + 1);
        self.most_in_flight.set(self.most_in_flight.get().max(self.in_flight.get()));
        let dropped = Some(Rc::clone(&self.dropped));
        let mut underway = Underway { in_flight: Rc::clone(&self.in_flight), dropped };
        // A resolver that never responds does not even take the query.
        let Some(response) = reaction.response else { return std::future::pending().await };
        taken();
        self.sleep(reaction.after).await;
        underway.dropped = None;
        let Canned { status, content_type, content_encoding, age, retry_after, pieces } = response?;
        let bytes = |text: &str| text.as_bytes().to_vec();
        Ok(Response {
            status,
            content_type: content_type.map(bytes),
            content_encoding: content_encoding.map(bytes),
            age: age.map(bytes),
            retry_after: retry_after.map(bytes),
            body: pieces.into_iter(),
        })
    }
}

impl Body for std::vec::IntoIter<Result<Vec<u8>, Unreachable>> {
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Unreachable>> {
        std::future::ready(self.next().transpose())
    }
}
