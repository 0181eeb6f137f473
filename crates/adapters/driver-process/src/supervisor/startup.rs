//! From the command line to a supervisor that has started its instance, or found what another one left.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use callsheet_base::Timestamp;
use callsheet_processes::{Signals, current_boot};
use callsheet_rollout::{Ends, InstanceState};
use zeroize::Zeroizing;

use super::check::Checker;
use super::event_loop::Supervisor;
use super::group::{self, Group};
use super::life::{Life, Main, Then};
use crate::environment::{Secrets, decode};
use crate::folder::{Folder, Root, Stored};
use crate::launch::TAKE_OVER;
use crate::status::{Process, Status};

/// Runs a supervisor: `--dir FOLDER [--take-over]`, the arguments after `callsheet supervise`; secrets on its standard input.
///
/// Says `ready`, `busy` (the instance has a supervisor), `refused WHY` (it cannot be started) or what went wrong on its standard
/// output; then nothing more. Exit code 0 after an orderly end, `busy` or `refused`, 70 otherwise.
pub fn main(arguments: &[OsString]) -> ExitCode {
    let (folder, take_over) = match arguments {
        [option, folder] if option == "--dir" => (PathBuf::from(folder), false),
        [option, folder, last] if option == "--dir" && last == TAKE_OVER => (PathBuf::from(folder), true),
        _ => return say("usage: supervise --dir FOLDER [--take-over], with secrets on standard input", 64),
    };
    let supervisor = match prepare(folder, take_over) {
        Ok(Some(supervisor)) => supervisor,
        Ok(None) => return say("busy", 0),
        Err(error) => return say(&error.to_string(), 70),
    };
    let begun = if take_over { supervisor.take_over() } else { supervisor.begin() };
    match begun {
        Ok(supervisor) => match announce("ready") {
            // Nobody may be there to hear it; the instance runs all the same.
            Ok(()) | Err(_) => supervisor.run(),
        },
        Err(refused) => say(&format!("refused {refused}"), 0),
    }
}

fn say(words: &str, code: u8) -> ExitCode {
    match announce(words) {
        Ok(()) => ExitCode::from(code),
        Err(_) => ExitCode::from(70),
    }
}

/// Leaves the parent's session, takes the lock, opens what is needed. `None` if the instance has a supervisor.
fn prepare(path: PathBuf, take_over: bool) -> io::Result<Option<Supervisor>> {
    let secrets = read_secrets()?;
    // Fails only for a process group's leader, which one started by hand may be; it then is in no worse place.
    let _ = rustix::process::setsid();
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let folder = Folder::new(path);
    let Some(lock) = folder.try_lock()? else { return Ok(None) };
    let missing = || io::Error::other(format!("there is no specification in `{}`", folder.path().display()));
    let stored = folder.spec()?.ok_or_else(missing)?;
    let root = root_of(&folder).ok_or_else(missing)?;
    let signals = Signals::listen()?;
    let before = if take_over { folder.status()? } else { None };
    let group = Group::prepare(&stored.mark, stored.spec.limits);
    let status = status(before, take_over, &group, &stored)?;
    let now = Instant::now();
    let checker = Checker::new(&stored.spec);
    Ok(Some(Supervisor {
        root,
        folder,
        stored,
        secrets,
        lock,
        signals,
        memory_kills: group.memory_kills(),
        group,
        checker,
        life: Life::Waiting { until: now },
        status,
        written: None,
        took_over: take_over,
        keep_port: take_over,
        wrong_checks: 0,
        stopping: false,
        housekeeping: now,
    }))
}

fn read_secrets() -> io::Result<Secrets> {
    // Large enough that growing it leaves no copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(64 << 10));
    io::stdin().lock().read_to_end(&mut text)?;
    decode(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the secrets are not `NAME=value` each"))
}

fn root_of(folder: &Folder) -> Option<Root> {
    let instances = folder.path().parent()?;
    Some(Root { instances: instances.to_owned(), ended: instances.parent()?.join("ended") })
}

/// The first status, or the one that was left, as ours.
fn status(before: Option<Status>, take_over: bool, group: &Group, stored: &Stored) -> io::Result<Status> {
    let gone = || io::Error::other("this process has no place in /proc");
    let boot = current_boot()?;
    let supervisor = Process::of(std::process::id()).ok_or_else(gone)?;
    let notes = group.notes.clone();
    let secrets_lost = take_over && !stored.secret_names.is_empty();
    Ok(match before {
        Some(before) => Status { secrets_lost, boot, supervisor, notes, ..before },
        None => Status {
            boot,
            supervisor,
            state: InstanceState::Starting,
            since: Timestamp::now(),
            address: None,
            main: None,
            restarts: 0,
            last_end: None,
            not_ready: None,
            notes,
            ends: Ends::default(),
            secrets_lost,
            ended: false,
        },
    })
}

impl Supervisor {
    /// Starts the instance for the first time. The error is a sentence for the operator; then nothing was started.
    fn begin(mut self) -> Result<Supervisor, String> {
        // First, so that from its beginning no process of it is unknown.
        self.folder.write_status(&self.status).map_err(|error| format!("its status cannot be written: {error}"))?;
        match self.spawn() {
            Ok(main) => {
                self.checker.turn_to(self.status.address);
                self.life = Life::Running(main);
                self.write_status();
                Ok(self)
            }
            Err(words) => {
                group::remove(&self.stored.mark);
                Err(words)
            }
        }
    }

    /// Goes on where a supervisor was killed.
    fn take_over(mut self) -> Result<Supervisor, String> {
        let now = Instant::now();
        let again = if self.status.secrets_lost {
            "its secrets went with it, so the instance cannot be started again"
        } else {
            "the instance goes on"
        };
        self.add_note(format!("its supervisor was killed and another one took over: {again}"));
        let main = self.status.main.map(Main::adopt).transpose();
        let main = main.map_err(|error| format!("its process cannot be watched: {error}"))?.flatten();
        match (main, self.status.state.clone()) {
            (Some(main), InstanceState::Ending) => self.begin_to_end(main, Then::Go, now),
            (Some(main), _) => {
                self.checker.turn_to(self.status.address);
                self.life = Life::Running(main);
            }
            (None, InstanceState::CrashLooping { .. }) => self.life = Life::GivenUp,
            (None, InstanceState::Ending) => self.end_rest(now),
            // Whatever is left of it ends; then it is started again, if it can be.
            (None, _) => {
                self.begin_after_crash("an end that nobody saw, as its supervisor had been killed".into(), now)
            }
        }
        self.write_status();
        Ok(self)
    }
}

/// Says the one word and lets go of the launcher's pipes.
fn announce(word: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", word.replace('\n', " "))?;
    out.flush()?;
    let nowhere = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nowhere)?;
    rustix::stdio::dup2_stdout(&nowhere)?;
    Ok(())
}
