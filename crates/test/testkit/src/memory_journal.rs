//! A journal in memory: survives the "crash" of whoever uses it because clones share one store. Faults come on order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callsheet_base::{Digest, RunId};
use callsheet_journal::{ChangeLock, Head, Journal, JournalError, Record, RunSummary, Transaction, seal};

/// What goes wrong with a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full: nothing is written.
    Full,
    /// Another process writes too long: nothing is written.
    Busy,
    /// The write is durable, but the answer is lost, as when the process dies right after it.
    WrittenButLost,
}

#[derive(Debug, Default)]
struct Store {
    records: BTreeMap<RunId, Vec<Record>>,
    summaries: BTreeMap<RunId, RunSummary>,
    locks: Vec<ChangeLock>,
    blobs: BTreeMap<Digest, Vec<u8>>,
    commits: u64,
    /// `None`: that commit goes well.
    faults: VecDeque<Option<Fault>>,
}

/// A journal in memory. Clones share the store, so a test can drop one "process" and open another.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    store: Arc<Mutex<Store>>,
}

const PLACE: &str = "memory";

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> MemoryJournal {
        MemoryJournal::default()
    }

    /// The commit after `good` more good ones meets `fault`. Orders queue up.
    pub fn fail_after(&self, good: usize, fault: Fault) {
        let mut store = self.lock();
        store.faults.extend(std::iter::repeat_n(None, good));
        store.faults.push_back(Some(fault));
    }

    /// How many commits were written.
    pub fn commits(&self) -> u64 {
        self.lock().commits
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    fn head(&self, run: RunId) -> Head {
        let last = self.records.get(&run).and_then(|records| records.last());
        last.map_or(Head::start(run), |record| Head { run, seq: record.seq, chain: record.chain })
    }

    /// The locks after freeing `freed` and taking `wanted`, one after the other; or the lock that stands in the way. One that is
    /// observing, or whose run has ended, gives way; a run's own never stands in its way.
    fn locks_after(&self, freed: &[RunId], wanted: &[ChangeLock]) -> Result<Vec<ChangeLock>, ChangeLock> {
        let mut locks: Vec<ChangeLock> = self.locks.iter().filter(|lock| !freed.contains(&lock.run)).cloned().collect();
        let ended = |run: RunId| self.summaries.get(&run).is_some_and(|summary| summary.ended);
        for wanted in wanted {
            let same = |held: &ChangeLock| (&held.service, &held.environment) == (&wanted.service, &wanted.environment);
            if let Some(held) = locks.iter().find(|held| same(held))
                && held.run != wanted.run
                && !held.observing
                && !ended(held.run)
            {
                return Err(held.clone());
            }
            locks.retain(|held| !same(held));
            locks.push(wanted.clone());
        }
        locks.sort_by(|a, b| (&a.service, &a.environment).cmp(&(&b.service, &b.environment)));
        Ok(locks)
    }

    /// A summary with the last record's time.
    fn dated(&self, summary: &RunSummary) -> RunSummary {
        let last = self.records.get(&summary.run).and_then(|records| records.last());
        RunSummary { updated: last.map_or(summary.created, |record| record.at), ..summary.clone() }
    }

    fn write(&mut self, transaction: Transaction) -> Vec<Head> {
        let mut heads = Vec::new();
        for (mut head, drafts) in transaction.appends {
            for draft in drafts {
                let record = seal(head, draft);
                head = Head { run: head.run, seq: record.seq, chain: record.chain };
                self.records.entry(head.run).or_default().push(record);
            }
            heads.push(head);
        }
        self.summaries.extend(transaction.summaries.into_iter().map(|summary| (summary.run, summary)));
        self.blobs.extend(transaction.blobs);
        self.commits += 1;
        heads
    }
}

impl Journal for MemoryJournal {
    fn commit(&mut self, transaction: Transaction) -> Result<Result<Vec<Head>, ChangeLock>, JournalError> {
        let mut store = self.lock();
        let fault = store.faults.pop_front().flatten();
        match fault {
            Some(Fault::Full) => return Err(JournalError::Full { place: PLACE.to_owned() }),
            Some(Fault::Busy) => return Err(JournalError::Busy { place: PLACE.to_owned(), waited_ms: 0 }),
            Some(Fault::WrittenButLost) | None => {}
        }
        let locks = match store.locks_after(&transaction.free_locks, &transaction.take_locks) {
            Ok(locks) => locks,
            Err(held) => return Ok(Err(held)),
        };
        for (head, _) in &transaction.appends {
            let actual = store.head(head.run);
            if actual != *head {
                return Err(JournalError::HeadMoved { run: head.run, expected: head.seq, actual: actual.seq });
            }
        }
        store.locks = locks;
        let heads = store.write(transaction);
        if fault == Some(Fault::WrittenButLost) {
            let source = "the answer was lost".into();
            return Err(JournalError::Failed { operation: "append to", place: PLACE.to_owned(), source });
        }
        Ok(Ok(heads))
    }

    fn read(&self, run: RunId, after: u64, limit: usize) -> Result<Vec<Record>, JournalError> {
        let store = self.lock();
        let records = store.records.get(&run).map(Vec::as_slice).unwrap_or_default();
        Ok(records.iter().skip(after as usize).take(limit).cloned().collect())
    }

    fn head(&self, run: RunId) -> Result<Head, JournalError> {
        Ok(self.lock().head(run))
    }

    fn runs(&self, open_only: bool, limit: usize) -> Result<Vec<RunSummary>, JournalError> {
        let store = self.lock();
        let wanted = store.summaries.values().rev().filter(|summary| !(open_only && summary.ended));
        Ok(wanted.take(limit).map(|summary| store.dated(summary)).collect())
    }

    fn locks(&self) -> Result<Vec<ChangeLock>, JournalError> {
        Ok(self.lock().locks.clone())
    }

    fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.lock().blobs.get(&digest).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SimClock;
    use callsheet_journal::Draft;

    fn draft(body: &str) -> Draft {
        Draft { at: SimClock::default().now(), body: body.to_owned() }
    }

    fn append(head: Head, body: &str) -> Transaction {
        Transaction { appends: vec![(head, vec![draft(body)])], ..Transaction::default() }
    }

    #[test]
    fn a_stale_head_appends_nothing() {
        let run = RunId::new(SimClock::default().now(), [1; 10]);
        let mut journal = MemoryJournal::new();
        journal.commit(append(Head::start(run), "1")).unwrap().unwrap();
        let stale = journal.commit(append(Head::start(run), "2"));
        assert!(matches!(stale, Err(JournalError::HeadMoved { expected: 0, actual: 1, .. })));
        assert_eq!(journal.read(run, 0, 9).unwrap().len(), 1);
    }

    #[test]
    fn faults_come_on_order() {
        let run = RunId::new(SimClock::default().now(), [1; 10]);
        let mut journal = MemoryJournal::new();
        journal.fail_after(1, Fault::Full);
        journal.fail_after(0, Fault::WrittenButLost);
        let heads = journal.commit(append(Head::start(run), "1")).unwrap().unwrap();
        assert!(matches!(journal.commit(append(heads[0], "2")), Err(JournalError::Full { .. })));
        assert_eq!(journal.head(run).unwrap(), heads[0]);
        assert!(matches!(journal.commit(append(heads[0], "2")), Err(JournalError::Failed { .. })));
        assert_eq!(journal.head(run).unwrap().seq, 2);
    }
}
