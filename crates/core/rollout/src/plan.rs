//! What a rollout is to do, fixed when it begins.

use callsheet_base::Duration;
use callsheet_traffic::Weight;
use serde::{Deserialize, Serialize};

use crate::analysis::{Settings, SettingsFault};
use crate::{Condition, Hook, Release};

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
    /// What is run before and after users come, but for `later`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// How long a new set may take to be ready.
    pub ready_within: Duration,
    /// How long requests in flight may take to end before an instance is told to end them.
    pub drain_within: Duration,
    /// How long the old set stays warm after the last stage.
    pub keep_old: Duration,
    /// Verifications after the last stage that still roll back, the earliest first.
    #[serde(default)]
    pub later: Vec<Later>,
    /// How long all traffic must do well on the new set before the act is done and whatever comes after it begins.
    #[serde(default)]
    pub soak: Duration,
    /// Why this release goes out without a soak, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<String>,
    /// How the newer release is judged.
    pub judging: Settings,
    /// What was found or done of the schema that it rests on, before it began; in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What is done to the schema first, while nothing of the release that comes runs yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undo>,
    /// What must hold beside that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// What is done to a schema for a release that cannot run on it as it is. Somebody agreed to whatever is lost by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undo {
    /// Revisions are undone.
    Downgrade {
        /// Down to this one; `None`: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// What that destroys, by revision.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        loses: Vec<String>,
        /// In whose name.
        by: String,
    },
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
    /// Later verifications in no order.
    #[error(
        "the later verification `{name}` at T+{after} comes after a later one: write them in the order of their times"
    )]
    LaterUnsorted {
        /// Its name.
        name: String,
        /// Its time.
        after: Duration,
    },
    /// A way back is promised that there is none of.
    #[error("an emergency needs a way back, and one cannot go back from version {version}: {why}")]
    NoWayBack {
        /// The version.
        version: String,
        /// Why one cannot go back.
        why: String,
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
        for pair in self.later.windows(2).filter(|pair| pair[1].after < pair[0].after) {
            faults.push(PlanFault::LaterUnsorted { name: pair[1].name.clone(), after: pair[1].after });
        }
        if let (Some(_), Some(why)) = (&self.emergency, &self.to.one_way) {
            faults.push(PlanFault::NoWayBack { version: self.to.version.clone(), why: why.clone() });
        }
        if self.from.as_ref().is_some_and(|from| from.version == self.to.version && from.digest == self.to.digest) {
            faults.push(PlanFault::SameRelease { version: self.to.version.clone() });
        }
        faults
    }
}
