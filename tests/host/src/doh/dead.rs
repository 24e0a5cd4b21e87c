//! Origins where no resolver answers.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// An origin where no resolver answers, for as long as this lives.
#[derive(Debug)]
pub struct Dead {
    origin: String,
    _port: Port,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for what dropping them does")]
enum Port {
    /// Bound and not listened on: no other program gets it, and the kernel refuses connections to it.
    Closed(TcpSocket),
    Open(Accepting),
}

#[derive(Debug)]
struct Accepting(AbortHandle);

impl Drop for Accepting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How a server treats a connection.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    Alert,
    HangUp,
    Silence,
}

impl Dead {
    /// A port that refuses connections.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub fn closed() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let origin = format!("http://{}", socket.local_addr()?);
        Ok(Self { origin, _port: Port::Closed(socket) })
    }

    /// A TLS server that refuses every handshake with an alert.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub async fn tls_refused() -> io::Result<Self> {
        Self::open("https", Refusal::Alert).await
    }

    /// A server that closes every connection without an answer.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub async fn hangs_up() -> io::Result<Self> {
        Self::open("http", Refusal::HangUp).await
    }

    /// A TLS server that accepts connections and sends nothing: the handshake never ends.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub async fn silent() -> io::Result<Self> {
        Self::open("https", Refusal::Silence).await
    }

    /// Its origin, as a value for `doh_primary`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    async fn open(scheme: &str, refusal: Refusal) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let origin = format!("{scheme}://{}", listener.local_addr()?);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(refuse(stream, refusal));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { origin, _port: Port::Open(Accepting(accepting.abort_handle())) })
    }
}

async fn refuse(mut stream: TcpStream, refusal: Refusal) -> io::Result<()> {
    /// A fatal `handshake_failure` (RFC 8446 section 6.2): record type, version, length; level, description.
    const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];
    // Bytes left unread would turn the close into a reset.
    let read = stream.read(&mut [0; 4096]).await?;
    match refusal {
        Refusal::Alert if read > 0 => stream.write_all(&ALERT).await?,
        Refusal::Alert | Refusal::HangUp => {}
        // Until the client closes.
        Refusal::Silence => while stream.read(&mut [0; 4096]).await? > 0 {},
    }
    Ok(())
}
