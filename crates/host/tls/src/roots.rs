//! Authorities that are trusted.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Those of the system.
pub fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Certificates of the system that cannot be read are left out: the connection that needs one will say so.
    roots.add_parsable_certificates(system_certificates());
    roots
}

/// The system's authorities as certificates, for clients that make their own configuration.
pub fn system_certificates() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

/// Those of a PEM file. The error is a sentence that names the file.
pub fn roots_of(path: &Path) -> Result<RootCertStore, String> {
    let unreadable =
        |error: &dyn std::fmt::Display| format!("the certificates `{}` cannot be read: {error}", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() {
        return Err(format!("`{}` holds no certificate", path.display()));
    }
    Ok(roots)
}
