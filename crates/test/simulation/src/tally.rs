//! What stories came to: counts of what happened, or what went wrong.

use std::fmt;

use crate::kind::Kind;

/// What happened in stories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Processes.
    pub processes: u64,
    /// Commits.
    pub commits: u64,
    /// Commits that wrote to several runs.
    pub together: u64,
    /// Records.
    pub records: u64,
    /// Executions of shell acts.
    pub acts: u64,
    /// Acts in doubt.
    pub doubts: u64,
    /// Times that a run found its service locked by another.
    pub locked: u64,
    /// Runs that gave way to a newer one.
    pub superseded: u64,
    /// Runs that were cancelled.
    pub cancelled: u64,
    /// Rollouts that began.
    pub rollouts: u64,
    /// Of these, promoted.
    pub promoted: u64,
    /// Turned back by the judge.
    pub judged: u64,
    /// Turned back for another reason.
    pub turned_back: u64,
    /// Instances started.
    pub instances: u64,
    /// Times that the edge was told something.
    pub routings: u64,
    /// Crashes of instances and edges.
    pub crashes: u64,
    /// Leases that ran out.
    pub leases: u64,
}

/// A story that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the story is about.
    pub kind: Kind,
    /// Its seed: tells the same story again.
    pub seed: u64,
    /// What should not be.
    pub what: String,
    /// What happened, in order.
    pub schedule: Vec<String>,
}

impl Tally {
    /// Adds another story's.
    pub fn add(&mut self, other: &Tally) {
        self.runs += other.runs;
        self.processes += other.processes;
        self.commits += other.commits;
        self.together += other.together;
        self.records += other.records;
        self.acts += other.acts;
        self.doubts += other.doubts;
        self.locked += other.locked;
        self.superseded += other.superseded;
        self.cancelled += other.cancelled;
        self.rollouts += other.rollouts;
        self.promoted += other.promoted;
        self.judged += other.judged;
        self.turned_back += other.turned_back;
        self.instances += other.instances;
        self.routings += other.routings;
        self.crashes += other.crashes;
        self.leases += other.leases;
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}, seed {}: {}", self.kind, self.seed, self.what)?;
        for line in &self.schedule {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}
