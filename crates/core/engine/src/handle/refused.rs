//! Why a command is refused, in words for the person who gave it.

use callsheet_access::Refusal;
use callsheet_base::{StepId, Timestamp};

use crate::{IllegalEvent, RunResult};

/// Why a command is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandRefused {
    /// The run is over.
    #[error("the run is over: {}", result.word())]
    Over {
        /// How it ended.
        result: RunResult,
    },
    /// The plan has no such step.
    #[error("the plan has no step {number}")]
    NoStep {
        /// As given, from 0.
        number: u32,
    },
    /// The step waits for nobody.
    #[error("cannot {verb} step `{step}`: it is {state}")]
    NotAsked {
        /// The command's verb.
        verb: &'static str,
        /// The step.
        step: StepId,
        /// Its state's word.
        state: &'static str,
        /// Steps that do wait.
        instead: Vec<StepId>,
    },
    /// The step waits for another answer.
    #[error("cannot {verb} step `{step}`: it waits for another answer")]
    OtherAnswer {
        /// The command's verb.
        verb: &'static str,
        /// The step.
        step: StepId,
        /// The verbs it does wait for.
        wanted: &'static [&'static str],
    },
    /// The actor may not.
    #[error(transparent)]
    Authority(#[from] Refusal),
    /// The question has lapsed.
    #[error("the request for step `{step}` expired at {at}")]
    Lapsed {
        /// The step.
        step: StepId,
        /// When.
        at: Timestamp,
    },
    /// No such alternative.
    #[error("step `{step}` has no option `{label}`")]
    NoSuchOption {
        /// The step.
        step: StepId,
        /// As given.
        label: String,
        /// What there is.
        labels: Vec<String>,
    },
    /// The step offers no rollback and nothing can be undone.
    #[error("nothing says how to roll back from here")]
    NothingToRollBack,
    /// The plan holds no such rollback.
    #[error("the plan holds no rollback `{slug}`")]
    NoSuchRollback {
        /// As given.
        slug: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Something runs, or may have run.
    #[error("step `{step}` is {state}")]
    Busy {
        /// The step.
        step: StepId,
        /// Its state's word.
        state: &'static str,
    },
    /// The run is already as the command wants it.
    #[error("the run is {0} already")]
    Already(&'static str),
    /// The run is not held.
    #[error("the run is not held")]
    NotHeld,
    /// The run does more than watch.
    #[error("the run is not observing: it is {phase}")]
    NotObserving {
        /// Its phase's word.
        phase: &'static str,
    },
    /// Traffic is being brought back.
    #[error("its release is on its way back")]
    TurningBack,
    /// The run brings out no release now, or several.
    #[error("the run brings out {}", if services.is_empty() { "no release now".to_owned() } else { format!("several releases: {}", services.join(", ")) })]
    WhichRollout {
        /// The services.
        services: Vec<String>,
    },
    /// The rollout has no place for it.
    #[error(transparent)]
    Rollout(#[from] callsheet_rollout::Refused),
    /// A fault of ours: the command led to an impossible event.
    #[error(transparent)]
    Fault(#[from] IllegalEvent),
}

// === impl CommandRefused ===

impl CommandRefused {
    /// What to do instead.
    pub fn hint(&self) -> Option<String> {
        let list = |words: &[String]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        Some(match self {
            CommandRefused::Over { .. } => "`callsheet show` tells how it went; start a new run".to_owned(),
            CommandRefused::NotAsked { instead, .. } if instead.is_empty() => "the run waits for nobody now".to_owned(),
            CommandRefused::NotAsked { instead, .. } => {
                format!("the run waits at {}", list(&instead.iter().map(StepId::to_string).collect::<Vec<_>>()))
            }
            CommandRefused::OtherAnswer { wanted, .. } => format!("use {}", wanted.join(", ")),
            CommandRefused::NoSuchOption { labels, .. } => format!("choose one of {}", list(labels)),
            CommandRefused::NothingToRollBack => {
                "cancel the run, then run the rollback procedure by itself: `callsheet run FILE#rollback`".to_owned()
            }
            CommandRefused::NoSuchRollback { known, .. } if known.is_empty() => "it holds none".to_owned(),
            CommandRefused::NoSuchRollback { known, .. } => format!("it holds {}", list(known)),
            CommandRefused::Busy { state: "in-doubt", .. } => {
                "say first what became of it: retry, skip or done".to_owned()
            }
            CommandRefused::Busy { .. } => "wait for it to end, or cancel the run".to_owned(),
            CommandRefused::NotObserving { .. } => "wait until it ends, or abandon it".to_owned(),
            CommandRefused::Authority(Refusal::Claimed { provider, .. }) => format!(
                "approve it from your own account; or, where only the CI system can set its variables, write \
                 `[approvals] trust_ci = [\"{provider}\"]` into callsheet.toml"
            ),
            CommandRefused::NoStep { .. } | CommandRefused::Authority(_) | CommandRefused::Lapsed { .. } => {
                return None;
            }
            CommandRefused::TurningBack => "it is over within seconds; try again".to_owned(),
            CommandRefused::WhichRollout { services } if services.is_empty() => {
                "`callsheet status` tells what is under way".to_owned()
            }
            CommandRefused::WhichRollout { .. } => "name the service".to_owned(),
            CommandRefused::Rollout(_) => return None,
            CommandRefused::Already(_) | CommandRefused::NotHeld | CommandRefused::Fault(_) => return None,
        })
    }
}
