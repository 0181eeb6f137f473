//! From the command line to a keeper that listens.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use super::cgroup::Cgroup;
use super::event_loop::Keeper;
use super::terminal::{ON_TERMINAL, take_and_execute};
use crate::key::StateKey;
use crate::log::{Entry, Log};
use crate::run_dir::RunDir;
use callsheet_processes::Signals;
use callsheet_processes::current_boot;

/// A keeper's command line.
pub(super) struct Settings {
    pub(super) run: RunDir,
    pub(super) state: PathBuf,
    pub(super) idle: Duration,
    /// What comes before our own arguments when this program is started as a keeper.
    pub(super) prefix: Vec<OsString>,
}

/// Runs a keeper: `--dir RUN_DIR --state STATE_DIR [--idle SECONDS]`, the arguments after `callsheet keeper`.
///
/// Says `ready` or `busy` (the run has a keeper) on its standard output, or what went wrong; then nothing more. Exit code 0
/// after an orderly end or `busy`, 70 otherwise.
pub fn main(arguments: &[OsString]) -> ExitCode {
    if let [first, command @ ..] = arguments
        && first == ON_TERMINAL
    {
        let Err(error) = take_and_execute(command);
        // The terminal is the only place to say it, and the exit code is the shell's "cannot execute".
        drop(writeln!(io::stderr(), "cannot start the shell on a terminal: {error}"));
        return ExitCode::from(126);
    }
    match read_settings(arguments).and_then(start) {
        Ok(None) => announce("busy").map_or(ExitCode::from(70), |()| ExitCode::SUCCESS),
        Ok(Some(keeper)) => match announce("ready") {
            Ok(()) => keeper.run(),
            Err(_) => ExitCode::from(70),
        },
        Err(error) => {
            drop(announce(&error.to_string()));
            ExitCode::from(70)
        }
    }
}

fn read_settings(arguments: &[OsString]) -> io::Result<Settings> {
    let (mut run, mut state, mut idle) = (None, None, Duration::from_secs(600));
    let mut rest = arguments.iter();
    let bad = |text: String| io::Error::new(io::ErrorKind::InvalidInput, text);
    while let Some(option) = rest.next() {
        let value = rest.next().ok_or_else(|| bad(format!("`{}` needs a value", option.display())))?;
        match option.to_str() {
            Some("--dir") => run = Some(RunDir::new(value)),
            Some("--state") => state = Some(PathBuf::from(value)),
            Some("--idle") => {
                let seconds = value.to_str().and_then(|text| text.parse().ok());
                idle = Duration::from_secs(seconds.ok_or_else(|| bad("`--idle` takes seconds".into()))?);
            }
            _ => return Err(bad(format!("unknown option `{}`", option.display()))),
        }
    }
    let run = run.ok_or_else(|| bad("`--dir RUN_DIR` is missing".into()))?;
    let state = state.ok_or_else(|| bad("`--state STATE_DIR` is missing".into()))?;
    let all: Vec<OsString> = std::env::args_os().skip(1).collect();
    let prefix = all[..all.len().saturating_sub(arguments.len())].to_vec();
    Ok(Settings { run, state, idle, prefix })
}

/// Leaves the parent's session, takes the run's lock, opens what is needed. `None` if the run has a keeper.
fn start(settings: Settings) -> io::Result<Option<Keeper>> {
    // Fails only for a process group's leader, which one started by hand may be; it then is in no worse place.
    let _ = rustix::process::setsid();
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let Some(lock) = settings.run.try_lock()? else { return Ok(None) };
    let key = StateKey::open(&settings.state)?;
    let boot = current_boot()?;
    let mut log = Log::open(&settings.run, &lock)?;
    log.append(&Entry::Opened { boot: boot.clone(), pid: std::process::id() })?;
    let signals = Signals::listen()?;
    let cgroup = Cgroup::enter(&format!("keeper-{}", std::process::id()));
    let listener = settings.run.listen(&lock)?;
    listener.set_nonblocking(true)?;
    Ok(Some(Keeper::new(settings, lock, key, boot, log, signals, cgroup, listener)))
}

/// Says the one word and lets go of the launcher's pipe.
fn announce(word: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{word}")?;
    out.flush()?;
    let nowhere = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(&nowhere)?;
    Ok(())
}
