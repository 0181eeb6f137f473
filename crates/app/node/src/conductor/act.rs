//! Bringing about what the machine wants: instances started, drained, ended; one routing applied.

use std::collections::{BTreeMap, BTreeSet};

use callsheet_base::{Duration, Timestamp};
use callsheet_rollout::{DriverError, Effect, InstanceId, InstanceSeen, InstanceState, Phase, Release, Rollout, Set};
use callsheet_traffic::Weight;

use super::look::Look;
use super::{Conductor, Making, words};

/// What is to be, of all effects together.
struct Wanted {
    weight: Weight,
    held: bool,
    /// Instances to start, by set.
    missing: Vec<(Set, u16)>,
    /// Instances to drain and end.
    leaving: BTreeSet<InstanceId>,
}

impl Conductor {
    pub(super) fn act(&mut self, rollout: &Rollout, look: &Look, now: Timestamp) -> Result<(), String> {
        let wanted = self.wanted(rollout, look);
        let before: BTreeMap<InstanceId, Timestamp> = std::mem::take(&mut self.draining);
        let since = |id: &InstanceId| before.get(id).copied().unwrap_or(now);
        self.draining = wanted.leaving.iter().map(|id| (id.clone(), since(id))).collect();
        for (set, count) in wanted.missing {
            let release = match set {
                Set::New => Some(&rollout.plan().to),
                Set::Old => rollout.plan().from.as_ref(),
            };
            if let Some(release) = release {
                self.start(rollout, release, count, now)?;
            }
        }
        if look.traffic.is_some() {
            let routing = self.routing(rollout, look, wanted.weight, wanted.held);
            self.apply(routing, now)?;
            self.end_drained(rollout, look, &before, now)?;
        }
        Ok(())
    }

    fn wanted(&self, rollout: &Rollout, look: &Look) -> Wanted {
        let traffic = look.traffic.as_ref();
        // By then all has moved for good; an edge that was told so as its last word has one release, and no share.
        let moved = matches!(rollout.phase(), Phase::Retiring {}).then_some(Weight::ALL);
        let mut wanted = Wanted {
            weight: moved.or(traffic.map(|seen| seen.weight)).unwrap_or_default(),
            held: traffic.is_some_and(|seen| seen.held),
            missing: Vec::new(),
            leaving: look.strays.iter().map(|instance| instance.id.clone()).collect(),
        };
        for effect in rollout.effects(&look.world) {
            match effect {
                Effect::Hold(held) => wanted.held = held,
                Effect::SetWeight(weight) => wanted.weight = weight,
                Effect::Scale { set, to } => {
                    let instances = if set == Set::New { &look.new } else { &look.old };
                    let alive = instances.len();
                    match (to as usize).checked_sub(alive) {
                        Some(0) => {}
                        Some(missing) => wanted.missing.push((set, missing as u16)),
                        None => wanted.leaving.extend(self.least_needed(instances, alive - to as usize)),
                    }
                }
            }
        }
        wanted
    }

    /// Those that are leaving already first, then those that serve nobody, then the youngest.
    fn least_needed(&self, instances: &[InstanceSeen], count: usize) -> Vec<InstanceId> {
        let rank = |instance: &InstanceSeen| {
            let leaving = instance.state == InstanceState::Ending || self.draining.contains_key(&instance.id);
            let serves = instance.state == InstanceState::Ready;
            (!leaving, serves, std::cmp::Reverse(instance.since))
        };
        let mut ranked: Vec<&InstanceSeen> = instances.iter().collect();
        ranked.sort_by_key(|instance| rank(instance));
        ranked.into_iter().take(count).map(|instance| instance.id.clone()).collect()
    }

    /// Ends instances that were out of the routing at the look already and have no request any more, or had time enough.
    fn end_drained(
        &mut self,
        rollout: &Rollout,
        look: &Look,
        before: &BTreeMap<InstanceId, Timestamp>,
        now: Timestamp,
    ) -> Result<(), String> {
        let Some(traffic) = &look.traffic else { return Ok(()) };
        let drain_within = rollout.plan().drain_within;
        for instance in look.new.iter().chain(&look.old).chain(&look.strays) {
            let leaving = self.draining.contains_key(&instance.id) && instance.state != InstanceState::Ending;
            let Some(since) = before.get(&instance.id).filter(|_| leaving) else { continue };
            let idle = traffic.in_flight.get(&instance.id.0).is_none_or(|count| *count == 0);
            if idle || Duration::between(*since, now) >= drain_within {
                self.driver.stop(&instance.id).map_err(words)?;
            }
        }
        Ok(())
    }

    fn start(&mut self, rollout: &Rollout, release: &Release, count: u16, now: Timestamp) -> Result<(), String> {
        let kept = match self.store.verified(&rollout.plan().service, release) {
            Ok(kept) => kept,
            Err(error) => {
                self.trouble = Some(words(error));
                return Ok(());
            }
        };
        for _ in 0..count {
            self.started += 1;
            let making = Making {
                service: &rollout.plan().service,
                environment: &rollout.plan().environment,
                spec: &self.site.order.spec,
                directory: &self.site.directory,
                release,
                kept: &kept,
            };
            let spec = making.instance(now, self.started);
            match self.driver.start(&spec, &self.site.secrets) {
                Ok(()) => self.trouble = None,
                Err(error @ DriverError::Start { .. }) => {
                    self.trouble = Some(words(error));
                    return Ok(());
                }
                Err(error) => return Err(words(error)),
            }
        }
        Ok(())
    }
}
