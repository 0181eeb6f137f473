//! TLS as libpq's `sslmode` names it, with channel binding (RFC 5929 `tls-server-end-point`).

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};

/// Makes TLS connections of one configuration.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
}

/// One connection's maker.
pub struct Connector {
    config: Arc<ClientConfig>,
    host: String,
}

/// A TLS connection.
pub struct Stream<S>(tokio_rustls::client::TlsStream<S>);

/// The driver's configuration and TLS for the address. `sslmode` is taken out, because the driver knows fewer of them:
/// `disable`, `allow`, `prefer` (the default) and `require` do not verify, as in libpq; `verify-ca`, and `require` with an `sslrootcert`,
/// verify the chain, `verify-full` the name, too; against `sslrootcert` or the system's certificates.
pub fn config(url: &str) -> Result<(Config, Tls), String> {
    let mut parsed = url::Url::parse(url).map_err(|_| "its address is no URL".to_owned())?;
    let parameter = |wanted: &str| {
        let mut pairs = parsed.query_pairs();
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let (mode, root) = (parameter("sslmode"), parameter("sslrootcert"));
    let kept: Vec<(String, String)> = parsed
        .query_pairs()
        .filter(|(name, _)| name != "sslmode" && name != "sslrootcert")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    parsed.set_query(None);
    if !kept.is_empty() {
        parsed.query_pairs_mut().extend_pairs(kept);
    }
    // The driver's error for a bad address may hold parts of it.
    let mut config: Config = parsed.as_str().parse().map_err(|_| "its address is not understood".to_owned())?;
    let mode = mode.as_deref().unwrap_or("prefer");
    config.ssl_mode(match mode {
        "disable" => SslMode::Disable,
        "allow" | "prefer" => SslMode::Prefer,
        "require" | "verify-ca" | "verify-full" => SslMode::Require,
        other => {
            return Err(format!("sslmode `{other}` is none: use disable, prefer, require, verify-ca or verify-full"));
        }
    });
    let config_tls = client_config(mode, root.as_deref())?;
    Ok((config, Tls { config: Arc::new(config_tls) }))
}

fn client_config(mode: &str, root: Option<&str>) -> Result<ClientConfig, String> {
    let roots =
        || root.map_or_else(|| Ok(callsheet_tls::system_roots()), |path| callsheet_tls::roots_of(Path::new(path)));
    let made = match (mode, root) {
        ("verify-full", _) => callsheet_tls::verifying(roots()?),
        // As libpq: who names an authority wants it to count.
        ("verify-ca", _) | ("require", Some(_)) => callsheet_tls::verifying_chain_only(roots()?),
        _ => callsheet_tls::accepting_any(),
    };
    made.map_err(|error| format!("its TLS cannot be set up: {error}"))
}

// === impl Tls ===

impl<S> MakeTlsConnect<S> for Tls
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Stream<S>;
    type TlsConnect = Connector;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Connector> {
        Ok(Connector { config: self.config.clone(), host: host.to_owned() })
    }
}

// === impl Connector ===

impl<S> TlsConnect<S> for Connector
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Stream<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let name = ServerName::try_from(self.host).map_err(io::Error::other)?;
            let connector = tokio_rustls::TlsConnector::from(self.config);
            Ok(Stream(connector.connect(name, stream).await?))
        })
    }
}

// === impl Stream ===

impl<S: AsyncRead + AsyncWrite + Unpin> tokio_postgres::tls::TlsStream for Stream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        let certificate = self.0.get_ref().1.peer_certificates().and_then(|chain| chain.first());
        match certificate.and_then(end_point) {
            Some(hash) => ChannelBinding::tls_server_end_point(hash),
            None => ChannelBinding::none(),
        }
    }
}

/// Hash of the certificate with its signature's hash function, SHA-256 for MD5 and SHA-1; `None` for those without one.
fn end_point(certificate: &CertificateDer) -> Option<Vec<u8>> {
    use x509_parser::prelude::*;
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let algorithm = match parsed.signature_algorithm.algorithm.to_id_string().as_str() {
        // MD5, SHA-1 and SHA-256 with RSA; SHA-1 and SHA-256 with ECDSA.
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => &ring::digest::SHA256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => &ring::digest::SHA384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => &ring::digest::SHA512,
        _ => return None,
    };
    Some(ring::digest::digest(algorithm, certificate).as_ref().to_vec())
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
