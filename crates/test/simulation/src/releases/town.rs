//! Everything of the town that goes on by itself: instances come up and crash, leases run out, users ask.

use std::collections::BTreeMap;
use std::path::PathBuf;

use callsheet_base::{Duration, RunId, Timestamp};
use callsheet_engine::Claim;
use callsheet_rollout::{InstanceId, InstanceSeen, InstanceState, Sight, TrafficSeen};
use callsheet_traffic::Weight;

use super::edge::Edge;
use super::instances::{Character, Inhabitant};

/// Steps of at most this length.
const STEP: Duration = Duration::from_millis(250);
/// Of a longer time only this end is lived through step by step.
const LIVED: Duration = Duration::from_secs(90);

/// The town. One without a folder is not there: the story has no releases.
#[derive(Debug, Default)]
pub(crate) struct Town {
    /// State folder, artifacts and all.
    pub(crate) folder: Option<PathBuf>,
    /// Instances and edge never fail by themselves: then no user may ever notice anything.
    pub(crate) steady: bool,
    /// Since the story began, whatever the machine's clock says, ms.
    pub(crate) elapsed: u64,
    pub(crate) instances: BTreeMap<InstanceId, Inhabitant>,
    pub(crate) edge: Edge,
    pub(crate) characters: BTreeMap<String, Character>,
    /// What each conductor saw last.
    pub(crate) looks: BTreeMap<(RunId, Claim), Look>,
    /// The release that has, or last had, all traffic, by the journals.
    pub(crate) current: Option<String>,
    /// Instances that were gone at once, by version: supervisor and all.
    pub(crate) vanished: BTreeMap<String, usize>,
    pub(crate) counts: Counts,
}

/// What a conductor saw at its last look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    pub(crate) instances: Vec<InstanceSeen>,
    /// `None`: the edge did not answer.
    pub(crate) traffic: Option<TrafficSeen>,
    /// What the store of metrics said.
    pub(crate) sight: Option<Sight>,
}

/// What happened in the town.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) starts: u64,
    pub(crate) stops: u64,
    pub(crate) routings: u64,
    pub(crate) crashes: u64,
    pub(crate) edge_crashes: u64,
    pub(crate) leases: u64,
    pub(crate) lost: u64,
}

impl Town {
    /// Time goes by; it ends at `now` by the machine's clock.
    pub(crate) fn pass(&mut self, by: Duration, now: Timestamp) {
        if self.folder.is_none() {
            return;
        }
        let all = by.as_millis();
        let lived = all.min(LIVED.as_millis());
        self.elapsed += all - lived;
        let mut left = lived;
        while left > 0 {
            let step = left.min(STEP.as_millis());
            left -= step;
            let second = self.elapsed / 1000;
            self.elapsed += step;
            self.live();
            if self.elapsed / 1000 > second {
                self.serve(now.as_second() - (left / 1000) as i64);
            }
        }
        self.live();
    }

    fn live(&mut self) {
        let (elapsed, calm) = (self.elapsed, self.characters.clone());
        for inhabitant in self.instances.values_mut() {
            let character = calm.get(&inhabitant.seen.release.version).copied().unwrap_or_default();
            inhabitant.live(elapsed, character);
        }
        self.instances.retain(|_, one| !one.is_gone(elapsed));
        self.counts.leases += u64::from(self.edge.look_at_lease(elapsed));
    }

    /// One second of users' requests.
    fn serve(&mut self, second: i64) {
        let Town { instances, edge, characters, .. } = self;
        let lost = edge.serve(second.max(0) as u64, |pool| {
            let ready = |member: &callsheet_rollout::Member| {
                instances.get(&member.id).is_some_and(|one| one.seen.state == InstanceState::Ready)
            };
            let character = characters.get(&pool.version).copied().unwrap_or_default();
            pool.members.iter().any(ready).then_some(character.errors_per_mille())
        });
        // Before the first release has all traffic, and after one that was turned back, nobody is to serve.
        let told = self.edge.routing.as_ref().is_some_and(|routing| !routing.stable.members.is_empty());
        if self.current.is_some() && (told || self.edge.weight > Weight::NONE) {
            self.counts.lost += lost;
        }
    }

    /// Instances of a version that are listed, in whatever state.
    pub(crate) fn alive(&self, version: &str) -> usize {
        self.instances.values().filter(|one| one.seen.release.version == version).count()
    }

    /// An instance crashes; its supervisor starts it again.
    pub(crate) fn crash(&mut self, id: &InstanceId) {
        let elapsed = self.elapsed;
        if let Some(one) = self.instances.get_mut(id) {
            one.crash(elapsed);
            self.counts.crashes += 1;
        }
    }

    /// An instance is gone, supervisor and all.
    pub(crate) fn vanish(&mut self, id: &InstanceId) {
        if let Some(one) = self.instances.remove(id) {
            *self.vanished.entry(one.seen.release.version).or_default() += 1;
            self.counts.crashes += 1;
        }
    }

    /// The edge is gone until somebody starts it again.
    pub(crate) fn crash_edge(&mut self) {
        self.edge.crash();
        self.counts.edge_crashes += 1;
    }
}
