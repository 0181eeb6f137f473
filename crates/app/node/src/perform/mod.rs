//! Every effect on the outside, as an order that says everything needed to carry it out: one file each.
//!
//! The loop makes orders from the engine's effects; a [`World`] carries them out. The simulation has a scripted world.

mod cancel;
mod deploy;
mod message;
mod shell;
mod target;

use std::sync::Arc;
use std::time::Duration;

use callsheet_base::RunId;
use callsheet_engine::{Claim, Run, RunResult};
use callsheet_plan::{Action, Plan};

pub use deploy::ReleaseOrder;
pub use message::MessageOrder;
pub use shell::ShellOrder;
pub use target::TargetOrder;

use crate::shell_state::ShellStates;
use crate::surroundings::Surroundings;
use crate::wake::{ActEnd, Wake};

/// Something to be done in the world. The intent is durable when a world sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Start a script under the run's keeper. Answered by `Ended`, or `NotStarted`, or `KeeperLost`.
    Shell(Box<ShellOrder>),
    /// Send a message. Answered by `Ended`.
    Message(Box<MessageOrder>),
    /// Look whether this machine is the target. Answered by `TargetLooked`.
    Target(Box<TargetOrder>),
    /// Bring a release out, or look after its rollout as it stands now. Answered by `RolloutBegins` or `Ended`, then by `Rollout`.
    Release(Box<ReleaseOrder>),
    /// End a running act's whole process group. Answered by the act's `Ended`.
    Cancel {
        /// The run.
        run: RunId,
        /// The attempt.
        claim: Claim,
    },
}

/// What became of an act that was intended when its executor ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It did not start, and now never will.
    NotStarted {
        /// How we know.
        why: String,
    },
    /// It runs; its end will wake the loop.
    Running,
    /// It ended.
    Ended(Box<ActEnd>),
    /// Nobody knows.
    Unknown {
        /// Why.
        why: String,
    },
}

/// The outside, as the loop sees it.
pub trait World {
    /// A run comes under our decision, with what its shell acts may need (`None`: what the world itself has). Returns the names of
    /// the plan's secrets that are not among it.
    fn admit(&mut self, run: RunId, plan: &Arc<Plan>, surroundings: Option<Surroundings>) -> Vec<String>;

    /// Finds out what became of these acts and makes it final: one that did not start can never start any more. `Err`: it cannot
    /// be found out within `patience`, in words; nothing is known of any of them.
    fn fates(&mut self, run: &Run, open: &[Claim], patience: Duration) -> Result<Vec<Fate>, String>;

    /// The same without waiting. Answered by `FatesFound`, at once or later.
    fn ask_fates(&mut self, run: &Run, open: &[Claim]) -> Option<Wake>;

    /// Carries out one order, or begins to. What comes of it at once is returned; what comes later wakes the loop.
    fn perform(&mut self, deed: Deed) -> Option<Wake>;

    /// A run is over (`Some`), or no longer decided here: what was kept for it may go. The keeper of one that is over may go too,
    /// unless it was abandoned with whatever still runs.
    fn dismiss(&mut self, run: RunId, over: Option<RunResult>);

    /// What has happened; waits for the first at most `wait` (`None`: for ever).
    fn wakes(&mut self, wait: Option<Duration>) -> Vec<Wake>;
}

/// The order that carries out the intended act. `None` for an act that nobody performs.
pub(crate) fn deed_for(run: &Run, claim: Claim, shell: &ShellStates) -> Option<Deed> {
    let planned = run.plan().act(claim.step, claim.act)?;
    match &planned.act.action {
        Action::Shell { argv, script } => {
            Some(Deed::Shell(Box::new(shell::order(run, claim, argv, script, shell.before(claim, run.plan())))))
        }
        Action::Notify { channel, text } => Some(Deed::Message(Box::new(message::order(run, claim, channel, text)))),
        Action::Deploy(_) => deploy::order(run, claim).map(|order| Deed::Release(Box::new(order))),
        Action::Person { .. } | Action::Wait { .. } | Action::Approve { .. } => None,
    }
}

pub(crate) use cancel::deed as cancel_deed;
pub(crate) use deploy::order as release_order;
pub(crate) use target::deed as target_deed;
