//! From an order to a rollout's plan: which release comes, which one runs, and how it goes from one to the other.

use std::path::Path;

use callsheet_base::{Duration, Timestamp};
use callsheet_plan::{DeployOrder, Goal, ServiceSpec};
use callsheet_releases::{NewImage, NewRelease, ReleasesError};
use callsheet_rollout::{Hook, InstanceSeen, InstanceState, Promotion, Release, RolloutPlan, Routing, Stage};
use callsheet_traffic::Weight;

use super::look::is_of;
use super::schema::Found;
use super::{Conductor, Making, secrets, words};
use crate::standing::HowItRuns;

/// How a deploy act begins.
#[derive(Debug)]
pub enum Beginning {
    /// With this plan, to be recorded as the rollout's first event.
    Rollout(Box<RolloutPlan>),
    /// Not at all: things are as wanted already. In words.
    AsWanted(String),
}

impl Conductor {
    /// Registers what is to be registered and makes the plan. Whatever another rollout told the edge ends here: until the plan is
    /// on record, all traffic is on the release that runs. `Err`: why it cannot begin.
    pub fn begin(&mut self, who: &str, now: Timestamp) -> Result<Beginning, String> {
        if matches!(self.site.order.goal, Goal::Back { .. }) && self.site.turned_back {
            return Ok(Beginning::AsWanted("the release was turned back already".to_owned()));
        }
        // A way back is always open.
        if matches!(self.site.order.goal, Goal::Version { .. })
            && let Some(freeze) = self.store.frozen(now).map_err(words)?
        {
            return Err(freeze.to_string());
        }
        let to = self.goal(who, now)?;
        let (service, environment) = (self.site.order.service.clone(), self.site.environment.clone());
        let kept = self.store.verified(&service, &to).map_err(words)?;
        let HowItRuns { spec, directory } = self.how(&to, true)?;
        let (service, environment) = (&service, &environment);
        let making = Making { service, environment, spec: &spec, directory: &directory, release: &to, kept: &kept };
        if let Some(why) = making.misfit() {
            return Err(why);
        }
        secrets::whole(self.site.secrets.of(&spec), &spec)?;
        let instances = self.driver.instances(service, environment).map_err(words)?;
        let running = self.store.running(service, environment).map_err(words)?;
        let current = running.current().cloned();
        let count = self.instances_wanted(&spec)?;
        if count == 0 {
            return Err(format!(
                "{service} rests in {environment}: it was scaled to 0; `callsheet scale {service} --as-configured --env {environment}` wakes it"
            ));
        }
        if current.as_ref().is_some_and(|current| same(current, &to)) && is_whole(&instances, &to, count) {
            // A rollout that gave way while it only watched left its shares behind.
            self.all_on((&to, false), &to, &instances)?;
            let unlike = self.keep_how(&to)?;
            return Ok(Beginning::AsWanted(format!("version {} of {service} runs already{unlike}", to.version)));
        }
        // A release of which nothing is left cannot serve meanwhile, nor be gone back to.
        let there = |release: &Release| {
            instances.iter().any(|instance| is_of(instance, release)) || self.store.verified(service, release).is_ok()
        };
        let from = current.clone().filter(|current| !same(current, &to)).filter(there);
        let repairs = current.as_ref().is_some_and(|current| same(current, &to));
        let found = match repairs {
            true => Found::default(),
            false => self.hold_against_schema(&to, current.as_ref(), &instances, (who, now))?,
        };
        let plan = RolloutPlan { schema: found.words, undo: found.undo, ..self.plan(from, to, count, repairs)? };
        let runs = plan.from.as_ref().map_or((&plan.to, true), |from| (from, false));
        self.all_on(runs, &plan.to, &instances)?;
        Ok(Beginning::Rollout(Box::new(plan)))
    }

    /// Which release is wanted.
    fn goal(&self, who: &str, now: Timestamp) -> Result<Release, String> {
        let order = &self.site.order;
        let service = order.service.as_str();
        match &order.goal {
            Goal::Version { version, artifact, one_way } if order.spec.containers.is_some() => {
                self.image(version, artifact.as_deref(), one_way.as_deref(), who, now)
            }
            Goal::Version { version, artifact: Some(artifact), one_way } => {
                let artifact = &self.site.directory.join(Path::new(artifact));
                let one_way = one_way.as_deref();
                let new = NewRelease { service, version, artifact, who, when: now, one_way };
                self.store.register(&new).map(|manifest| manifest.release()).map_err(words)
            }
            Goal::Version { version, artifact: None, .. } => {
                self.store.find(service, version).map(|manifest| manifest.release()).map_err(words)
            }
            Goal::Back { to } => self.way_back(to.as_deref()),
        }
    }

