//! The real world: keepers for shell acts, the messenger for messages, this machine for the target guard.
//!
//! Everything that happens outside comes in through one channel: keepers, messages and sockets have threads that only listen.

mod conversation;
mod ending;
mod keeper_link;
mod listening;
mod messages;

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
use callsheet_keeper::{Launcher, Request, RunDir, current_boot};
use callsheet_plan::{Channel, Plan};

use crate::outside::conversation::Line;
use crate::perform::{Deed, Fate, TargetOrder, World};
use crate::surroundings::Surroundings;
use crate::wake::Wake;

/// The real world.
pub struct Outside {
    wakes: Sender<Wake>,
    incoming: Receiver<Wake>,
    launcher: Launcher,
    /// `STATE/runs`: one folder per run, shared with its keeper.
    runs: PathBuf,
    boot: BootId,
    keepers: HashMap<RunId, Line>,
    admitted: HashMap<RunId, Guest>,
    /// For runs that come without their own.
    own: Surroundings,
    channels: BTreeMap<String, Channel>,
    messenger: Messenger,
    /// This program, for steps that call it; as it was at the start, because an upgrade may replace the file.
    program: PathBuf,
}

/// What is kept of a run while it is decided here.
struct Guest {
    plan: Arc<Plan>,
    surroundings: Surroundings,
}

impl Outside {
    /// The world as seen from the state folder `state`. `launcher` starts keepers, `channels` are those of `callsheet.toml`, `own`
    /// is what this process has: its environment also holds addresses of channels that are written as `$NAME`.
    pub fn new(
        state: &Path,
        launcher: Launcher,
        channels: BTreeMap<String, Channel>,
        own: Surroundings,
    ) -> io::Result<Outside> {
        let (wakes, incoming) = channel();
        Ok(Outside {
            wakes,
            incoming,
            launcher,
            runs: state.join("runs"),
            boot: current_boot()?,
            keepers: HashMap::new(),
            admitted: HashMap::new(),
            own,
            channels,
            messenger: Messenger::default(),
            program: std::env::current_exe()?,
        })
    }

    /// Where wakes are sent to: for other threads that have something to tell the loop.
    pub fn sender(&self) -> Sender<Wake> {
        self.wakes.clone()
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
        let missing = surroundings.missing(plan);
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
            Deed::Target(order) => self.look_at_target(*order),
            Deed::Cancel { run, claim } => self.cancel_shell(run, claim),
        }
    }

    fn dismiss(&mut self, run: RunId, over: Option<RunResult>) {
        self.admitted.remove(&run);
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
        first.into_iter().chain(self.incoming.try_iter()).collect()
    }
}
