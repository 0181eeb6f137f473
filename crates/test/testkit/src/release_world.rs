//! A world of instances and one edge, in memory and with its own clock: a driver and a traffic control for tests of whoever uses them.
//!
//! It serves a hundred requests a second, and says what no release may ever do: end an instance that still is in a pool, send users
//! where nobody is.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callsheet_base::{Duration, Secret, Timestamp};
use callsheet_rollout::{
    Driver, DriverError, InstanceId, InstanceSeen, InstanceSpec, InstanceState, Routing, TrafficControl, TrafficError,
    TrafficSeen,
};
use callsheet_traffic::{Cells, Outcome, Side, Slice, Ticket, Weight};

/// How instances of a version behave.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// They never answer their readiness check.
    pub never_ready: bool,
    /// They cannot be started.
    pub unfit: bool,
    /// The driver itself fails when one is started.
    pub driver_fails: bool,
    /// The driver fails when one is restarted.
    pub restart_fails: bool,
    /// Of a thousand requests so many fail.
    pub errors_per_mille: u32,
}

/// The world; clones are the same world.
#[derive(Clone, Debug)]
pub struct ReleaseWorld(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: Timestamp,
    port: u16,
    instances: BTreeMap<InstanceId, InstanceSeen>,
    routing: Option<Routing>,
    lease_ends: Option<Duration>,
    weight: Weight,
    slices: Vec<Slice>,
    served_until: u64,
    behaviours: BTreeMap<String, Behaviour>,
    cut_off: bool,
    /// How long it has been, whatever its clock says.
    steady: Duration,
    /// How the edge was configured last: where instances are asked whether they are well.
    configured: Vec<String>,
    nowhere: bool,
    /// What instances were started with: version, variables, names of secrets.
    started: Vec<(String, BTreeMap<String, String>, Vec<String>)>,
    requests: u64,
    lost: u64,
}

/// From start to ready.
const COMES_UP: Duration = Duration::from_millis(300);
/// From the word to the end.
const ENDS: Duration = Duration::from_millis(100);

impl ReleaseWorld {
    /// Empty, at this time.
    pub fn new(now: Timestamp) -> ReleaseWorld {
        ReleaseWorld(Arc::new(Mutex::new(State {
            now,
            port: 20_000,
            instances: BTreeMap::new(),
            routing: None,
            lease_ends: None,
            weight: Weight::NONE,
            slices: Vec::new(),
            served_until: now.as_second() as u64,
            behaviours: BTreeMap::new(),
            cut_off: false,
            steady: Duration::ZERO,
            configured: Vec::new(),
            nowhere: false,
            started: Vec::new(),
            requests: 0,
            lost: 0,
        })))
    }

    /// How a version behaves from now on.
    pub fn behaves(&self, version: &str, behaviour: Behaviour) {
        self.lock().behaviours.insert(version.to_owned(), behaviour);
    }

    /// The edge cannot be talked to, or can again. Users reach it all the same.
    pub fn cut_off(&self, cut_off: bool) {
        self.lock().cut_off = cut_off;
    }

