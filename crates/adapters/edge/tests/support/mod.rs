//! A stage for the edge: its real process, real instances, clients that see every byte.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod client;
pub mod instance;

use std::net::SocketAddr;
use std::path::Path;

use callsheet_base::Duration;
use callsheet_edge::{EdgeClient, EdgeConfig, Listener, Route, Started, socket, start};
use callsheet_rollout::{InstanceId, Member, Pool, Routing, TrafficControl, TrafficSeen};
use callsheet_traffic::Weight;

pub use client::Client;
pub use instance::Instance;

/// One edge process and its folder. Ends the process at the end.
pub struct Stage {
    pub folder: tempfile::TempDir,
    pub edge: EdgeClient,
    pub started: Started,
    /// Where it listens.
    pub address: SocketAddr,
}

pub const SERVICE: &str = "shop";

pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_callsheet-edge"))
}

pub fn loopback() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// One listener, every path to one service; what a test changes, it changes.
pub fn config() -> EdgeConfig {
    EdgeConfig {
        listeners: vec![Listener { address: loopback(), tls: None, trust_forwarded: false }],
        routes: vec![Route::all_of(SERVICE)],
        threads: Some(2),
        ..EdgeConfig::default()
    }
}

impl Stage {
    pub fn new() -> Stage {
        Stage::with(&config())
    }

    pub fn with(config: &EdgeConfig) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let started = start(folder.path(), program(), config).unwrap_or_else(|error| panic!("{error}"));
        let address = started.status.listeners[0].address;
        Stage { edge: EdgeClient::new(&socket(folder.path())), folder, started, address }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address)
    }

    /// All to the stable release.
    pub fn route(&mut self, stable: &[&Instance]) {
        self.edge.apply(&routing(stable, &[], "0%")).unwrap();
    }

    pub fn canary(&mut self, stable: &[&Instance], canary: &[&Instance], weight: &str) {
        self.edge.apply(&routing(stable, canary, weight)).unwrap();
    }

    pub fn seen(&mut self) -> TrafficSeen {
        self.edge.observe(SERVICE, 0).unwrap()
    }

    /// The log, for what a failing test says.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("edge.log")).unwrap()
    }

    /// Looks until `fits`, for a minute at most.
    pub fn until(&mut self, what: &str, fits: impl Fn(&TrafficSeen) -> bool) -> TrafficSeen {
        eventually(what, || Some(self.seen()).filter(|seen| fits(seen)))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Ok(status) = self.edge.status() {
            let pids = [Some(status.pid), status.predecessor];
            for pid in pids.into_iter().flatten().filter_map(|pid| rustix::process::Pid::from_raw(pid as i32)) {
                // One that has ended by itself needs no signal.
                let _gone = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
}

/// Asks until there is an answer, for a minute at most.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while std::time::Instant::now() < until {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("{what}: not within a minute");
}

pub fn pool(instances: &[&Instance]) -> Pool {
    let version = instances.first().map(|instance| instance.version.clone()).unwrap_or_default();
    let members = instances.iter().map(|one| Member { id: InstanceId(one.name.clone()), address: one.address });
    Pool { version, members: members.collect(), check: None }
}

pub fn routing(stable: &[&Instance], canary: &[&Instance], weight: &str) -> Routing {
    Routing {
        service: SERVICE.to_owned(),
        stable: pool(stable),
        canary: (!canary.is_empty()).then(|| pool(canary)),
        weight: weight.parse::<Weight>().unwrap(),
        held: false,
        lease: None,
    }
}

pub fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
