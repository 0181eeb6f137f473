//! More instances, or fewer, or none.

use callsheet_base::Timestamp;
use callsheet_releases::Scaled;
use callsheet_rollout::{InstanceId, InstanceSeen, InstanceState};

use super::Standing;
use crate::conductor::words;

impl Standing {
    /// Brings the service to `to` instances and keeps that in the books, for whatever is released next; `who` and `why` with it. Guards
    /// are the caller's. `tell` hears what is done. `Err`: why not; then as many serve as before.
    pub fn scale(&mut self, to: u16, who: &str, why: &str, tell: &mut dyn FnMut(&str)) -> Result<(), String> {
        let alive = self.alive()?;
        let scaled = Scaled { instances: to, who: who.to_owned(), why: why.to_owned(), when: Timestamp::now() };
        let missing = usize::from(to).saturating_sub(alive.len());
        if missing > 0 {
            self.add(missing, tell)?;
        }
        // From here on whoever looks after the service wants so many.
        self.store.scale(&self.service, &self.environment, &scaled).map_err(words)?;
        let spare = alive.len().saturating_sub(usize::from(to));
        if to == 0 {
            self.rest(tell)?;
        } else if spare > 0 {
            self.take_away(alive, spare, tell)?;
        }
        Ok(())
    }

    /// Those that run or will.
    pub(super) fn alive(&mut self) -> Result<Vec<InstanceSeen>, String> {
        let mut all = self.instances()?;
        all.retain(|one| !matches!(one.state, InstanceState::Ending | InstanceState::CrashLooping { .. }));
        Ok(all)
    }

    /// Starts so many more and gives them users once all are ready.
    pub(super) fn add(&mut self, count: usize, tell: &mut dyn FnMut(&str)) -> Result<(), String> {
        let names = self.start(count)?;
        for name in &names {
            tell(&format!("{} starts", name.0));
        }
        if let Err(why) = self.wait_ready(&names, self.how.spec.release.ready_within.to_std()) {
            self.end(&names)?;
            return Err(format!("{why}; what was started was ended again"));
        }
        let ready = self.ready()?;
        self.route_to(&ready, false)?;
        tell(&format!("{} ready and get requests", ready.len()));
        Ok(())
    }

    /// Those that serve nobody go first, then the youngest.
    pub(super) fn take_away(
        &mut self,
        mut alive: Vec<InstanceSeen>,
        count: usize,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), String> {
        alive.sort_by_key(|one| (one.state == InstanceState::Ready, std::cmp::Reverse(one.since)));
        let stay = alive.split_off(count);
        let names: Vec<InstanceId> = alive.into_iter().map(|one| one.id).collect();
        self.route_to(&stay, false)?;
        for name in &names {
            tell(&format!("{} gets no requests any more", name.0));
        }
        self.drained(&names)?;
        self.end(&names)?;
        tell(&format!("{} ended", names.len()));
        Ok(())
    }
}
