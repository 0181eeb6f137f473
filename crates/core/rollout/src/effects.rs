//! What should be so, and what to do about the difference.

use callsheet_traffic::Weight;

use crate::{Hook, Phase, Rollout, World};

/// One of the two sets of instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Set {
    /// Of the older release.
    Old,
    /// Of the newer one.
    New,
}

/// What should be so in this phase, once it is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Instances of the older release.
    pub old: u16,
    /// Instances of the newer one.
    pub new: u16,
    /// The newer release's share.
    pub weight: Weight,
    /// Requests wait at the edge.
    pub held: bool,
}

/// Something to bring about. Each says how things should be, so doing it twice does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The set has this many instances: start what is missing, drain and end what is too much.
    Scale {
        /// Which.
        set: Set,
        /// How many.
        to: u16,
    },
    /// The edge gives the newer release this share.
    SetWeight(Weight),
    /// The edge holds requests back, or lets them go.
    Hold(bool),
}

impl Rollout {
    /// What should be so.
    pub fn wanted(&self) -> Wanted {
        let plan = self.plan();
        let (all, none) = (plan.instances, Weight::NONE);
        let old = if plan.from.is_some() { all } else { 0 };
        match self.phase() {
            Phase::Undoing {} | Phase::Migrating {} if plan.exclusive => {
                Wanted { old: 0, new: 0, weight: none, held: true }
            }
            Phase::Undoing {} | Phase::Migrating {} => Wanted { old, new: 0, weight: none, held: false },
            Phase::Preparing { .. } | Phase::Trying { .. } if plan.exclusive => {
                Wanted { old: 0, new: all, weight: none, held: true }
            }
            Phase::Preparing { .. } | Phase::Trying { .. } => {
                Wanted { old, new: plan.stages[0].new, weight: none, held: false }
            }
            Phase::Shifting { stage } | Phase::Judging { stage, .. } | Phase::Waiting { stage } => {
                let stage = &plan.stages[*stage];
                let weight = self.by_hand().unwrap_or(stage.weight);
                Wanted { old: stage.old.min(old), new: stage.new, weight, held: false }
            }
            Phase::Soaking { .. } | Phase::Observing { .. } => {
                let kept = plan.stages.last().map_or(0, |stage| stage.old).min(old);
                Wanted { old: kept, new: all, weight: self.by_hand().unwrap_or(Weight::ALL), held: false }
            }
            Phase::Retiring {} | Phase::Ended(crate::Ending::Promoted) => {
                Wanted { old: 0, new: all, weight: Weight::ALL, held: false }
            }
            Phase::Restoring { .. } | Phase::Clearing { .. } | Phase::Ended(_) if plan.repairs => {
                Wanted { old, new: all, weight: none, held: false }
            }
            Phase::Restoring { .. } if plan.exclusive => Wanted { old, new: 0, weight: none, held: false },
            // The new set stays as it is until no request needs it any more.
            Phase::Restoring { .. } => Wanted { old, new: all, weight: none, held: false },
            Phase::Clearing { .. } | Phase::Ended(_) => Wanted { old, new: 0, weight: none, held: false },
        }
    }

    /// What to bring about now, in this order, given what was seen. What is not safe yet is left out and comes with a later look.
    pub fn effects(&self, world: &World) -> Vec<Effect> {
        let wanted = self.wanted();
        let mut effects = Vec::new();
        let hold = wanted.held || self.must_hold(world);
        if world.weight.is_some() && world.held != hold {
            effects.push(Effect::Hold(hold));
        }
        if let Some(weight) = self.safe_weight(world, wanted.weight) {
            effects.push(Effect::SetWeight(weight));
        }
        for (set, to) in [(Set::New, self.safe_new(world, wanted.new)), (Set::Old, self.safe_old(world, wanted.old))] {
            let alive = if set == Set::New { world.new.alive } else { world.old.alive };
            if to != alive {
                effects.push(Effect::Scale { set, to });
            }
        }
        effects
    }

    /// Sets that may not run at once leave a time with neither: requests wait, they do not fail.
    fn must_hold(&self, world: &World) -> bool {
        if !self.plan().exclusive {
            return false;
        }
        match self.phase() {
            Phase::Shifting { .. } => world.weight != Some(Weight::ALL),
            Phase::Restoring { .. } => world.old.ready < self.plan().instances && self.plan().from.is_some(),
            _ => false,
        }
    }

    /// The share to be told to the edge, if it differs from the one given and the set that gets more can carry it.
    fn safe_weight(&self, world: &World, wanted: Weight) -> Option<Weight> {
        let given = world.weight?;
        if given == wanted {
            return None;
        }
        let plan = self.plan();
        let carried = if wanted > given {
            world.new.ready >= self.stage().map_or(plan.instances, |stage| stage.new)
        } else {
            // Back at once if the new set carries nothing any more, or there is nothing to go back to.
            world.old.ready >= plan.instances || plan.from.is_none() || (world.new.ready == 0 && world.old.ready > 0)
        };
        carried.then_some(wanted)
    }

    fn safe_new(&self, world: &World, wanted: u16) -> u16 {
        let alive = world.new.alive;
        if wanted > alive && self.plan().exclusive && world.old.alive > 0 {
            return alive;
        }
        let going_back = matches!(self.phase(), Phase::Restoring { .. } | Phase::Clearing { .. });
        if wanted > alive && going_back {
            return alive;
        }
        // Exclusive sets are ended while requests wait; others only without traffic.
        let idle = world.weight == Some(Weight::NONE) || (self.plan().exclusive && world.held);
        if wanted < alive && !idle { alive } else { wanted }
    }

    fn safe_old(&self, world: &World, wanted: u16) -> u16 {
        let alive = world.old.alive;
        if wanted > alive {
            // A migration that still runs while it goes back was promised that nobody else is at the data.
            let in_use = world.new.alive > 0 || self.hook() == Some(Hook::Migrate);
            return if self.plan().exclusive && in_use { alive } else { wanted };
        }
        let given = match self.phase() {
            Phase::Undoing {} | Phase::Migrating {} | Phase::Preparing { .. } | Phase::Trying { .. } => {
                self.plan().exclusive && world.held
            }
            Phase::Judging { .. }
            | Phase::Waiting { .. }
            | Phase::Soaking { .. }
            | Phase::Observing { .. }
            | Phase::Retiring {}
            | Phase::Ended(_) => {
                world.weight == Some(self.wanted().weight)
                    && world.new.ready >= self.stage().map_or(self.plan().instances, |stage| stage.new)
            }
            _ => false,
        };
        if wanted < alive && !given { alive } else { wanted }
    }
}
