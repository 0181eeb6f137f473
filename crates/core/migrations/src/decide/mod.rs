//! What to do next: history and files in, steps out.

mod back;
mod drift;
mod forth;

use serde::{Deserialize, Serialize};

use crate::{Applied, Engine, Finding, Revision, Script, Set};

/// Which way a script goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// To a newer schema.
    Up,
    /// Back.
    Down,
}

/// Where the database is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// At this revision or the newest one: what is missing up to it is applied.
    Up(Option<Revision>),
    /// At this revision, or before all: what was applied beyond it is undone.
    Down(Option<Revision>),
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The revision.
    pub revision: Revision,
    /// Its name.
    pub name: String,
    /// Which way.
    pub way: Way,
    /// What to run.
    pub script: Script,
    /// The way down to store, for a step up.
    pub undo: Option<Script>,
    /// The first statement to run; those before it are done.
    pub from: usize,
    /// That statement was begun before, and of its end nothing is known: look, before anything else.
    pub begun: bool,
    /// The revision was applied in part: statements whose result is there already are passed over.
    pub partly: bool,
}

/// What was decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// What to do, in order. Empty if anything is refused.
    pub steps: Vec<Step>,
    /// Why nothing is done.
    pub refused: Vec<Finding>,
    /// What whoever reads the screen should know.
    pub notes: Vec<Finding>,
}

/// Decides what to do. `history` is in the order of revisions. With `out_of_order`, files older than the newest applied revision are applied, too.
pub fn decide(set: &Set, history: &[Applied], goal: &Goal, engine: Engine, out_of_order: bool) -> Decision {
    let mut decision = Decision::default();
    decision.notes.extend(drift::unknown(set, history));
    match goal {
        Goal::Up(to) => forth::decide(set, history, to.as_ref(), engine, out_of_order, &mut decision),
        Goal::Down(to) => back::decide(set, history, to.as_ref(), engine, &mut decision),
    }
    if !decision.refused.is_empty() {
        decision.steps.clear();
    }
    decision
}

/// What differs between the files and what was applied: for `validate`.
pub fn differences(set: &Set, history: &[Applied]) -> Vec<Finding> {
    let mut found = drift::changed(set, history, true);
    found.extend(drift::unknown(set, history));
    found.extend(drift::late(set, history));
    found.extend(drift::half(history));
    found
}

// === impl Goal ===

impl Goal {
    /// `count` revisions back from what is applied now. `Err` says how many there are.
    pub fn back(count: usize, history: &[Applied]) -> Result<Goal, usize> {
        match history.len().checked_sub(count) {
            None => Err(history.len()),
            Some(0) => Ok(Goal::Down(None)),
            Some(kept) => Ok(Goal::Down(Some(history[kept - 1].revision.clone()))),
        }
    }
}

// === impl Step ===

impl Step {
    /// Whether its script comes from the database rather than from a file.
    pub fn is_stored(&self) -> bool {
        self.script.file.starts_with("the stored way down")
    }

    /// The revision it leaves behind or brings, in words.
    pub fn title(&self) -> String {
        match self.name.as_str() {
            "" => self.revision.to_string(),
            name => format!("{} {name}", self.revision),
        }
    }
}

#[cfg(test)]
mod tests;
