//! What can go wrong between Callsheet and a keeper.

use std::io;
use std::path::PathBuf;

/// A keeper could not be started, reached or understood. None of these says anything about a step.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// A file of the run's or the state's folder.
    #[error("cannot {action} `{}`", path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's words.
        #[source]
        source: io::Error,
    },
    /// The program could not be started.
    #[error("cannot start the keeper `{}`", program.display())]
    Launch {
        /// The program.
        program: PathBuf,
        /// The operating system's words.
        #[source]
        source: io::Error,
    },
    /// It started and ended again before it was ready.
    #[error("the keeper ended before it was ready: {said}")]
    NotReady {
        /// Its last words.
        said: String,
    },
    /// A keeper holds the run's lock but does not answer: stopped, or hanging.
    #[error("a keeper of this run is alive but does not answer on `{}`: it may be stopped; nothing is known of its steps until it answers or ends", socket.display())]
    Unreachable {
        /// Its socket.
        socket: PathBuf,
    },
    /// The connection broke: the keeper is gone.
    #[error("the connection to the keeper broke")]
    Broken(#[source] io::Error),
    /// The connection ended: the keeper is gone.
    #[error("the keeper closed the connection")]
    Closed,
    /// Another version of Callsheet started it.
    #[error(
        "the run's keeper speaks protocol {theirs}, this program speaks {ours}: finish the run with the version that started it"
    )]
    OtherProtocol {
        /// The keeper's.
        theirs: u32,
        /// Ours.
        ours: u32,
    },
    /// It said something that is no answer to what was asked.
    #[error("the keeper answered out of turn: {0}")]
    OutOfTurn(String),
}

impl KeeperError {
    /// For `map_err`.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> KeeperError {
        let path = path.into();
        move |source| KeeperError::File { action, path, source }
    }
}