    /// The image of a version: the one named now, or the one registered, or the one that is configured.
    fn image(
        &self,
        version: &str,
        named: Option<&str>,
        one_way: Option<&str>,
        who: &str,
        now: Timestamp,
    ) -> Result<Release, String> {
        let order = &self.site.order;
        let service = order.service.as_str();
        let configured = || order.spec.containers.as_ref().map(|containers| containers.image_of(version));
        let reference = match (named, self.store.find(service, version)) {
            (Some(named), _) => named.to_owned(),
            (None, Ok(manifest)) => return Ok(manifest.release()),
            (None, Err(ReleasesError::Unknown { .. })) => configured().unwrap_or_default(),
            (None, Err(error)) => return Err(words(error)),
        };
        let found = self.grounds.image(order, &reference)?;
        let new = NewImage { service, version, reference: &reference, found: &found, who, when: now, one_way };
        self.store.register_image(&new).map(|manifest| manifest.release()).map_err(words)
    }

    fn way_back(&self, to: Option<&str>) -> Result<Release, String> {
        let service = self.site.order.service.as_str();
        let running = self.store.running(service, &self.site.environment).map_err(words)?;
        let current = running.current().ok_or_else(|| format!("nothing of {service} was released here yet"))?;
        let target = match to {
            Some(version) => self.store.find(service, version).map_err(words)?.release(),
            None => running.before().cloned().ok_or_else(|| {
                format!("version {} of {service} is the first: there is none before it", current.version)
            })?,
        };
        match &current.one_way {
            Some(why) if !same(current, &target) => {
                Err(format!("one cannot go back from version {} of {service}: {why}", current.version))
            }
            _ => Ok(target),
        }
    }

    /// As many as a person asked for, or as many as are configured.
    fn instances_wanted(&self, spec: &ServiceSpec) -> Result<u16, String> {
        let scaled = self.store.scaled(&self.site.order.service, &self.site.environment).map_err(words)?;
        Ok(scaled.map_or(spec.instances, |scaled| scaled.instances))
    }

    fn plan(&self, from: Option<Release>, to: Release, instances: u16, repairs: bool) -> Result<RolloutPlan, String> {
        let order = &self.site.order;
        let release = &order.spec.release;
        let exclusive = release.strategy.exclusive();
        let brings = matches!(order.goal, Goal::Version { .. });
        let judged = from.is_some() && brings;
        let stages = if judged || exclusive {
            release.strategy.stages(instances).map_err(words)?
        } else {
            // The whole set is made ready, then all traffic moves at once.
            let promotion = Promotion::Automatic;
            let (weight, hold) = (Weight::ALL, Duration::ZERO);
            vec![Stage { weight, new: instances, old: instances, hold, promotion }]
        };
        let plan = RolloutPlan {
            service: order.service.clone(),
            environment: self.site.environment.clone(),
            from,
            to,
            repairs,
            instances,
            stages,
            exclusive,
            hooks: if brings { hooks(order, repairs) } else { Vec::new() },
            ready_within: release.ready_within,
            drain_within: release.drain_within,
            keep_old: if judged { release.keep_old } else { Duration::ZERO },
            later: if brings { order.later() } else { Vec::new() },
            // With nothing to be judged against or to go back to, a soak is waited for only where it is asked for.
            soak: match order.emergency {
                None if judged => release.soak,
                None if brings => order.soak.unwrap_or(Duration::ZERO),
                _ => Duration::ZERO,
            },
            emergency: order.emergency.clone(),
            judging: release.judging.clone(),
            schema: None,
            undo: None,
            conditions: if judged { order.conditions.clone() } else { Vec::new() },
        };
        let faults: Vec<String> = plan.faults().iter().map(ToString::to_string).collect();
        if faults.is_empty() { Ok(plan) } else { Err(faults.join("; ")) }
    }

    /// The machine's shares are shares of this rollout: an edge that still gives those of an earlier one is brought home first.
    /// Nothing was told to it before: what was refused has changed nothing for users.
    fn all_on(
        &mut self,
        (runs, comes): (&Release, bool),
        to: &Release,
        instances: &[InstanceSeen],
    ) -> Result<(), String> {
        let set: Vec<InstanceSeen> = instances.iter().filter(|one| is_of(one, runs)).cloned().collect();
        let stable = self.pool(runs, comes, &set);
        self.traffic = Some(self.open_edge(to, true)?);
        let service = self.site.order.service.clone();
        self.apply(Routing { service, stable, canary: None, weight: Weight::NONE, held: false, lease: None })
    }
}

fn is_whole(instances: &[InstanceSeen], to: &Release, count: u16) -> bool {
    let ready = instances.iter().filter(|one| is_of(one, to) && one.state == InstanceState::Ready).count();
    let others = instances.iter().any(|one| !is_of(one, to));
    ready == usize::from(count) && !others
}

/// What is run but for later verifications. What runs already was migrated for, and serves meanwhile.
fn hooks(order: &DeployOrder, repairs: bool) -> Vec<Hook> {
    let hooks = order.hooks.iter().map(|planned| planned.hook);
    let left_out = |hook: &Hook| matches!(hook, Hook::Later(_)) || repairs && *hook == Hook::Migrate;
    hooks.filter(|hook| !left_out(hook)).collect()
}

fn same(one: &Release, other: &Release) -> bool {
    (&one.version, one.digest) == (&other.version, other.digest)
}
