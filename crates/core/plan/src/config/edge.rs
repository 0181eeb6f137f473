//! `[services.NAME.edge]`: how requests reach a service.

use core::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::keys::Keys;

/// How requests reach a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EdgeSettings {
    /// Where the edge listens. Services may share an address; host and path tell them apart.
    pub listen: SocketAddr,
    /// Hosts that are the service's; none: every host that is no other's.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Paths that begin so are the service's.
    pub path: String,
    /// Certificate chain and key as PEM files, relative to `callsheet.toml`; `None`: plain HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsFiles>,
    /// What tells one user from another, so that each stays with one release.
    pub sticky: Sticky,
    /// Where requests reach the newer release alone, before any user does; `None`: a loopback address of the service's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<SocketAddr>,
    /// Where users reach the service; `None`: at `listen`, by the first of `hosts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<String>,
}

/// A certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TlsFiles {
    /// The certificate chain, PEM.
    pub certificate: String,
    /// The private key, PEM.
    pub key: String,
}

/// What tells one user from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sticky {
    /// Nothing: each request is chosen for by itself.
    None,
    /// A cookie of this name, set by the edge where it is missing.
    Cookie(String),
    /// The value of this header.
    Header(String),
}

impl Default for EdgeSettings {
    fn default() -> EdgeSettings {
        EdgeSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            hosts: Vec::new(),
            path: "/".to_owned(),
            tls: None,
            sticky: Sticky::Cookie("callsheet".to_owned()),
            preview: None,
            public: None,
        }
    }
}

pub(super) fn read_edge(keys: &mut Keys, edge: &mut EdgeSettings) {
    edge.listen = keys.parsed("listen", "write an address and a port: `127.0.0.1:8080`").unwrap_or(edge.listen);
    edge.preview = keys.parsed("preview", "write an address and a port: `127.0.0.1:8081`").or(edge.preview);
    let public_at = keys.span("public");
    if let Some(public) = keys.text("public") {
        if !public.starts_with("http://") && !public.starts_with("https://") {
            let message = format!("`{}.public` cannot be `{public}`", keys.path());
            keys.fault(public_at, message, Some("write the whole address: `https://shop.example`".to_owned()));
        }
        edge.public = Some(public.trim_end_matches('/').to_owned());
    }
    edge.hosts = keys.texts("hosts").unwrap_or(std::mem::take(&mut edge.hosts));
    let path_at = keys.span("path");
    if let Some(path) = keys.text("path") {
        if !path.starts_with('/') {
            let message = format!("`{}.path` must begin with `/`, not `{path}`", keys.path());
            keys.fault(path_at, message, Some(format!("write `/{path}`")));
        }
        edge.path = path;
    }
    if let Some(mut tls) = keys.table("tls") {
        let at = tls.span("certificate");
        match (tls.text("certificate"), tls.text("key")) {
            (Some(certificate), Some(key)) => edge.tls = Some(TlsFiles { certificate, key }),
            _ => {
                let hint = "write `tls = { certificate = \"chain.pem\", key = \"key.pem\" }`".to_owned();
                tls.fault(at, format!("`{}` needs `certificate` and `key`", tls.path()), Some(hint));
            }
        }
        tls.finish();
    }
    let sticky_at = keys.span("sticky");
    if let Some(text) = keys.text("sticky") {
        match text.split_once(':') {
            Some(("cookie", name)) if !name.is_empty() => edge.sticky = Sticky::Cookie(name.to_owned()),
            Some(("header", name)) if !name.is_empty() => edge.sticky = Sticky::Header(name.to_owned()),
            None if text == "none" => edge.sticky = Sticky::None,
            _ => {
                let hint = "write `cookie:NAME`, `header:NAME` or `none`".to_owned();
                keys.fault(sticky_at, format!("`{}.sticky` cannot be `{text}`", keys.path()), Some(hint));
            }
        }
    }
}