    /// Time passes; whole seconds of users' requests with it.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let mut state = self.lock();
        state.now = by.after(state.now);
        state.steady = Duration::from_millis(state.steady.as_millis() + by.as_millis());
        state.live();
        while state.served_until + 1 < state.now.as_second() as u64 {
            state.served_until += 1;
            state.serve_a_second();
        }
        state.now
    }

    /// Its clock is set back. Time goes on all the same.
    pub fn set_back(&self, by: Duration) {
        let mut state = self.lock();
        state.now = Timestamp::from_millisecond(state.now.as_millisecond() - by.as_millis() as i64)
            .expect("an instant of this century");
    }

    /// How long it has been since its beginning.
    pub fn steady(&self) -> Duration {
        self.lock().steady
    }

    /// The edge is told where instances of the service are asked whether they are well.
    pub fn configured(&self, path: &str) {
        self.lock().configured.push(path.to_owned());
    }

    /// All that it was told so, in order.
    pub fn configurations(&self) -> Vec<String> {
        self.lock().configured.clone()
    }

    /// Nobody can say where the service answers, or can again.
    pub fn nowhere(&self, nowhere: bool) {
        self.lock().nowhere = nowhere;
    }

    /// Whether nobody can.
    pub fn is_nowhere(&self) -> bool {
        self.lock().nowhere
    }

    /// What instances were started with, in order: version, variables, names of secrets.
    pub fn started(&self) -> Vec<(String, BTreeMap<String, String>, Vec<String>)> {
        self.lock().started.clone()
    }

    /// One instance of a version is gone, supervisor and all.
    pub fn lose_one(&self, version: &str) {
        let mut state = self.lock();
        let lost = state.instances.values().find(|one| one.release.version == version).map(|one| one.id.clone());
        lost.map(|id| state.instances.remove(&id));
    }

    /// Instances by version.
    pub fn running(&self) -> BTreeMap<String, usize> {
        let mut running = BTreeMap::new();
        for instance in self.lock().instances.values() {
            *running.entry(instance.release.version.clone()).or_default() += 1;
        }
        running
    }

    /// What the edge was told last.
    pub fn routing(&self) -> Option<Routing> {
        self.lock().routing.clone()
    }

    /// The newer release's share now.
    pub fn weight(&self) -> Weight {
        self.lock().weight
    }

    /// Requests so far, and those that nobody served though somebody was told to.
    pub fn requests(&self) -> (u64, u64) {
        let state = self.lock();
        (state.requests, state.lost)
    }

    /// A driver of this world.
    pub fn driver(&self) -> impl Driver + use<> {
        self.clone()
    }

    /// An edge of this world.
    pub fn edge(&self) -> impl TrafficControl + use<> {
        self.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn live(&mut self) {
        let now = self.now;
        let behaviours = &self.behaviours;
        for instance in self.instances.values_mut() {
            let never = behaviours.get(&instance.release.version).is_some_and(|one| one.never_ready);
            let old_enough = COMES_UP.after(instance.since) <= now;
            if instance.state == InstanceState::Starting && old_enough && !never {
                instance.state = InstanceState::Ready;
                instance.not_ready = None;
            }
        }
        self.instances.retain(|_, one| one.state != InstanceState::Ending || ENDS.after(one.since) > now);
        if self.lease_ends.is_some_and(|ends| ends <= self.steady) {
            self.lease_ends = None;
            self.weight = Weight::NONE;
        }
    }

    fn serve_a_second(&mut self) {
        let Some(routing) = self.routing.clone() else { return };
        let mut slice = Slice::empty(self.served_until, 1000, self.weight, 5_000);
        for _ in 0..100 {
            self.requests += 1;
            let ticket = Ticket::from_random(self.requests);
            let side = Cells::at(self.weight).side(ticket);
            let pool = match side {
                Side::Canary => routing.canary.as_ref().filter(|pool| !pool.members.is_empty()),
                Side::Stable => None,
            };
            let pool = pool.unwrap_or(&routing.stable);
            let serves = pool.members.iter().any(|member| {
                self.instances.get(&member.id).is_some_and(|instance| instance.state != InstanceState::Ending)
            });
            self.lost += u64::from(!serves && !routing.held);
            let per_mille = self.behaviours.get(&pool.version).map_or(0, |one| one.errors_per_mille);
            // Spread evenly over requests, not over sessions.
            let error = (self.requests * 7919) % 1000 < u64::from(per_mille);
            slice.add(ticket, Outcome { error, slow: false });
        }
        self.slices.push(slice);
    }
}

