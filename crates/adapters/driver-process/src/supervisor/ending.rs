//! From a running instance to none: TERM to its main process, then to what outlives that, KILL for what is left after the grace.

use std::time::{Duration, Instant};

use callsheet_base::Timestamp;
use callsheet_processes::signal_all;
use callsheet_rollout::{AfterEnd, InstanceState};
use rustix::process::{Pid, Signal, kill_process};

use super::event_loop::Supervisor;
use super::life::{Ending, Life, Main, Then};
use super::port;

/// How often an instance that is being ended is looked at, beside the news of ended children.
const LOOK: Duration = Duration::from_millis(20);

/// What a crashed main process left may take so long to end.
const AFTER_CRASH: Duration = Duration::from_secs(1);

impl Supervisor {
    /// Begins to end it. Only the main process hears of it: it alone knows how to let its own processes finish what they do.
    pub(super) fn begin_to_end(&mut self, main: Main, then: Then, now: Instant) {
        if let Some(pid) = Pid::from_raw(main.process.pid as i32) {
            // It may just have ended, which the next look shows.
            let _ = kill_process(pid, Signal::TERM);
            // A stopped process acts on TERM only when it goes on.
            let _ = kill_process(pid, Signal::CONT);
        }
        let kill_at = now + self.stored.spec.grace.to_std();
        self.end(Some(main), then, kill_at, now);
    }

    /// The main process ended by itself.
    pub(super) fn begin_after_crash(&mut self, words: String, now: Instant) {
        let kills = self.group.memory_kills();
        let words = if kills > self.memory_kills {
            let limit = self.stored.spec.limits.memory_bytes.unwrap_or_default();
            format!("out of memory (limit {} MiB, {words})", limit >> 20)
        } else {
            words
        };
        self.memory_kills = kills;
        let kill_at = now + self.stored.spec.grace.to_std().min(AFTER_CRASH);
        self.end(None, Then::AfterCrash(words), kill_at, now);
    }

    /// Told to end, its main process ended already.
    pub(super) fn end_rest(&mut self, now: Instant) {
        self.end(None, Then::Go, now + self.stored.spec.grace.to_std(), now);
    }

    fn end(&mut self, main: Option<Main>, then: Then, kill_at: Instant, now: Instant) {
        self.checker.turn_to(None);
        self.status.not_ready = None;
        self.enter(match then {
            Then::Go => InstanceState::Ending,
            Then::Again => InstanceState::Starting,
            Then::AfterCrash(_) => InstanceState::BackingOff,
        });
        self.life = Life::Ending(Ending { main, then, kill_at, look_at: now, rest_told: false });
    }

    /// Goes on ending; what comes after it once nothing is left.
    pub(super) fn pursue(&mut self, now: Instant) {
        let members = self.family();
        let Life::Ending(ending) = &mut self.life else { return };
        ending.look_at = now + LOOK;
        if ending.main.is_none() && members.is_empty() {
            let then = std::mem::replace(&mut ending.then, Then::Go);
            return self.ended(then, now);
        }
        if ending.kill_at <= now {
            signal_all(&members, Signal::KILL);
        } else if ending.main.is_none() && !ending.rest_told {
            ending.rest_told = true;
            signal_all(&members, Signal::TERM);
            signal_all(&members, Signal::CONT);
        }
    }

    fn ended(&mut self, then: Then, now: Instant) {
        match then {
            Then::Go => self.life = Life::Over,
            Then::Again => self.start_again(now),
            Then::AfterCrash(words) => self.after_crash(words, now),
        }
    }

    /// Waits, or gives it up.
    fn after_crash(&mut self, words: String, now: Instant) {
        self.status.last_end = Some(words.clone());
        if self.status.secrets_lost {
            self.life = Life::Over;
            return;
        }
        let policy = self.stored.spec.restart;
        match self.status.ends.ended(&policy, Timestamp::now(), port::chance()) {
            AfterEnd::Again(wait) => {
                self.enter(InstanceState::BackingOff);
                self.life = Life::Waiting { until: now + wait.to_std() };
            }
            AfterEnd::GivenUp => {
                self.enter(InstanceState::CrashLooping { last: words });
                self.life = Life::GivenUp;
            }
        }
    }

    /// Starts it once more, after a crash or because we were told to.
    pub(super) fn start_again(&mut self, now: Instant) {
        match self.spawn() {
            Ok(main) => {
                self.checker.turn_to(self.status.address);
                self.enter(InstanceState::Starting);
                self.life = Life::Running(main);
            }
            // The program may be back in a moment: somebody is just replacing it.
            Err(words) => self.after_crash(words, now),
        }
    }
}
