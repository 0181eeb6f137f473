//! What was seen when somebody last looked. Nothing here is remembered by the rollout.

use callsheet_traffic::Weight;

use crate::Sight;
use crate::analysis::{Evidence, Verdict};

/// One look at the world.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Instances of the newer release.
    pub new: SetSeen,
    /// Instances of the older one.
    pub old: SetSeen,
    /// The newer release's share as the edge reports it; `None` if the edge does not answer.
    pub weight: Option<Weight>,
    /// Whether the edge holds requests back.
    pub held: bool,
    /// The judge's word on the newer release since it first got traffic.
    pub verdict: Verdict,
    /// Its figures, for the record.
    pub evidence: Option<Evidence>,
    /// Why an instance that is needed cannot be started, in words.
    pub broken: Option<String>,
    /// Why what is to be done is not done, in words, once that has lasted for a while. A reason to say so, not to go back.
    pub hindered: Option<String>,
    /// What was seen last of each of the plan's conditions; `None`, or missing: nobody has looked yet.
    pub conditions: Vec<Option<Sight>>,
}

/// One release's instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SetSeen {
    /// Processes that exist, in whatever state, also those that are draining.
    pub alive: u16,
    /// Of these, ready: healthy and naming the right version.
    pub ready: u16,
    /// Given up after repeated crashes.
    pub crash_looping: bool,
}
