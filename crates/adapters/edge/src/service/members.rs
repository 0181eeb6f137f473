//! The instances of one release, and which of them gets the next request.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use callsheet_traffic::Ticket;

use super::Instance;
use super::latency::Latency;
use super::metrics::Totals;

/// The instances of one release.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) version: Arc<str>,
    pub(super) members: Vec<Arc<Instance>>,
    pub(super) latency: Latency,
    pub(super) totals: Totals,
    /// Where the search for the least busy begins, so that equals take turns.
    next: usize,
}

impl Set {
    /// Nobody, of a version.
    pub(super) fn of(version: &str) -> Set {
        Set {
            version: Arc::from(version),
            members: Vec::new(),
            latency: Latency::default(),
            totals: Totals::default(),
            next: 0,
        }
    }

    /// The least busy member that is not ejected and not in `tried`; with `pin`, always the same for a ticket.
    pub(super) fn pick(&mut self, pin: Option<Ticket>, tried: &[Arc<Instance>], now: Instant) -> Option<Arc<Instance>> {
        if let [only] = self.members.as_slice() {
            return (tried.is_empty() || !was_tried(tried, only)).then(|| only.clone());
        }
        if self.members.is_empty() {
            return None;
        }
        let untried = |instance: &&Arc<Instance>| !was_tried(tried, instance);
        if let Some(trial) = self.members.iter().filter(untried).find(|one| one.is_ejected() && one.on_probation(now)) {
            return Some(trial.clone());
        }
        if let Some(ticket) = pin {
            return self.pinned(ticket, tried);
        }
        let count = self.members.len();
        let start = self.next;
        self.next = (start + 1) % count;
        let turns = (0..count).map(|offset| &self.members[(start + offset) % count]);
        let well = turns.filter(|one| !one.is_ejected()).filter(untried);
        let least = well.min_by_key(|one| one.in_flight.load(Ordering::Relaxed));
        // Where all the others were tried, an ejected one is better than none.
        least.or_else(|| self.members.iter().find(untried)).cloned()
    }

    /// By highest random weight (Thaler and Ravishankar, 1998): a member that leaves moves its own sessions alone.
    fn pinned(&self, ticket: Ticket, tried: &[Arc<Instance>]) -> Option<Arc<Instance>> {
        let rank = |instance: &&Arc<Instance>| {
            let name = Ticket::from_name(instance.member.id.0.as_bytes());
            let mixed = (name.bits() ^ ticket.bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed ^ (mixed >> 32)
        };
        let untried = || self.members.iter().filter(|one| !was_tried(tried, one));
        untried().filter(|one| !one.is_ejected()).max_by_key(rank).or_else(|| untried().next()).cloned()
    }

    /// Ejects `instance` unless nobody else could serve.
    pub(super) fn eject(&self, instance: &Arc<Instance>, now: Instant) {
        if self.can_spare(instance) {
            instance.eject(now);
        }
    }

    /// Whether it is a member, and another one could serve.
    pub(super) fn can_spare(&self, instance: &Arc<Instance>) -> bool {
        let is_member = self.members.iter().any(|one| Arc::ptr_eq(one, instance));
        let mut others = self.members.iter().filter(|one| !Arc::ptr_eq(one, instance));
        is_member && others.any(|one| !one.is_ejected())
    }
}

fn was_tried(tried: &[Arc<Instance>], instance: &Arc<Instance>) -> bool {
    tried.iter().any(|one| Arc::ptr_eq(one, instance))
}
