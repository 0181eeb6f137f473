//! Where an instance is in its life. Each variant owns what is valid in it alone.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::Instant;

use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::status::Process;

pub(super) enum Life {
    /// The process it was started as exists, as far as we know. Left when it ends or we are told something.
    Running(Main),
    /// Being ended, with all it started. Left when no process is left.
    Ending(Ending),
    /// Before it is started again. Left when the time has come.
    Waiting { until: Instant },
    /// It crashed too often. Left when we are told something.
    GivenUp,
    /// Nothing is left: the supervisor goes.
    Over,
}

/// The process that the instance was started as.
pub(super) struct Main {
    pub(super) process: Process,
    handle: Handle,
}

enum Handle {
    Child(Child),
    /// Started by a supervisor that was killed: only that it ended can be seen, not how.
    Adopted(OwnedFd),
}

pub(super) struct Ending {
    /// `None` once it ended.
    pub(super) main: Option<Main>,
    pub(super) then: Then,
    /// KILL from here on.
    pub(super) kill_at: Instant,
    pub(super) look_at: Instant,
    /// What outlived the main process was told to end.
    pub(super) rest_told: bool,
}

/// What comes when nothing is left of it.
pub(super) enum Then {
    /// It was told to end.
    Go,
    /// It was told to begin anew.
    Again,
    /// It ended by itself, how in words.
    AfterCrash(String),
}

impl Main {
    pub(super) fn started(child: Child) -> Main {
        // It is not collected yet, so it has a place in /proc whatever became of it.
        let process = Process::of(child.id()).unwrap_or(Process { pid: child.id(), start_ticks: 0 });
        Main { process, handle: Handle::Child(child) }
    }

    /// `None` if it has ended.
    pub(super) fn adopt(process: Process) -> io::Result<Option<Main>> {
        let Some(pid) = Pid::from_raw(process.pid as i32) else { return Ok(None) };
        match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(descriptor) if process.is_running() => Ok(Some(Main { process, handle: Handle::Adopted(descriptor) })),
            Ok(_) | Err(rustix::io::Errno::SRCH) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What can be waited on, beside the signal that a child ended.
    pub(super) fn source(&self) -> Option<&OwnedFd> {
        match &self.handle {
            Handle::Child(_) => None,
            Handle::Adopted(descriptor) => Some(descriptor),
        }
    }

    /// How it ended, in words; `None` while it runs.
    pub(super) fn ended(&mut self) -> io::Result<Option<String>> {
        match &mut self.handle {
            Handle::Child(child) => Ok(child.try_wait()?.map(words)),
            Handle::Adopted(_) if self.process.is_running() => Ok(None),
            Handle::Adopted(_) => Ok(Some("an end that nobody saw, as its supervisor had been killed".into())),
        }
    }
}

fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown end".into(),
    }
}
