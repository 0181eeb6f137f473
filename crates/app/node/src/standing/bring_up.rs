//! After a reboot, or when an instance is gone for good: what should run, runs again.

use callsheet_rollout::{InstanceId, InstanceSeen, InstanceState};

use super::Standing;

/// What came of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// As many run as are wanted, and they get the requests.
    AsWanted,
    /// So many were started, and are ready.
    Up(usize),
    /// So many were more than wanted, and ended.
    Down(usize),
}

impl Standing {
    /// Starts what is missing of the wanted number, ends what is more than that (whoever scaled or replaced was cut off), and tells the edge
    /// who serves. Instances that were given up after crashes are left to a
    /// person, unless `anew`: then they are ended first, because what made them fail may be the boot (a container's secrets went with it).
    pub fn bring_up(&mut self, anew: bool, tell: &mut dyn FnMut(&str)) -> Result<Brought, String> {
        let all = self.instances()?;
        let given_up = |one: &&InstanceSeen| matches!(one.state, InstanceState::CrashLooping { .. });
        let lost: Vec<InstanceId> = all.iter().filter(given_up).map(|one| one.id.clone()).collect();
        if anew && !lost.is_empty() {
            self.end(&lost)?;
        }
        let left = if anew { 0 } else { lost.len() };
        let wanted = usize::from(self.wanted()?);
        let alive = self.alive()?;
        let spare = alive.len().saturating_sub(wanted);
        if wanted == 0 && spare > 0 {
            self.rest(tell)?;
            return Ok(Brought::Down(spare));
        }
        if spare > 0 {
            self.take_away(alive, spare, tell)?;
            return Ok(Brought::Down(spare));
        }
        let missing = wanted.saturating_sub(alive.len() + left);
        if missing > 0 {
            self.add(missing, tell)?;
            return Ok(Brought::Up(missing));
        }
        self.refresh()?;
        Ok(Brought::AsWanted)
    }

    /// Without its secrets nothing is started.
    pub(super) fn lacking(&self) -> Result<(), String> {
        let names: Vec<&str> = self.how.spec.secrets.iter().map(String::as_str).collect();
        let lacking: Vec<&str> = names.into_iter().filter(|name| !self.secrets.contains_key(*name)).collect();
        match lacking.as_slice() {
            [] => Ok(()),
            lacking => Err(format!(
                "no instance of {} can be started: its secrets {} are not known here; give them to this process as \
                 variables, or as files that `NAME_FILE` or $CREDENTIALS_DIRECTORY names, or deploy again",
                self.service,
                lacking.join(", ")
            )),
        }
    }

    /// The edge may know addresses of another boot.
    fn refresh(&mut self) -> Result<(), String> {
        let all = self.instances()?;
        self.route_to(&all, false)
    }
}
