//! TLS, with HTTP/2 where the client offers it (RFC 8484 section 5.2).

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The ALPN name of HTTP/2 over TLS (RFC 9113 section 3.1).
pub(super) const HTTP2: &[u8] = b"h2";

/// The identity of a TLS server. Clients accept it if they trust the certificate:
/// [`Options::trusted`](crate::Options::trusted).
#[derive(Clone)]
pub struct Identity(TlsAcceptor);

impl Identity {
    /// A certificate and its private key.
    ///
    /// # Errors
    ///
    /// A key of another certificate.
    pub fn new(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Result<Self, rustls::Error> {
        let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key)?;
        config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(super) fn acceptor(&self) -> &TlsAcceptor {
        &self.0
    }
}
