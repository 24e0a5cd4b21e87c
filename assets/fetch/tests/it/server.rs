//! A small HTTP server whose replies a test decides, and which errs on purpose.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request that has arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// The path with its query.
    pub target: String,
    pub headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the server sends.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// After how many bytes of the body the connection ends.
    pub cut: Option<usize>,
    /// Whether the connection stays open, without another byte, until the client closes it.
    pub is_held: bool,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }
    }

    pub fn redirect(to: String) -> Self {
        Self::status(302).with("location", to)
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The rest of the body from `Range`, if `If-Range` has this tag (RFC 9110 section 13.1.5); else all of it.
    pub fn ranged(request: &Request, body: &[u8], etag: &str) -> Self {
        let whole = Self::ok(body).with("etag", etag);
        let start = request.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
        match start {
            Some(start) if request.header("if-range") == Some(etag) => {
                let (start, total) = (start.parse::<usize>().unwrap(), body.len());
                let range = format!("bytes {start}-{}/{total}", total - 1);
                Self { status: 206, body: body[start..].to_vec(), ..whole }.with("content-range", range)
            }
            _ => whole,
        }
    }
}

/// A server on this machine; it ends with the test's process.
pub struct Server {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    requests: Arc<Mutex<Vec<Request>>>,
    /// Gets a message whenever a reply has been written, as far as it goes.
    pub written: Receiver<()>,
}

impl Server {
    pub fn new(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, reply) = (Arc::clone(&requests), Arc::new(reply));
        let (done, written) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, reply, done) = (Arc::clone(&log), Arc::clone(&reply), done.clone());
                thread::spawn(move || {
                    let stream = stream.unwrap();
                    let Some(request) = read(&stream) else { return };
                    log.lock().unwrap().push(request.clone());
                    let reply = reply(&request);
                    // A client that has gone is a case of some tests.
                    if write(&stream, &request, &reply).is_ok() && done.send(()).is_ok() && reply.is_held {
                        let ended = (&stream).read(&mut [0]);
                        drop(ended);
                    }
                });
            }
        });
        Self { origin, requests, written }
    }

    /// What has arrived since the last call.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    /// The same as `METHOD target`.
    pub fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| format!("{} {}", request.method, request.target)).collect()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    for line in lines {
        let line = line.ok()?;
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    Some(Request { method, target, headers })
}

fn write(mut stream: &TcpStream, request: &Request, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Test\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !reply.headers.iter().any(|(name, _)| *name == "content-length") {
        head.push_str(&format!("content-length: {}\r\n", reply.body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        let end = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
        stream.write_all(&reply.body[..end])?;
    }
    stream.flush()
}
