//! Conditions beside the judge: what must be so in a store of metrics while users meet the newer release.
//!
//! The caller does: ask, in its own time, and hand in what came last. The rollout remembers what is so and since when, from its events
//! alone: a condition that fails for longer than is tolerated turns back, also if whoever asks was killed meanwhile. One of which nothing
//! is known is no reason to go back, and none to go on.

use callsheet_base::{Duration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Phase, Rollout, World};

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Condition {
    /// What must hold, in the store's language.
    pub expression: String,
    /// Where it is asked: an address, or `$VARIABLE` that has it.
    pub source: String,
    /// Between two looks.
    pub every: Duration,
    /// It may fail at each look for this long.
    #[serde(rename = "for")]
    pub tolerated: Duration,
}

/// What one look at a condition showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// It holds.
    Holds {
        /// What was there: series and values.
        seen: String,
    },
    /// It does not.
    Fails {
        /// What was there.
        seen: String,
    },
    /// Nobody answers, or there is nothing to judge by.
    Unknown {
        /// Why.
        why: String,
    },
}

/// How a condition stands, from its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Standing {
    /// What was seen when it came to this.
    pub sight: Sight,
    /// When it came to this.
    pub since: Timestamp,
}

// === impl Sight ===

impl Sight {
    fn is_like(&self, other: &Sight) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

// === impl Condition ===

impl Condition {
    /// A look in words: `` `up == 1` does not hold: no series ``.
    pub fn tell(&self, sight: &Sight) -> String {
        let expression = &self.expression;
        match sight {
            Sight::Holds { seen } => format!("`{expression}` holds: {seen}"),
            Sight::Fails { seen } => format!("`{expression}` does not hold: {seen}"),
            Sight::Unknown { why } => format!("nothing is known of `{expression}`: {why}"),
        }
    }
}

// === impl Rollout ===

impl Rollout {
    /// Whether users meet the newer release and its conditions are asked.
    pub fn is_watched(&self) -> bool {
        matches!(
            self.phase(),
            Phase::Judging { .. } | Phase::Waiting { .. } | Phase::Soaking { .. } | Phase::Observing { .. }
        ) && !self.plan().conditions.is_empty()
    }

    /// The first condition that is no longer what was recorded of it.
    pub(crate) fn changed(&self, world: &World) -> Option<(usize, Sight)> {
        let known = self.conditions().iter().zip(&world.conditions).enumerate();
        let mut changed = known.filter_map(|(index, (standing, seen))| {
            let seen = seen.as_ref()?;
            let same = standing.as_ref().is_some_and(|standing| standing.sight.is_like(seen));
            (!same).then(|| (index, seen.clone()))
        });
        changed.next().filter(|_| self.is_watched())
    }

    /// The first condition that has failed for too long, in words.
    pub(crate) fn broken(&self, world: &World, now: Timestamp) -> Option<String> {
        let all = self.plan().conditions.iter().zip(self.conditions()).enumerate();
        let mut broken = all.filter_map(|(index, (condition, standing))| {
            let standing = standing.as_ref()?;
            let Sight::Fails { seen } = &standing.sight else { return None };
            // What was seen last counts, once there is somebody again who looks.
            let seen = match world.conditions.get(index).and_then(Option::as_ref) {
                Some(Sight::Fails { seen }) => seen,
                Some(_) => return None,
                None => seen,
            };
            let too_long = now >= condition.tolerated.after(standing.since);
            let (expression, since) = (&condition.expression, standing.since);
            too_long.then(|| format!("`{expression}` does not hold since {since:.0}: {seen}"))
        });
        broken.next().filter(|_| self.is_watched())
    }

    /// Whether a condition does not hold, though it is not broken yet, as recorded.
    pub(crate) fn any_fails(&self) -> bool {
        let standing = self.conditions().iter().flatten();
        standing.map(|standing| &standing.sight).any(|sight| matches!(sight, Sight::Fails { .. }))
    }

    /// Whether each condition holds, as recorded.
    pub(crate) fn all_hold(&self) -> bool {
        let holds = |standing: &Option<Standing>| {
            standing.as_ref().is_some_and(|standing| matches!(standing.sight, Sight::Holds { .. }))
        };
        self.conditions().iter().all(holds)
    }
}
