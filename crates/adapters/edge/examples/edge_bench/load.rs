//! As many requests as the proxy takes, over connections that are kept.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Connections at once.
const CONNECTIONS: u64 = 32;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Small,
    Large,
    TlsSmall,
    TlsLarge,
    /// 64 bytes there and back through a WebSocket.
    Socket,
    /// A new TLS connection for each request.
    Handshake,
}

impl Kind {
    pub fn named(name: &str) -> Option<Kind> {
        Some(match name {
            "small" => Kind::Small,
            "large" => Kind::Large,
            "tls-small" => Kind::TlsSmall,
            "tls-large" => Kind::TlsLarge,
            "socket" => Kind::Socket,
            "handshake" => Kind::Handshake,
            _ => return None,
        })
    }

    fn path(self) -> &'static str {
        match self {
            Kind::Large | Kind::TlsLarge => "/large",
            Kind::Socket => "/socket",
            _ => "/small",
        }
    }
}

/// Sends them all; JSON of how many a second.
pub async fn load(kind: Kind, address: SocketAddr, count: u64) -> io::Result<String> {
    let connector = TlsConnector::from(Arc::new(anything()));
    let began = Instant::now();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|index| {
            let share = count / CONNECTIONS + u64::from(index < count % CONNECTIONS);
            tokio::spawn(one(kind, address, share, connector.clone()))
        })
        .collect();
    for connection in connections {
        connection.await.map_err(io::Error::other)??;
    }
    let seconds = began.elapsed().as_secs_f64();
    Ok(serde_json::json!({ "count": count, "per_s": count as f64 / seconds }).to_string())
}

async fn one(kind: Kind, address: SocketAddr, count: u64, connector: TlsConnector) -> io::Result<()> {
    let name = ServerName::try_from("shop.test").map_err(io::Error::other)?;
    match kind {
        Kind::Small | Kind::Large => ask(&mut connect(address).await?, kind, count).await,
        Kind::TlsSmall | Kind::TlsLarge => {
            let mut stream = connector.connect(name, connect(address).await?).await?;
            ask(&mut stream, kind, count).await
        }
        Kind::Handshake => {
            for _ in 0..count {
                let mut stream = connector.connect(name.clone(), connect(address).await?).await?;
                ask(&mut stream, kind, 1).await?;
            }
            Ok(())
        }
        Kind::Socket => echo(connect(address).await?, count).await,
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, kind: Kind, count: u64) -> io::Result<()> {
    let request =
        format!("GET {} HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n", kind.path());
    let mut bytes = vec![0; 32 * 1024];
    for _ in 0..count {
        stream.write_all(request.as_bytes()).await?;
        answer(stream, &mut bytes).await?;
    }
    Ok(())
}

/// Reads one answer to its end.
pub async fn answer<S: AsyncRead + Unpin>(stream: &mut S, bytes: &mut [u8]) -> io::Result<bool> {
    let mut kept = 0;
    loop {
        let read = stream.read(&mut bytes[kept..]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        kept += read;
        let Some(end) = memchr::memmem::find(&bytes[..kept], b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&bytes[..end]).map_err(io::Error::other)?.to_ascii_lowercase();
        if !head.starts_with("http/1.1 200") {
            return Err(io::Error::other(head));
        }
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        let whole = end + 4 + length.unwrap_or(0_usize);
        let closes = head.contains("connection: close");
        while kept < whole {
            let read = stream.read(&mut bytes[kept..]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            kept += read;
        }
        return Ok(closes);
    }
}

async fn echo(mut stream: TcpStream, count: u64) -> io::Result<()> {
    let ask = "GET /socket HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(ask.as_bytes()).await?;
    let mut bytes = vec![0; 4096];
    let mut kept = 0;
    while memchr::memmem::find(&bytes[..kept], b"\r\n\r\n").is_none() {
        let read = stream.read(&mut bytes[kept..]).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        kept += read;
    }
    let mut back = [0; 64];
    for _ in 0..count {
        stream.write_all(&[7; 64]).await?;
        stream.read_exact(&mut back).await?;
    }
    Ok(())
}

/// Takes every certificate: what is measured is the proxy, on loopback.
fn anything() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider.clone());
    let builder = builder.with_safe_default_protocol_versions().expect("ring has the usual versions").dangerous();
    let mut config = builder.with_custom_certificate_verifier(Arc::new(Anything(provider))).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Each handshake a whole one.
    config.resumption = rustls::client::Resumption::disabled();
    config
}

#[derive(Debug)]
struct Anything(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
