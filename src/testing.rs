//! A platform for the unit tests: resolvers that follow a script, and time that passes only when all wait for it.

mod reaction;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use hickory_proto::op::Message;

use crate::config::{Config, Method, Resolver};
use crate::platform::{Body, Outgoing, Platform, Response, Unreachable, WakeOnDrop};

pub use reaction::{Canned, Reaction, address, cname, name, ptr};

/// Good values of all variables: those of [`config`].
pub const VARIABLES: [(&str, &str); 12] = [
    ("doh_primary", "https://one.example"),
    ("doh_fallback", "https://two.example"),
    ("doh_path", "/dns-query"),
    ("doh_method", "get"),
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
    /// Queries that were dropped before there was a response.
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
    /// The wall clock: the time since the beginning of 1970.
    pub wall_clock: Cell<Duration>,
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
            // 2026-01-31, 30 days after the fixture was built.
            wall_clock: Cell::new(Duration::from_secs(20_484 * 86_400)),
            time: Cell::new(Duration::from_secs(1_000)),
            timers: RefCell::default(),
        }
    }

    /// Runs `future`. Time passes only while it waits for nothing but time.
    ///
    /// # Panics
    ///
    /// When it waits for an event that never happens.
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
    let resolver =
        |host: &str| Resolver { url: format!("https://{host}/dns-query").parse().unwrap(), method: Method::Get };
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

    async fn variable(&self, name: &'static str) -> Result<Option<String>, String> {
        self.variables_read.set(self.variables_read.get() + 1);
        let defined = self.variables.iter().chain(&VARIABLES).filter(|_| !self.without_variables);
        let found = defined.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| Some((*value).to_owned())).ok_or_else(|| "is not defined".to_owned())
    }

    fn now(&self) -> Duration {
        self.time.get()
    }

    fn wall_clock(&self) -> Duration {
        self.wall_clock.get()
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

    async fn send(&self, query: &Outgoing<'_>) -> Result<Response<Self::Body>, Unreachable> {
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
        let host = query.url.authority().unwrap().to_string();
        let message = match query.message {
            Some(message) => message.to_vec(),
            None => {
                let (_, encoded) = query.path_with_query.split_once("/dns-query?dns=").unwrap();
                data_encoding::BASE64URL_NOPAD.decode(encoded.as_bytes()).unwrap()
            }
        };
        let message = Message::from_vec(&message).unwrap();
        let reaction = (self.react)(&host, &message);
        self.asked.borrow_mut().push((host, message));
        self.in_flight.set(self.in_flight.get() + 1);
        self.most_in_flight.set(self.most_in_flight.get().max(self.in_flight.get()));
        let dropped = Some(Rc::clone(&self.dropped));
        let mut underway = Underway { in_flight: Rc::clone(&self.in_flight), dropped };
        let Some(response) = reaction.response else { return std::future::pending().await };
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
