//! One conductor's hands in the town. Whatever it does may fail, may be its process's last deed, and may be done although it is never told.

use std::path::Path;
use std::sync::MutexGuard;
use std::time::Duration;

use callsheet_base::{RunId, Secret};
use callsheet_engine::Claim;
use callsheet_node::{Addresses, Grounds, Watch};
use callsheet_plan::DeployOrder;
use callsheet_releases::FoundImage;
use callsheet_rollout::{Condition, Driver, Routing, TrafficControl, TrafficError, TrafficSeen};
use callsheet_testkit::SimClock;
use rand::Rng;

use super::driver::TownDriver;
use super::edge::Edge;
use super::metrics::TownWatch;
use super::rules;
use crate::world::{Outer, Shared, lock};

/// Whose hands, and where.
#[derive(Clone)]
pub(crate) struct Hands {
    pub(crate) pid: u32,
    pub(crate) run: RunId,
    pub(crate) claim: Claim,
    pub(crate) outer: Shared,
    pub(crate) clock: SimClock,
}

/// Why something was not done, or is not known to be done.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

impl std::fmt::Debug for Hands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "hands of process {}", self.pid)
    }
}

impl Hands {
    /// Before something is done: its process may be dead, or die.
    pub(crate) fn before(&self, what: &str) -> Result<MutexGuard<'_, Outer>, Failure> {
        let mut outer = lock(&self.outer);
        self.dies(&mut outer, 250, &format!("before it {what}"))?;
        Ok(outer)
    }

    /// After it was done: its process may die, or never hear of it.
    pub(crate) fn after(&self, outer: &mut Outer, what: &str) -> Result<(), Failure> {
        self.dies(outer, 60, &format!("after it {what}"))?;
        if outer.bad_luck(60) {
            outer.log.push(format!("process {} does not hear that it {what}", self.pid));
            return Err("the answer was lost".into());
        }
        Ok(())
    }

    fn dies(&self, outer: &mut Outer, odds: u32, when: &str) -> Result<(), Failure> {
        if !outer.dead.contains(&self.pid) && outer.bad_luck(odds) {
            outer.kill(self.pid, when.to_owned());
        }
        if outer.dead.contains(&self.pid) { Err("the process is dead".into()) } else { Ok(()) }
    }

    /// Says that a rule was broken.
    pub(crate) fn hold_against(&self, outer: &mut Outer, checked: Result<(), String>) {
        if let Err(what) = checked {
            outer.broken.push(format!("process {}, run {}: {what}", self.pid, self.run.short()));
        }
    }
}

impl Grounds for Hands {
    fn driver(&self, _: &DeployOrder, _: &str) -> Result<Box<dyn Driver>, String> {
        let mut outer = self.before("opens its driver").map_err(|error| error.to_string())?;
        if outer.bad_luck(25) {
            return Err("the driver does not answer".to_owned());
        }
        Ok(Box::new(TownDriver(self.clone())))
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(lock(&self.outer).town.elapsed)
    }

    fn routed(&self, _: &str, _: &str) -> Option<Routing> {
        lock(&self.outer).town.edge.routing.clone()
    }

    fn image(&self, _: &DeployOrder, reference: &str) -> Result<FoundImage, String> {
        Err(format!("there is no `{reference}` here"))
    }

    fn watch(&self, conditions: Vec<(Condition, Result<Secret<String>, String>)>) -> Box<dyn Watch> {
        Box::new(TownWatch { hands: self.clone(), conditions: conditions.len() })
    }

    fn addresses(&self, _: &DeployOrder, _: &str) -> Result<Addresses, String> {
        let outer = self.before("asks for the addresses").map_err(|error| error.to_string())?;
        if !outer.town.edge.up || outer.town.edge.cut_off_until > outer.town.elapsed {
            return Err("the edge does not answer".to_owned());
        }
        let address = |name: &str| format!("http://{name}.test");
        Ok(Addresses { public: address("public"), preview: address("preview") })
    }

    fn traffic(&self, _: &DeployOrder, _: &str, _: &Path) -> Result<Box<dyn TrafficControl>, String> {
        let mut outer = self.before("finds the edge").map_err(|error| error.to_string())?;
        if outer.town.edge.cut_off_until > outer.town.elapsed || outer.bad_luck(25) {
            return Err("the edge does not answer".to_owned());
        }
        let Edge { up, .. } = outer.town.edge;
        if !up {
            outer.log.push(format!("process {} starts the edge again", self.pid));
            outer.town.edge.start();
        }
        Ok(Box::new(TownEdge(self.clone())))
    }
}

/// The edge, as one conductor talks to it.
pub(crate) struct TownEdge(pub(crate) Hands);

impl TownEdge {
    fn reach(&self, what: &str) -> Result<MutexGuard<'_, Outer>, TrafficError> {
        let outer = self.0.before(what).map_err(unreachable)?;
        if outer.town.edge.up && outer.town.edge.cut_off_until <= outer.town.elapsed {
            return Ok(outer);
        }
        Err(unreachable("nobody answers".into()))
    }
}

fn unreachable(source: Failure) -> TrafficError {
    TrafficError::Unreachable { place: "town".to_owned(), source }
}

impl TrafficControl for TownEdge {
    fn apply(&mut self, routing: &Routing) -> Result<(), TrafficError> {
        let mut outer = self.reach("moves traffic")?;
        let checked = rules::may_route(&outer, self.0.run, self.0.claim, routing);
        self.0.hold_against(&mut outer, checked);
        let (elapsed, lingering) = (outer.town.elapsed, outer.dice.random_range(0..4));
        if outer.town.edge.weight != routing.weight || outer.town.edge.held != routing.held {
            let Routing { stable, canary, weight, held, .. } = routing;
            let newer = canary.as_ref().map(|pool| pool.version.as_str()).unwrap_or_default();
            let told = format!("{} | {newer} {weight}{}", stable.version, if *held { ", held" } else { "" });
            outer.log.push(format!("process {} tells the edge: {told}", self.0.pid));
        }
        outer.town.edge.apply(routing, elapsed, lingering);
        outer.town.counts.routings += 1;
        self.0.after(&mut outer, "moves traffic").map_err(unreachable)
    }

    fn observe(&mut self, _: &str, after: u64) -> Result<TrafficSeen, TrafficError> {
        let outer = self.reach("looks at the edge");
        let mut outer = match outer {
            Ok(outer) => outer,
            Err(error) => {
                let mut outer = lock(&self.0.outer);
                outer.town.looks.entry((self.0.run, self.0.claim)).or_default().traffic = None;
                return Err(error);
            }
        };
        let seen = outer.town.edge.seen(after);
        let look = outer.town.looks.entry((self.0.run, self.0.claim)).or_default();
        look.traffic = Some(seen.clone());
        Ok(seen)
    }
}
