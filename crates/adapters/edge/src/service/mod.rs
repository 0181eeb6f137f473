//! One service as the edge carries it: who serves, who is counted, who waits.
//!
//! Choosing an instance and registering the request there happen under one lock, the one under which a routing is applied. So when
//! [`Service::apply`] returns, every request is either registered where it was sent, or is sent by the new routing.

mod choice;
mod health;
mod in_flight;
mod instance;
mod latency;
mod members;
mod metrics;
mod routing;
mod seen;
mod slices;

use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use callsheet_rollout::Routing;
use callsheet_traffic::Cells;
use tokio::sync::Notify;

pub(crate) use choice::{Choice, Chosen, Wish};
pub(crate) use in_flight::InFlight;
pub(crate) use instance::Instance;
use members::Set;
pub(crate) use routing::faults;
pub(crate) use seen::Samples;
use slices::Slices;

/// One service.
#[derive(Debug)]
pub(crate) struct Service {
    name: String,
    state: Mutex<State>,
    /// Wakes those that wait while the service is held.
    released: Notify,
}

#[derive(Debug)]
struct State {
    /// As applied last; `None`: nobody routed the service yet.
    routing: Option<Routing>,
    /// When the lease runs out.
    lease_ends: Option<Instant>,
    lease_expired: bool,
    held: bool,
    /// Requests that wait.
    waiting: u32,
    cells: Cells,
    stable: Set,
    canary: Set,
    /// Instances of no pool any more that still have requests.
    leaving: Vec<std::sync::Arc<Instance>>,
    slices: Slices,
}

impl Service {
    /// Of a name, not yet routed.
    pub(crate) fn new(name: &str) -> Service {
        Service { name: name.to_owned(), state: Mutex::new(State::new()), released: Notify::new() }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock leaves the state half changed where it could panic.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl State {
    fn has_canary(&self) -> bool {
        self.routing.as_ref().is_some_and(|routing| routing.canary.is_some()) && !self.lease_expired
    }

    fn new() -> State {
        State {
            routing: None,
            lease_ends: None,
            lease_expired: false,
            held: false,
            waiting: 0,
            cells: Cells::at(callsheet_traffic::Weight::NONE),
            stable: Set::of(""),
            canary: Set::of(""),
            leaving: Vec::new(),
            slices: Slices::new(),
        }
    }
}
