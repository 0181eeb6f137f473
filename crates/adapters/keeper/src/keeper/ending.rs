//! Ending attempts whose time is over or whose run was cancelled: TERM to all their processes, grace, KILL until none is left.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::attempt::{Attempt, Ending};
use super::event_loop::Keeper;
use super::family::members;
use crate::outcome::End;
use callsheet_processes::{ProcessStat, signal_all};

/// How often an attempt that is being ended is looked at, beside the news of ended children.
const LOOK: Duration = Duration::from_millis(20);

/// How long KILL is tried.
const PATIENCE: Duration = Duration::from_secs(5);

impl Keeper {
    /// Begins to end an attempt. Of two reasons the first stays.
    pub(super) fn begin_to_end(&mut self, index: usize, end: End) {
        let members = self.members_of(index);
        let attempt = &mut self.attempts[index];
        if attempt.ending.is_some() {
            return;
        }
        let now = Instant::now();
        let kill_at = now + attempt.grace;
        attempt.ending = Some(Ending { end, kill_at, look_at: now + LOOK, give_up_at: kill_at + PATIENCE });
        signal_all(&members, Signal::TERM);
        // A stopped process acts on TERM only when it goes on.
        signal_all(&members, Signal::CONT);
    }

    /// Times out what is due and goes on ending what is being ended. True for attempts that are over.
    pub(super) fn pursue(&mut self, index: usize, now: Instant) -> bool {
        let attempt = &self.attempts[index];
        if attempt.ending.is_none() {
            if attempt.exit.is_none() && attempt.deadline.is_some_and(|deadline| deadline <= now) {
                self.begin_to_end(index, End::TimedOut);
            }
            return false;
        }
        let members = self.members_of(index);
        let attempt = &mut self.attempts[index];
        let Some(ending) = &mut attempt.ending else { return false };
        if members.is_empty() {
            return attempt.exit.is_some();
        }
        if ending.kill_at <= now {
            signal_all(&members, Signal::KILL);
        }
        ending.look_at = now + LOOK;
        ending.give_up_at <= now && attempt.exit.is_some()
    }

    /// Living processes of an attempt. If `/proc` cannot be read, at least its shell.
    pub(super) fn members_of(&self, index: usize) -> Vec<ProcessStat> {
        let attempt = &self.attempts[index];
        let others: Vec<u32> =
            self.attempts.iter().map(|other| other.root.shell).filter(|shell| *shell != attempt.root.shell).collect();
        members(&attempt.root, &others, &self.leftovers).unwrap_or_else(|_| shell_of(attempt))
    }
}

fn shell_of(attempt: &Attempt) -> Vec<ProcessStat> {
    if attempt.exit.is_some() {
        return Vec::new();
    }
    callsheet_processes::process_stat(attempt.root.shell).into_iter().collect()
}
