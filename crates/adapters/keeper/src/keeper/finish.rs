//! From a shell that ended to a record: last output, state, what it left running.

use std::os::unix::process::ExitStatusExt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::attempt::{Attempt, Exit};
use super::event_loop::Keeper;
use super::failpoint::failpoint;
use super::left_files;
use crate::disk::is_full;
use crate::log::Entry;
use crate::outcome::{Captured, End, Ended, Kept, Leftover, Preview, StateOutcome};
use crate::protocol::{Message, SaveState};
use crate::redact::redact_text;
use crate::shell::{SYNTAX_MARK, ShellState, is_bash};
use crate::snapshot;
use callsheet_processes::has_children;

/// After the shell's end its last helpers (`> >(tee log)`) may still write: until this long without output…
const QUIET: Duration = Duration::from_millis(250);

/// …and at most this long altogether.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// When an attempt that nobody is ending can be finished: `None` as long as its shell runs.
pub(super) fn finish_at(attempt: &Attempt) -> Option<Instant> {
    let exit = attempt.exit.as_ref()?;
    let all_read = attempt.outputs.iter().all(|output| output.from.is_none());
    if all_read || !has_children() {
        return Some(exit.at);
    }
    Some((attempt.last_output.max(exit.at) + QUIET).min(exit.at + LAST_WORDS))
}

impl Keeper {
    /// Takes an attempt off the list and records its end.
    pub(super) fn finish(&mut self, index: usize) {
        let leftovers = if has_children() { self.members_of(index) } else { Vec::new() };
        let mut attempt = self.attempts.remove(index);
        let Some(exit) = attempt.exit.take() else { return };
        for message in attempt.read_rest(&mut self.buffer) {
            self.clients.tell_all(&message);
        }
        let dump = attempt.dump();
        let end = end_of(&mut attempt, &exit, dump.as_deref().unwrap_or_default());
        let state = self.save_state(&attempt, &end, dump.map_err(|error| error.to_string()));
        let leftovers: Vec<Leftover> = leftovers
            .into_iter()
            .map(|stat| Leftover {
                pid: stat.pid,
                start_ticks: stat.start_ticks,
                name: redact_text(&attempt.redactions, &stat.name),
            })
            .collect();
        self.leftovers.extend(leftovers.iter().cloned());
        let files = attempt.left_files.as_deref();
        let files =
            files.map(|folder| left_files::collect(folder, &attempt.redactions, &self.blobs)).unwrap_or_default();
        let (stdout, stderr) = self.store_outputs(attempt.outputs);
        failpoint("before-record");
        self.record(Ended {
            claim: attempt.claim,
            end,
            started: attempt.started,
            ended: exit.when,
            stdout,
            stderr,
            state,
            files,
            leftovers,
            cpu_micros: exit.cpu.as_micros() as u64,
            max_rss_bytes: exit.max_rss_bytes,
        });
        failpoint("after-record");
    }

    /// Writes the record, then tells it. If it cannot be written that is told, and it is tried again.
    pub(super) fn record(&mut self, ended: Ended) {
        let first = self.log.append(&Entry::Ended(Box::new(ended.clone())));
        let written = match first {
            // Perhaps it fits without its output.
            Err(error) if is_full(&error) => {
                let slim = without_output(ended.clone(), &error.to_string());
                self.log.append(&Entry::Ended(Box::new(slim.clone()))).map(|()| slim)
            }
            other => other.map(|()| ended.clone()),
        };
        match written {
            Ok(ended) => self.clients.tell_all(&Message::Ended(Box::new(ended))),
            Err(error) => {
                let claim = ended.claim.clone();
                self.clients.tell_all(&Message::RecordDelayed {
                    claim,
                    cause: error.to_string(),
                    disk_full: is_full(&error),
                });
                self.unrecorded.push(ended);
                self.retry_at = Some(Instant::now() + Duration::from_secs(1));
            }
        }
    }

    /// Tries again what could not be written.
    pub(super) fn retry_records(&mut self, now: Instant) {
        if self.retry_at.is_some_and(|at| at <= now) {
            self.retry_at = None;
            for ended in std::mem::take(&mut self.unrecorded) {
                self.record(ended);
            }
        }
    }

    /// Stores the streams; ends of pipes that are still held by others are kept open, so that a service that writes to
    /// them is not ended by it.
    fn store_outputs(&mut self, outputs: Vec<super::attempt::Output>) -> (Captured, Captured) {
        let mut stored = outputs.into_iter().map(|output| {
            self.lingering.extend(output.from);
            output.capture.store(output.redactor.redactions(), &self.blobs)
        });
        let stdout = stored.next().unwrap_or_default();
        let stderr = stored.next().unwrap_or_default();
        (stdout, stderr)
    }

    fn save_state(&mut self, attempt: &Attempt, end: &End, dump: Result<Vec<u8>, String>) -> StateOutcome {
        let SaveState::As { id } = &attempt.shell.save else { return StateOutcome::Discarded };
        match self.try_save_state(attempt, end, dump, id) {
            Ok(snapshot) => StateOutcome::Saved { snapshot },
            Err(cause) => StateOutcome::NotSaved { cause },
        }
    }

    fn try_save_state(
        &mut self,
        attempt: &Attempt,
        end: &End,
        dump: Result<Vec<u8>, String>,
        id: &crate::protocol::SnapshotId,
    ) -> Result<crate::protocol::SnapshotId, String> {
        if !is_bash(&attempt.shell.program) {
            return Err(format!("`{}` is not bash: its state ends with it", attempt.shell.program));
        }
        if let End::TimedOut | End::Cancelled | End::KeeperStopped | End::Signalled { .. } | End::SyntaxError = end {
            return Err("the script did not come to its end".into());
        }
        let dump = dump?;
        if dump.is_empty() {
            return Err(
                "the shell did not write it: it was replaced by `exec`, or the script took its EXIT trap away".into()
            );
        }
        let before = attempt.shell.before.as_ref();
        let state = ShellState::read(&dump, &attempt.shell.secrets, before.map(|(_, state)| &**state))?;
        if let Some((known, before)) = before
            && **before == state
        {
            return Ok(known.clone());
        }
        snapshot::store(&self.settings.run, attempt.claim.run, id, &self.key, &state)
            .map_err(|error| format!("it could not be stored: {error}"))?;
        self.last_state = Some((id.clone(), Rc::new(state)));
        Ok(id.clone())
    }
}

fn end_of(attempt: &mut Attempt, exit: &Exit, dump: &[u8]) -> End {
    if let Some(ending) = attempt.ending.take() {
        return ending.end;
    }
    if dump == SYNTAX_MARK {
        return End::SyntaxError;
    }
    match exit.status.code() {
        Some(code) => End::Exited { code },
        None => End::Signalled { signal: exit.status.signal().unwrap_or_default() },
    }
}

fn without_output(mut ended: Ended, cause: &str) -> Ended {
    for captured in [&mut ended.stdout, &mut ended.stderr] {
        if matches!(captured.kept, Kept::Inline { .. }) {
            captured.kept = Kept::Lost { cause: cause.to_owned(), disk_full: true, preview: Preview::default() };
        }
    }
    ended
}
