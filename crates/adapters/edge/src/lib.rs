//! Callsheet's own reverse proxy: a process of its own that carries users' requests to releases.
//!
//! The caller does: start it ([`start`]), tell it what it listens on ([`EdgeClient::configure`]) and where each service's requests go
//! ([`callsheet_rollout::TrafficControl`], which [`EdgeClient`] is), and ask what was seen.
//! This crate does: carry requests, choose by weight and session, count how each ended by release and second, keep those that wait, take
//! out instances that fail, and lose no request while any of that changes: not when an instance leaves, not when the caller dies, not when
//! the edge itself is replaced by its next version.
//!
//! Two planes share [`edge::Edge`]. The *data plane* (`data`) is one runtime of one thread for each processor; nothing there waits
//! for a disk or a lock that is held for long. The *control plane* (`control`) is plain threads behind a Unix socket.
//! Between them stand the services (`service`): who serves is decided and registered under one lock each.

mod access_log;
mod config;
mod control;
mod data;
mod edge;
mod listeners;
mod process;
mod service;
mod table;
mod tls;

pub use config::{Affinity, ConnectionLimits, EdgeConfig, HealthCheck, Listener, RequestLimits, Route, Tls};
pub use control::{EdgeClient, EdgeError, EdgeStatus, ListenerSeen, ServiceSeen, TakeOverError};
pub use process::{RunError, RunOptions, SaveError, StartError, Started, run, socket, start, start_as_before, upgrade};
