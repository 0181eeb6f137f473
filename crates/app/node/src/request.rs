//! What can be asked of a node from outside its thread, and what it answers. Also the wire format of its socket.

use callsheet_base::{RunId, Secret};
use callsheet_engine::Command;
use callsheet_journal::{ChangeLock, LeaseHolder};
use serde::{Deserialize, Serialize};

use crate::surroundings::Surroundings;

/// Asked of a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// Create a run and execute it. Answered by `Started`, `Locked` or `Refused`.
    Start(Box<StartRun>),
    /// Tell a run something. Answered by `Done` or `Refused`.
    Tell {
        /// The run.
        run: RunId,
        /// What.
        command: Command,
        /// The person's words.
        note: String,
    },
    /// Take over a run that nobody executes. Answered by `Done`, `Held` or `Refused`.
    Resume {
        /// The run.
        run: RunId,
        /// Start nothing new.
        hold: bool,
        /// What its shell acts may need; `None`: what the server has.
        surroundings: Option<Surroundings>,
    },
    /// Which runs are executed here? Answered by `Status`.
    Status,
    /// End, leaving running steps to their keepers. Answered by `Done`.
    Stop,
}

/// A run to be created.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartRun {
    /// Its id, made by who asks: asking twice with one id creates one run.
    pub run: RunId,
    /// The plan's canonical JSON.
    pub plan: String,
    /// The runbook's text.
    pub runbook: String,
    /// Why it is run, in the person's words; may be empty.
    pub why: String,
    /// What its shell acts may need.
    pub surroundings: Surroundings,
}

/// Said by a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// It is done and durable.
    Done,
    /// The run exists.
    Started {
        /// Its id.
        run: RunId,
    },
    /// Service and environment are locked by another run.
    Locked {
        /// By which.
        lock: ChangeLock,
    },
    /// Another process executes the run.
    Held {
        /// Which.
        holder: LeaseHolder,
    },
    /// It was not done.
    Refused {
        /// Why, for the person.
        why: String,
        /// What to do instead.
        hint: Option<String>,
    },
    /// The runs executed here.
    Status {
        /// Their ids, in order of their making.
        runs: Vec<RunId>,
    },
}

/// A secret on its way through a socket that only its owner can open. The one place where it is written out.
pub(crate) mod wire_secrets {
    use super::{Deserialize, Secret, Serialize};
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(pairs: &[(String, Secret<String>)], to: S) -> Result<S::Ok, S::Error> {
        let plain: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.expose().as_str())).collect();
        plain.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, Secret<String>)>, D::Error> {
        let plain = Vec::<(String, String)>::deserialize(from)?;
        Ok(plain.into_iter().map(|(name, value)| (name, Secret::new(value))).collect())
    }
}
