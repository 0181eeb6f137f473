//! What the info string of a block writes.

use std::collections::BTreeMap;

use callsheet_base::Duration;
use serde::{Deserialize, Serialize};

use super::{StepKind, WrittenExpect};

/// Attributes in a fence's info string: ```` ```bash {name=migrate timeout=10m} ````.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attributes {
    /// The step's id.
    pub name: Option<String>,
    /// Ends the step's whole process group.
    pub timeout: Option<Duration>,
    /// How often it is tried again after a failure.
    pub retry: Option<u32>,
    /// Before the first retry; doubles, with jitter.
    pub backoff: Option<Duration>,
    /// May be run again when its outcome is unknown.
    pub idempotent: Option<bool>,
    /// Who must approve before it runs: `L1`–`L4` or a role, with a count (`L3`, `2:L2`).
    pub approve: Option<String>,
    /// An approval not given within this time expires.
    pub expires: Option<Duration>,
    /// Where to go when it fails for good: `#slug`; `no`: nowhere, whatever the words say.
    pub rollback: Option<String>,
    /// Undoes this step when the run rolls back: a step's name; `no`: nothing does, whatever the words say.
    pub undo: Option<String>,
    /// Runs only if this shell condition (`$VAR == value`, `step.failed`) holds.
    pub when: Option<String>,
    /// One of several ways, by its label; `no`: it is none, whatever its words say.
    pub choose: Option<String>,
    /// Done only where a person says so; `false`: always, whatever its words say.
    pub optional: Option<bool>,
    /// The words of the condition that a person judges.
    pub condition: Option<String>,
    /// Steps of the same parallel group run together.
    pub parallel: Option<String>,
    /// Runs with a terminal.
    pub interactive: Option<bool>,
    /// Overrules the shell and its flags.
    pub shell: Option<String>,
    /// Exit status that counts as success.
    pub expect_exit: Option<u8>,
    /// What must be seen, as `expect=…` and its family write it; an inferred expectation that is written too counts as written.
    pub expects: Vec<WrittenExpect>,
    /// The step's kind.
    pub kind: Option<StepKind>,
    /// Why it is dangerous: each a [`Danger::kind`].
    pub danger: Vec<String>,
    /// `false`: the fence is no step.
    pub run: Option<bool>,
    /// Database of an SQL step.
    pub db: Option<String>,
    /// Whatever else was written, kept as text.
    pub other: BTreeMap<String, String>,
}
