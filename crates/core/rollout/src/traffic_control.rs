//! What moves traffic: the trait of an edge, as the control plane sees it.

use core::net::SocketAddr;
use std::collections::BTreeMap;

use callsheet_base::Duration;
use callsheet_traffic::{Slice, Weight};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, ReadyCheck};

/// Where one service's requests go. Applied as a whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Routing {
    /// The service, as a route names it.
    pub service: String,
    /// Who serves what the newer release does not.
    pub stable: Pool,
    /// The newer release, while there are two.
    pub canary: Option<Pool>,
    /// The newer release's share.
    pub weight: Weight,
    /// Requests wait.
    pub held: bool,
    /// If nobody applies a routing for this long, all traffic returns to `stable`; `None`: it stays as it is.
    pub lease: Option<Duration>,
}

/// Instances of one release that get requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pool {
    /// The version that health answers must name.
    pub version: String,
    /// The instances.
    pub members: Vec<Member>,
    /// How they are asked whether they are well, if they say so elsewhere or otherwise than the service's next release does; `None`: as the
    /// edge is configured for the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<ReadyCheck>,
}

/// One instance in a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Member {
    /// Its name.
    pub id: InstanceId,
    /// Where it listens.
    pub address: SocketAddr,
}

/// What an edge reports of one service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct TrafficSeen {
    /// The newer release's share as given now.
    pub weight: Weight,
    /// Whether requests wait.
    pub held: bool,
    /// Requests and open streams on each instance that has or had any, also of instances no longer in a pool.
    pub in_flight: BTreeMap<String, u64>,
    /// Instances that get no requests because they failed, though they are in a pool.
    pub ejected: Vec<InstanceId>,
    /// Whether the lease ran out and traffic returned to the stable release by itself.
    pub lease_expired: bool,
    /// Closed slices after the one asked for, oldest first.
    pub slices: Vec<Slice>,
}

/// Why an edge could not do as told.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    /// It does not answer; what it was told last still holds.
    #[error("the edge does not answer at {place}")]
    Unreachable {
        /// Its socket.
        place: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It refuses a routing and keeps the one it has.
    #[error("the edge refuses the routing: {0}")]
    Refused(String),
}

/// What moves traffic.
pub trait TrafficControl: Send {
    /// Applies a routing. When it returns, no request that arrives from then on is served by the old one.
    fn apply(&mut self, routing: &Routing) -> Result<(), TrafficError>;

    /// What it sees of a service, with the slices that closed after number `after`.
    fn observe(&mut self, service: &str, after: u64) -> Result<TrafficSeen, TrafficError>;
}
