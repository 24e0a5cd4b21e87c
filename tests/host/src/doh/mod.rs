//! A DNS-over-HTTPS server (RFC 8484 over plain HTTP/1.1) that answers, delays, fails and lies as it is told to.
//!
//! A test gives it one [`Script`] for every question, and others for single names; then it can count the questions,
//! read them, and hold them until it lets them go.

mod answer;
mod script;

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hickory_proto::op::Message;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use answer::Body;
pub use answer::Chain;
pub use script::{Answer, Script};

/// How many questions are kept for reading; all are counted.
const KEPT: usize = 10_000;

/// A running server. Dropping it closes the listener and every connection.
#[derive(Debug)]
pub struct Doh {
    address: SocketAddr,
    state: Arc<State>,
    accepting: AbortHandle,
}

/// A question as it arrived.
#[derive(Clone, Debug)]
pub struct Question {
    /// The path of the HTTP request.
    pub path: String,
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
}

#[derive(Debug)]
struct State {
    scripts: Mutex<Scripts>,
    asked: watch::Sender<Vec<Question>>,
    count: watch::Sender<usize>,
    released: watch::Sender<bool>,
}

#[derive(Debug)]
struct Scripts {
    general: Script,
    by_name: HashMap<String, Script>,
}

impl Doh {
    /// Starts a server on a free port of 127.0.0.1 that does the same for every question.
    ///
    /// # Errors
    ///
    /// An address that cannot be listened on.
    pub async fn start(script: impl Into<Script>) -> std::io::Result<Self> {
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)), script).await
    }

    /// Starts a server on `address`.
    ///
    /// # Errors
    ///
    /// An address that cannot be listened on.
    pub async fn listen(address: SocketAddr, script: impl Into<Script>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            scripts: Mutex::new(Scripts { general: script.into(), by_name: HashMap::new() }),
            asked: watch::Sender::new(Vec::new()),
            count: watch::Sender::new(0),
            released: watch::Sender::new(false),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state))).abort_handle();
        Ok(Self { address, state, accepting })
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Its origin, as `doh_primary` wants it.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Says what becomes of questions about `name`, written as in `8.8.8.8.in-addr.arpa.`
    pub fn on(&self, name: &str, script: impl Into<Script>) {
        self.state.scripts().by_name.insert(name.to_ascii_lowercase(), script.into());
    }

    /// Says what becomes of questions about all names that have no script of their own.
    pub fn always(&self, script: impl Into<Script>) {
        self.state.scripts().general = script.into();
    }

    /// How many questions have arrived.
    #[must_use]
    pub fn count(&self) -> usize {
        *self.state.count.borrow()
    }

    /// The questions that have arrived: the first ten thousand of them.
    #[must_use]
    pub fn questions(&self) -> Vec<Question> {
        self.state.asked.borrow().clone()
    }

    /// Waits until `count` questions have arrived.
    pub async fn asked(&self, count: usize) {
        let mut counter = self.state.count.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        if counter.wait_for(|arrived| *arrived >= count).await.is_err() {
            unreachable!("the state outlives its server");
        }
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

    /// Files the question, and finds what to do with it.
    fn receive(&self, question: Question) -> Script {
        let name = question.name();
        self.asked.send_if_modified(|questions| {
            let kept = questions.len() < KEPT;
            if kept {
                questions.push(question);
            }
            kept
        });
        self.count.send_modify(|count| *count += 1);
        let scripts = self.scripts();
        scripts.by_name.get(&name).unwrap_or(&scripts.general).clone()
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&state)));
                }
                Err(error) => {
                    eprintln!("doh: accept: {error}");
                    return;
                }
            },
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    eprintln!("doh: a connection failed: {error}");
                }
            }
        }
    }
}

async fn converse(stream: TcpStream, state: Arc<State>) {
    // As public resolvers do. What is measured are the host and the component, not this end's delays.
    if let Err(error) = stream.set_nodelay(true) {
        eprintln!("doh: {error}");
    }
    let service = service_fn(|request| respond(request, &state));
    // Its errors are what the scripts ask for, and what clients do who have lost patience.
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
}

async fn respond(request: Request<Incoming>, state: &State) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED);
        response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
        return Ok(response);
    }
    if head.headers.get(header::CONTENT_TYPE).is_none_or(|media| media != answer::DNS_MESSAGE) {
        return Ok(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let Ok(body) = body.collect().await else { return Ok(refusal(StatusCode::BAD_REQUEST)) };
    let bytes = body.to_bytes();
    let Ok(message) = Message::from_vec(&bytes) else { return Ok(refusal(StatusCode::BAD_REQUEST)) };
    let script = state.receive(Question { path: head.uri.path().to_owned(), message: message.clone(), bytes });
    script.wait(&state.released).await;
    Ok(script.answer.response(&message))
}

fn refusal(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Full::default().map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}
