//! Applying a routing, and what happens when nobody applies one any more.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use callsheet_rollout::{Member, Pool, Routing};
use callsheet_traffic::{Cells, Weight};

use super::{Instance, Service, Set, State, slices};

impl Service {
    /// Applies a routing as a whole. `lease_left` is what is left of its lease, if less than all.
    pub(crate) fn apply(
        &self,
        routing: &Routing,
        workers: usize,
        now: Instant,
        lease_left: Option<std::time::Duration>,
    ) {
        let mut state = self.lock();
        state.adopt(routing, workers);
        state.lease_expired = false;
        let lease = lease_left.or(routing.lease.map(callsheet_base::Duration::to_std));
        state.lease_ends = lease.map(|lease| now + lease);
        state.routing = Some(routing.clone());
        // At once, also for a lease of no length.
        state.look_at_lease(now);
        if !state.held {
            self.released.notify_waiters();
        }
    }

    /// Nobody waits any more.
    pub(crate) fn let_go(&self) {
        self.lock().held = false;
        self.released.notify_waiters();
    }

    /// Returns traffic to the stable release if the lease has run out. Called from time to time: a held service has no requests that
    /// would look.
    pub(crate) fn look_at_lease(&self, now: Instant) {
        let mut state = self.lock();
        state.look_at_lease(now);
        if !state.held {
            self.released.notify_waiters();
        }
    }
}

/// Why a routing cannot be applied; none: it can.
pub(crate) fn faults(routing: &Routing) -> Option<String> {
    if routing.service.is_empty() {
        return Some("it names no service".to_owned());
    }
    let canary = routing.canary.as_ref();
    if routing.weight > Weight::NONE && canary.is_none_or(|pool| pool.members.is_empty()) {
        return Some(format!("{} of `{}` would go to a release without instances", routing.weight, routing.service));
    }
    let members: Vec<&Member> =
        routing.stable.members.iter().chain(canary.into_iter().flat_map(|pool| &pool.members)).collect();
    for (index, member) in members.iter().enumerate() {
        if members[..index].iter().any(|other| other.id == member.id) {
            return Some(format!("the instance `{}` is named twice", member.id.0));
        }
    }
    None
}

impl State {
    pub(super) fn look_at_lease(&mut self, now: Instant) {
        if self.lease_ends.is_none_or(|ends| now < ends) {
            return;
        }
        self.lease_ends = None;
        self.lease_expired = true;
        self.held = false;
        self.recut(Weight::NONE);
    }

    fn adopt(&mut self, routing: &Routing, workers: usize) {
        let mut known = std::mem::take(&mut self.leaving);
        known.append(&mut self.stable.members);
        known.append(&mut self.canary.members);
        // What is known of a release goes with its version, whichever side it is on now.
        let none = Pool::default();
        let canary = routing.canary.as_ref().unwrap_or(&none);
        let crossed =
            *self.canary.version == *routing.stable.version && *self.stable.version != *routing.stable.version;
        let back = *self.stable.version == *canary.version && *self.canary.version != *canary.version;
        if crossed || back {
            std::mem::swap(&mut self.stable, &mut self.canary);
        }
        self.stable.become_pool(&routing.stable, &mut known, workers);
        self.canary.become_pool(canary, &mut known, workers);
        for instance in &known {
            instance.retire();
        }
        known.retain(|instance| instance.in_flight.load(Ordering::Relaxed) > 0);
        self.leaving = known;
        self.held = routing.held;
        self.recut(routing.weight);
    }

    /// A slice in which the weight changes is closed there.
    fn recut(&mut self, weight: Weight) {
        self.cells = Cells::at(weight);
        self.slices.roll(slices::now(), weight, &self.stable.latency);
    }
}

impl Set {
    /// Takes its members from `known` where they are there, so that their connections and counts stay.
    fn become_pool(&mut self, pool: &Pool, known: &mut Vec<Arc<Instance>>, workers: usize) {
        if *self.version != *pool.version {
            *self = Set::of(&pool.version);
        }
        self.members = pool.members.iter().map(|member| take_or_new(member, known, workers)).collect();
    }
}

fn take_or_new(member: &Member, known: &mut Vec<Arc<Instance>>, workers: usize) -> Arc<Instance> {
    match known.iter().position(|instance| instance.member == *member) {
        Some(index) => {
            let instance = known.swap_remove(index);
            instance.revive();
            instance
        }
        None => Arc::new(Instance::new(member.clone(), workers)),
    }
}
