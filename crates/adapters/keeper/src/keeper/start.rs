//! From a request to a running attempt: check, claim, execute.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use callsheet_base::Timestamp;

use super::attempt::{Attempt, Output, ShellSide};
use super::event_loop::Keeper;
use super::failpoint::failpoint;
use super::family::Root;
use super::left_files;
use super::spawn::{Spawned, spawn};
use crate::disk::is_full;
use crate::log::{Entry, Recorded};
use crate::outcome::{Captured, End, Ended, StateOutcome};
use crate::protocol::{Message, Refusal, SaveState, SnapshotId, StartStep};
use crate::redact::{RedactionSet, secrets_of_environment};
use crate::shell::ShellState;
use crate::snapshot;
use callsheet_processes::process_stat;

type State = Option<(SnapshotId, Rc<ShellState>)>;

impl Keeper {
    /// Executes an attempt, or says why not. After the claim is written the attempt ends with a record, come what may.
    /// Nothing is left to say if the shell could not be started: its record was told.
    pub(super) fn start(&mut self, mut step: StartStep) -> Option<Message> {
        let refuse = |reason| Some(Message::Refused { claim: step.claim.clone(), reason });
        if let Err(reason) = self.may_start(&step) {
            return refuse(reason);
        }
        let before = match self.state_before(&step) {
            Ok(before) => before,
            Err(reason) => return refuse(reason),
        };
        // The values of secrets are put back now, because a missing one must be known before the claim is taken.
        let state = match before.as_ref().map(|(_, state)| (**state).clone().with_secrets(&step.secrets)).transpose() {
            Ok(state) => state,
            Err(missing) => return refuse(snapshot_refusal(&step, missing.to_string())),
        };
        let set = self.redaction_set(&step, state.as_ref());
        failpoint("before-claim");
        if let Err(error) = self.claim(&step) {
            return refuse(Refusal::NotRecorded { cause: error.to_string(), disk_full: is_full(&error) });
        }
        failpoint("after-claim");
        let started = Timestamp::now();
        // Without the folder the step runs all the same, and can leave no files.
        let left_files = left_files::prepare(&self.settings.run, &step.claim).ok();
        let folder = left_files.iter().map(|folder| ("CALLSHEET_EVIDENCE".to_owned(), folder.display().to_string()));
        step.env.extend(folder);
        let mark = format!("{}/{}/{}/{}", step.claim.run, step.claim.step, step.claim.act, step.claim.attempt);
        match spawn(&step, state.as_ref(), &set, &mark, &self.settings.prefix) {
            Ok(spawned) => {
                let shell = (mark, spawned);
                Some(self.follow(step, before, set, started, shell, left_files))
            }
            Err(cause) => {
                let folder = left_files.as_deref();
                drop(folder.map(|folder| left_files::collect(folder, &set, &self.blobs)));
                self.record(not_spawned(step, started, cause));
                None
            }
        }
    }

    fn may_start(&self, step: &StartStep) -> Result<(), Refusal> {
        if self.is_ending() {
            return Err(Refusal::Ending);
        }
        match self.log.recorded(&step.claim) {
            None => {}
            Some(Recorded::Burned | Recorded::Doubted) => return Err(Refusal::Burned),
            Some(Recorded::Begun { .. } | Recorded::Ended(_)) => return Err(Refusal::Claimed),
        }
        let wanted = match &step.state_to {
            SaveState::As { id } => Some(id),
            SaveState::Discard => None,
        };
        match step.state_from.iter().chain(wanted).find(|id| !snapshot::is_valid(id)) {
            Some(id) => Err(Refusal::Invalid { cause: format!("`{}` cannot be a snapshot's name", id.0) }),
            None => Ok(()),
        }
    }

