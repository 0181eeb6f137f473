//! One process's view of the journal: slow, full or failing as the story wants, and audited after every commit.

use callsheet_base::{Digest, Duration, RunId};
use callsheet_journal::{ChangeLock, Head, Journal, JournalError, Record, RunSummary, Transaction};
use callsheet_testkit::{Fault, MemoryJournal, MemoryLeases, SimClock};
use rand::Rng;

use crate::releases;
use crate::world::{Outer, Shared, lock};

/// The journal as process `pid` sees it.
pub(crate) struct StoryJournal {
    pub(crate) pid: u32,
    pub(crate) store: MemoryJournal,
    pub(crate) leases: MemoryLeases,
    pub(crate) clock: SimClock,
    pub(crate) outer: Shared,
}

const PLACE: &str = "memory";

impl StoryJournal {
    /// What the disk does to this commit.
    fn before(&self, outer: &mut Outer) -> Result<(), JournalError> {
        if outer.dead.contains(&self.pid) {
            let source = "the process is dead".into();
            return Err(JournalError::Failed { operation: "append to", place: PLACE.to_owned(), source });
        }
        if outer.tick < outer.full_until && !outer.calm {
            return Err(JournalError::Full { place: PLACE.to_owned() });
        }
        if outer.bad_luck(25) {
            let fault = [Fault::Full, Fault::Busy, Fault::WrittenButLost][outer.dice.random_range(0..3)];
            outer.log.push(format!("a commit of process {} meets {fault:?}", self.pid));
            self.store.fail_after(0, fault);
        }
        if outer.bad_luck(20) {
            let slow = Duration::from_millis(outer.dice.random_range(100..20_000));
            outer.log.push(format!("the disk takes {slow}"));
            outer.later(&self.clock, slow);
        }
        Ok(())
    }

    fn audit(&self, outer: &mut Outer, runs: &[RunId]) -> Result<(), String> {
        let Outer { audit, keepers, town, log, .. } = outer;
        for run in runs {
            audit.catch_up(*run, &self.store, keepers)?;
            let holder = self.leases.holder_of(*run).map(|holder| holder.pid);
            if holder != Some(self.pid) {
                return Err(format!("process {} wrote to run {}, held by {holder:?}", self.pid, run.short()));
            }
        }
        for said in std::mem::take(&mut audit.said) {
            log.push(format!("{}: {}", said.run.short(), said.plan.tell(&said.event)));
            releases::agrees(town, &said)?;
        }
        audit.check_locks(&self.store.locks().map_err(|error| error.to_string())?)
    }
}

impl Journal for StoryJournal {
    fn commit(&mut self, transaction: Transaction) -> Result<Result<Vec<Head>, ChangeLock>, JournalError> {
        let mut outer = lock(&self.outer);
        self.before(&mut outer)?;
        let runs: Vec<RunId> = transaction.appends.iter().map(|(head, _)| head.run).collect();
        let written = self.store.commit(transaction);
        // Also when the answer was lost: what is durable counts.
        let durable = match &written {
            Ok(Ok(_)) | Err(JournalError::Failed { .. }) => true,
            Err(error @ JournalError::HeadMoved { .. }) => {
                outer.broken.push(format!("two processes wrote to one run: {error}"));
                false
            }
            Ok(Err(_)) | Err(_) => false,
        };
        if durable {
            outer.together += u64::from(runs.len() > 1);
            if let Err(what) = self.audit(&mut outer, &runs) {
                outer.broken.push(what);
            }
        }
        written
    }

    fn read(&self, run: RunId, after: u64, limit: usize) -> Result<Vec<Record>, JournalError> {
        self.store.read(run, after, limit)
    }

    fn head(&self, run: RunId) -> Result<Head, JournalError> {
        self.store.head(run)
    }

    fn runs(&self, open_only: bool, limit: usize) -> Result<Vec<RunSummary>, JournalError> {
        self.store.runs(open_only, limit)
    }

    fn locks(&self) -> Result<Vec<ChangeLock>, JournalError> {
        self.store.locks()
    }

    fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, JournalError> {
        self.store.blob(digest)
    }
}
