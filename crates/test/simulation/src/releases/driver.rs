//! The driver, as one conductor talks to it.

use std::collections::BTreeMap;

use callsheet_base::{Duration, Secret};
use callsheet_rollout::{Driver, DriverError, InstanceId, InstanceSeen, InstanceSpec};
use rand::Rng;

use super::grounds::{Failure, Hands};
use super::instances::{Character, Inhabitant};
use super::rules;

/// The town's driver.
pub(crate) struct TownDriver(pub(crate) Hands);

fn failed(operation: &str) -> impl FnOnce(Failure) -> DriverError {
    let operation = operation.to_owned();
    move |source| DriverError::Failed { operation, source }
}

impl Driver for TownDriver {
    fn start(&mut self, spec: &InstanceSpec, _: &BTreeMap<String, Secret<String>>) -> Result<(), DriverError> {
        let Hands { run, claim, clock, .. } = &self.0;
        let mut outer = self.0.before("starts an instance").map_err(failed("start an instance"))?;
        let character = outer.town.characters.get(&spec.release.version).copied().unwrap_or_default();
        if character == Character::Unfit || outer.bad_luck(120) {
            return Err(DriverError::Start { id: spec.id.clone(), what: "it is no program".to_owned() });
        }
        if outer.bad_luck(60) {
            let hangs = Duration::from_millis(outer.dice.random_range(1_000..40_000));
            outer.log.push(format!("the driver hangs for {hangs}"));
            outer.later(clock, hangs);
        }
        let checked = rules::may_start(&outer, *run, *claim, spec);
        self.0.hold_against(&mut outer, checked);
        let port = 20_000 + (outer.town.counts.starts % 30_000) as u16;
        let inhabitant = Inhabitant::new(spec, port, clock.now(), outer.town.elapsed, character);
        if outer.town.instances.insert(spec.id.clone(), inhabitant).is_some() {
            outer.broken.push(format!("the name {} is used twice", spec.id.0));
        }
        outer.town.counts.starts += 1;
        outer.log.push(format!("process {} starts {}", self.0.pid, spec.id.0));
        self.0.after(&mut outer, "starts an instance").map_err(failed("start an instance"))
    }

    fn stop(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        let mut outer = self.0.before("stops an instance").map_err(failed("stop an instance"))?;
        let checked = rules::may_stop(&outer, self.0.run, self.0.claim, id);
        self.0.hold_against(&mut outer, checked);
        let elapsed = outer.town.elapsed;
        match outer.town.instances.get_mut(id) {
            Some(one) => one.stop(elapsed),
            None => return Err(DriverError::Unknown(id.clone())),
        }
        outer.town.counts.stops += 1;
        outer.log.push(format!("process {} stops {}", self.0.pid, id.0));
        self.0.after(&mut outer, "stops an instance").map_err(failed("stop an instance"))
    }

    fn restart(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        Err(DriverError::Unknown(id.clone()))
    }

    fn all(&mut self) -> Result<Vec<InstanceSeen>, DriverError> {
        let mut outer = self.0.before("looks at its instances").map_err(failed("look at instances"))?;
        if outer.bad_luck(150) {
            return Err(failed("look at instances")("the driver does not answer".into()));
        }
        let seen: Vec<InstanceSeen> = outer.town.instances.values().map(|one| one.seen.clone()).collect();
        let look = outer.town.looks.entry((self.0.run, self.0.claim)).or_default();
        look.instances.clone_from(&seen);
        Ok(seen)
    }

    fn log_tail(&mut self, _: &InstanceId, _: usize) -> Result<Vec<u8>, DriverError> {
        Ok(Vec::new())
    }
}
