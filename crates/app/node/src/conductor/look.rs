//! One look at the world: instances, edge, judge.

use callsheet_rollout::{
    Condition, InstanceSeen, InstanceState, Phase, Release, Rollout, Routing, SetSeen, Sight, TrafficError,
    TrafficSeen, World,
};

use super::{Conductor, words};

/// What was seen.
pub(super) struct Look {
    /// As the machine sees it.
    pub(super) world: World,
    /// Instances of the older release.
    pub(super) old: Vec<InstanceSeen>,
    /// Of the newer one.
    pub(super) new: Vec<InstanceSeen>,
    /// Of others: left by rollouts that were given up or superseded.
    pub(super) strays: Vec<InstanceSeen>,
    /// The edge's word; `None`: it does not answer.
    pub(super) traffic: Option<TrafficSeen>,
}

impl Conductor {
    pub(super) fn look(&mut self, rollout: &Rollout) -> Result<Look, String> {
        let plan = rollout.plan();
        let instances = self.driver.instances(&plan.service, &plan.environment).map_err(words)?;
        let traffic = self.look_at_edge(&plan.service);
        let (new, others): (Vec<_>, Vec<_>) = instances.into_iter().partition(|instance| is_of(instance, &plan.to));
        let (old, strays): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|instance| plan.from.as_ref().is_some_and(|from| is_of(instance, from)));

        let ejected =
            |instance: &&InstanceSeen| traffic.as_ref().is_some_and(|seen| seen.ejected.contains(&instance.id));
        let mut newer = self.seen(&new);
        // What the users meet counts: an instance that the edge gave up is not ready, whatever it says of itself.
        newer.ready -= new.iter().filter(|instance| self.is_ready(instance)).filter(ejected).count() as u16;
        let mut older = self.seen(&old);
        // Until what others left is gone, too, it is not over.
        match rollout.phase() {
            Phase::Retiring {} => older.alive += strays.len() as u16,
            // What it did not bring stays.
            Phase::Clearing { .. } if plan.repairs => newer.alive = strays.len() as u16,
            Phase::Clearing { .. } => newer.alive += strays.len() as u16,
            Phase::Undoing {} | Phase::Migrating {} | Phase::Preparing { .. } if plan.exclusive => {
                older.alive += strays.len() as u16
            }
            _ => {}
        }
        let world = World {
            new: newer,
            old: older,
            weight: traffic.as_ref().map(|seen| seen.weight),
            held: traffic.as_ref().is_some_and(|seen| seen.held),
            verdict: self.judging.verdict(),
            evidence: self.judging.evidence(),
            broken: self.unfit.clone().filter(|_| needs_new(rollout.phase())),
            hindered: self.hindrance.told(self.grounds.steady()),
            conditions: self.conditions(rollout),
        };
        Ok(Look { world, old, new, strays, traffic })
    }

    /// What it sees; `None`: it does not answer.
    fn look_at_edge(&mut self, service: &str) -> Option<TrafficSeen> {
        match self.traffic.as_mut()?.observe(service, self.judging.after()) {
            Ok(seen) => {
                self.judging.feed(&seen.slices);
                let otherwise = |told: &Routing| (told.weight, told.held) != (seen.weight, seen.held);
                if seen.lease_expired || self.applied.as_ref().is_some_and(|(told, _)| otherwise(told)) {
                    self.applied = None;
                }
                Some(seen)
            }
            Err(error) => {
                if matches!(error, TrafficError::Unreachable { .. }) {
                    self.traffic = None;
                }
                let error = words(error);
                tracing::warn!(service, error, "the edge is not seen");
                self.met = Some(error);
                None
            }
        }
    }

    /// Nobody is asked before users meet the newer release, nor after that.
    fn conditions(&mut self, rollout: &Rollout) -> Vec<Option<Sight>> {
        if !rollout.is_watched() {
            // Between two shares it goes on.
            if !matches!(rollout.phase(), Phase::Shifting { .. }) {
                self.watch = None;
            }
            return Vec::new();
        }
        let watch = self.watch.get_or_insert_with(|| {
            let conditions = rollout.plan().conditions.iter();
            let known = |condition: &Condition| (condition.clone(), self.site.secrets.written(&condition.source));
            self.grounds.watch(conditions.map(known).collect())
        });
        watch.seen()
    }

    fn seen(&self, set: &[InstanceSeen]) -> SetSeen {
        SetSeen {
            alive: set.len() as u16,
            ready: set.iter().filter(|instance| self.is_ready(instance)).count() as u16,
            crash_looping: set.iter().any(|instance| matches!(instance.state, InstanceState::CrashLooping { .. })),
        }
    }

    fn is_ready(&self, instance: &InstanceSeen) -> bool {
        instance.state == InstanceState::Ready && !self.draining.contains_key(&instance.id)
    }
}

/// Whether it waits for instances of the newer release that are to start.
fn needs_new(phase: &Phase) -> bool {
    matches!(phase, Phase::Preparing { .. } | Phase::Shifting { .. })
}

/// Whether an instance runs a release.
pub(super) fn is_of(instance: &InstanceSeen, release: &Release) -> bool {
    (&instance.release.version, instance.release.digest) == (&release.version, release.digest)
}
