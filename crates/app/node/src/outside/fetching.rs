//! Values that another store has (Vault, a cloud's manager): fetched in threads, because whoever keeps them may take its time. The loop never waits.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use callsheet_base::{RunId, Secret};
use callsheet_engine::{Claim, Exit};

use super::Outside;
use crate::perform::{MessageOrder, ShellOrder};
use crate::wake::{ActEnd, Wake};

/// Acts that wait for values.
pub(super) struct Fetching {
    wakes: Sender<Wake>,
    fetched: Sender<Fetched>,
    incoming: Receiver<Fetched>,
    waiting: HashSet<(RunId, Claim)>,
}

/// An act with what it waited for, or why that cannot be had.
pub(super) struct Fetched {
    pub(super) run: RunId,
    pub(super) claim: Claim,
    pub(super) act: Act,
}

/// What goes on.
pub(super) enum Act {
    /// A step, with the secrets that come to it.
    Shell(Box<ShellOrder>, Result<Vec<(String, Secret<String>)>, String>),
    /// A message, with its address.
    Message(Box<MessageOrder>, Result<String, String>),
}

impl Fetching {
    pub(super) fn new(wakes: Sender<Wake>) -> Fetching {
        let (fetched, incoming) = channel();
        Fetching { wakes, fetched, incoming, waiting: HashSet::new() }
    }

    /// Has `fetch` done in a thread; the act goes on with what it gives.
    pub(super) fn begin(
        &mut self,
        (run, claim): (RunId, Claim),
        fetch: impl FnOnce() -> Act + Send + 'static,
    ) -> Option<Wake> {
        let (fetched, wakes) = (self.fetched.clone(), self.wakes.clone());
        let work = move || {
            // If the loop is gone, nobody waits: the act was not begun, and a resume begins it.
            let _ = fetched.send(Fetched { run, claim, act: fetch() });
            let _ = wakes.send(Wake::Fetched);
        };
        match thread::Builder::new().name("secrets".to_owned()).spawn(work) {
            Ok(_) => {
                self.waiting.insert((run, claim));
                None
            }
            Err(error) => Some(ended(run, claim, Exit::Error(format!("no thread can be started: {error}")))),
        }
    }

    /// What has come for acts that still wait for it.
    fn take(&mut self) -> Vec<Fetched> {
        let fetched: Vec<Fetched> = self.incoming.try_iter().collect();
        fetched.into_iter().filter(|one| self.waiting.remove(&(one.run, one.claim))).collect()
    }

    /// Whether the act waited, which it does no longer: nothing of it was begun.
    pub(super) fn cancel(&mut self, run: RunId, claim: Claim) -> bool {
        self.waiting.remove(&(run, claim))
    }

    /// Nothing of this run is gone on with here.
    pub(super) fn forget(&mut self, run: RunId) {
        self.waiting.retain(|(own, _)| *own != run);
    }
}

impl Outside {
    /// Goes on with the acts whose values have come.
    pub(super) fn go_on_with_fetched(&mut self) -> Vec<Wake> {
        let fetched = self.fetching.take();
        let go_on = |one: Fetched| match one.act {
            Act::Shell(order, Ok(given)) => self.start_with(*order, given),
            Act::Shell(_, Err(why)) => {
                Some(ended(one.run, one.claim, Exit::Error(format!("the step's secrets cannot be had: {why}"))))
            }
            Act::Message(order, Ok(address)) => self.send_to(*order, address),
            Act::Message(_, Err(why)) => Some(ended(one.run, one.claim, Exit::Error(why))),
        };
        fetched.into_iter().filter_map(go_on).collect()
    }
}

pub(super) fn ended(run: RunId, claim: Claim, exit: Exit) -> Wake {
    Wake::Ended { run, claim, end: Box::new(ActEnd::bare(exit)) }
}
