//! Where an edge listens, and what one connection may do.

use std::net::SocketAddr;
use std::path::PathBuf;

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

/// One address. A port of 0 lets the system choose; [`crate::EdgeStatus`] says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Listener {
    /// Address and port.
    pub address: SocketAddr,
    /// With TLS; none: plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Whether what the client says in `X-Forwarded-*` is kept and added to, because a proxy of one's own stands before this one.
    #[serde(default)]
    pub trust_forwarded: bool,
}

impl Listener {
    /// Plain, with nothing before it.
    pub fn at(address: SocketAddr) -> Listener {
        Listener { address, tls: None, trust_forwarded: false }
    }
}

/// Certificate and key, in PEM. Both files are read again when they change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tls {
    /// The certificate, then those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// For how long browsers are told to come by TLS alone (`Strict-Transport-Security`); none: they are not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hsts: Option<Duration>,
}

/// What one connection may do, and how many there may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConnectionLimits {
    /// Connections at once; more are closed as they come.
    pub connections: u32,
    /// From the first byte of a request's head to its last.
    pub head_timeout: Duration,
    /// Without a request.
    pub idle_timeout: Duration,
    /// In which a client that is sent something, or is to send something, moves no byte.
    pub stall_timeout: Duration,
    /// Bytes of a request's head.
    pub head_bytes: u32,
    /// Headers of a request.
    pub headers: u16,
    /// HTTP/2 streams of a connection at once.
    pub streams: u32,
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits {
            connections: 10_000,
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            stall_timeout: Duration::from_secs(60),
            head_bytes: 32 * 1024,
            headers: 100,
            streams: 128,
        }
    }
}
