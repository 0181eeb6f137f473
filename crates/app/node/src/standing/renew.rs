//! Starting instances anew with their secrets as they are now: an instance keeps what it was started with, so each gets a successor.

use std::time::Duration;

use callsheet_base::Timestamp;
use callsheet_rollout::{InstanceId, InstanceSeen, InstanceState};

use super::Standing;

impl Standing {
    /// Replaces every instance that was made before `since` (all, if `None`): a successor is ready and gets requests before the instance gets none any
    /// more, ends those under way, and ends. Asked again after a crash, it goes on with those that are left. Gives how many were replaced.
    pub fn renew(
        &mut self,
        since: Option<Timestamp>,
        patience: Duration,
        tell: &mut dyn FnMut(&str),
    ) -> Result<usize, String> {
        let older = |one: &InstanceSeen| since.is_none_or(|since| made(&one.id).is_none_or(|at| at < since));
        let mut left = self.instances()?;
        left.retain(|one| one.state != InstanceState::Ending && older(one));
        // Those that serve nobody go first.
        left.sort_by_key(|one| (one.state == InstanceState::Ready, one.since));
        for one in &left {
            self.succeed(&one.id, patience, tell)?;
        }
        Ok(left.len())
    }

    /// Another takes the instance's place.
    fn succeed(&mut self, id: &InstanceId, patience: Duration, tell: &mut dyn FnMut(&str)) -> Result<(), String> {
        let names = self.start(1)?;
        if let Err(why) = self.wait_ready(&names, patience) {
            self.end(&names)?;
            return Err(format!("{why}; what was started was ended again, the others were left alone"));
        }
        let mut ready = self.ready()?;
        ready.retain(|one| one.id != *id);
        self.route_to(&ready, false)?;
        self.drained(std::slice::from_ref(id))?;
        // It may have ended by itself.
        if self.instances()?.iter().any(|one| one.id == *id) {
            self.end(std::slice::from_ref(id))?;
        }
        let name = names.first().map(|name| name.0.as_str()).unwrap_or_default();
        tell(&format!("{name} took the place of {}", id.0));
        Ok(())
    }
}

/// When an instance was made: its name says so.
fn made(id: &InstanceId) -> Option<Timestamp> {
    let (_, last) = id.0.rsplit_once('-')?;
    let (milliseconds, _) = last.split_once('.')?;
    Timestamp::from_millisecond(milliseconds.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instances_name_says_when_it_was_made() {
        let at: Timestamp = "2026-11-22T12:00:00.123Z".parse().unwrap();
        let id = InstanceId(format!("shop-dev-1.0-rc.2-{}.3", at.as_millisecond()));
        assert_eq!(made(&id), Some(at));
        assert_eq!(made(&InstanceId("shop".to_owned())), None);
    }
}
