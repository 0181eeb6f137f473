//! A run read back from its journal, through the function that runs live.

use std::sync::Arc;

use callsheet_access::ActorSource;
use callsheet_base::RunId;
use callsheet_engine::{Event, ReplayError, Run};
use callsheet_journal::{Head, Journal, Record};
use callsheet_plan::Plan;

use crate::error::NodeError;
use crate::shell_state::ShellStates;

/// A run and where its journal stands.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The run.
    pub run: Run,
    /// Its last record.
    pub head: Head,
    /// Whether it is Callsheet that holds it: for want of a secret.
    pub held_by_us: bool,
    pub(crate) shell: ShellStates,
}

const PAGE: usize = 4096;

/// Reads `run` back. `None`: it has no records. `each` sees every record with its event, after it was applied.
pub fn replay(
    journal: &impl Journal,
    run: RunId,
    mut each: impl FnMut(&Run, &Record, &Event),
) -> Result<Option<Replayed>, NodeError> {
    let mut replayed: Option<Replayed> = None;
    let mut after = 0;
    loop {
        let records = journal.read(run, after, PAGE)?;
        for record in &records {
            let event = read_event(run, record)?;
            let so_far = match &mut replayed {
                None => replayed.insert(begin(journal, run, record, &event)?),
                Some(so_far) => {
                    so_far.take(record, &event)?;
                    so_far
                }
            };
            so_far.head = Head { run, seq: record.seq, chain: record.chain };
            each(&so_far.run, record, &event);
            after = record.seq;
        }
        if records.len() < PAGE {
            return Ok(replayed);
        }
    }
}

fn read_event(run: RunId, record: &Record) -> Result<Event, NodeError> {
    let unreadable = |source| NodeError::Replay { run, source: ReplayError::Unreadable { seq: record.seq, source } };
    Event::from_json(&record.body).map_err(unreadable)
}

fn begin(journal: &impl Journal, run: RunId, record: &Record, event: &Event) -> Result<Replayed, NodeError> {
    let Event::Created(created) = event else {
        return Err(NodeError::Replay { run, source: ReplayError::NotCreated(event.word()) });
    };
    let missing = NodeError::Blob { run, what: "the plan", digest: created.plan };
    let Some(json) = journal.blob(created.plan)? else { return Err(missing) };
    if callsheet_base::Digest::of(&json) != created.plan {
        return Err(missing);
    }
    let plan = Plan::from_json(&json).map_err(|source| NodeError::Plan { run, source })?;
    Ok(Replayed {
        run: Run::create(run, created, Arc::new(plan), record.at),
        head: Head::start(run),
        held_by_us: false,
        shell: ShellStates::default(),
    })
}

impl Replayed {
    /// Takes in the next record.
    pub fn take(&mut self, record: &Record, event: &Event) -> Result<(), NodeError> {
        let run = self.run.id();
        let illegal = |source| NodeError::Replay { run, source: ReplayError::Illegal { seq: record.seq, source } };
        self.run.apply(event, record.at).map_err(illegal)?;
        self.shell.note(event, self.run.plan());
        match event {
            Event::Held { actor, .. } => self.held_by_us = actor.source == ActorSource::System,
            Event::Released { .. } => self.held_by_us = false,
            _ => {}
        }
        Ok(())
    }
}
