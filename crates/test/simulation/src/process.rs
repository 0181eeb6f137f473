//! One process: a node with its leases, and what it was started for.

use callsheet_access::People;
use callsheet_base::{BootId, RunId};
use callsheet_engine::Adopted;
use callsheet_journal::LeaseHolder;
use callsheet_node::{AdmitError, Node, NodeError, Settings, Takeover, Unobserved, Wake};
use callsheet_testkit::{MemoryJournal, MemoryLeases, SimClock};

use crate::journal::StoryJournal;
use crate::world::{ScriptedWorld, Shared, StoryClock, lock};

type SimNode = Node<StoryJournal, MemoryLeases, ScriptedWorld, StoryClock>;

/// What every process of a story shares.
pub(crate) struct Machine {
    pub(crate) store: MemoryJournal,
    pub(crate) leases: MemoryLeases,
    pub(crate) clock: SimClock,
    pub(crate) outer: Shared,
}

/// A living process.
pub(crate) struct Process {
    pub(crate) pid: u32,
    /// It takes over what nobody executes, and stays when it has nothing to do.
    pub(crate) serves: bool,
    /// It was given nothing yet.
    pub(crate) fresh: bool,
    node: SimNode,
    leases: MemoryLeases,
}

/// What a turn came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// It lives on.
    On,
    /// It ends, or is dead.
    Over,
}

// === impl Machine ===

impl Machine {
    pub(crate) fn journal(&self, pid: u32) -> StoryJournal {
        StoryJournal {
            pid,
            store: self.store.clone(),
            leases: self.leases.clone(),
            clock: self.clock.clone(),
            outer: self.outer.clone(),
        }
    }

    pub(crate) fn start(&self, pid: u32, serves: bool) -> Process {
        let LeaseHolder { boot, role, .. } = holder(pid);
        let settings = Settings {
            executor: Adopted { pid, boot, role },
            people: People::default(),
            version: "0".to_owned(),
            takes_over: serves,
        };
        let world = ScriptedWorld::new(pid, self.outer.clone(), self.clock.clone());
        let leases = self.leases.process(holder(pid));
        let node = Node::new(self.journal(pid), leases.clone(), world, StoryClock(self.clock.clone()), settings);
        lock(&self.outer).log.push(format!("process {pid} begins{}", if serves { " to serve" } else { "" }));
        Process { pid, serves, fresh: true, node, leases }
    }
}

// === impl Process ===

impl Process {
    pub(crate) fn tell(&mut self, wake: Wake) {
        self.fresh = false;
        self.node.world().inbox.push(wake);
    }

    pub(crate) fn executes(&self, run: RunId) -> bool {
        self.node.run(run).is_some()
    }

    /// Takes a run over, as `resume` does, or a server at its start. `Err`: the process ends, or the story is wrong.
    pub(crate) fn take_over(&mut self, run: RunId) -> Result<Turned, String> {
        self.fresh = false;
        match self.node.take_over(run, Takeover::default(), &mut Unobserved) {
            Ok(_) | Err(AdmitError::FateUnknown { .. }) => Ok(Turned::On),
            // Somebody else was quicker.
            Err(AdmitError::Held { holder, .. }) if holder.pid != self.pid => Ok(Turned::On),
            Err(AdmitError::Node(NodeError::Journal(_))) => Ok(Turned::Over),
            Err(error) => Err(format!("process {} does not take run {}: {error:?}", self.pid, run.short())),
        }
    }

    /// One turn of its loop.
    pub(crate) fn turn(&mut self, dead: bool) -> Result<Turned, String> {
        if dead {
            return Ok(Turned::Over);
        }
        match self.node.turn(Some(std::time::Duration::from_secs(5)), &mut Unobserved) {
            Ok(()) => {}
            Err(NodeError::Journal(error)) => {
                lock(&self.node.world().outer).log.push(format!("process {} ends: {error}", self.pid));
                return Ok(Turned::Over);
            }
            Err(error) => return Err(format!("the loop of process {} failed: {error:?}", self.pid)),
        }
        self.node.take_ended();
        let idle = self.node.runs().next().is_none() && !self.node.is_ready();
        let leaves = !self.serves && !self.fresh && idle;
        Ok(if leaves || self.node.is_stopping() { Turned::Over } else { Turned::On })
    }

    /// Whether everything it executes waits for people: then a command may leave, as it does without a terminal.
    pub(crate) fn may_leave(&self) -> bool {
        !self.serves && !self.fresh && !self.node.is_ready() && self.node.runs().all(|run| run.needs_a_person())
    }

    /// It is gone: what it held is free, what it would have heard is lost.
    pub(crate) fn end(self) {
        let mut node = self.node;
        let outer = node.world().outer.clone();
        let dead = lock(&outer).dead.contains(&self.pid);
        node.world().end(dead);
        self.leases.die();
        let mut outer = lock(&outer);
        outer.links.retain(|_, pid| *pid != self.pid);
        outer.mail.remove(&self.pid);
    }
}

pub(crate) fn holder(pid: u32) -> LeaseHolder {
    LeaseHolder { pid, boot: BootId("boot".to_owned()), role: "run".to_owned() }
}
