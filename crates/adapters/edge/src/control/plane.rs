//! The control plane's state: what is configured, what is saved, who came before and who comes after.

use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use callsheet_rollout::{Routing, TrafficSeen};
use callsheet_traffic::Weight;

use super::predecessor::Predecessor;
use super::{Answer, Ask};
use crate::data::{Order, WorkerHandle};
use crate::edge::Edge;
use crate::listeners::Listeners;
use crate::process::Saved;
use crate::service::faults;

/// The control plane of one edge process.
#[derive(Debug)]
pub(crate) struct Control {
    pub(super) edge: Arc<Edge>,
    pub(super) workers: Vec<WorkerHandle>,
    /// Where askers come; nothing once another process has it. Whoever listened there without answering would keep a third from
    /// taking the place of a successor that died.
    socket: Mutex<Option<Arc<UnixListener>>>,
    /// Held while something is applied, so that one thing is applied after another.
    kept: Mutex<Kept>,
    phase: Mutex<Phase>,
    pub(super) predecessor: Mutex<Option<Predecessor>>,
    endings: Sender<Ending>,
    /// The process after this one, which passes routings on to us, has gone.
    orphaned: AtomicBool,
}

/// What is configured.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) listeners: Listeners,
    pub(super) saved: Saved,
}

/// Whose the sockets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Ours.
    Serving,
    /// Another process was given them and has not said yet that it serves. Nothing is applied meanwhile.
    HandingOver,
    /// Another process's. We end our connections, by the routing that it passes on.
    HandedOver,
}

/// Why the process is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Somebody asked.
    Stopped,
    /// Another process serves.
    HandedOver,
}

impl Control {
    /// Of an edge and its workers; endings come out of the receiver.
    pub(crate) fn new(
        edge: Arc<Edge>,
        workers: Vec<WorkerHandle>,
        socket: UnixListener,
        saved: Saved,
    ) -> (Control, Receiver<Ending>) {
        let (endings, ended) = channel();
        let kept = Mutex::new(Kept { listeners: Listeners::default(), saved });
        let socket = Mutex::new(Some(Arc::new(socket)));
        let (phase, predecessor) = (Mutex::new(Phase::Serving), Mutex::new(None));
        (Control { edge, workers, socket, kept, phase, predecessor, endings, orphaned: AtomicBool::new(false) }, ended)
    }

