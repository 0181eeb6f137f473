//! What a rollout is to do, fixed when it begins.

use callsheet_base::Duration;
use callsheet_traffic::Weight;
use serde::{Deserialize, Serialize};

use crate::Release;
use crate::analysis::{Settings, SettingsFault};

/// One rollout's plan. Never changes; a different wish is a different rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RolloutPlan {
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// What runs now; `None` at the first release ever.
    pub from: Option<Release>,
    /// What is to run.
    pub to: Release,
    /// It runs already, but is not whole. There is nothing to go back to: what is there of it stays, whatever comes of this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repairs: bool,
    /// How many instances the service has.
    pub instances: u16,
    /// In order; the last has all traffic on `to`.
    pub stages: Vec<Stage>,
    /// The two sets may never run at the same time.
    pub exclusive: bool,
    /// The user's flows are tried through the preview address before any traffic moves.
    pub smoke: bool,
    /// How long a new set may take to be ready.
    pub ready_within: Duration,
    /// How long requests in flight may take to end before an instance is told to end them.
    pub drain_within: Duration,
    /// How long the old set stays warm after the last stage.
    pub keep_old: Duration,
    /// Verifications after the last stage that still roll back.
    #[serde(default)]
    pub later: Vec<Later>,
    /// How the newer release is judged.
    pub judging: Settings,
}

/// A share of traffic with the capacity that it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Stage {
    /// The newer release's share.
    pub weight: Weight,
    /// Ready instances of the newer release without which the share is not given.
    pub new: u16,
    /// Instances of the older release that stay once the share is given.
    pub old: u16,
    /// How long it is judged.
    pub hold: Duration,
    /// Who says that it goes on.
    pub promotion: Promotion,
}

/// Who says that a stage is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promotion {
    /// The evidence.
    Automatic,
    /// A person, after the evidence.
    ByHand,
}

/// A verification some time after the last stage was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Later {
    /// How long after.
    pub after: Duration,
    /// What the caller knows it by: a procedure of the runbook.
    pub name: String,
}

/// Why a plan cannot be carried out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanFault {
    /// No stage, or one that does not lead to all traffic.
    #[error("the last stage must send all traffic to the newer release")]
    NotWhole,
    /// Nothing to run.
    #[error("a service needs at least one instance")]
    NoInstances,
    /// A stage gives traffic to fewer instances than one.
    #[error("stage {stage} gives {weight} of the traffic to no instance")]
    NoCapacity {
        /// 1-based.
        stage: usize,
        /// Its weight.
        weight: Weight,
    },
    /// Nothing would change.
    #[error("version {version} with this digest already runs")]
    SameRelease {
        /// The version.
        version: String,
    },
    /// Judging makes no sense.
    #[error(transparent)]
    Judging(#[from] SettingsFault),
}

impl RolloutPlan {
    /// Everything that makes it impossible; empty if nothing does.
    pub fn faults(&self) -> Vec<PlanFault> {
        let mut faults: Vec<PlanFault> = self.judging.faults().into_iter().map(PlanFault::Judging).collect();
        if self.stages.last().is_none_or(|stage| stage.weight != Weight::ALL) {
            faults.push(PlanFault::NotWhole);
        }
        if self.instances == 0 {
            faults.push(PlanFault::NoInstances);
        }
        for (index, stage) in self.stages.iter().enumerate() {
            if stage.weight > Weight::NONE && stage.new == 0 {
                faults.push(PlanFault::NoCapacity { stage: index + 1, weight: stage.weight });
            }
        }
        if self.from.as_ref().is_some_and(|from| from.version == self.to.version && from.digest == self.to.digest) {
            faults.push(PlanFault::SameRelease { version: self.to.version.clone() });
        }
        faults
    }
}
