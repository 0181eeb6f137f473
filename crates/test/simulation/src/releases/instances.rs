//! Instances: how those of a version behave, and how one lives.

use callsheet_base::Timestamp;
use callsheet_rollout::{InstanceSeen, InstanceSpec, InstanceState};

/// From the word to the end, ms.
const ENDS: u64 = 120;
/// From a crash to the next start, ms.
const BACK_OFF: u64 = 600;
/// Ends after which an instance is given up.
const MOST_ENDS: u32 = 4;

/// How instances of a version behave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Character {
    #[default]
    Good,
    /// They never answer their readiness check.
    NeverReady,
    /// They take longer to come up, perhaps longer than is waited for.
    Late,
    /// They cannot be started.
    Unfit,
    /// They crash soon after each start.
    Crashes,
    /// One request in four fails.
    Errs,
}

impl Character {
    /// From start to ready, ms.
    fn comes_up(self) -> u64 {
        if self == Character::Late { 7_000 } else { 400 }
    }

    pub(crate) fn errors_per_mille(self) -> u64 {
        if self == Character::Errs { 250 } else { 0 }
    }
}

/// A living instance.
#[derive(Clone, Debug)]
pub(crate) struct Inhabitant {
    pub(crate) seen: InstanceSeen,
    /// When its state changes by itself, ms of the story.
    due: Option<u64>,
    ends: u32,
}

impl Inhabitant {
    pub(crate) fn new(spec: &InstanceSpec, port: u16, now: Timestamp, elapsed: u64, character: Character) -> Self {
        let seen = InstanceSeen {
            id: spec.id.clone(),
            service: spec.service.clone(),
            environment: spec.environment.clone(),
            release: spec.release.clone(),
            address: Some(([127, 0, 0, 1], port).into()),
            pid: None,
            state: InstanceState::Starting,
            since: now,
            restarts: 0,
            last_end: None,
            not_ready: Some("nobody answers".to_owned()),
            notes: Vec::new(),
        };
        Inhabitant { seen, due: Some(elapsed + character.comes_up()), ends: 0 }
    }

    /// Goes on by itself up to this time.
    pub(crate) fn live(&mut self, elapsed: u64, character: Character) {
        while let Some(due) = self.due.filter(|due| *due <= elapsed) {
            match self.seen.state {
                InstanceState::Starting if character == Character::NeverReady => self.due = None,
                InstanceState::Starting if character == Character::Crashes => self.end_by_itself(due),
                InstanceState::Starting => {
                    self.seen.state = InstanceState::Ready;
                    self.seen.not_ready = None;
                    self.due = None;
                }
                InstanceState::BackingOff => {
                    self.seen.state = InstanceState::Starting;
                    self.due = Some(due + character.comes_up());
                }
                // Gone: taken away by whoever holds it.
                InstanceState::Ending => return,
                InstanceState::Ready | InstanceState::CrashLooping { .. } => self.due = None,
            }
        }
    }

    pub(crate) fn is_gone(&self, elapsed: u64) -> bool {
        self.seen.state == InstanceState::Ending && self.due.is_some_and(|due| due <= elapsed)
    }

    pub(crate) fn stop(&mut self, elapsed: u64) {
        if self.seen.state != InstanceState::Ending {
            self.seen.state = InstanceState::Ending;
            self.due = Some(elapsed + ENDS);
        }
    }

    /// Ends by a signal. One that was ending is gone the sooner.
    pub(crate) fn crash(&mut self, elapsed: u64) {
        match self.seen.state {
            InstanceState::Ending => self.due = Some(elapsed),
            InstanceState::Ready | InstanceState::Starting => {
                self.seen.restarts += 1;
                self.seen.state = InstanceState::BackingOff;
                self.seen.last_end = Some("signal 9".to_owned());
                self.seen.not_ready = Some("it waits before it is started again".to_owned());
                self.due = Some(elapsed + BACK_OFF);
            }
            InstanceState::BackingOff | InstanceState::CrashLooping { .. } => {}
        }
    }

    fn end_by_itself(&mut self, at: u64) {
        self.ends += 1;
        self.seen.last_end = Some("exit code 1".to_owned());
        if self.ends >= MOST_ENDS {
            self.seen.state = InstanceState::CrashLooping { last: "exit code 1".to_owned() };
            self.due = None;
        } else {
            self.seen.state = InstanceState::BackingOff;
            self.due = Some(at + BACK_OFF);
        }
    }
}
