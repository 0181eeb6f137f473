//! What must be settled before a step's first act.

use callsheet_access::ApprovalRule;
use serde::{Deserialize, Serialize};

use crate::StepIndex;

/// One condition. A step's gates are settled in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// One of several ways must be chosen; asked once per group.
    Alternative {
        /// The group.
        group: String,
        /// This step's way.
        label: String,
        /// All ways, in the runbook's order.
        labels: Vec<String>,
    },
    /// Decided without a person: the step is skipped where it does not hold.
    When(When),
    /// A person says whether the step is to be done.
    Optional {
        /// The condition's words ("if the smoke test fails"), or empty.
        condition: String,
    },
    /// One of the step's own options must be chosen.
    Option {
        /// The labels in order.
        labels: Vec<String>,
    },
    /// Approvals.
    Approval {
        /// Who, and how many.
        rule: ApprovalRule,
    },
    /// A person confirms the danger, each time. `--yes` never answers it.
    Danger {
        /// The words that show it.
        words: Vec<String>,
    },
    /// A plain confirmation, which `--yes` answers.
    Confirm {
        /// What is confirmed.
        words: String,
    },
}

/// A condition on the run's own past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Known when the plan was made (a parameter compared with a value).
    Known {
        /// As written.
        text: String,
        /// Whether it holds.
        holds: bool,
    },
    /// That step ended as done.
    Done(StepIndex),
    /// That step failed.
    Failed(StepIndex),
    /// That step was left out.
    Skipped(StepIndex),
}

// === impl Gate ===

impl Gate {
    /// Whether `--yes` may answer it.
    pub fn is_plain(&self) -> bool {
        matches!(self, Gate::Confirm { .. })
    }
}
