//! One run's conversation with its keeper, in a thread of its own: find or start the keeper, hand over what was asked meanwhile,
//! then listen. The loop never waits for a keeper.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callsheet_base::BootId;
use callsheet_engine::{Claim, Exit};
use callsheet_keeper as keeper;
use callsheet_keeper::{Connection, Launcher, Request, RunDir, Sender, recover_within};

use super::ending;
use super::listening::Listener;
use crate::perform::Fate;
use crate::wake::{ActEnd, Wake};

/// A keeper that is silent for so long counts as not answering; it is asked again later.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What the loop and a conversation's thread share.
#[derive(Clone)]
pub(super) struct Line(Arc<Mutex<State>>);

enum State {
    /// The thread is at it; these requests are handed over once the keeper listens.
    Connecting(Vec<Request>),
    /// The loop sends by itself.
    Open(Sender),
    /// Nobody listens any more, or nobody is to be talked to.
    Closed,
}

/// What a conversation begins with.
pub(super) struct Conversation {
    pub(super) line: Line,
    pub(super) listener: Listener,
    pub(super) launcher: Launcher,
    pub(super) folder: RunDir,
    pub(super) boot: BootId,
    /// Attempts whose fate is to be found out first: ours, and the keeper's names for them.
    pub(super) lost: Vec<(Claim, keeper::Claim)>,
}

// === impl Line ===

impl Line {
    /// To a keeper that is still to be found; `first` is handed over then.
    pub(super) fn connecting(first: Vec<Request>) -> Line {
        Line(Arc::new(Mutex::new(State::Connecting(first))))
    }

    /// To a keeper that listens.
    pub(super) fn open(sender: Sender) -> Line {
        Line(Arc::new(Mutex::new(State::Open(sender))))
    }

    /// Hands a request over, now or as soon as the keeper listens. `Err`: nobody takes it.
    pub(super) fn send(&self, request: Request) -> Result<(), Request> {
        let mut state = self.lock();
        match &mut *state {
            State::Connecting(waiting) => waiting.push(request),
            State::Open(sender) => {
                if let Err(error) = sender.send(&request) {
                    tracing::debug!(%error, "the keeper takes nothing any more");
                    *state = State::Closed;
                    return Err(request);
                }
            }
            State::Closed => return Err(request),
        }
        Ok(())
    }

    /// Nothing more is handed over, also not what waits.
    pub(super) fn close(&self) {
        *self.lock() = State::Closed;
    }

    /// Requests that wait for the keeper; an empty list opens the line to the loop. `None`: it was closed.
    fn take_waiting(&self, sender: &mut Option<Sender>) -> Option<Vec<Request>> {
        let mut state = self.lock();
        let State::Connecting(waiting) = &mut *state else { return None };
        let waiting = std::mem::take(waiting);
        if waiting.is_empty()
            && let Some(sender) = sender.take()
        {
            *state = State::Open(sender);
        }
        Some(waiting)
    }

    /// Closes it unless something waits to be handed over.
    fn close_if_idle(&self) -> bool {
        let mut state = self.lock();
        let waits = matches!(&*state, State::Connecting(waiting) if !waiting.is_empty());
        if !waits {
            *state = State::Closed;
        }
        !waits
    }

    /// Closes it; what waited comes back.
    fn give_up(&self) -> Vec<Request> {
        match std::mem::replace(&mut *self.lock(), State::Closed) {
            State::Connecting(waiting) => waiting,
            State::Open(_) | State::Closed => Vec::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Conversation ===

impl Conversation {
    /// From the first word to the keeper's end, or the loop's.
    pub(super) fn hold(self) {
        let found = if self.lost.is_empty() { None } else { self.ask_fates() };
        // Nobody lives and nobody is needed.
        if found.is_none() && self.line.close_if_idle() {
            return;
        }
        let connected = found.map_or_else(|| self.launcher.connect(&self.folder), Ok);
        match connected {
            Ok(connection) => self.talk(connection),
            Err(error) => {
                self.fail(&format!("the step's keeper could not be reached: {}", ending::with_causes(&error)))
            }
        }
    }

    /// Tells the loop what became of the lost attempts. The keeper, if it lives.
    fn ask_fates(&self) -> Option<Connection> {
        let theirs: Vec<keeper::Claim> = self.lost.iter().map(|(_, theirs)| theirs.clone()).collect();
        let recovered = recover_within(&self.folder, &self.boot, &theirs, PATIENCE);
        let (answer, found) = match recovered {
            Ok(recovery) => {
                let state = &self.launcher.state;
                let fates = recovery.fates.into_iter().map(|fate| ending::fate(fate, state));
                let fates: Vec<(Claim, Fate)> = self.lost.iter().map(|(ours, _)| *ours).zip(fates).collect();
                (Ok(fates), recovery.keeper)
            }
            Err(error) => (Err(ending::with_causes(&error)), None),
        };
        self.wake(Wake::FatesFound { run: self.listener.run, answer });
        found
    }

    fn talk(self, connection: Connection) {
        let (sender, receiver) = connection.split();
        let mut sender = Some(sender);
        while let Some(waiting) = self.line.take_waiting(&mut sender) {
            let Some(sender) = &mut sender else { break };
            for request in waiting {
                if let Err(error) = sender.send(&request) {
                    tracing::debug!(%error, "the keeper took no request");
                    self.line.close();
                    // Sent or not, the keeper may have taken it: only it can say.
                    return self.wake(Wake::KeeperLost { run: self.listener.run });
                }
            }
        }
        // Closed by the loop: whatever runs, runs without us.
        if sender.is_none() {
            self.listener.listen(receiver);
        }
    }

    /// Nobody can be talked to: what waited was surely not started.
    fn fail(&self, why: &str) {
        for request in self.line.give_up() {
            if let Request::Start(start) = request
                && let Some(claim) = self.listener.ours(&start.claim)
            {
                let end = Box::new(ActEnd::bare(Exit::Error(why.to_owned())));
                self.wake(Wake::Ended { run: self.listener.run, claim, end });
            }
        }
    }

    fn wake(&self, wake: Wake) {
        // If the loop is gone, nobody needs to know.
        let _ = self.listener.wakes.send(wake);
    }
}
