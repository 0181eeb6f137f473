//! What the edge is to be told: who serves, and how much of it goes to the newer release.

use std::time::Duration;

use callsheet_rollout::{InstanceSeen, InstanceState, Member, Phase, Pool, Release, Rollout, Routing, TrafficError};
use callsheet_traffic::Weight;

use super::look::Look;
use super::{Conductor, words};

impl Conductor {
    /// With this share; all or nothing of what is seen now.
    pub(super) fn routing(&mut self, rollout: &Rollout, look: &Look, weight: Weight, held: bool) -> Routing {
        let plan = rollout.plan();
        let old = self.members(&look.old);
        let new = self.members(&look.new);
        let check = self.check(&plan.to, true);
        let newer = || Pool { version: plan.to.version.clone(), members: new.clone(), check: check.clone() };
        let going_back = matches!(rollout.phase(), Phase::Restoring { .. } | Phase::Clearing { .. });
        let (stable, canary) = match &plan.from {
            Some(from) => {
                let check = self.check(from, false);
                let stable = Pool { version: from.version.clone(), members: old, check };
                (stable, (!new.is_empty()).then(newer))
            }
            // Nothing to compare with, and nobody else to serve: what is ready serves.
            None if weight == Weight::NONE && (!going_back || plan.repairs) => (newer(), None),
            None => (Pool::default(), (!new.is_empty()).then(newer)),
        };
        // While it is judged, somebody has to judge. Once all traffic has moved it stays, whoever is away.
        let judged = matches!(rollout.phase(), Phase::Shifting { .. } | Phase::Judging { .. } | Phase::Waiting { .. });
        // Everything returns by itself only to a set that can carry it: one that gives way instance by instance, or is gone, cannot.
        let whole = rollout.wanted().old >= plan.instances && look.world.old.ready > 0;
        let lease = (judged && plan.from.is_some() && whole).then_some(self.site.order.spec.release.lease);
        Routing { service: plan.service.clone(), stable, canary, weight, held, lease }
    }

    /// Tells the edge, if it was told otherwise or the lease is to be renewed.
    pub(super) fn apply(&mut self, routing: Routing) -> Result<(), String> {
        if routing.weight > Weight::NONE && routing.canary.as_ref().is_none_or(|pool| pool.members.is_empty()) {
            // The edge has sent its requests to the other release by itself; the machine decides what follows.
            return Ok(());
        }
        let steady = self.grounds.steady();
        let fresh = |at: Duration| {
            routing.lease.is_none_or(|lease| steady.saturating_sub(at).saturating_mul(3) < lease.to_std())
        };
        if self.applied.as_ref().is_some_and(|(known, at)| *known == routing && fresh(*at)) {
            return Ok(());
        }
        let Some(edge) = &mut self.traffic else { return Err("the edge does not answer".to_owned()) };
        let told = edge.apply(&routing);
        self.applied = told.is_ok().then_some((routing, steady));
        told.map_err(|error| {
            if matches!(error, TrafficError::Unreachable { .. }) {
                self.traffic = None;
            }
            words(error)
        })
    }

    /// The last word to the edge: one release, and no other.
    pub(super) fn settle(&mut self, rollout: &Rollout, look: &Look) -> Result<(), String> {
        let plan = rollout.plan();
        let newer = matches!(rollout.phase(), Phase::Retiring {}) || plan.from.is_none() && plan.repairs;
        let stable = match &plan.from {
            _ if newer => self.pool(&plan.to, true, &look.new),
            Some(from) => self.pool(from, false, &look.old),
            None => Pool::default(),
        };
        let service = plan.service.clone();
        self.apply(Routing { service, stable, canary: None, weight: Weight::NONE, held: false, lease: None })
    }

    /// A release's instances, to be asked whether they are well as that release says.
    pub(super) fn pool(&mut self, release: &Release, comes: bool, set: &[InstanceSeen]) -> Pool {
        Pool { version: release.version.clone(), members: self.members(set), check: self.check(release, comes) }
    }

    /// Instances that get requests: those that are ready, or, if none is, those that may be again.
    pub(super) fn members(&self, set: &[InstanceSeen]) -> Vec<Member> {
        serving(set.iter().filter(|instance| !self.draining.contains_key(&instance.id)))
    }
}

/// Of these, those that are to get requests: the ready ones, or, if none is, those that may be again. Whoever becomes ready late is found.
pub(crate) fn serving<'i>(set: impl Iterator<Item = &'i InstanceSeen>) -> Vec<Member> {
    let stays: Vec<&InstanceSeen> = set.filter(|instance| instance.state != InstanceState::Ending).collect();
    let member = |instance: &&InstanceSeen| instance.address.map(|address| Member { id: instance.id.clone(), address });
    let ready = stays.iter().filter(|instance| instance.state == InstanceState::Ready);
    let members: Vec<Member> = ready.filter_map(member).collect();
    if members.is_empty() { stays.iter().filter_map(member).collect() } else { members }
}
