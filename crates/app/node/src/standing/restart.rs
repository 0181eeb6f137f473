//! Restarting instances one after the other, each without users meanwhile.

use std::time::Duration;

use callsheet_rollout::{DriverError, InstanceId, InstanceSeen, InstanceState};

use super::Standing;
use crate::conductor::words;

impl Standing {
    /// Whether another instance than this one could serve.
    pub fn another_serves(&mut self, name: &InstanceId) -> Result<bool, String> {
        Ok(self.ready()?.iter().any(|one| one.id != *name))
    }

    /// Restarts one instance: no new request goes there, those under way end, it ends and is ready again. If no other could serve, the edge
    /// lets requests wait meanwhile. `Err`: why it is not ready again.
    pub fn restart(&mut self, name: &InstanceId, patience: Duration, tell: &mut dyn FnMut(&str)) -> Result<(), String> {
        let all = self.instances()?;
        let before = all.iter().find(|one| one.id == *name).cloned();
        let before = before.ok_or_else(|| format!("there is no instance {} any more", name.0))?;
        let others: Vec<InstanceSeen> =
            all.into_iter().filter(|one| one.id != *name && one.state == InstanceState::Ready).collect();
        let again = self.out_and_back(&before, &others, patience, tell);
        // Whoever is ready serves, however it went; if nobody is, whoever may be again.
        let routed = self.instances().and_then(|all| self.route_to(&all, false));
        again.and(routed)?;
        tell(&format!("{} is ready again", name.0));
        Ok(())
    }

    /// Without users from the beginning to the end, which may be early.
    fn out_and_back(
        &mut self,
        before: &InstanceSeen,
        others: &[InstanceSeen],
        patience: Duration,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), String> {
        if others.is_empty() {
            tell("no other serves: requests wait at the edge");
            self.route_to(std::slice::from_ref(before), true)?;
        } else {
            self.route_to(others, false)?;
        }
        self.drained(std::slice::from_ref(&before.id))?;
        self.begin_anew(before, patience, tell)
    }

    fn begin_anew(
        &mut self,
        before: &InstanceSeen,
        patience: Duration,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), String> {
        match self.driver.restart(&before.id) {
            Ok(()) => self.wait_anew(before, patience),
            // Its supervisor was killed, and its secrets went with it: another one takes its place.
            Err(DriverError::Start { what, .. }) => {
                tell(&format!("{} cannot be started again ({what}): another takes its place", before.id.0));
                let names = self.start(1)?;
                if let Err(why) = self.wait_ready(&names, patience) {
                    self.end(&names)?;
                    return Err(why);
                }
                let mut ready = self.ready()?;
                ready.retain(|one| one.id != before.id);
                self.route_to(&ready, false)?;
                self.end(std::slice::from_ref(&before.id))
            }
            Err(error) => Err(words(error)),
        }
    }

    /// Ready as another process than before.
    fn wait_anew(&mut self, before: &InstanceSeen, patience: Duration) -> Result<(), String> {
        let until = std::time::Instant::now() + patience;
        while std::time::Instant::now() < until {
            let all = self.instances()?;
            let Some(now) = all.iter().find(|one| one.id == before.id) else {
                return Err(format!("{} ended and is gone", before.id.0));
            };
            let anew = now.pid != before.pid || now.since != before.since;
            if anew && now.state != InstanceState::Ending {
                return self.wait_ready(std::slice::from_ref(&before.id), patience);
            }
            self.wait();
        }
        Err(format!("{} does not end", before.id.0))
    }
}
