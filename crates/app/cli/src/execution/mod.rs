//! Executing runs from the command line: in this process, or in the server where one runs; watched live or told in plain lines.

mod closing;
mod follow;
mod keyboard;
mod lines;
mod local;
mod relay;
mod screen_loop;
mod signals;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use callsheet_access::Actor;
use callsheet_base::{RunId, Timestamp};
use callsheet_engine::{Command, Event, Run};
use callsheet_journal::JournalError;
use callsheet_keeper::Launcher;
use callsheet_node::{AdmitError, ClientError, LocalGrounds, NodeError, Setup, Surroundings};
use callsheet_plan::StepIndex;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;

pub use closing::closing;
pub use follow::follow;
pub use local::{Begin, execute};
pub use signals::on_stop;

/// How a run is watched and what is agreed to beforehand.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The run.
    pub run: RunId,
    /// Who watches, and answers.
    pub actor: Actor,
    /// Plain confirmations are agreed to.
    pub yes: bool,
    /// The state folder.
    pub state: PathBuf,
}

/// What whoever executes a run tells those who watch.
pub enum Update {
    /// A record of the time before anybody watched.
    Before(Box<Run>, Timestamp, Box<Event>),
    /// A record is durable.
    Recorded(Box<Run>, Timestamp, Box<Event>),
    /// A step put something out.
    Output(StepIndex, Vec<u8>),
    /// An answer was not taken.
    Refused(String),
    /// Nothing more comes.
    Over,
}

/// Reaches whoever executes the run, from another thread.
pub trait Desk: Send {
    /// Passes on what the person said.
    fn tell(&self, command: Command, note: String);

    /// The person leaves: nothing new begins here.
    fn leave(&self);
}

/// What this process needs to execute runs.
pub fn setup(settings: &Settings, role: &str, own: Surroundings) -> Setup {
    Setup {
        state: settings.state.clone(),
        role: role.to_owned(),
        launcher: Launcher::this_program(&settings.state),
        grounds: Arc::new(LocalGrounds::new(&settings.state, &program())),
        channels: settings.config.notify.clone(),
        people: settings.config.people.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        own,
        secrets: settings.config.secrets.ground(),
    }
}

/// This program. Where its file cannot be found, starting says so with this name.
fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("callsheet"))
}

/// What a run's shell acts find: the folder of the configuration, and this process's environment.
pub fn surroundings(root: &Path, variables: impl IntoIterator<Item = (String, String)>) -> Surroundings {
    Surroundings { directory: root.to_owned(), variables: variables.into_iter().collect(), secrets: Vec::new() }
}

/// A node's fault as the person meets it.
pub fn node_failure(error: NodeError) -> Failure {
    let resume = "what was recorded is safe: `callsheet resume --all` goes on from there";
    match &error {
        NodeError::Journal(cause @ JournalError::Failed { .. }) => crate::state::journal_failure(cause),
        NodeError::Journal(cause) => crate::state::journal_failure(cause).hint(resume),
        NodeError::LockLost { .. } | NodeError::File { .. } => {
            Failure::environment(error.to_string()).because_of(&error)
        }
        NodeError::Replay { .. } | NodeError::Blob { .. } | NodeError::Plan { .. } => {
            let hint = "`callsheet state check` proves what is stored; a backup may hold the run whole";
            Failure::environment(error.to_string()).because_of(&error).hint(hint)
        }
        NodeError::Illegal { .. } => Failure::internal(error.to_string()).because_of(&error),
    }
}

/// Why a run was not started or taken over, as the person meets it.
pub fn admit_failure(error: AdmitError) -> Failure {
    match error {
        AdmitError::Locked { lock } => {
            let held = lock.run.short();
            Failure::user(format!("`{}` in `{}` is locked by another run", lock.service, lock.environment))
                .cause(format!(
                    "run {held}, started by {}, holds it since {}",
                    lock.holder,
                    crate::state::instant(lock.since)
                ))
                .hint(format!("see it with `callsheet show {held}`; go on with `callsheet resume {held}`"))
                .hint(format!("if nobody will finish it: `callsheet abandon {held} --note '…'`"))
                .exit(Exit::Locked)
        }
        AdmitError::Held { run, holder } => {
            let run = run.short();
            Failure::user(format!("run {run} is executed by process {} ({}) already", holder.pid, holder.role))
                .hint(format!("follow it with `callsheet logs {run} --follow`"))
                .exit(Exit::Locked)
        }
        AdmitError::Exists { run } => Failure::user(format!("run {} exists already", run.short()))
            .hint(format!("see it with `callsheet show {}`", run.short())),
        AdmitError::NoRun { run } => Failure::user(format!("there is no run {run}")),
        AdmitError::FateUnknown { run, why } => {
            Failure::environment(format!("run {} cannot be taken over now", run.short())).cause(why).hint("try again")
        }
        AdmitError::Node(error) => node_failure(error),
    }
}

/// Why the server could not be talked to.
pub fn client_failure(error: &ClientError) -> Failure {
    Failure::environment(error.to_string()).because_of(error).hint("`callsheet runs` tells what is on record")
}

/// What the node says, apart from `done`.
pub fn refused(why: String, hint: Option<String>) -> Failure {
    let failure = Failure::user(why);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Where a person watches: the live view on a terminal, plain lines anywhere else.
pub fn is_live(context: &Context) -> bool {
    use std::io::IsTerminal;
    context.screen.interactive && std::io::stdout().is_terminal()
}
