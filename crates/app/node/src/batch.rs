//! One turn's work: what the runs touched in it want recorded and performed, and who waits for an answer.

use std::collections::BTreeMap;

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_engine::{Decision, Effect, Event};
use callsheet_journal::{ChangeLock, Draft, Head, Journal, Lease, Record, Transaction};

use crate::clock::Clock;
use crate::error::NodeError;
use crate::event_loop::Node;
use crate::locks;
use crate::observer::Observer;
use crate::perform::World;
use crate::request::Answer;
use crate::wake::Reply;

/// What one turn gathers before its commit.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) runs: BTreeMap<RunId, Work>,
    pub(crate) blobs: Vec<(Digest, Vec<u8>)>,
    /// New runs' locks; if another run holds one, nothing of the batch is written.
    pub(crate) take_locks: Vec<ChangeLock>,
    /// Answered once the commit is durable.
    pub(crate) answers: Vec<(Reply, Answer)>,
}

/// What one run gathers.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) record: Vec<(Timestamp, Event)>,
    pub(crate) perform: Vec<Effect>,
}

// === impl Batch ===

impl Batch {
    pub(crate) fn add(&mut self, run: RunId, at: Timestamp, decision: Decision) {
        let work = self.runs.entry(run).or_default();
        work.record.extend(decision.record.into_iter().map(|event| (at, event)));
        work.perform.extend(decision.perform);
    }
}

impl<J: Journal, L: Lease, W: World, C: Clock> Node<J, L, W, C> {
    /// Commits the batch, tells who watches and who waits, and performs what was decided. `Err(lock)`: the batch wants a lock
    /// that another run holds; nothing was written and nothing performed.
    pub(crate) fn settle(
        &mut self,
        batch: Batch,
        observer: &mut dyn Observer,
    ) -> Result<Result<(), ChangeLock>, NodeError> {
        let Batch { mut runs, blobs, take_locks, answers } = batch;
        let mut transaction = self.transaction(&runs, blobs);
        // A new run's lock first: one that observes from its beginning gives it way in the same commit.
        transaction.take_locks.splice(0..0, take_locks);
        if !transaction.appends.is_empty() {
            let drafts: Vec<(Head, Vec<Draft>)> = transaction.appends.clone();
            if let Err(lock) = self.journal.commit(transaction)? {
                return Ok(Err(lock));
            }
            self.advance_heads(drafts, &mut runs, observer);
        }
        for (reply, answer) in answers {
            reply(answer);
        }
        for (run, work) in runs {
            self.perform_all(run, work.perform, observer);
        }
        Ok(Ok(()))
    }

    /// The same for a batch that takes no lock its runs do not hold.
    pub(crate) fn settle_own(&mut self, batch: Batch, observer: &mut dyn Observer) -> Result<(), NodeError> {
        self.settle(batch, observer)?.map_err(|lock| NodeError::LockLost { lock })
    }

    fn transaction(&mut self, runs: &BTreeMap<RunId, Work>, blobs: Vec<(Digest, Vec<u8>)>) -> Transaction {
        let mut transaction = Transaction { blobs, ..Transaction::default() };
        for (id, work) in runs {
            let Some(active) = self.runs.get_mut(id) else { continue };
            if work.record.is_empty() {
                continue;
            }
            let drafts = work.record.iter().map(|(at, event)| Draft { at: *at, body: event.to_json() });
            transaction.appends.push((active.head, drafts.collect()));
            let phase = active.run.phase_word();
            if phase != active.summarised {
                active.summarised = phase;
                transaction.summaries.push(active.run.summary());
            }
            if active.run.result().is_some() {
                transaction.free_locks.push(*id);
                continue;
            }
            // One that observed and has something to do again, or to undo, is not to be overtaken by a newer run meanwhile.
            let gives_way = active.run.gives_way();
            if gives_way != active.gives_way {
                active.gives_way = gives_way;
                transaction.take_locks.extend(if gives_way {
                    locks::observing(&active.run)
                } else {
                    locks::of(&active.run)
                });
            }
        }
        transaction
    }

    /// Seals the drafts as the store did, so that watchers see the records themselves.
    fn advance_heads(
        &mut self,
        drafts: Vec<(Head, Vec<Draft>)>,
        runs: &mut BTreeMap<RunId, Work>,
        observer: &mut dyn Observer,
    ) {
        for (mut head, drafts) in drafts {
            let Some(active) = self.runs.get_mut(&head.run) else { continue };
            let events = runs.get_mut(&head.run).map(|work| std::mem::take(&mut work.record)).unwrap_or_default();
            for (draft, (_, event)) in drafts.into_iter().zip(events) {
                let record: Record = callsheet_journal::seal(head, draft);
                head = Head { run: record.run, seq: record.seq, chain: record.chain };
                active.shell.note(&event, active.run.plan());
                observer.recorded(&active.run, &record, &event);
            }
            active.head = head;
        }
    }
}
