//! Starting an edge as a process of its own, which outlives whoever started it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::socket;
use crate::{EdgeClient, EdgeConfig, EdgeError, EdgeStatus};

/// What [`start`] found or made.
#[derive(Clone, Debug, PartialEq)]
pub struct Started {
    /// Whether it was started just now.
    pub anew: bool,
    /// How it is.
    pub status: EdgeStatus,
}

/// Why no edge was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its program or log file.
    #[error("cannot {what} `{}`", path.display())]
    File {
        /// What was to be done.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It ended at once.
    #[error("the edge ended at once ({status}){}", with_words(said))]
    Ended {
        /// How.
        status: ExitStatus,
        /// Its last words in its log.
        said: String,
    },
    /// It does not answer.
    #[error("the edge does not answer {} seconds after its start; its log is `{}`", ANSWERS.as_secs(), log.display())]
    Silent {
        /// Its log.
        log: PathBuf,
    },
    /// It answers, but does not do as told.
    #[error(transparent)]
    Edge(#[from] EdgeError),
}

fn with_words(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

const ANSWERS: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(10);
/// As much of the log is repeated, bytes.
const LAST_WORDS: u64 = 2000;

/// Makes sure that an edge of `state` runs and has this configuration. One that runs is told; otherwise `program edge run` is started in a
/// session of its own, with its log in `edge.log` in the folder. Doing it twice does no harm.
pub fn start(state: &Path, program: &Path, config: &EdgeConfig) -> Result<Started, StartError> {
    let mut client = EdgeClient::new(&socket(state));
    let anew = match client.status() {
        Ok(_) => false,
        Err(EdgeError::Unreachable { .. }) => {
            launch(state, program, None)?;
            true
        }
        Err(error) => return Err(error.into()),
    };
    client.configure(config)?;
    Ok(Started { anew, status: client.status()? })
}

/// Makes sure that an edge of `state` runs, with what it was told last: for one that was killed.
pub fn start_as_before(state: &Path, program: &Path) -> Result<Started, StartError> {
    let mut client = EdgeClient::new(&socket(state));
    match client.status() {
        Ok(status) => Ok(Started { anew: false, status }),
        Err(EdgeError::Unreachable { .. }) => {
            launch(state, program, None)?;
            Ok(Started { anew: true, status: client.status()? })
        }
        Err(error) => Err(error.into()),
    }
}

/// Replaces the edge of `state` by `program`, which takes its sockets over. Returns when the new one serves.
pub fn upgrade(state: &Path, program: &Path) -> Result<EdgeStatus, StartError> {
    let before = EdgeClient::new(&socket(state)).status()?;
    launch(state, program, Some(before.pid))?;
    Ok(EdgeClient::new(&socket(state)).status()?)
}

/// Starts the program and waits until an edge answers that is not `before`.
fn launch(state: &Path, program: &Path, before: Option<u32>) -> Result<(), StartError> {
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| StartError::File { what, path, source }
    };
    let state = std::path::absolute(state).map_err(failed("find", state))?;
    std::fs::create_dir_all(&state).map_err(failed("make", &state))?;
    let log_path = state.join("edge.log");
    let log = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&log_path);
    let mut log = log.map_err(failed("open", &log_path))?;
    let begin = log.seek(SeekFrom::End(0)).map_err(failed("read", &log_path))?;
    let mut command = Command::new(program);
    command.args(["edge", "run", "--detached"]).args(before.map(|_| "--take-over")).arg("--state").arg(&state);
    // It must not keep a file system busy.
    command.current_dir("/").stdin(Stdio::null());
    let (out, err) = (log.try_clone(), log.try_clone());
    command.stdout(out.map_err(failed("open", &log_path))?).stderr(err.map_err(failed("open", &log_path))?);
    let mut child = command.spawn().map_err(failed("start", program))?;
    let until = Instant::now() + ANSWERS;
    while Instant::now() < until {
        if EdgeClient::new(&socket(&state)).status().is_ok_and(|status| Some(status.pid) != before) {
            bury_later(child);
            return Ok(());
        }
        if let Some(status) = child.try_wait().map_err(failed("watch", program))? {
            // Another one was started at the same time and is the edge now.
            if before.is_none() && EdgeClient::new(&socket(&state)).status().is_ok() {
                return Ok(());
            }
            return Err(StartError::Ended { status, said: last_words(&mut log, begin) });
        }
        std::thread::sleep(LOOK);
    }
    bury_later(child);
    Err(StartError::Silent { log: log_path })
}

fn last_words(log: &mut File, begin: u64) -> String {
    let mut said = Vec::new();
    let from = log.metadata().map_or(begin, |metadata| begin.max(metadata.len().saturating_sub(LAST_WORDS)));
    match log.seek(SeekFrom::Start(from)).and_then(|_| log.read_to_end(&mut said)) {
        Ok(_) => String::from_utf8_lossy(&said).trim().to_owned(),
        Err(error) => format!("its log cannot be read: {error}"),
    }
}

/// An edge outlives us or we outlive it; in the second case its exit status has to be collected some time.
fn bury_later(child: Child) {
    static LAUNCHED: Mutex<Vec<Child>> = Mutex::new(Vec::new());
    let mut launched = LAUNCHED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    launched.push(child);
    launched.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
}
