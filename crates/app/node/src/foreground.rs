//! Runs executed by this process: `callsheet run` and `resume`, and the inside of `serve`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use callsheet_access::{Actor, People};
use callsheet_base::RunId;
use callsheet_engine::{Adopted, Command, Run};
use callsheet_journal::LeaseHolder;
use callsheet_journal_sqlite::{FileLeases, Settings as JournalSettings, SqliteJournal};
use callsheet_keeper::{Launcher, current_boot};
use callsheet_plan::Channel;
use callsheet_secret_stores::Ground;

use crate::admission::NewRun;
use crate::clock::SystemClock;
use crate::conductor::Grounds;
use crate::error::{AdmitError, NodeError};
use crate::event_loop::{Node, Settings};
use crate::observer::Observer;
use crate::outside::{Around, Outside};
use crate::recovery::Takeover;
use crate::request::{Answer, Request};
use crate::socket::{self, Listening};
use crate::surroundings::Surroundings;
use crate::wake::{Told, Wake};

/// What a process needs to execute runs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The state folder.
    pub state: PathBuf,
    /// `run`, `resume` or `serve`: what others read who find a run taken. `serve` also takes over what nobody executes.
    pub role: String,
    /// Starts keepers.
    pub launcher: Launcher,
    /// Where releases are brought out.
    pub grounds: Arc<dyn Grounds>,
    /// `[notify.…]` of `callsheet.toml`.
    pub channels: BTreeMap<String, Channel>,
    /// `[people.…]` of `callsheet.toml`.
    pub people: People,
    /// Callsheet's version.
    pub version: String,
    /// This process's directory and environment: for runs that come without their own.
    pub own: Surroundings,
    /// `[secrets.…]` and `[secret_stores.…]` of `callsheet.toml`.
    pub secrets: Ground,
}

/// Runs executed by this process. Dropping it leaves them as recorded: steps go on under their keepers, leases are free.
pub struct Foreground {
    node: Node<SqliteJournal, FileLeases, Outside, SystemClock>,
    wakes: Sender<Wake>,
    listening: Vec<Listening>,
    state: PathBuf,
}

/// Tells runs something from another thread: answers to prompts, a cancel on Ctrl-C.
#[derive(Clone, Debug)]
pub struct Commander {
    wakes: Sender<Wake>,
}

// === impl Foreground ===

impl Foreground {
    /// Opens the state folder to execute runs. Other processes can reach them from here on.
    pub fn open(setup: Setup) -> Result<Foreground, NodeError> {
        let Setup { state, role, launcher, grounds, channels, people, version, own, secrets } = setup;
        let journal = SqliteJournal::open(&state, JournalSettings::default())?;
        let pid = std::process::id();
        let boot = current_boot().map_err(file("read the boot id of", Path::new("/proc")))?;
        let leases = FileLeases::new(&state, LeaseHolder { pid, boot: boot.clone(), role: role.clone() });
        let holder = LeaseHolder { pid, boot: boot.clone(), role: role.clone() };
        let around = Around { launcher, grounds, holder, channels, own, secrets };
        let world = Outside::new(&state, around).map_err(file("look around from", &state))?;
        let wakes = world.sender();
        let takes_over = role == "serve";
        let settings = Settings { executor: Adopted { pid, boot, role }, people, version, takes_over };
        let node = Node::new(journal, leases, world, SystemClock, settings);
        let mut foreground = Foreground { node, wakes, listening: Vec::new(), state };
        foreground.listen(&socket::of_process(pid))?;
        Ok(foreground)
    }

    pub(crate) fn listen(&mut self, name: &Path) -> Result<(), NodeError> {
        let path = self.state.join(name);
        let listening = Listening::start(&path, self.wakes.clone()).map_err(file("listen on", &path))?;
        self.listening.push(listening);
        Ok(())
    }

    /// Creates a run and begins to execute it. When this returns, the run is durable.
    pub fn start(&mut self, new: NewRun, observer: &mut dyn Observer) -> Result<(), AdmitError> {
        let id = new.id;
        let admitted = self.node.start(new, observer)?;
        if let Some(older) = admitted.superseded {
            self.node.supersede_elsewhere(older, id, observer);
        }
        Ok(())
    }

    /// Creates runs, which name no service, and begins to execute them: all in one commit or none.
    pub fn start_all(&mut self, new: Vec<NewRun>, observer: &mut dyn Observer) -> Result<(), AdmitError> {
        self.node.start_all(new, observer)
    }

    /// Takes a run over. Returns whether it is executed here now: one that is over is not.
    pub fn take_over(&mut self, run: RunId, how: Takeover, observer: &mut dyn Observer) -> Result<bool, AdmitError> {
        self.node.take_over(run, how, observer)
    }

    /// For other threads.
    pub fn commander(&self) -> Commander {
        Commander { wakes: self.wakes.clone() }
    }

    /// Executes until no run is left, `leave` says so (asked after each turn, with the runs that are left), or it is told to stop.
    /// An error ends the process: nothing acknowledged is lost, a resume goes on from the journal.
    pub fn drive(
        &mut self,
        observer: &mut dyn Observer,
        mut leave: impl FnMut(&mut dyn Iterator<Item = &Run>) -> bool,
    ) -> Result<(), NodeError> {
        while self.node.runs().next().is_some() && !self.node.is_stopping() {
            if !self.node.is_ready() && leave(&mut self.node.runs()) {
                return Ok(());
            }
            self.node.turn(None, observer)?;
        }
        Ok(())
    }

    /// One turn of the loop: waits at most `longest` (`None`: until something happens).
    pub fn turn(&mut self, longest: Option<Duration>, observer: &mut dyn Observer) -> Result<(), NodeError> {
        self.node.turn(longest, observer)
    }

    /// A run that is executed here.
    pub fn run(&self, run: RunId) -> Option<&Run> {
        self.node.run(run)
    }

    /// All runs that are executed here.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.node.runs()
    }

    /// Runs that ended here since this was last called.
    pub fn take_ended(&mut self) -> Vec<Run> {
        self.node.take_ended()
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.node.is_stopping()
    }

    /// The journal.
    pub fn journal(&self) -> &SqliteJournal {
        self.node.journal()
    }
}

// === impl Commander ===

impl Commander {
    /// Tells a run something; `reply` is called once it is durable, or refused. If the loop has ended, nothing happens.
    pub fn tell(
        &self,
        run: RunId,
        command: Command,
        actor: Actor,
        note: String,
        reply: impl FnOnce(Answer) + Send + 'static,
    ) {
        let told = Told { run, command, actor, note, reply: Box::new(reply) };
        // A loop that has ended takes no commands, and its caller knows that it ended.
        let _ = self.wakes.send(Wake::Told(told));
    }

    /// Asks the node something, as `actor`.
    pub fn ask(&self, request: Request, actor: Actor, reply: impl FnOnce(Answer) + Send + 'static) {
        // As above.
        let _ = self.wakes.send(Wake::Asked(Box::new(request), actor, Box::new(reply)));
    }

    /// Ends the loop, leaving everything as recorded.
    pub fn stop(&self) {
        // As above.
        let _ = self.wakes.send(Wake::Shutdown);
    }
}

pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> NodeError {
    let path = path.display().to_string();
    move |source| NodeError::File { action, path, source }
}