    fn state_before(&mut self, step: &StartStep) -> Result<State, Refusal> {
        let Some(id) = &step.state_from else { return Ok(None) };
        if let Some((known, state)) = &self.last_state
            && known == id
        {
            return Ok(Some((id.clone(), Rc::clone(state))));
        }
        let state = snapshot::load(&self.settings.run, step.claim.run, id, &self.key);
        let state = Rc::new(state.map_err(|cause| snapshot_refusal(step, cause))?);
        self.last_state = Some((id.clone(), Rc::clone(&state)));
        Ok(Some((id.clone(), state)))
    }

    /// Usually that of the step before.
    fn redaction_set(&mut self, step: &StartStep, state: Option<&ShellState>) -> Rc<RedactionSet> {
        let mut secrets: Vec<(String, String)> = Vec::new();
        for secret in step.secrets.iter().chain(&step.redact) {
            secrets.push((secret.name.clone(), secret.value.expose().clone()));
        }
        let env = step.env.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let strings = state.into_iter().flat_map(ShellState::strings);
        let found = secrets_of_environment(env.chain(strings));
        secrets.extend(found.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        secrets.sort();
        secrets.dedup_by(|a, b| a.1 == b.1);
        if let Some((known, set)) = &self.last_set
            && *known == secrets
        {
            return Rc::clone(set);
        }
        let set = Rc::new(RedactionSet::new(secrets.iter().map(|(name, value)| (name.as_str(), value.as_str()))));
        self.last_set = Some((secrets, Rc::clone(&set)));
        set
    }

    fn claim(&mut self, step: &StartStep) -> std::io::Result<()> {
        self.log.reserve()?;
        self.log.append(&Entry::Claimed { claim: step.claim.clone(), at: Timestamp::now() })
    }

    fn follow(
        &mut self,
        step: StartStep,
        before: State,
        redactions: Rc<RedactionSet>,
        started: Timestamp,
        (mark, spawned): (String, Spawned),
        left_files: Option<PathBuf>,
    ) -> Message {
        let pid = spawned.child.id();
        let start_ticks = process_stat(pid).map_or(0, |stat| stat.start_ticks);
        // Without this entry only a crash's report is poorer: it cannot name the shell. The claim is already safe.
        drop(self.log.append(&Entry::Started { claim: step.claim.clone(), pid, start_ticks }));
        failpoint("after-start");
        let now = Instant::now();
        let outputs = spawned.streams.into_iter();
        let outputs = outputs.map(|(stream, from)| Output::new(stream, from, &redactions, step.output_limit)).collect();
        self.attempts.push(Attempt {
            claim: step.claim.clone(),
            root: Root { shell: pid, mark },
            started,
            child: spawned.child,
            exit: None,
            ending: None,
            deadline: step.timeout.map(|timeout| now + timeout.to_std()),
            grace: step.grace.to_std(),
            outputs,
            input: Default::default(),
            redactions,
            shell: ShellSide {
                dump: spawned.dump,
                _read_by_shell: spawned.read_by_shell,
                before,
                save: step.state_to,
                secrets: step.secrets,
                program: step.shell.first().cloned().unwrap_or_default(),
            },
            left_files,
            last_output: now,
        });
        Message::Started { claim: step.claim, pid, at: started }
    }
}

fn snapshot_refusal(step: &StartStep, cause: String) -> Refusal {
    let snapshot = step.state_from.as_ref().map(|id| id.0.clone()).unwrap_or_default();
    Refusal::Snapshot { snapshot, cause }
}

fn not_spawned(step: StartStep, started: Timestamp, cause: String) -> Ended {
    let state = match step.state_to {
        SaveState::Discard => StateOutcome::Discarded,
        SaveState::As { .. } => StateOutcome::NotSaved { cause: "the shell was not started".into() },
    };
    Ended {
        claim: step.claim,
        end: End::NotSpawned { cause },
        started,
        ended: Timestamp::now(),
        stdout: Captured::default(),
        stderr: Captured::default(),
        state,
        files: Vec::new(),
        leftovers: Vec::new(),
        cpu_micros: 0,
        max_rss_bytes: 0,
    }
}
