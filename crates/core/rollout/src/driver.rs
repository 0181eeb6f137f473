//! What runs instances: the trait of a driver. One contract suite holds every driver to it.

use core::net::SocketAddr;
use std::collections::BTreeMap;
use std::path::PathBuf;

use callsheet_base::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Release, RestartPolicy};

/// One instance's name: service, environment, version and a number, never used twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstanceId(pub String);

impl InstanceId {
    /// Whether every driver can take it: letters, digits and `._-+@~`, at most 150, not beginning with a dot.
    pub fn is_usable(&self) -> bool {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-+@~".contains(c);
        !self.0.is_empty() && self.0.len() <= 150 && !self.0.starts_with('.') && self.0.chars().all(fits)
    }
}

/// How to run one instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct InstanceSpec {
    /// Its name.
    pub id: InstanceId,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// What it runs.
    pub release: Release,
    /// The image's name, for drivers that run images: what is run is the one of the release's digest. Others pass it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Program and arguments; `{port}` stands for the port that the driver chose. May be empty for an image that brings its own.
    pub command: Vec<String>,
    /// Beside the driver's own: `{port}` as above. Secrets are not here; see [`Driver::start`].
    pub environment_variables: BTreeMap<String, String>,
    /// The working folder; of the image, for drivers that run images.
    pub folder: PathBuf,
    /// How readiness is seen.
    pub ready: ReadyCheck,
    /// How long it may take to end after SIGTERM before it is killed.
    pub grace: Duration,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
    /// When it is started again after it ended by itself.
    #[serde(default)]
    pub restart: RestartPolicy,
}

/// How readiness is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ReadyCheck {
    /// HTTP path; 2xx is ready.
    pub path: String,
    /// Between two checks.
    pub interval: Duration,
    /// The answer must name the version (a JSON field `version`, or the header `x-version`), or it is the wrong process.
    pub names_version: bool,
}

/// What an instance may use; `None`: as much as there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Limits {
    /// Memory, bytes.
    pub memory_bytes: Option<u64>,
    /// Thousandths of a core.
    pub cpu_millis: Option<u32>,
    /// What is kept of its log, bytes; the driver's own default if `None`.
    pub log_bytes: Option<u64>,
}

/// An instance as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct InstanceSeen {
    /// Its name.
    pub id: InstanceId,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// What it runs.
    pub release: Release,
    /// Where it listens; `None` before a port was chosen.
    pub address: Option<SocketAddr>,
    /// Its process; `None` while there is none, or where the driver's processes cannot be seen from here.
    pub pid: Option<u32>,
    /// How it is.
    pub state: InstanceState,
    /// Since when.
    pub since: Timestamp,
    /// Times it was started again after it ended by itself, since it was last told to begin anew.
    pub restarts: u32,
    /// How it last ended by itself since then, in words: `exit code 1`, `signal 11`, `out of memory (limit 64 MiB)`.
    pub last_end: Option<String>,
    /// Why it is not ready, in words: what the last check met. `None` when it is ready.
    pub not_ready: Option<String>,
    /// What could not be had as asked, in words: limits that this machine does not permit.
    pub notes: Vec<String>,
}

/// An instance that ended and whose log is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct InstanceEnded {
    /// Its name.
    pub id: InstanceId,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// What it ran.
    pub release: Release,
}

/// How an instance is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceState {
    /// Started, not ready yet, or not ready any more.
    Starting,
    /// Ready.
    Ready,
    /// Told to end.
    Ending,
    /// Waits before it is started again after a crash.
    BackingOff,
    /// Crashed too often to be started again.
    CrashLooping {
        /// The last end, in words: `exit code 1`, `signal 11`.
        last: String,
    },
}

/// A part of a log, for whoever follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPart {
    /// What was written, oldest first.
    pub bytes: Vec<u8>,
    /// Where it goes on: a number that only the driver understands.
    pub place: u64,
}

/// Why a driver could not do as told.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The program or image is not there, or may not be run.
    #[error("cannot start {}: {what}", id.0)]
    Start {
        /// Which instance.
        id: InstanceId,
        /// What is wrong.
        what: String,
    },
    /// An instance of this name ran and ended: a name is never used twice.
    #[error("instance {} ran before and ended: start another name", .0.0)]
    Used(InstanceId),
    /// There is no such instance.
    #[error("there is no instance {}", .0.0)]
    Unknown(InstanceId),
    /// The driver's own means failed.
    #[error("cannot {operation}")]
    Failed {
        /// Verb phrase.
        operation: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// What runs instances. Every instance outlives the caller: after a crash of the caller [`Driver::instances`] lists what was there,
/// and no instance is ever left that is not listed.
pub trait Driver: Send {
    /// Starts an instance, supervised from here on. A second start of the same id changes nothing; once it ended the id is used up
    /// ([`DriverError::Used`]). A program that is not there or may not be run is told here ([`DriverError::Start`]).
    /// `secrets` reach the instance and nothing else: no disk, no argument, no answer of the driver. Each is a variable of its
    /// environment; a driver whose means would show that to others puts it into a file in memory, and `NAME_FILE` says where.
    fn start(
        &mut self,
        spec: &InstanceSpec,
        secrets: &BTreeMap<String, callsheet_base::Secret<String>>,
    ) -> Result<(), DriverError>;

    /// Tells an instance to end within its grace, then kills it and all it started. Returns at once; gone once it is no longer listed.
    /// Telling one that is ending or has ended changes nothing.
    fn stop(&mut self, id: &InstanceId) -> Result<(), DriverError>;

    /// Ends an instance as [`Driver::stop`] does, then starts it again under the same id with the same secrets; also one that was
    /// given up. Returns at once.
    fn restart(&mut self, id: &InstanceId) -> Result<(), DriverError>;

    /// All instances, sorted by id. A look also brings in order what a crash left: an instance whose supervisor was killed is
    /// taken over or ended.
    fn all(&mut self) -> Result<Vec<InstanceSeen>, DriverError>;

    /// All instances of a service in an environment.
    fn instances(&mut self, service: &str, environment: &str) -> Result<Vec<InstanceSeen>, DriverError> {
        let mut all = self.all()?;
        all.retain(|seen| seen.service == service && seen.environment == environment);
        Ok(all)
    }

    /// Names of instances that ended and whose logs are kept, with service, environment and release; the last that ended comes last. Drivers
    /// that keep none have none.
    fn ended(&mut self) -> Result<Vec<InstanceEnded>, DriverError> {
        Ok(Vec::new())
    }

    /// The last bytes that an instance wrote, both streams, oldest first, at most `limit`. Also of one that ended, as long as
    /// its log is kept.
    fn log_tail(&mut self, id: &InstanceId, limit: usize) -> Result<Vec<u8>, DriverError>;

    /// What an instance wrote from a place on, at most about `limit` bytes; without a place the end of it, as [`Driver::log_tail`] gives it. Of
    /// what was written meanwhile nothing is left out, save what the log's cap took.
    fn log_since(&mut self, id: &InstanceId, place: Option<u64>, limit: usize) -> Result<LogPart, DriverError> {
        let (_, _) = (place, limit);
        let operation = format!("follow the log of {}", id.0);
        Err(DriverError::Failed { operation, source: "this driver does not know how".into() })
    }
}
