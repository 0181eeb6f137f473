//! The real world: keepers for shell acts, the messenger for messages, this machine for the target guard.
//!
//! Everything that happens outside comes in through one channel: keepers, messages and sockets have threads that only listen.

mod addresses;
mod backups;
mod container_books;
mod conversation;
mod drivers;
mod edges;
mod ending;
mod fetching;
mod grounds;
mod keeper_link;
mod listening;
mod messages;
mod releases;
mod schemas;
mod watching;

pub use drivers::{Drivers, EngineTrouble, engine_answers};
pub use edges::Edges;
pub use grounds::LocalGrounds;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use callsheet_actions::notify::Messenger;
use callsheet_actions::target;
use callsheet_base::{BootId, RunId};
use callsheet_engine::{Claim, Run, RunResult};
use callsheet_journal::LeaseHolder;
use callsheet_keeper::{Launcher, Request, RunDir, current_boot};
use callsheet_plan::{Channel, Plan};
use callsheet_secret_stores::Ground;

use crate::conductor::{Conducting, Grounds};
use crate::outside::conversation::Line;
use crate::outside::fetching::Fetching;
use crate::perform::{Deed, Fate, TargetOrder, World};
use crate::secrets::OfRun;
use crate::surroundings::Surroundings;
use crate::wake::Wake;

/// The real world.
pub struct Outside {
    wakes: Sender<Wake>,
    incoming: Receiver<Wake>,
    fetching: Fetching,
    launcher: Launcher,
    /// `STATE/runs`: one folder per run, shared with its keeper.
    runs: PathBuf,
    boot: BootId,
    keepers: HashMap<RunId, Line>,
    admitted: HashMap<RunId, Guest>,
    /// For runs that come without their own.
    own: Surroundings,
    secrets: Ground,
    channels: BTreeMap<String, Channel>,
    messenger: Messenger,
    grounds: Arc<dyn Grounds>,
    /// In whose name services are taken.
    holder: LeaseHolder,
    conductors: HashMap<(RunId, Claim), Conducting>,
    /// Told to stop; waited for at the end, so that the next process finds their services free.
    leaving: Vec<Conducting>,
    state: PathBuf,
    /// This program, for steps that call it; as it was at the start, because an upgrade may replace the file.
    program: PathBuf,
}

/// What the real world is reached by.
#[derive(Debug)]
pub struct Around {
    /// Starts keepers.
    pub launcher: Launcher,
    /// Where releases are brought out.
    pub grounds: Arc<dyn Grounds>,
    /// In whose name services are taken.
    pub holder: LeaseHolder,
    /// Those of `callsheet.toml`.
    pub channels: BTreeMap<String, Channel>,
    /// What this process has: its environment also holds addresses of channels that are written as `$NAME`.
    pub own: Surroundings,
    /// How secrets are kept.
    pub secrets: Ground,
}

/// What is kept of a run while it is decided here.
struct Guest {
    plan: Arc<Plan>,
    surroundings: Surroundings,
}

impl Outside {
    /// The world as seen from the state folder `state`.
    pub fn new(state: &Path, around: Around) -> io::Result<Outside> {
        let Around { launcher, grounds, holder, channels, own, secrets } = around;
        let (wakes, incoming) = channel();
        Ok(Outside {
            fetching: Fetching::new(wakes.clone()),
            wakes,
            incoming,
            launcher,
            runs: state.join("runs"),
            boot: current_boot()?,
            keepers: HashMap::new(),
            admitted: HashMap::new(),
            own,
            secrets,
            channels,
            messenger: Messenger::default(),
            grounds,
            holder,
            conductors: HashMap::new(),
            leaving: Vec::new(),
            state: state.to_owned(),
            program: std::env::current_exe()?,
        })
    }

    /// Where wakes are sent to: for other threads that have something to tell the loop.
    pub fn sender(&self) -> Sender<Wake> {
        self.wakes.clone()
    }

    /// What the book of the run's environment has.
    fn book_of(&self, guest: &Guest) -> OfRun {
        OfRun::new(&guest.plan, &guest.surroundings.directory, &self.secrets)
    }

    fn run_dir(&self, run: RunId) -> RunDir {
        RunDir::new(self.runs.join(run.to_string()))
    }

    /// In a thread: a cloud's tool may take its time to say which account is signed in.
    fn look_at_target(&self, order: TargetOrder) -> Option<Wake> {
        let wakes = self.wakes.clone();
        let run = order.run;
        let look = move || {
            let found = target::verify(&order.target, &order.environment);
            // If the loop is gone, nobody waits for the answer.
            let _ = wakes.send(Wake::TargetLooked { run, found });
        };
        match thread::Builder::new().name("target".to_owned()).spawn(look) {
            Ok(_) => None,
            Err(error) => {
                let found = Err(format!("the target cannot be looked at: {error}"));
                Some(Wake::TargetLooked { run, found })
            }
        }
    }
}

impl World for Outside {
    fn admit(&mut self, run: RunId, plan: &Arc<Plan>, surroundings: Option<Surroundings>) -> Vec<String> {
        let surroundings = surroundings.unwrap_or_else(|| self.own.clone()).sorted_by(plan);
        let missing = OfRun::new(plan, &surroundings.directory, &self.secrets).missing(plan, &surroundings);
        self.admitted.insert(run, Guest { plan: plan.clone(), surroundings });
        missing
    }

    fn fates(&mut self, run: &Run, open: &[Claim], patience: Duration) -> Result<Vec<Fate>, String> {
        self.recover_keeper(run, open, patience)
    }

    fn ask_fates(&mut self, run: &Run, open: &[Claim]) -> Option<Wake> {
        self.ask_keeper(run, open)
    }

    fn perform(&mut self, deed: Deed) -> Option<Wake> {
        match deed {
            Deed::Shell(order) => self.start_shell(*order),
            Deed::Message(order) => self.send_message(*order),
            Deed::Release(order) => self.release(*order),
            Deed::Target(order) => self.look_at_target(*order),
            Deed::Cancel { run, claim } => self.cancel_shell(run, claim),
        }
    }

    fn dismiss(&mut self, run: RunId, over: Option<RunResult>) {
        self.admitted.remove(&run);
        self.fetching.forget(run);
        self.stop_conductors(run);
        let Some(line) = self.keepers.remove(&run) else { return };
        match over {
            // Running attempts are ended, the keeper goes; one that is gone already is as wanted.
            Some(result) if result != RunResult::Abandoned => drop(line.send(Request::Release)),
            Some(_) | None => line.close(),
        }
    }

    fn wakes(&mut self, wait: Option<Duration>) -> Vec<Wake> {
        let first = match wait {
            None => self.incoming.recv().ok(),
            Some(Duration::ZERO) => self.incoming.try_recv().ok(),
            // We hold a sender ourselves, so the only error is that the time is up.
            Some(wait) => self.incoming.recv_timeout(wait).ok(),
        };
        let mut woken: Vec<Wake> = first.into_iter().chain(self.incoming.try_iter()).collect();
        woken.retain(|wake| !matches!(wake, Wake::Fetched));
        woken.extend(self.go_on_with_fetched());
        woken
    }
}
