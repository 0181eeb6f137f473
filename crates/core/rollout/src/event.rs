//! What is recorded of a rollout. Tags and fields never change their meaning.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::analysis::{Evidence, Question};
use crate::{Command, Hook, RolloutPlan, Sight};

/// One thing that happened. Instants are the journal's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The first.
    Began(Box<RolloutPlan>),
    /// The new set is ready.
    Ready {},
    /// What the plan wanted done to the schema is done.
    Undone {
        /// How, in words.
        said: String,
    },
    /// Something is to be run now: the intent, recorded before any of it is.
    HookBegan {
        /// What.
        hook: Hook,
        /// What it is told of where the release answers; `None` where nothing answers yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        /// Where the release's file or folder is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<String>,
    },
    /// It ended.
    HookEnded {
        /// What.
        hook: Hook,
        /// What went wrong, in words; `None`: nothing. Before it is too late, that turns the release back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// A condition beside the judge is something else than it was.
    ConditionSeen {
        /// Which, by its place in the plan.
        condition: usize,
        /// What was seen.
        sight: Sight,
    },
    /// What is to be done is not done, or is again.
    Hindered {
        /// Why not, in words; `None`: it goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The edge gives this stage's share.
    Shifted {
        /// 0-based.
        stage: usize,
    },
    /// The stage is passed.
    Passed {
        /// 0-based.
        stage: usize,
        /// What the word rests on.
        evidence: Option<Evidence>,
    },
    /// The hold is over, and a person, or more evidence, has to say that it goes on.
    Waits {
        /// 0-based.
        stage: usize,
        /// What the word rests on.
        evidence: Option<Evidence>,
    },
    /// The soak is over, and nothing was found against the release.
    Soaked {
        /// What the word rests on.
        evidence: Option<Evidence>,
    },
    /// The time to go back at once is over: the old set is taken away.
    Retires {},
    /// A person said so.
    Commanded {
        /// What.
        command: Command,
        /// Who, and their words.
        by: String,
    },
    /// It goes back to the older release from here.
    TurnedBack {
        /// Why.
        reason: Reason,
        /// What the word rests on.
        evidence: Option<Evidence>,
        /// The last lines that an instance of it wrote, secrets hidden, where instances are the reason.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        wrote: Vec<String>,
    },
    /// All traffic is on the older release again and nothing is in flight on the newer one.
    Restored {},
    /// It is over: exactly one set runs.
    Ended {},
}

/// Why a rollout goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The new set was not ready in time.
    NotReady,
    /// The new set crashes again and again.
    CrashLoop,
    /// No instance of it is ready any more.
    Down,
    /// The user's flows do not work on it.
    Smoke(String),
    /// The judge.
    Verdict(Question),
    /// A condition beside the judge.
    Condition(String),
    /// A later verification.
    Later(String),
    /// A person.
    Asked(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotReady => f.write_str("the new instances were not ready in time"),
            Reason::CrashLoop => f.write_str("the new instances crash again and again"),
            Reason::Down => f.write_str("no new instance is ready any more"),
            Reason::Smoke(what) => write!(f, "the smoke test failed: {what}"),
            Reason::Verdict(question) => write!(f, "{question}"),
            Reason::Condition(what) => f.write_str(what),
            Reason::Later(what) => write!(f, "a later verification failed: {what}"),
            Reason::Asked(by) => write!(f, "asked by {by}"),
        }
    }
}
