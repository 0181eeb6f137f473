//! TLS for whatever connects: one provider (ring), the system's certificates, how much of a server's certificate is verified.
//!
//! The caller does: choose how much, hand the configuration to its client, show [`cause`] when a handshake fails.
//! This crate does: make the configuration. It is the only place where verifying can be turned down.

mod cause;
mod lenient;
mod roots;

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, Error, RootCertStore};

pub use cause::cause;
pub use roots::{roots_of, system_certificates, system_roots};

use lenient::Lenient;

/// The one provider; two in a program would panic.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Servers must show a certificate for their name that these authorities sign.
pub fn verifying(roots: RootCertStore) -> Result<ClientConfig, Error> {
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Servers must show a certificate for their name that the system trusts.
pub fn verifying_by_system() -> Result<ClientConfig, Error> {
    verifying(system_roots())
}

/// Servers must show a certificate that these authorities sign, for whatever name: `sslmode=verify-ca`.
pub fn verifying_chain_only(roots: RootCertStore) -> Result<ClientConfig, Error> {
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
    lenient(Some(chain.map_err(|error| Error::General(error.to_string()))?))
}

/// Servers may show any certificate: only where a flow says `insecure: true`, or an address asks for encryption alone.
pub fn accepting_any() -> Result<ClientConfig, Error> {
    lenient(None)
}

fn lenient(chain: Option<Arc<WebPkiServerVerifier>>) -> Result<ClientConfig, Error> {
    let provider = provider();
    let config = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let verifier = Arc::new(Lenient { chain, provider });
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}
