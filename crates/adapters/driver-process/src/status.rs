//! What a supervisor last saw of its instance, for everybody to read.

use std::net::SocketAddr;

use callsheet_base::{BootId, Timestamp};
use callsheet_processes::process_stat;
use callsheet_rollout::{Ends, InstanceState};
use serde::{Deserialize, Serialize};

/// One process of one boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) start_ticks: u64,
}

impl Process {
    /// The process that has this id now.
    pub(crate) fn of(pid: u32) -> Option<Process> {
        process_stat(pid).map(|stat| Process { pid, start_ticks: stat.start_ticks })
    }

    pub(crate) fn is_running(self) -> bool {
        callsheet_processes::is_running(self.pid, self.start_ticks)
    }
}

/// The text of `status.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Status {
    /// After another boot nothing of this is left.
    pub(crate) boot: BootId,
    pub(crate) supervisor: Process,
    pub(crate) state: InstanceState,
    pub(crate) since: Timestamp,
    pub(crate) address: Option<SocketAddr>,
    /// The process that it started; what this one starts is not here.
    pub(crate) main: Option<Process>,
    pub(crate) restarts: u32,
    pub(crate) last_end: Option<String>,
    pub(crate) not_ready: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) ends: Ends,
    /// The supervisor before this one was killed, and the secrets with it: the instance cannot be started again.
    pub(crate) secrets_lost: bool,
    /// Set once nothing is left of it.
    pub(crate) ended: bool,
}
