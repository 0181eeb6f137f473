//! Retention: the outputs of old runs are purged, their records stay, so that every run remains verifiable.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::time::{Duration, SystemTime};

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_journal::{Journal, JournalError, Record, RunSummary};
use rusqlite::{Transaction, TransactionBehavior, params};

use crate::commit::nanos;
use crate::read;
use crate::store::SqliteJournal;

/// What a purge removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Runs old enough to be considered.
    pub runs: u64,
    /// Blobs whose bytes are gone; a tombstone tells that they were there.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Why a purge stopped. What was purged until then stays purged; it may be run again.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The journal could not be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A blob file could not be removed.
    #[error("cannot remove blobs beside the journal")]
    Blobs(#[source] io::Error),
}

/// A file that no record names may belong to a step that is just ending; after a day it is an orphan.
const ORPHAN_AFTER: Duration = Duration::from_secs(86_400);
const PAGE: usize = 4096;

impl SqliteJournal {
    /// Purges blobs that only runs ended before `before` name. `keeps` lists the blobs a record names that must stay
    /// whatever its run's age (the plan, the runbook's text). On a full disk the reserve is given up for it, and taken again at the end.
    pub fn prune(
        &mut self,
        before: Timestamp,
        now: Timestamp,
        keeps: &dyn Fn(&Record) -> Vec<Digest>,
    ) -> Result<Pruned, RetentionError> {
        let pruned = match self.purge(before, now, keeps) {
            Err(RetentionError::Journal(JournalError::Full { .. })) if self.reserve.give() => {
                self.purge(before, now, keeps)
            }
            pruned => pruned,
        };
        self.reserve.keep();
        pruned
    }

    fn purge(
        &mut self,
        before: Timestamp,
        now: Timestamp,
        keeps: &dyn Fn(&Record) -> Vec<Digest>,
    ) -> Result<Pruned, RetentionError> {
        let mut pruned = Pruned::default();
        let mut named_by_old = HashSet::new();
        let mut needed = HashSet::new();
        for run in self.all_runs()? {
            let old = run.ended && run.updated < before;
            pruned.runs += u64::from(old);
            self.digests_of(run.run, |record, digests| {
                if old {
                    named_by_old.extend(digests);
                    needed.extend(keeps(record));
                } else {
                    needed.extend(digests);
                }
            })?;
        }
        let purgeable: Vec<Digest> = named_by_old.difference(&needed).copied().collect();
        self.purge_inline(&purgeable, now, &mut pruned)?;
        self.purge_files(&named_by_old, &needed, now, &mut pruned)?;
        Ok(pruned)
    }

    fn all_runs(&self) -> Result<Vec<RunSummary>, JournalError> {
        self.runs(false, usize::MAX)
    }

    fn digests_of(&self, run: RunId, mut found: impl FnMut(&Record, Vec<Digest>)) -> Result<(), JournalError> {
        let mut after = 0;
        loop {
            let records = self.read(run, after, PAGE)?;
            for record in &records {
                found(record, digests_in(&record.body));
                after = record.seq;
            }
            if records.len() < PAGE {
                return Ok(());
            }
        }
    }

    fn purge_inline(&mut self, digests: &[Digest], now: Timestamp, pruned: &mut Pruned) -> Result<(), JournalError> {
        let purged = nanos(self, now)?;
        let failures = self.failures.clone();
        let failed = |error| failures.of("purge blobs of", error);
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(failed)?;
        for digest in digests {
            let size: Option<i64> = transaction
                .prepare_cached("SELECT length(bytes) FROM blob WHERE digest = ?1 AND bytes IS NOT NULL")
                .and_then(|mut statement| read::optional(statement.query_row([digest.as_bytes()], |row| row.get(0))))
                .map_err(failed)?;
            let Some(size) = size else { continue };
            transaction
                .prepare_cached("UPDATE blob SET bytes = NULL, purged = ?2 WHERE digest = ?1")
                .and_then(|mut statement| statement.execute(params![digest.as_bytes(), purged]))
                .map_err(failed)?;
            pruned.blobs += 1;
            pruned.bytes += size as u64;
        }
        transaction.commit().map_err(failed)
    }

    fn purge_files(
        &mut self,
        named_by_old: &HashSet<Digest>,
        needed: &HashSet<Digest>,
        now: Timestamp,
        pruned: &mut Pruned,
    ) -> Result<(), RetentionError> {
        for (digest, metadata) in self.blobs.list().map_err(RetentionError::Blobs)? {
            let orphan = !named_by_old.contains(&digest) && age(&metadata, now) > ORPHAN_AFTER;
            if needed.contains(&digest) || !(named_by_old.contains(&digest) || orphan) {
                continue;
            }
            self.bury(digest, now)?;
            fs::remove_file(self.blobs.path(digest)).map_err(RetentionError::Blobs)?;
            pruned.blobs += 1;
            pruned.bytes += metadata.len();
        }
        Ok(())
    }

    /// The tombstone comes before the removal: a missing blob is always explained.
    fn bury(&self, digest: Digest, now: Timestamp) -> Result<(), JournalError> {
        let purged = nanos(self, now)?;
        self.connection
            .execute(
                "INSERT INTO blob (digest, purged) VALUES (?1, ?2) ON CONFLICT (digest) DO UPDATE SET purged = excluded.purged",
                params![digest.as_bytes(), purged],
            )
            .map(drop)
            .map_err(|error| self.failures.of("purge blobs of", error))
    }

    /// When the blob was purged; `None` if it was not.
    pub fn purged(&self, digest: Digest) -> Result<Option<Timestamp>, JournalError> {
        let sql = "SELECT purged FROM blob WHERE digest = ?1 AND bytes IS NULL AND purged IS NOT NULL";
        read::optional(self.connection.query_row(sql, [digest.as_bytes()], |row| read::instant(row, 0)))
            .map_err(|error| self.failures.of("read", error))
    }
}

fn age(metadata: &fs::Metadata, now: Timestamp) -> Duration {
    let now = SystemTime::from(now);
    metadata.modified().ok().and_then(|written| now.duration_since(written).ok()).unwrap_or_default()
}

/// All runs of exactly 64 lower-case hexadecimal digits: how events write digests, whatever their shape.
fn digests_in(body: &str) -> Vec<Digest> {
    let mut digests = Vec::new();
    for word in body.split(|c: char| !c.is_ascii_hexdigit()) {
        if word.len() == 64
            && let Ok(digest) = word.parse()
        {
            digests.push(digest);
        }
    }
    digests
}
