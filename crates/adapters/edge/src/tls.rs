//! TLS of a listener: rustls with ring, certificates from files, read again when they change.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{Ticketer, default_provider};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

/// Does handshakes.
#[derive(Clone)]
pub(crate) struct Acceptor {
    acceptor: TlsAcceptor,
    certificate: Arc<Current>,
}

/// The certificate of now.
struct Current {
    files: Tls,
    provider: Arc<CryptoProvider>,
    key: RwLock<Arc<CertifiedKey>>,
    /// Of both files when they were read last, whether or not they could be used.
    stamp: Mutex<Stamp>,
}

type Stamp = [Option<(SystemTime, u64)>; 2];

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read the certificate `{}`", path.display())]
    Certificate {
        path: PathBuf,
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    #[error("`{}` holds no certificate", path.display())]
    NoCertificate { path: PathBuf },
    #[error("cannot read the key `{}`", path.display())]
    Key {
        path: PathBuf,
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    #[error("the certificate `{}` and its key cannot be used", path.display())]
    Unusable {
        path: PathBuf,
        #[source]
        source: rustls::Error,
    },
}

impl Acceptor {
    /// Reads certificate and key.
    pub(crate) fn new(files: &Tls) -> Result<Acceptor, TlsError> {
        let provider = Arc::new(default_provider());
        let stamp = stamp(files);
        let key = RwLock::new(Arc::new(load(files, &provider)?));
        let unusable = |source| TlsError::Unusable { path: files.certificate.clone(), source };
        let certificate =
            Arc::new(Current { files: files.clone(), provider: provider.clone(), key, stamp: Mutex::new(stamp) });
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(unusable)?.with_no_client_auth();
        let mut config = builder.with_cert_resolver(certificate.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.ticketer = Ticketer::new().map_err(unusable)?;
        // Of the two that are sent by default, clients that open one connection at a time use one.
        config.send_tls13_tickets = 1;
        Ok(Acceptor { acceptor: TlsAcceptor::from(Arc::new(config)), certificate })
    }

    /// Does a handshake.
    pub(crate) fn accept(&self, stream: TcpStream) -> tokio_rustls::Accept<TcpStream> {
        self.acceptor.accept(stream)
    }

    /// Reads the files again if they have changed. An error leaves the certificate as it was, and is told once for each change.
    pub(crate) fn reload(&self) -> Result<bool, TlsError> {
        let current = &*self.certificate;
        let now = stamp(&current.files);
        let mut known = current.stamp.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if *known == now {
            return Ok(false);
        }
        *known = now;
        let key = Arc::new(load(&current.files, &current.provider)?);
        *current.key.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = key;
        Ok(true)
    }
}

fn stamp(files: &Tls) -> Stamp {
    [&files.certificate, &files.key].map(|path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    })
}

fn load(files: &Tls, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let path = || files.certificate.clone();
    let failed = |source| TlsError::Certificate { path: path(), source };
    let certificates = CertificateDer::pem_file_iter(&files.certificate).map_err(failed)?;
    let chain: Vec<_> = certificates.collect::<Result<_, _>>().map_err(failed)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { path: path() });
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|source| TlsError::Key { path: files.key.clone(), source })?;
    CertifiedKey::from_der(chain, key, provider).map_err(|source| TlsError::Unusable { path: path(), source })
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone())
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Current").field("files", &self.files).finish_non_exhaustive()
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").field("files", &self.certificate.files).finish_non_exhaustive()
    }
}
