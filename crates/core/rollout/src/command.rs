//! What a person may tell a rollout.

use callsheet_traffic::Weight;
use serde::{Deserialize, Serialize};

use crate::state::{Phase, Rollout};

/// A person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Stay where it is; judging goes on, and a bad verdict still rolls back.
    Pause,
    /// Go on.
    Resume,
    /// Take the next stage now, whatever is left of this one. A failed verdict is not overruled.
    Promote,
    /// Set this share and stay there, as if paused.
    SetWeight(Weight),
    /// Back to the older release.
    Abort,
}

/// Why a command cannot be followed now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is over.
    #[error("the rollout is over")]
    Over,
    /// It is already on its way back.
    #[error("the rollout is already going back")]
    GoingBack,
    /// The old set is being taken away.
    #[error("the older release is no longer warm: `callsheet rollback` deploys it again")]
    TooLate,
    /// There is no traffic to move yet.
    #[error("the newer release is not ready yet: there is no traffic to move")]
    NotReady,
    /// More than the instances of this stage may carry.
    #[error("{weight} is more than this stage's capacity allows ({most})")]
    NoCapacity {
        /// What was asked.
        weight: Weight,
        /// What is allowed.
        most: Weight,
    },
    /// Nothing would change.
    #[error("{0}")]
    Pointless(&'static str),
}

impl Rollout {
    /// Whether the command can be followed; the caller then records it as [`crate::Event::Commanded`].
    pub fn check(&self, command: &Command) -> Result<(), Refused> {
        match self.phase() {
            Phase::Ended(_) => return Err(Refused::Over),
            Phase::Restoring { .. } | Phase::Clearing { .. } => return Err(Refused::GoingBack),
            Phase::Retiring { .. } => return Err(Refused::TooLate),
            _ => {}
        }
        let stage = self.stage();
        match command {
            Command::Abort => Ok(()),
            Command::Pause if self.paused() => Err(Refused::Pointless("the rollout is already paused")),
            Command::Pause => Ok(()),
            Command::Resume if !self.paused() => Err(Refused::Pointless("the rollout is not paused")),
            Command::Resume => Ok(()),
            Command::Promote
                if matches!(self.phase(), Phase::Judging { .. } | Phase::Waiting { .. } | Phase::Soaking { .. }) =>
            {
                Ok(())
            }
            Command::Promote if matches!(self.phase(), Phase::Observing { .. }) => {
                Err(Refused::Pointless("all traffic already is on the newer release"))
            }
            Command::Promote => Err(Refused::NotReady),
            Command::SetWeight(weight) => match stage {
                None => Err(Refused::NotReady),
                Some(_) if self.plan().from.is_none() => {
                    Err(Refused::Pointless("there is no older release to share the traffic with"))
                }
                // Instances carry their share and no more: with fewer of them, the stage's weight is the limit.
                Some(stage) if stage.new < self.plan().instances && *weight > stage.weight => {
                    Err(Refused::NoCapacity { weight: *weight, most: stage.weight })
                }
                Some(stage) if stage.old < self.plan().instances && *weight < stage.weight => {
                    Err(Refused::Pointless("the older release has given up capacity: abort brings it back first"))
                }
                Some(_) => Ok(()),
            },
        }
    }
}
