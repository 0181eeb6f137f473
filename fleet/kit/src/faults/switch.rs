//! The switches: a name each, and what each can be told.

use serde::{Deserialize, Serialize};

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Answers are late.
    Latency,
    /// Answers are 5xx.
    Errors,
    /// The process dies.
    Crash,
    /// One dependency does not answer.
    Dependency,
    /// Memory grows.
    MemoryLeak,
    /// Queries are slow.
    SlowQuery,
    /// Nothing can be written to the disk.
    FullDisk,
    /// Rows vanish.
    DataLoss,
}

impl Name {
    /// All of them, in the order they are listed.
    pub const ALL: [Name; 8] = [
        Name::Latency,
        Name::Errors,
        Name::Crash,
        Name::Dependency,
        Name::MemoryLeak,
        Name::SlowQuery,
        Name::FullDisk,
        Name::DataLoss,
    ];

    /// As in paths, health and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Name::Latency => "latency",
            Name::Errors => "errors",
            Name::Crash => "crash",
            Name::Dependency => "dependency",
            Name::MemoryLeak => "memory-leak",
            Name::SlowQuery => "slow-query",
            Name::FullDisk => "full-disk",
            Name::DataLoss => "data-loss",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Name> {
        Name::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// How late, and for which share of requests or queries.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// 1 to 60000.
    pub delay_ms: u64,
    /// Above 0, up to 1.
    #[serde(default = "all")]
    pub share: f64,
}

/// Which share of requests fails, and how.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    /// Above 0, up to 1.
    pub share: f64,
    /// 500 to 599.
    #[serde(default = "internal")]
    pub status: u16,
}

/// When the process dies.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crash {
    /// Time to answer the request that asked for it; up to 60000.
    #[serde(default = "at_once")]
    pub after_ms: u64,
}

/// Which dependency fails.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// Its name in health.
    pub name: String,
}

/// How fast memory grows, and where it stops.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leak {
    /// 1 to 1 GiB.
    pub bytes_per_second: u64,
    /// Up to 4 GiB.
    #[serde(default = "half_a_gibibyte")]
    pub bytes_most: u64,
}

/// Which share of the rows vanishes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// Above 0, up to 1.
    pub share: f64,
}

/// What is switched on. `crash` and `data-loss` are no states: they are done at once, and nothing here undoes them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Switches {
    /// [`Name::Latency`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Delay>,
    /// [`Name::Errors`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Errors>,
    /// [`Name::Dependency`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependency: Option<Dependency>,
    /// [`Name::MemoryLeak`].
    #[serde(rename = "memory-leak", skip_serializing_if = "Option::is_none")]
    pub memory_leak: Option<Leak>,
    /// [`Name::SlowQuery`]; its share is not looked at.
    #[serde(rename = "slow-query", skip_serializing_if = "Option::is_none")]
    pub slow_query: Option<Delay>,
    /// [`Name::FullDisk`].
    #[serde(rename = "full-disk", skip_serializing_if = "is_off")]
    pub full_disk: bool,
    /// Faults that only this service has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<&'static str>,
}

impl Switches {
    /// The names of those that are on.
    pub fn names(&self) -> Vec<&'static str> {
        let on = [
            (Name::Latency, self.latency.is_some()),
            (Name::Errors, self.errors.is_some()),
            (Name::Dependency, self.dependency.is_some()),
            (Name::MemoryLeak, self.memory_leak.is_some()),
            (Name::SlowQuery, self.slow_query.is_some()),
            (Name::FullDisk, self.full_disk),
        ];
        let kits = on.into_iter().filter(|(_, on)| *on).map(|(name, _)| name.as_str());
        kits.chain(self.own.iter().copied()).collect()
    }

    /// Switches one off.
    pub fn clear(&mut self, name: Name) {
        match name {
            Name::Latency => self.latency = None,
            Name::Errors => self.errors = None,
            Name::Dependency => self.dependency = None,
            Name::MemoryLeak => self.memory_leak = None,
            Name::SlowQuery => self.slow_query = None,
            Name::FullDisk => self.full_disk = false,
            Name::Crash | Name::DataLoss => {}
        }
    }
}

fn all() -> f64 {
    1.0
}

fn internal() -> u16 {
    500
}

fn at_once() -> u64 {
    50
}

fn half_a_gibibyte() -> u64 {
    512 << 20
}

fn is_off(on: &bool) -> bool {
    !on
}
