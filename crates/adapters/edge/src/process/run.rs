//! From the edge's first moment to its last.

use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::saved::{SaveError, Saved};
use super::socket;
use crate::control::{ConfigureError, Control, Ending, TakeOverError, TakenOver, listen, take_over};
use crate::data::{self, Order, WorkerHandle};
use crate::edge::Edge;
use crate::listeners::Inherited;
use crate::table::Table;

/// Why an edge could not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// One edge for each state folder.
    #[error("an edge of `{}` runs already", state.display())]
    RunsAlready {
        /// The folder.
        state: PathBuf,
    },
    /// Its folder or socket cannot be used.
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
    /// What was saved cannot be read.
    #[error(transparent)]
    Saved(#[from] SaveError),
    /// The edge that serves did not hand over.
    #[error(transparent)]
    TakeOver(#[from] TakeOverError),
    /// A thread, a runtime or a signal handler cannot be had.
    #[error("cannot start what carries requests")]
    Machine(#[source] io::Error),
    /// What was saved cannot be taken on the sockets that were handed over.
    #[error("cannot serve as the edge before: {0}")]
    Resume(String),
}

const TICK: Duration = Duration::from_secs(1);
/// Between two looks whether the last connection has ended.
const LOOK: Duration = Duration::from_millis(20);

/// How an edge is to run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Its state folder, made if it is not there.
    pub state: PathBuf,
    /// Whether it takes the sockets of the edge that serves.
    pub take_over: bool,
    /// Whether it leaves the session it was started in, so that it outlives it.
    pub detached: bool,
}

/// Runs an edge until it is stopped (SIGTERM, SIGINT, [`crate::EdgeClient::stop`]) or has handed its sockets over.
pub fn run(options: &RunOptions) -> Result<(), RunError> {
    if options.detached {
        // Fails only for a process group's leader, which one started by hand may be; it then is in no worse place.
        let _ = rustix::process::setsid();
    }
    let state = &options.state;
    let file = |what, path: &Path| {
        let path = path.to_owned();
        move |source| RunError::File { what, path, source }
    };
    let state = std::path::absolute(state).map_err(file("find", state))?;
    std::fs::create_dir_all(&state).map_err(file("make", &state))?;
    let (socket, inherited, predecessor) = if options.take_over {
        let TakenOver { inherited, socket, predecessor } = take_over(&socket(&state))?;
        (socket, inherited, Some(predecessor))
    } else {
        (bind(&state)?, Inherited::default(), None)
    };
    let saved = Saved::load(&state)?;
    let threads = threads(&saved);
    let table = Table::new(&crate::EdgeConfig::default(), None, |_| unreachable_service()).map_err(RunError::Resume)?;
    let edge = Arc::new(Edge::new(state.clone(), threads, table));
    let workers: io::Result<Vec<WorkerHandle>> = (0..threads).map(|index| data::start(index, edge.clone())).collect();
    let (control, ended) = Control::new(edge.clone(), workers.map_err(RunError::Machine)?, socket, saved);
    let control = Arc::new(control);
    stop_on_signals(&control).map_err(RunError::Machine)?;
    let mut pending = control.resume(inherited).err();
    if let Some(mut predecessor) = predecessor {
        if let Some(error) = pending {
            // It goes on serving: it was not told that we do.
            return Err(RunError::Resume(error.in_words()));
        }
        predecessor.we_serve().map_err(TakeOverError::Broken)?;
        control.follow(predecessor);
    }
    if let Some(error) = &pending {
        eprintln!("what was saved cannot be served: {}; trying again every second", error.in_words());
    }
    let answering = control.clone();
    let answer = move || {
        if let Err(error) = listen(&answering) {
            eprintln!("nobody answers on the control socket any more: {error}");
            answering.end(Ending::Stopped);
        }
    };
    std::thread::Builder::new().name("control-socket".to_owned()).spawn(answer).map_err(RunError::Machine)?;
    let ending = wait(&control, &ended, &mut pending);
    drain(&control, &edge, ending);
    if ending == Ending::Stopped {
        std::fs::remove_file(self::socket(&state)).map_err(file("remove", &self::socket(&state)))?;
    }
    Ok(())
}

/// An empty configuration has no routes, so nobody asks for a service.
fn unreachable_service() -> Arc<crate::service::Service> {
    Arc::new(crate::service::Service::new(""))
}

fn threads(saved: &Saved) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    saved.config().threads.map_or_else(processors, usize::from)
}

/// The control socket, unless another edge answers there. Of two that start at once, the lock lets one look first.
fn bind(state: &Path) -> Result<UnixListener, RunError> {
    let (path, lock) = (socket(state), state.join("edge.lock"));
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| RunError::File { what, path, source }
    };
    let lock_file = File::create(&lock).map_err(failed("open", &lock))?;
    lock_file.lock().map_err(failed("lock", &lock))?;
    match UnixStream::connect(&path) {
        Ok(_) => return Err(RunError::RunsAlready { state: state.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // An edge that was killed left it behind.
        Err(_) => std::fs::remove_file(&path).map_err(failed("remove", &path))?,
    }
    let listener = UnixListener::bind(&path).map_err(failed("listen on", &path))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed("protect", &path))?;
    Ok(listener)
}

fn stop_on_signals(control: &Arc<Control>) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT])?;
    let control = control.clone();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for _ in signals.forever() {
            control.end(Ending::Stopped);
        }
    })?;
    Ok(())
}

fn wait(control: &Control, ended: &Receiver<Ending>, pending: &mut Option<ConfigureError>) -> Ending {
    loop {
        match ended.recv_timeout(TICK) {
            Ok(ending) => return ending,
            Err(RecvTimeoutError::Disconnected) => return Ending::Stopped,
            Err(RecvTimeoutError::Timeout) => {
                if pending.is_some() {
                    *pending = control.resume_again();
                }
                control.tick();
            }
        }
    }
}

/// Ends every connection in good order, within the window. While the process before us still has connections we stay: the process after
/// us tells it of changes, and sees what it carries, through us alone.
fn drain(control: &Control, edge: &Edge, ending: Ending) {
    let window = control.drain_window();
    let until = Instant::now() + window;
    control.begin_drain(ending);
    let open = || {
        let connections = edge.counters.connections.load(Ordering::Relaxed);
        connections + edge.counters.tunnels.load(Ordering::Relaxed)
    };
    let mut looked = Instant::now();
    while (open() > 0 || control.has_predecessor()) && Instant::now() < until {
        if looked.elapsed() >= TICK {
            looked = Instant::now();
            control.look_behind();
        }
        if ending == Ending::Stopped || control.is_orphaned() {
            // Nobody comes after us, or nobody tells us where requests go now: an idle connection is of no use to its client.
            control.tell_all(|| Order::EndIdle);
        }
        std::thread::sleep(LOOK);
    }
}