impl Driver for ReleaseWorld {
    fn start(&mut self, spec: &InstanceSpec, secrets: &BTreeMap<String, Secret<String>>) -> Result<(), DriverError> {
        let mut state = self.lock();
        if state.behaviours.get(&spec.release.version).is_some_and(|one| one.driver_fails) {
            let operation = format!("reach the engine for {}", spec.id.0);
            return Err(DriverError::Failed { operation, source: "nobody answers".into() });
        }
        if state.behaviours.get(&spec.release.version).is_some_and(|one| one.unfit) {
            return Err(DriverError::Start { id: spec.id.clone(), what: "it is no program".to_owned() });
        }
        let given = secrets.keys().cloned().collect();
        state.started.push((spec.release.version.clone(), spec.environment_variables.clone(), given));
        state.port += 1;
        let instance = InstanceSeen {
            id: spec.id.clone(),
            service: spec.service.clone(),
            environment: spec.environment.clone(),
            release: spec.release.clone(),
            address: Some(SocketAddr::from(([127, 0, 0, 1], state.port))),
            pid: None,
            state: InstanceState::Starting,
            since: state.now,
            restarts: 0,
            last_end: None,
            not_ready: Some("nobody answers".to_owned()),
            notes: Vec::new(),
        };
        state.instances.entry(spec.id.clone()).or_insert(instance);
        Ok(())
    }

    fn stop(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        let mut state = self.lock();
        let pools = state.routing.iter().flat_map(|routing| {
            routing.stable.members.iter().chain(routing.canary.iter().flat_map(|pool| &pool.members))
        });
        assert!(pools.into_iter().all(|member| member.id != *id), "{} is ended while users are sent to it", id.0);
        let now = state.now;
        let instance = state.instances.get_mut(id).ok_or_else(|| DriverError::Unknown(id.clone()))?;
        if instance.state != InstanceState::Ending {
            instance.state = InstanceState::Ending;
            instance.since = now;
        }
        Ok(())
    }

    fn restart(&mut self, id: &InstanceId) -> Result<(), DriverError> {
        let mut state = self.lock();
        let now = state.now;
        let version = state.instances.get(id).map(|one| one.release.version.clone()).unwrap_or_default();
        if state.behaviours.get(&version).is_some_and(|one| one.restart_fails) {
            let operation = format!("restart {}", id.0);
            return Err(DriverError::Failed { operation, source: "nobody answers".into() });
        }
        let instance = state.instances.get_mut(id).ok_or_else(|| DriverError::Unknown(id.clone()))?;
        instance.state = InstanceState::Starting;
        instance.since = now;
        Ok(())
    }

    fn all(&mut self) -> Result<Vec<InstanceSeen>, DriverError> {
        Ok(self.lock().instances.values().cloned().collect())
    }

    fn log_tail(&mut self, _: &InstanceId, _: usize) -> Result<Vec<u8>, DriverError> {
        Ok(Vec::new())
    }
}

impl TrafficControl for ReleaseWorld {
    fn apply(&mut self, routing: &Routing) -> Result<(), TrafficError> {
        let mut state = self.lock();
        state.reachable()?;
        if routing.weight > Weight::NONE {
            let pool = routing.canary.as_ref().expect("a share of nothing");
            let ready = |member: &callsheet_rollout::Member| {
                state.instances.get(&member.id).is_some_and(|instance| instance.state == InstanceState::Ready)
            };
            assert!(pool.members.iter().any(ready), "users are sent to {} and none of it is ready", pool.version);
        }
        let steady = state.steady.as_millis();
        state.lease_ends = routing.lease.map(|lease| Duration::from_millis(steady + lease.as_millis()));
        state.weight = routing.weight;
        state.routing = Some(routing.clone());
        Ok(())
    }

    fn observe(&mut self, _: &str, after: u64) -> Result<TrafficSeen, TrafficError> {
        let state = self.lock();
        state.reachable()?;
        Ok(TrafficSeen {
            weight: state.weight,
            held: state.routing.as_ref().is_some_and(|routing| routing.held),
            slices: state.slices.iter().filter(|slice| slice.index > after).copied().collect(),
            ..TrafficSeen::default()
        })
    }
}

impl State {
    fn reachable(&self) -> Result<(), TrafficError> {
        let source = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into();
        match self.cut_off {
            true => Err(TrafficError::Unreachable { place: "memory".to_owned(), source: source() }),
            false => Ok(()),
        }
    }
}
