//! The edge: remembers what it was told, holds its lease, counts what its users get.

use std::collections::BTreeMap;

use callsheet_rollout::{Pool, Routing, TrafficSeen};
use callsheet_traffic::{Cells, Outcome, Side, Slice, Ticket, Weight};

/// Requests a second.
const REQUESTS: u64 = 40;
/// Length of a slice, ms.
const WIDTH_MS: u32 = 1000;

/// The edge.
#[derive(Debug)]
pub(crate) struct Edge {
    /// Whether its process lives.
    pub(crate) up: bool,
    /// It cannot be talked to before this instant of the story, ms. Users reach it all the same.
    pub(crate) cut_off_until: u64,
    /// Told last; outlives its process.
    pub(crate) routing: Option<Routing>,
    pub(crate) weight: Weight,
    pub(crate) held: bool,
    lease_ends: Option<u64>,
    lease_expired: bool,
    open: Slice,
    closed: Vec<Slice>,
    requests: u64,
    /// Requests on instances that left their pool.
    pub(crate) in_flight: BTreeMap<String, u64>,
}

impl Default for Edge {
    fn default() -> Edge {
        Edge {
            up: true,
            cut_off_until: 0,
            routing: None,
            weight: Weight::NONE,
            held: false,
            lease_ends: None,
            lease_expired: false,
            open: Slice::empty(0, WIDTH_MS, Weight::NONE, 5_000),
            closed: Vec::new(),
            requests: 0,
            in_flight: BTreeMap::new(),
        }
    }
}

impl Edge {
    /// Whether an instance gets requests.
    pub(crate) fn sends_to(&self, id: &callsheet_rollout::InstanceId) -> bool {
        let pools = self.routing.iter().flat_map(|routing| [Some(&routing.stable), routing.canary.as_ref()]);
        pools.flatten().flat_map(|pool| &pool.members).any(|member| member.id == *id)
    }

    /// Tells it; `lingering` is how many requests stay on each instance that leaves.
    pub(crate) fn apply(&mut self, routing: &Routing, elapsed: u64, lingering: u64) {
        let before = self.routing.replace(routing.clone());
        let members = |routing: &Routing| -> Vec<_> {
            let pools = [Some(&routing.stable), routing.canary.as_ref()];
            pools.into_iter().flatten().flat_map(|pool| &pool.members).map(|member| member.id.0.clone()).collect()
        };
        let stay = members(routing);
        for id in before.iter().flat_map(members).filter(|id| !stay.contains(id)) {
            self.in_flight.insert(id, lingering);
        }
        self.in_flight.retain(|id, count| *count > 0 && !stay.contains(id));
        self.lease_expired = false;
        self.lease_ends = routing.lease.map(|lease| elapsed + lease.as_millis());
        self.held = routing.held;
        self.recut(routing.weight);
    }

    /// Whether the lease ran out just now: all traffic returns to the stable release.
    pub(crate) fn look_at_lease(&mut self, elapsed: u64) -> bool {
        let expires = self.lease_ends.is_some_and(|ends| ends <= elapsed);
        if expires {
            self.lease_ends = None;
            self.lease_expired = true;
            self.held = false;
            self.recut(Weight::NONE);
        }
        expires
    }

    /// Its process dies: counts and requests go with it, what it was told does not.
    pub(crate) fn crash(&mut self) {
        self.up = false;
        self.closed.clear();
        self.in_flight.clear();
        self.open = Slice::empty(0, WIDTH_MS, self.weight, 5_000);
    }

    /// Started again, it goes on as it was told last.
    pub(crate) fn start(&mut self) {
        if !self.up {
            self.up = true;
            self.held = !self.lease_expired && self.routing.as_ref().is_some_and(|routing| routing.held);
        }
    }

    pub(crate) fn seen(&self, after: u64) -> TrafficSeen {
        TrafficSeen {
            weight: self.weight,
            held: self.held,
            in_flight: self.in_flight.clone(),
            ejected: Vec::new(),
            lease_expired: self.lease_expired,
            slices: self.closed.iter().filter(|slice| slice.index > after).copied().collect(),
        }
    }

    /// One second of requests. `serves`: how many of a thousand requests a pool answers with an error; `None`: nobody of it answers.
    /// Returns how many nobody answered.
    pub(crate) fn serve(&mut self, second: u64, serves: impl Fn(&Pool) -> Option<u64>) -> u64 {
        self.in_flight.values_mut().for_each(|count| *count = count.saturating_sub(1));
        if !self.up {
            return 0;
        }
        self.roll(second, self.weight);
        let Some(routing) = self.routing.clone().filter(|_| !self.held) else { return 0 };
        let stable = serves(&routing.stable);
        let canary = routing.canary.as_ref().and_then(&serves);
        let cells = Cells::at(self.weight);
        let mut lost = 0;
        for _ in 0..REQUESTS {
            self.requests += 1;
            let ticket = Ticket::from_random(self.requests.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let (side, bit) = cells.locate(ticket);
            // No user pays for a newer release that is gone.
            let (tally, bit, per_mille) = match (side, canary) {
                (Side::Canary, Some(per_mille)) => (&mut self.open.canary, bit, Some(per_mille)),
                (Side::Canary, None) => (&mut self.open.stable, 0, stable),
                (Side::Stable, _) => (&mut self.open.stable, bit, stable),
            };
            let error = per_mille.map(|per_mille| (self.requests * 7919) % 1000 < per_mille);
            match error {
                Some(error) => tally.add(bit, Outcome { error, slow: false }),
                None => lost += 1,
            }
        }
        lost
    }

    fn recut(&mut self, weight: Weight) {
        self.weight = weight;
        self.roll(self.open.index, weight);
    }

    /// Closes the open slice if its second is over or its weight has changed. A clock that was set back leaves it open.
    fn roll(&mut self, index: u64, weight: Weight) {
        if index <= self.open.index && weight == self.open.weight {
            return;
        }
        let next = Slice::empty(index.max(self.open.index), WIDTH_MS, weight, 5_000);
        let closed = std::mem::replace(&mut self.open, next);
        if closed.stable.requests + closed.canary.requests > 0 {
            self.closed.push(closed);
        }
    }
}
