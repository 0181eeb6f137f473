//! What the edge is to be told: who serves, and how much of it goes to the newer release.

use callsheet_base::{Duration, Timestamp};
use callsheet_rollout::{InstanceSeen, InstanceState, Member, Phase, Pool, Rollout, Routing};
use callsheet_traffic::Weight;

use super::look::Look;
use super::{Conductor, words};

impl Conductor {
    /// With this share; all or nothing of what is seen now.
    pub(super) fn routing(&self, rollout: &Rollout, look: &Look, weight: Weight, held: bool) -> Routing {
        let plan = rollout.plan();
        let old = self.members(&look.old);
        let new = self.members(&look.new);
        let newer = || Pool { version: plan.to.version.clone(), members: new.clone() };
        let going_back = matches!(rollout.phase(), Phase::Restoring { .. } | Phase::Clearing { .. });
        let (stable, canary) = match &plan.from {
            Some(from) => {
                let stable = Pool { version: from.version.clone(), members: old };
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
    pub(super) fn apply(&mut self, routing: Routing, now: Timestamp) -> Result<(), String> {
        if routing.weight > Weight::NONE && routing.canary.as_ref().is_none_or(|pool| pool.members.is_empty()) {
            // The edge has sent its requests to the other release by itself; the machine decides what follows.
            return Ok(());
        }
        let fresh = |at: Timestamp| {
            routing.lease.is_none_or(|lease| Duration::between(at, now).as_millis() * 3 < lease.as_millis())
        };
        if self.applied.as_ref().is_some_and(|(known, at)| *known == routing && fresh(*at)) {
            return Ok(());
        }
        let told = self.traffic.apply(&routing);
        self.applied = told.is_ok().then_some((routing, now));
        told.map_err(|error| {
            self.edge_lost = matches!(error, callsheet_rollout::TrafficError::Unreachable { .. });
            words(error)
        })
    }

    /// The last word to the edge: one release, and no other.
    pub(super) fn settle(&mut self, rollout: &Rollout, look: &Look, now: Timestamp) -> Result<(), String> {
        let plan = rollout.plan();
        let stable = match (rollout.phase(), &plan.from) {
            (Phase::Retiring {}, _) => Pool { version: plan.to.version.clone(), members: self.members(&look.new) },
            (_, Some(from)) => Pool { version: from.version.clone(), members: self.members(&look.old) },
            (_, None) if plan.repairs => Pool { version: plan.to.version.clone(), members: self.members(&look.new) },
            (_, None) => Pool::default(),
        };
        let service = plan.service.clone();
        self.apply(Routing { service, stable, canary: None, weight: Weight::NONE, held: false, lease: None }, now)
    }

    /// Instances that get requests: those that are ready, or, if none is, those that may be again.
    pub(super) fn members(&self, set: &[InstanceSeen]) -> Vec<Member> {
        let stays = |instance: &&InstanceSeen| {
            !self.draining.contains_key(&instance.id) && instance.state != InstanceState::Ending
        };
        let member =
            |instance: &InstanceSeen| instance.address.map(|address| Member { id: instance.id.clone(), address });
        let ready = set.iter().filter(stays).filter(|instance| instance.state == InstanceState::Ready);
        let members: Vec<Member> = ready.filter_map(member).collect();
        if members.is_empty() { set.iter().filter(stays).filter_map(member).collect() } else { members }
    }
}
