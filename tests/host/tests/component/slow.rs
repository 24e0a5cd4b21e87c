//! Clients that never end a request body, and clients that never read a response: all at once, with normal ones beside
//! them. The component allows 10 s for a body, and 10 s for a write without progress.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use h2::client::SendRequest;
use host::doh::{Answer, Doh, Script, reverse};
use http::{Method, Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::support::{Client, World, options, resolvers, serve_options, within, workspace};

/// Clients of the two main kinds, and normal ones.
const CLIENTS: usize = 100;
/// Clients of each other kind.
const FEW: usize = 8;

/// All limits run at the same time, so that the test takes as long as one of them.
#[tokio::test]
async fn clients_that_never_finish() {
    let world = world().await;
    let (address, counters) = (world.host.addr(), world.host.counters());

    let mut bodies = JoinSet::new();
    for _ in 0..CLIENTS {
        bodies.spawn(endless_body(address, "content-length: 100\r\n\r\n8.8"));
    }
    for _ in 0..FEW {
        bodies.spawn(endless_body(address, "transfer-encoding: chunked\r\n\r\n3\r\n8.8\r\n"));
        bodies.spawn(dripping_body(address));
        bodies.spawn(endless_stream(address));
    }
    within(counters.until(|figures| figures.accepted == CLIENTS + 3 * FEW)).await;
    for _ in 0..FEW {
        reset_body(address).await;
        reset_stream(address).await;
    }

    let readers = within(join_all((0..CLIENTS).map(|_| stuck_reader(address)))).await;
    let streams = within(join_all((0..FEW).map(|_| stuck_stream(address)))).await;
    // Every reader has the head of its response, and full buffers. The rest of the response cannot be written.
    world.doh.release();

    let normal = (0..CLIENTS).map(async |_| Client::new(address).get("/8.8.8.8").await.report());
    for report in join_all(normal).await {
        assert_eq!(report["dns"]["names"][0], "ip-8-8-8-8.doh.test");
    }

    while let Some(status) = within(bodies.join_next()).await {
        assert_eq!(status.unwrap(), StatusCode::REQUEST_TIMEOUT);
    }
    // The readers are still connected, and have still not read.
    within(counters.until(|figures| (figures.slots, figures.busy) == (0, 0))).await;
    assert_eq!(counters.failed(), 0);
    drop((readers, streams));
}

/// Subjects whose reports are longer than all buffers on the way of a response, before the ones that are held.
const LONG: u8 = 30;
/// All subjects of a batch.
const SUBJECTS: u8 = 35;

async fn world() -> World {
    let doh = Doh::start(Answer::FromAddress).await.unwrap();
    for last in 0..SUBJECTS {
        let script = if last < LONG { Answer::Flood.into() } else { Script::held(Answer::Flood) };
        doh.on(&reverse([9, 9, 9, last].into()), script);
    }
    let origin = doh.origin();
    let variables = [&resolvers(&origin, &origin)[..], &[("dns_timeout_ms", "30000")]].concat();
    let mut options = options(&workspace().join("spin.toml"), &variables);
    // By default, Linux buffers some megabytes for a local client: more than a response may have.
    options.send_buffer = Some(8 << 10);
    World::of(serve_options(&options).await, doh)
}

/// Sends the head of a batch and the bytes that follow, and waits for the status of the response.
async fn endless_body(address: SocketAddr, rest: &'static str) -> StatusCode {
    let mut stream = begin(address, rest).await;
    status(&mut stream).await
}

/// Sends a byte a second: each byte is progress, but the body as a whole has a limit.
async fn dripping_body(address: SocketAddr) -> StatusCode {
    let mut stream = begin(address, "content-length: 1000\r\n\r\n8.8").await;
    let (mut reading, mut writing) = stream.split();
    let drip = async {
        let mut clock = tokio::time::interval(Duration::from_secs(1));
        loop {
            clock.tick().await;
            if writing.write_all(b".").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        status = status(&mut reading) => status,
        () = drip => unreachable!("it never ends"),
    }
}

/// The same over HTTP/2.
async fn endless_stream(address: SocketAddr) -> StatusCode {
    let mut client = http2(address, 65_535).await;
    let (response, mut body) = client.send_request(batch(address), false).unwrap();
    body.send_data(Bytes::from_static(b"8.8"), false).unwrap();
    response.await.unwrap().status()
}

/// Resets its connection in the middle of a body.
async fn reset_body(address: SocketAddr) {
    let stream = begin(address, "content-length: 100\r\n\r\n8.8").await;
    stream.set_zero_linger().unwrap();
}

/// Resets its stream in the middle of a body.
async fn reset_stream(address: SocketAddr) {
    let mut client = http2(address, 65_535).await;
    let (_response, mut body) = client.send_request(batch(address), false).unwrap();
    body.send_data(Bytes::from_static(b"8.8"), false).unwrap();
    body.send_reset(h2::Reason::CANCEL);
}

/// Reads the first line of a response, and nothing more.
async fn stuck_reader(address: SocketAddr) -> TcpStream {
    let subjects = subjects();
    let head = format!("accept: application/x-ndjson\r\ncontent-length: {}\r\n\r\n", subjects.len());
    let mut stream = begin(address, &(head + &subjects)).await;
    assert_eq!(status(&mut stream).await, StatusCode::OK);
    stream
}

/// Never gives the response's stream a window to send in (RFC 9113 section 5.2).
async fn stuck_stream(address: SocketAddr) -> (SendRequest<Bytes>, http::Response<h2::RecvStream>) {
    let mut client = http2(address, 0).await;
    let (response, mut body) = client.send_request(batch(address), false).unwrap();
    body.send_data(subjects().into(), true).unwrap();
    let response = response.await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    (client, response)
}

fn subjects() -> String {
    (0..SUBJECTS).map(|last| format!("9.9.9.{last}\n")).collect()
}

/// Connects with small buffers, and sends the head of a batch followed by `rest`.
async fn begin(address: SocketAddr, rest: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 << 10).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream.write_all(format!("POST /batch HTTP/1.1\r\nhost: {address}\r\n{rest}").as_bytes()).await.unwrap();
    stream
}

/// Reads the status line of a response, byte by byte so that nothing behind it is read.
async fn status(stream: &mut (impl AsyncReadExt + Unpin)) -> StatusCode {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(stream.read_u8().await.unwrap());
    }
    let line = String::from_utf8(line).unwrap();
    let code = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    code.unwrap_or_else(|| panic!("{line:?} is not a status line")).parse().unwrap()
}

fn batch(address: SocketAddr) -> Request<()> {
    let request = Request::builder().method(Method::POST).uri(format!("http://{address}/batch"));
    request.header("accept", "application/x-ndjson").body(()).unwrap()
}

async fn http2(address: SocketAddr, window: u32) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (client, connection) = h2::client::Builder::new().initial_window_size(window).handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client.ready().await.unwrap()
}
