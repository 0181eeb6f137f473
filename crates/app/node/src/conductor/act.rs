//! Bringing about what the machine wants: instances started, drained, ended; one routing applied.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callsheet_base::Timestamp;
use callsheet_rollout::{DriverError, Effect, InstanceId, InstanceSeen, InstanceState, Phase, Release, Rollout, Set};
use callsheet_traffic::Weight;

use super::look::Look;
use super::{Conductor, Making, secrets, words};
use crate::standing::HowItRuns;

/// Why an instance was not started.
enum Unstarted {
    /// The release itself: the next try will not do better.
    Unfit(String),
    /// Its secrets are not known here. Whoever takes the rollout up with them goes on.
    Secrets(String),
    /// The driver, or the books.
    Driver(String),
}

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
        let steady = self.grounds.steady();
        let before: BTreeMap<InstanceId, Duration> = std::mem::take(&mut self.draining);
        let since = |id: &InstanceId| before.get(id).copied().unwrap_or(steady);
        self.draining = wanted.leaving.iter().map(|id| (id.clone(), since(id))).collect();
        // Users first, and then each by itself: what cannot be started is no reason to send them where nobody is, nor the other way round.
        let routed = if look.traffic.is_some() {
            let routing = self.routing(rollout, look, wanted.weight, wanted.held);
            self.apply(routing).and_then(|()| self.end_drained(rollout, look, &before))
        } else {
            Ok(())
        };
        self.unfit = None;
        let mut started = Ok(());
        for (set, count) in wanted.missing {
            let begun = self.start_of(rollout, set, count, now);
            started = started.and(begun);
        }
        routed.and(started)
    }

    /// What a release itself is in the way of is met, not failed: nobody is to try again at once.
    fn start_of(&mut self, rollout: &Rollout, set: Set, count: u16, now: Timestamp) -> Result<(), String> {
        let (release, comes) = match set {
            Set::New => (Some(&rollout.plan().to), true),
            Set::Old => (rollout.plan().from.as_ref(), false),
        };
        let Some(release) = release else { return Ok(()) };
        match self.start(rollout, release, comes, count, now) {
            Ok(()) => Ok(()),
            Err(Unstarted::Driver(why)) => Err(why),
            Err(Unstarted::Unfit(why)) => {
                self.unfit = comes.then(|| why.clone()).or(self.unfit.take());
                self.met = Some(why);
                Ok(())
            }
            Err(Unstarted::Secrets(why)) => {
                self.met = Some(format!("no instance of {} can be started: {why}", release.version));
                Ok(())
            }
        }
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
        before: &BTreeMap<InstanceId, Duration>,
    ) -> Result<(), String> {
        let Some(traffic) = &look.traffic else { return Ok(()) };
        let (steady, drain_within) = (self.grounds.steady(), rollout.plan().drain_within.to_std());
        for instance in look.new.iter().chain(&look.old).chain(&look.strays) {
            let leaving = self.draining.contains_key(&instance.id) && instance.state != InstanceState::Ending;
            let Some(since) = before.get(&instance.id).filter(|_| leaving) else { continue };
            let idle = traffic.in_flight.get(&instance.id.0).is_none_or(|count| *count == 0);
            if idle || steady.saturating_sub(*since) >= drain_within {
                self.driver.stop(&instance.id).map_err(words)?;
            }
        }
        Ok(())
    }

    fn start(
        &mut self,
        rollout: &Rollout,
        release: &Release,
        comes: bool,
        count: u16,
        now: Timestamp,
    ) -> Result<(), Unstarted> {
        let plan = rollout.plan();
        let kept = self.store.verified(&plan.service, release).map_err(|error| Unstarted::Unfit(words(error)))?;
        let HowItRuns { spec, directory } = self.how(release, comes).map_err(Unstarted::Driver)?;
        let secrets = secrets::whole(self.site.secrets.of(&spec), &spec).map_err(Unstarted::Secrets)?;
        let (service, environment) = (&plan.service, &plan.environment);
        let making = Making { service, environment, spec: &spec, directory: &directory, release, kept: &kept };
        for _ in 0..count {
            self.started += 1;
            self.driver.start(&making.instance(now, self.started), &secrets).map_err(|error| match error {
                DriverError::Start { .. } => Unstarted::Unfit(words(error)),
                error => Unstarted::Driver(words(error)),
            })?;
        }
        Ok(())
    }
}
