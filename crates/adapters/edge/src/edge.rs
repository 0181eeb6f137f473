//! What both planes share.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use crate::control::{EdgeStatus, ListenerSeen};
use crate::service::{Samples, Service};
use crate::table::Table;

/// One edge.
#[derive(Debug)]
pub(crate) struct Edge {
    /// Its state folder.
    pub(crate) state: PathBuf,
    /// Threads that carry requests.
    pub(crate) workers: usize,
    pub(crate) started: jiff::Timestamp,
    table: RwLock<Arc<Table>>,
    services: Mutex<BTreeMap<String, Arc<Service>>>,
    /// Where it listens, and its admin address, as bound.
    listening: Mutex<(Vec<ListenerSeen>, Option<SocketAddr>)>,
    /// Connections are asked to end: it was replaced, or is to stop.
    pub(crate) draining: AtomicBool,
    pub(crate) counters: Counters,
}

/// What is counted of the edge as a whole.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Client connections that are open.
    pub(crate) connections: AtomicU64,
    /// Tunnels (WebSockets) that are open.
    pub(crate) tunnels: AtomicU64,
    /// Client connections that came.
    pub(crate) accepted: AtomicU64,
    /// Of these, closed because there were too many.
    pub(crate) turned_away: AtomicU64,
    /// Closed because nothing moved, or a head took too long.
    pub(crate) timed_out: AtomicU64,
    /// Requests refused because they were malformed.
    pub(crate) malformed: AtomicU64,
    /// TLS handshakes that failed.
    pub(crate) handshakes_failed: AtomicU64,
    /// Requests sent again.
    pub(crate) retries: AtomicU64,
    /// Lines of the access log that were dropped because the disk was too slow.
    pub(crate) log_lines_lost: AtomicU64,
}

impl Edge {
    pub(crate) fn new(state: PathBuf, workers: usize, table: Table) -> Edge {
        Edge {
            state,
            workers,
            started: jiff::Timestamp::now(),
            table: RwLock::new(Arc::new(table)),
            services: Mutex::new(BTreeMap::new()),
            listening: Mutex::default(),
            draining: AtomicBool::new(false),
            counters: Counters::default(),
        }
    }

    /// The routes of now.
    pub(crate) fn table(&self) -> Arc<Table> {
        self.table.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Puts another table in its place; requests that come from then on read it.
    pub(crate) fn set_table(&self, table: Table) {
        *self.table.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(table);
    }

    /// The service of a name, made if it is not there.
    pub(crate) fn service(&self, name: &str) -> Arc<Service> {
        let mut services = self.services.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        services.entry(name.to_owned()).or_insert_with(|| Arc::new(Service::new(name))).clone()
    }

    /// The service of a name, if it is there.
    pub(crate) fn known_service(&self, name: &str) -> Option<Arc<Service>> {
        self.services.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(name).cloned()
    }

    /// All of them.
    pub(crate) fn services(&self) -> Vec<Arc<Service>> {
        self.services.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).values().cloned().collect()
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// It listens there now.
    pub(crate) fn set_listening(&self, listening: (Vec<ListenerSeen>, Option<SocketAddr>)) {
        *self.listening.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = listening;
    }

    /// How it is.
    pub(crate) fn status(&self) -> EdgeStatus {
        let (listeners, admin) = self.listening.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        EdgeStatus {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.started,
            listeners,
            admin,
            connections: self.counters.connections.load(Ordering::Relaxed),
            tunnels: self.counters.tunnels.load(Ordering::Relaxed),
            predecessor: None,
            services: self.services().iter().map(|one| (one.name().to_owned(), one.summary())).collect(),
        }
    }

    /// Its metrics as Prometheus reads them.
    pub(crate) fn metrics(&self) -> String {
        let mut samples = Samples::default();
        for service in self.services() {
            service.samples(&mut samples);
        }
        let counters = &self.counters;
        for (name, counter) in [
            ("callsheet_edge_connections", &counters.connections),
            ("callsheet_edge_tunnels", &counters.tunnels),
            ("callsheet_edge_connections_accepted_total", &counters.accepted),
            ("callsheet_edge_connections_turned_away_total", &counters.turned_away),
            ("callsheet_edge_connections_timed_out_total", &counters.timed_out),
            ("callsheet_edge_requests_malformed_total", &counters.malformed),
            ("callsheet_edge_handshakes_failed_total", &counters.handshakes_failed),
            ("callsheet_edge_retries_total", &counters.retries),
            ("callsheet_edge_log_lines_lost_total", &counters.log_lines_lost),
        ] {
            samples.add(name, "", counter.load(Ordering::Relaxed));
        }
        samples.page()
    }
}
