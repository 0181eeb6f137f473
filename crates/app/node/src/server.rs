//! `callsheet serve`: the one long-lived process of a state folder. It resumes what is open, takes runs and commands on its
//! socket, and keeps timers.

use std::path::PathBuf;

use callsheet_base::RunId;
use callsheet_journal::{Journal, LeaseHolder};
use callsheet_journal_sqlite::FileLock;
use callsheet_keeper::current_boot;

use crate::error::{AdmitError, NodeError};
use crate::foreground::{Commander, Foreground, Setup, file};
use crate::observer::Observer;
use crate::recovery::Takeover;
use crate::socket::SERVER;
use crate::steward::Steward;

/// A server that holds the writer's lock.
pub struct Server {
    // Dropped first: what it is at is let go before the state folder is.
    _steward: Option<Steward>,
    foreground: Foreground,
    _writer: FileLock,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// There is one already.
    #[error("process {} serves {} already", holder.pid, state.display())]
    AlreadyServed {
        /// The state folder.
        state: PathBuf,
        /// Which process.
        holder: LeaseHolder,
    },
    /// The node failed.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl Server {
    /// Takes the writer's lock, resumes every open run that nobody executes, and listens. Runs that cannot be resumed are named in
    /// the log and left as they are.
    /// Unless `hands_off`, what should run is brought up and kept up.
    pub fn open(setup: Setup, hands_off: bool, observer: &mut dyn Observer) -> Result<Server, ServeError> {
        let state = setup.state.clone();
        let boot = current_boot().map_err(file("read the boot id of", &PathBuf::from("/proc")))?;
        let holder = LeaseHolder { pid: std::process::id(), boot, role: setup.role.clone() };
        std::fs::create_dir_all(&state).map_err(file("make", &state))?;
        let path = state.join("writer");
        let writer = match FileLock::try_take(&path, &holder).map_err(file("lock", &path))? {
            Ok(writer) => writer,
            Err(holder) => return Err(ServeError::AlreadyServed { state, holder }),
        };
        let (grounds, secrets) = (setup.grounds.clone(), setup.secrets.clone());
        let mut foreground = Foreground::open(setup)?;
        resume_open(&mut foreground, observer)?;
        foreground.listen(SERVER.as_ref())?;
        let steward = match hands_off {
            true => None,
            false => {
                Some(Steward::start(&state, grounds, secrets).map_err(file("look after the services of", &state))?)
            }
        };
        Ok(Server { _steward: steward, foreground, _writer: writer })
    }

    /// Stops it from another thread (a signal's).
    pub fn commander(&self) -> Commander {
        self.foreground.commander()
    }

    /// Serves until it is told to stop. Running steps are left to their keepers.
    pub fn serve(&mut self, observer: &mut dyn Observer) -> Result<(), NodeError> {
        while !self.foreground.is_stopping() {
            self.foreground.turn(None, observer)?;
            self.foreground.take_ended();
        }
        Ok(())
    }
}

fn resume_open(foreground: &mut Foreground, observer: &mut dyn Observer) -> Result<(), NodeError> {
    let open: Vec<RunId> =
        foreground.journal().runs(true, usize::MAX)?.into_iter().map(|summary| summary.run).collect();
    for run in open.into_iter().rev() {
        match foreground.take_over(run, Takeover::default(), observer) {
            Ok(_) => {}
            Err(AdmitError::Node(NodeError::Journal(error))) => return Err(error.into()),
            Err(error) => tracing::warn!(run = %run.short(), %error, "an open run is not resumed"),
        }
    }
    Ok(())
}
