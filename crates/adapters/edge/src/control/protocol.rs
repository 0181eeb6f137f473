//! The words of the control socket: one line of JSON asks, one answers.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use callsheet_rollout::{Routing, TrafficSeen};
use serde::{Deserialize, Serialize};

use crate::EdgeConfig;

/// What an edge can be asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ask {
    /// How it is.
    Status,
    /// To take a configuration.
    Configure(Box<EdgeConfig>),
    /// To take the routing of one service.
    Apply(Box<Routing>),
    /// What it saw of a service.
    Observe {
        /// The service.
        service: String,
        /// Slices after this one.
        after: u64,
    },
    /// Its metrics as Prometheus reads them.
    Metrics,
    /// To hand its sockets over to the asker. Answered by [`Answer::HandedOver`] with descriptors.
    HandOver,
    /// The asker serves on the sockets it was given.
    Serving,
    /// To end in good order.
    Stop,
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// It is as asked.
    Done,
    /// To `Status`.
    Status(Box<EdgeStatus>),
    /// To `Observe`.
    Seen(Box<TrafficSeen>),
    /// To `Metrics`.
    Metrics(String),
    /// To `HandOver`: which socket each of the descriptors is, in their order. The last one is the control socket's.
    HandedOver {
        /// The configured addresses of the listeners.
        listeners: Vec<SocketAddr>,
        /// Whether the admin listener's comes after them.
        admin: Option<SocketAddr>,
    },
    /// It does not, and everything is as before.
    Refused(String),
}

/// How an edge is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EdgeStatus {
    /// Its process.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// Since when it runs, UTC.
    pub started: jiff::Timestamp,
    /// Where it listens.
    pub listeners: Vec<ListenerSeen>,
    /// Where its metrics are.
    pub admin: Option<SocketAddr>,
    /// Client connections that are open.
    pub connections: u64,
    /// Tunnels (WebSockets) that are open.
    pub tunnels: u64,
    /// Whether the process before this one still ends its connections.
    pub predecessor: Option<u32>,
    /// Its services.
    pub services: BTreeMap<String, ServiceSeen>,
}

/// One address on which an edge listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListenerSeen {
    /// As configured.
    pub configured: SocketAddr,
    /// As bound.
    pub address: SocketAddr,
    /// Whether with TLS.
    pub tls: bool,
}

/// How one service is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ServiceSeen {
    /// Its routing; none: a route names it, nobody routed it yet.
    pub routing: Option<Routing>,
    /// Requests and open streams of each instance.
    pub in_flight: BTreeMap<String, u64>,
    /// Instances that get no requests because they failed.
    pub ejected: Vec<String>,
    /// Whether the lease ran out and traffic returned to the stable release by itself.
    pub lease_expired: bool,
}
