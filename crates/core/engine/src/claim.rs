//! The name of one attempt at one act: made before it starts, burnt when it ends.

use std::fmt;

use callsheet_plan::StepIndex;
use serde::{Deserialize, Serialize};

/// One attempt at one act. No two attempts of a run share a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Claim {
    /// The step.
    pub step: StepIndex,
    /// The act within the step, from 0.
    pub act: u16,
    /// From 1; a new one for every start, whatever became of the one before.
    pub attempt: u32,
}

impl Claim {
    /// The first attempt at an act.
    pub fn first(step: StepIndex, act: u16) -> Claim {
        Claim { step, act, attempt: 1 }
    }

    /// The attempt after this one.
    pub fn next(self) -> Claim {
        Claim { attempt: self.attempt + 1, ..self }
    }
}

impl fmt::Display for Claim {
    /// `3.0.1`: step, act, attempt as numbered here; a file name and a deduplication key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.step.0, self.act, self.attempt)
    }
}
