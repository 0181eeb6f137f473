//! One act of a step: this list is everything that a run can do.

use callsheet_access::ApprovalRule;
use callsheet_base::Duration;
use callsheet_runbook::Expect;
use serde::{Deserialize, Serialize};

use crate::{DeployOrder, Goal};

/// One act, with what its output must show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedAct {
    /// 1-based line in the runbook.
    pub line: u32,
    /// Done only if the step's option of this label was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// What is done.
    pub action: Action,
    /// What must be seen for it to have succeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expects: Vec<Expect>,
}

/// What an act does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A person does it and confirms. Nothing is started; no intent is recorded, the question is.
    Person {
        /// What to do.
        instruction: String,
        /// A command the person may want to run.
        offers: Option<String>,
    },
    /// A script runs in the run's shell, which keeps variables and directory from act to act.
    Shell {
        /// The program and its arguments; the script is given to it by the keeper.
        argv: Vec<String>,
        /// The script with its text placeholders filled in.
        script: String,
    },
    /// A durable timer.
    Wait {
        /// How long it lasts.
        least: Duration,
        /// The longest figure the runbook names.
        most: Duration,
        /// Counted from the start of the run, not from the step's.
        from_run_start: bool,
    },
    /// A message is sent, at least once, with a stable deduplication key.
    Notify {
        /// Channel of `callsheet.toml`; `terminal` is always there.
        channel: String,
        /// The message.
        text: String,
    },
    /// Another release of a service comes to run: a rollout, which goes on beside the run's later steps. The act is done once all
    /// traffic is on it; until the rollout is over, whatever fails turns it back.
    Deploy(Box<DeployOrder>),
    /// Somebody approves.
    Approve {
        /// Who, and how many.
        rule: ApprovalRule,
        /// What is approved, in words.
        words: String,
    },
}

// === impl Action ===

impl Action {
    /// A stable short word for reports and journals.
    pub fn word(&self) -> &'static str {
        match self {
            Action::Person { .. } => "person",
            Action::Shell { .. } => "shell",
            Action::Wait { .. } => "wait",
            Action::Notify { .. } => "notify",
            Action::Approve { .. } => "approve",
            Action::Deploy(order) => match order.goal {
                Goal::Version { .. } => "deploy",
                Goal::Back { .. } => "rollback",
            },
        }
    }

    /// Whether it reaches out of the process, and so needs a recorded intent and gets a recorded outcome.
    pub fn is_performed(&self) -> bool {
        matches!(self, Action::Shell { .. } | Action::Notify { .. } | Action::Deploy(_))
    }
}
