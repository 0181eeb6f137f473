//! No instance at all: a service that rests until it is scaled up again.

use callsheet_rollout::{InstanceId, InstanceState, Pool, Routing};
use callsheet_traffic::Weight;

use super::Standing;
use crate::conductor::words;

impl Standing {
    /// The edge answers that nobody serves, what is under way ends, and then every instance, also those that were given up.
    pub(super) fn rest(&mut self, tell: &mut dyn FnMut(&str)) -> Result<(), String> {
        let mut all = self.instances()?;
        all.retain(|one| one.state != InstanceState::Ending);
        let stable = Pool { version: self.release.version.clone(), members: Vec::new(), check: None };
        let service = self.service.clone();
        let nobody = Routing { service, stable, canary: None, weight: Weight::NONE, held: false, lease: None };
        self.holds = None;
        self.traffic.apply(&nobody).map_err(words)?;
        tell("no instance gets requests any more: they are answered with 503");
        let names: Vec<InstanceId> = all.into_iter().map(|one| one.id).collect();
        self.drained(&names)?;
        self.end(&names)?;
        tell(&format!("{} ended", names.len()));
        Ok(())
    }
}
