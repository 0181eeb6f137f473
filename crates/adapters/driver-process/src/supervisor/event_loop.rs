//! The loop: wait for news, act on it, never block on anything else.

use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use callsheet_processes::{Signals, bury_orphans};
use callsheet_rollout::{Ends, InstanceState};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::check::Checker;
use super::group::{self, Group};
use super::life::{Life, Then};
use crate::environment::Secrets;
use crate::folder::{Folder, Lock, Root, Stored};
use crate::log;
use crate::status::Status;

/// How often log and folder are looked at.
const HOUSEKEEPING: Duration = Duration::from_secs(1);

/// A supervisor at work.
pub(super) struct Supervisor {
    pub(super) root: Root,
    pub(super) folder: Folder,
    pub(super) stored: Stored,
    pub(super) secrets: Secrets,
    pub(super) lock: Lock,
    pub(super) signals: Signals,
    pub(super) group: Group,
    pub(super) checker: Checker,
    pub(super) life: Life,
    pub(super) status: Status,
    /// The status as it is in the file.
    pub(super) written: Option<Status>,
    /// The supervisor before this one was killed: its descendants are not ours.
    pub(super) took_over: bool,
    /// Ready at least once on its port.
    pub(super) keep_port: bool,
    /// Checks in a row that did not go well.
    pub(super) wrong_checks: u32,
    /// Kills for want of memory that were seen.
    pub(super) memory_kills: u64,
    pub(super) stopping: bool,
    pub(super) housekeeping: Instant,
}

impl Supervisor {
    /// Works until nothing is left of the instance.
    pub(super) fn run(mut self) -> ExitCode {
        loop {
            let now = Instant::now();
            self.obey(now);
            self.keep_house(now);
            if self.collect(now).is_err() {
                return ExitCode::from(70);
            }
            self.advance(now);
            self.write_status();
            if matches!(self.life, Life::Over) {
                return self.go();
            }
            // Nothing can be done about a failing poll but to end: the driver then starts another supervisor.
            if self.wait().is_err() {
                return ExitCode::from(70);
            }
        }
    }

    fn obey(&mut self, now: Instant) {
        if self.signals.told_to_stop() {
            self.stopping = true;
        }
        let again = self.signals.take_user() && !self.stopping && !self.status.secrets_lost;
        if !(again || self.stopping) {
            return;
        }
        let then = if self.stopping { Then::Go } else { Then::Again };
        if again {
            // Somebody looked at it: what is told of its ends begins anew.
            (self.status.restarts, self.status.last_end) = (0, None);
        }
        match std::mem::replace(&mut self.life, Life::Over) {
            Life::Running(main) => {
                self.status.ends = Ends::default();
                self.begin_to_end(main, then, now);
            }
            Life::Ending(mut ending) => {
                if self.stopping {
                    self.enter(InstanceState::Ending);
                }
                ending.then = then;
                self.life = Life::Ending(ending);
            }
            Life::Waiting { .. } | Life::GivenUp if again => {
                self.status.ends = Ends::default();
                self.start_again(now);
            }
            Life::Waiting { .. } | Life::GivenUp | Life::Over => {}
        }
    }

    /// Keeps the log small, and goes when the folder went.
    fn keep_house(&mut self, now: Instant) {
        if now < self.housekeeping {
            return;
        }
        self.housekeeping = now + HOUSEKEEPING;
        let cap = self.stored.spec.limits.log_bytes.unwrap_or(log::DEFAULT_CAP);
        match log::trim(&self.folder.log(), cap) {
            Ok(note) => note.into_iter().for_each(|note| self.add_note(note)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.add_note(format!("the log cannot be kept small: {error}")),
        }
        if !self.lock.is_in_place() {
            self.stopping = true;
        }
    }

    /// Learns of ended processes.
    fn collect(&mut self, now: Instant) -> io::Result<()> {
        self.signals.clear();
        let main = match &mut self.life {
            Life::Running(main) => Some(main),
            Life::Ending(ending) => ending.main.as_mut(),
            _ => None,
        };
        let pid = main.as_ref().map(|main| main.process.pid);
        let ended = main.map(|main| main.ended()).transpose()?.flatten();
        // The main process is collected where its end is read.
        bury_orphans(pid.filter(|_| ended.is_none()).as_slice())?;
        match (ended, &mut self.life) {
            (Some(words), Life::Running(_)) => self.begin_after_crash(words, now),
            (Some(_), Life::Ending(ending)) => {
                ending.main = None;
                ending.look_at = now;
            }
            _ => {}
        }
        Ok(())
    }

    fn advance(&mut self, now: Instant) {
        match &self.life {
            Life::Running(_) => {
                if let Some(met) = self.checker.advance(now) {
                    self.note_check(met);
                }
            }
            Life::Ending(ending) if ending.look_at <= now => self.pursue(now),
            Life::Waiting { until } if *until <= now => {
                self.status.restarts += 1;
                self.start_again(now);
            }
            _ => {}
        }
    }

    /// The orderly end.
    fn go(mut self) -> ExitCode {
        self.status.ended = true;
        self.write_status();
        group::remove(&self.stored.mark);
        // Still under our lock; a folder that went away needs no place.
        match self.root.put_away(&self.folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(70),
        }
    }

    fn patience(&self, now: Instant) -> Duration {
        let due = match &self.life {
            Life::Running(_) => self.checker.due(),
            Life::Ending(ending) => Some(ending.look_at),
            Life::Waiting { until } => Some(*until),
            Life::GivenUp | Life::Over => None,
        };
        due.into_iter().chain([self.housekeeping]).min().unwrap_or(now).saturating_duration_since(now)
    }

    fn wait(&self) -> io::Result<()> {
        let mut waits = vec![PollFd::new(self.signals.descriptor(), PollFlags::IN)];
        if let Life::Running(main) = &self.life {
            waits.extend(main.source().map(|descriptor| PollFd::new(descriptor, PollFlags::IN)));
            waits.extend(self.checker.source().map(|(stream, wanted)| PollFd::new(stream, wanted)));
        }
        let patience = self.patience(Instant::now());
        let patience = Timespec { tv_sec: patience.as_secs() as i64, tv_nsec: i64::from(patience.subsec_nanos()) };
        match poll(&mut waits, Some(&patience)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