    pub(super) fn socket(&self) -> Option<Arc<UnixListener>> {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// It is another process's alone.
    pub(super) fn leave_socket(&self) {
        *self.socket.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(super) fn phase(&self) -> Phase {
        *self.phase.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// `true` if it was `from` and now is `to`.
    pub(super) fn pass(&self, from: Phase, to: Phase) -> bool {
        let mut phase = self.phase.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let passes = *phase == from;
        if passes {
            *phase = to;
        }
        passes
    }

    /// Nobody tells us of changes any more, nor when to let go who waits: whoever waits here is better told at once than late, and asks
    /// the process that serves now.
    pub(super) fn orphan(&self) {
        self.orphaned.store(true, Ordering::Relaxed);
        self.edge.services().iter().for_each(|service| service.let_go());
    }

    /// Whether nobody tells us of changes any more.
    pub(crate) fn is_orphaned(&self) -> bool {
        self.orphaned.load(Ordering::Relaxed)
    }

    /// The process is to end.
    pub(crate) fn end(&self, ending: Ending) {
        if self.endings.send(ending).is_err() {
            eprintln!("the edge is ending already");
        }
    }

    /// Answers everything but a hand-over.
    pub(super) fn answer(&self, ask: Ask) -> Answer {
        match ask {
            Ask::Status => {
                let mut status = self.edge.status();
                status.predecessor = self.with_predecessor(|predecessor| predecessor.pid());
                Answer::Status(Box::new(status))
            }
            Ask::Metrics => Answer::Metrics(self.edge.metrics()),
            Ask::Configure(config) => match self.configure(&config) {
                Ok(()) => Answer::Done,
                Err(error) => Answer::Refused(error.in_words()),
            },
            Ask::Apply(routing) => self.apply(&routing),
            Ask::Observe { service, after } => Answer::Seen(Box::new(self.observe(&service, after))),
            Ask::Stop => {
                self.end(Ending::Stopped);
                Answer::Done
            }
            Ask::HandOver | Ask::Serving => Answer::Refused("this is no time for a hand-over".to_owned()),
        }
    }

    fn apply(&self, routing: &Routing) -> Answer {
        if let Some(fault) = faults(routing) {
            return Answer::Refused(fault);
        }
        let mut kept = self.kept();
        let mut keep = || match self.phase() {
            Phase::HandedOver => Ok(()),
            _ => kept
                .saved
                .keep(routing, &self.edge.state)
                .map_err(|error| format!("the routing cannot be saved: {error}")),
        };
        // Users who are taken back from a release do not wait for the disk. Whoever asked hears of it when it is saved, and asks again if it is not.
        let back = routing.weight == Weight::NONE && !routing.held;
        let done = match back {
            true => self.send_by(routing).and_then(|()| keep()),
            false => keep().and_then(|()| self.send_by(routing)),
        };
        done.map_or_else(Answer::Refused, |()| Answer::Done)
    }

    /// From here on requests go by this. The process before first: then none is sent by the old routing, ours or its.
    fn send_by(&self, routing: &Routing) -> Result<(), String> {
        if let Some(why) = self.with_predecessor(|predecessor| predecessor.apply(routing)).flatten() {
            return Err(format!("the edge before this one, whose connections are not over yet: {why}"));
        }
        self.edge.service(&routing.service).apply(routing, self.edge.workers, Instant::now(), None);
        Ok(())
    }

    fn observe(&self, service: &str, after: u64) -> TrafficSeen {
        let mut seen = self.edge.known_service(service).map(|service| service.seen(after)).unwrap_or_default();
        if let Some(theirs) = self.with_predecessor(|predecessor| predecessor.observe(service, after)).flatten() {
            super::predecessor::merge(&mut seen, theirs);
        }
        seen
    }

    /// Asks the process before, and forgets it when it has gone.
    fn with_predecessor<T>(&self, ask: impl FnOnce(&mut Predecessor) -> T) -> Option<T> {
        let mut predecessor = self.predecessor.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let answer = ask(predecessor.as_mut()?);
        if predecessor.as_ref().is_some_and(Predecessor::has_gone) {
            *predecessor = None;
        }
        Some(answer)
    }

    /// Whether the process before still has connections, as far as we know.
    pub(crate) fn has_predecessor(&self) -> bool {
        self.predecessor.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).is_some()
    }

    /// Forgets the process before if it has gone.
    pub(crate) fn look_behind(&self) {
        self.with_predecessor(Predecessor::look);
    }

    /// The process before ends its connections from now on.
    pub(crate) fn follow(&self, predecessor: Predecessor) {
        *self.predecessor.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(predecessor);
    }

    /// How long connections live on.
    pub(crate) fn drain_window(&self) -> std::time::Duration {
        self.kept().saved.config().drain_window.to_std()
    }

    /// Asks every connection to end; a process that stops accepts no more.
    pub(crate) fn begin_drain(&self, ending: Ending) {
        if ending == Ending::Stopped
            && let Err(error) = self.kept().listeners.close_all(&self.workers)
        {
            eprintln!("{error}");
        }
        self.edge.draining.store(true, Ordering::Relaxed);
        self.tell_all(|| Order::Drain);
    }

    /// Tells every worker.
    pub(crate) fn tell_all(&self, order: impl Fn() -> Order) {
        for worker in &self.workers {
            if let Err(error) = worker.tell(order()) {
                eprintln!("{error}");
            }
        }
    }

    /// What is done from time to time: certificates are read again, a process before that ended is forgotten.
    pub(crate) fn tick(&self) {
        for fault in self.kept().listeners.reload_certificates() {
            eprintln!("{fault}");
        }
        self.look_behind();
        if self.workers.iter().any(|worker| !worker.is_alive()) {
            // Nobody accepts on its share of the connections; a supervisor starts us anew.
            eprintln!("a thread that carries requests has ended");
            self.end(Ending::Stopped);
        }
    }
}
