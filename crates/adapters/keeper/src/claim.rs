//! What is claimed before anything is executed: one attempt of one act of one step.

use std::fmt;

use callsheet_base::{RunId, StepId};
use serde::{Deserialize, Serialize};

/// One attempt of one act. It is executed at most once, whoever asks and however often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Claim {
    /// The run.
    pub run: RunId,
    /// The step within the run's procedure.
    pub step: StepId,
    /// The act within the step, from 0.
    pub act: u32,
    /// The attempt, from 1; a retry is a new attempt.
    pub attempt: u32,
}

impl fmt::Display for Claim {
    /// `deploy act 0 attempt 1`, for messages; the run is known where it is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} act {} attempt {}", self.step, self.act, self.attempt)
    }
}
