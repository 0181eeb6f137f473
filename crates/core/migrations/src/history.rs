//! What a database says was applied to it.

use serde::Serialize;

use crate::{Migration, Revision, Way};

/// One row of the history table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The revision.
    pub revision: Revision,
    /// Its name.
    pub name: String,
    /// The checksum of the script that was applied; empty if it is not known (adopted from another tool).
    pub checksum: String,
    /// How far it is.
    pub state: State,
    /// The way down, stored so that a version without this file can go it.
    #[serde(skip)]
    pub undo: Option<String>,
    /// Whether the stored way down is one statement at a time.
    #[serde(skip)]
    pub undo_apart: bool,
    /// When, in UTC, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// How long its statements took, in milliseconds.
    pub took_ms: i64,
}

/// How far a revision is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is in place.
    Applied,
    /// It was said to be in place, by `baseline`.
    Baseline,
    /// Only some of its statements are.
    Half(Half),
}

/// A script that stopped on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Half {
    /// Which way it was going.
    pub way: Way,
    /// How many of the script's statements are done.
    pub done: usize,
    /// The next one was begun, and of its end nothing is known.
    pub begun: bool,
    /// The script as it was run: what was done of it cannot be changed any more.
    #[serde(skip)]
    pub script: String,
}

// === impl Applied ===

impl Applied {
    /// Revision and name.
    pub fn title(&self) -> String {
        match self.name.as_str() {
            "" => self.revision.to_string(),
            name => format!("{} {name}", self.revision),
        }
    }

    /// As the row will be once the migration is applied.
    pub fn foreseen(migration: &Migration) -> Applied {
        Applied {
            revision: migration.revision.clone(),
            name: migration.name.clone(),
            checksum: migration.up.checksum(),
            state: State::Applied,
            undo: migration.down.as_ref().map(|down| down.text.clone()),
            undo_apart: migration.down.as_ref().is_some_and(|down| down.apart),
            at: String::new(),
            by: String::new(),
            took_ms: 0,
        }
    }

    /// Whether it is whole.
    pub fn is_whole(&self) -> bool {
        !matches!(self.state, State::Half(_))
    }
}

/// The newest whole revision.
pub fn current(history: &[Applied]) -> Option<&Revision> {
    history.iter().rev().find(|applied| applied.is_whole()).map(|applied| &applied.revision)
}
