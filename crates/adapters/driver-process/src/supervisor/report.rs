//! What the supervisor tells: the status file.

use callsheet_base::Timestamp;
use callsheet_rollout::InstanceState;

use super::check::Met;
use super::event_loop::Supervisor;
use super::life::Life;

/// A ready instance that does not answer well stays ready until so many checks in a row say so; one that nobody listens for is not.
const WRONG_CHECKS: u32 = 3;

impl Supervisor {
    /// Takes a check's result in.
    pub(super) fn note_check(&mut self, met: Met) {
        let (words, at_once) = match met {
            Met::Ready => {
                self.wrong_checks = 0;
                self.keep_port = true;
                self.status.not_ready = None;
                return self.enter(InstanceState::Ready);
            }
            Met::Nobody => ("nobody listens on its port".to_owned(), true),
            Met::Wrong(words) => (words, false),
        };
        self.wrong_checks += 1;
        if self.status.state == InstanceState::Ready && !at_once && self.wrong_checks < WRONG_CHECKS {
            return;
        }
        self.status.not_ready = Some(words);
        self.enter(InstanceState::Starting);
    }

    /// Changes the state; the instant stays if it is the same state.
    pub(super) fn enter(&mut self, state: InstanceState) {
        if self.status.state != state {
            self.status.state = state;
            self.status.since = Timestamp::now();
        }
    }

    /// Adds a note once.
    pub(super) fn add_note(&mut self, note: String) {
        if !self.status.notes.contains(&note) {
            self.status.notes.push(note);
        }
    }

    /// Writes the status if it changed. One that cannot be written now (a full disk) is tried again at the next turn.
    pub(super) fn write_status(&mut self) {
        self.status.main = match &self.life {
            Life::Running(main) => Some(main.process),
            Life::Ending(ending) => ending.main.as_ref().map(|main| main.process),
            Life::Waiting { .. } | Life::GivenUp | Life::Over => None,
        };
        if self.written.as_ref() != Some(&self.status) && self.folder.write_status(&self.status).is_ok() {
            self.written = Some(self.status.clone());
        }
    }
}
