//! Reading: heads, records, runs, locks, blobs.

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_journal::{ChangeLock, Head, Journal, JournalError, Record, RunSummary, Transaction};
use rusqlite::types::FromSqlError;
use rusqlite::{OptionalExtension, Row, params};

use crate::commit::{commit, key};
use crate::store::SqliteJournal;

impl Journal for SqliteJournal {
    fn commit(&mut self, transaction: Transaction) -> Result<Result<Vec<Head>, ChangeLock>, JournalError> {
        commit(self, transaction)
    }

    fn read(&self, run: RunId, after: u64, limit: usize) -> Result<Vec<Record>, JournalError> {
        let Some(no) = number(self, run)? else { return Ok(Vec::new()) };
        let mut prev = if after == 0 { Digest::ZERO } else { chain_at(self, no, after)?.unwrap_or(Digest::ZERO) };
        let row = |row: &Row<'_>| {
            let seq = row.get::<_, i64>(0)? as u64 & u64::from(u32::MAX);
            Ok(Record { run, seq, at: instant(row, 1)?, prev: Digest::ZERO, chain: digest(row, 2)?, body: row.get(3)? })
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let bounds = params![key(no, after), key(no, u64::from(u32::MAX)), limit];
        let mut records = self
            .connection
            .prepare_cached(
                "SELECT key, at, chain, body FROM record WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
            )
            .and_then(|mut statement| statement.query_map(bounds, row)?.collect::<rusqlite::Result<Vec<_>>>())
            .map_err(|error| self.failures.of("read", error))?;
        for record in &mut records {
            record.prev = std::mem::replace(&mut prev, record.chain);
        }
        Ok(records)
    }

    fn head(&self, run: RunId) -> Result<Head, JournalError> {
        match number(self, run)? {
            Some(no) => head_of(self, no, run),
            None => Ok(Head::start(run)),
        }
    }

    fn runs(&self, open_only: bool, limit: usize) -> Result<Vec<RunSummary>, JournalError> {
        let sql = if open_only { RUNS_OPEN } else { RUNS_ALL };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map([limit], summary)?.collect())
            .map_err(|error| self.failures.of("read", error))
    }

    fn locks(&self) -> Result<Vec<ChangeLock>, JournalError> {
        self.connection
            .prepare_cached(
                "SELECT service, environment, run, since, holder, observing FROM change_lock ORDER BY service, environment",
            )
            .and_then(|mut statement| statement.query_map([], lock)?.collect())
            .map_err(|error| self.failures.of("read", error))
    }

    fn blob(&self, wanted: Digest) -> Result<Option<Vec<u8>>, JournalError> {
        let inline: Option<Option<Vec<u8>>> = self
            .connection
            .prepare_cached("SELECT bytes FROM blob WHERE digest = ?1")
            .and_then(|mut statement| statement.query_row([wanted.as_bytes()], |row| row.get(0)).optional())
            .map_err(|error| self.failures.of("read", error))?;
        match inline {
            Some(Some(bytes)) => Ok(Some(bytes)),
            _ => self.blobs.read(wanted).map_err(|error| self.failures.io("read a blob beside", error)),
        }
    }
}

// `updated` is the last record's instant: looked up here so that no commit has to write it.
const RUNS_OPEN: &str = "SELECT id, procedure, service, environment, actor, created, phase, ended,
    coalesce((SELECT at FROM record WHERE key > no << 32 AND key < (no + 1) << 32 ORDER BY key DESC LIMIT 1), created)
    FROM run WHERE phase IS NOT NULL AND ended = 0 ORDER BY created DESC, no DESC LIMIT ?1";
const RUNS_ALL: &str = "SELECT id, procedure, service, environment, actor, created, phase, ended,
    coalesce((SELECT at FROM record WHERE key > no << 32 AND key < (no + 1) << 32 ORDER BY key DESC LIMIT 1), created)
    FROM run WHERE phase IS NOT NULL ORDER BY created DESC, no DESC LIMIT ?1";

pub(crate) fn number(journal: &SqliteJournal, run: RunId) -> Result<Option<i64>, JournalError> {
    journal
        .connection
        .prepare_cached("SELECT no FROM run WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([run.as_bytes()], |row| row.get(0)).optional())
        .map_err(|error| journal.failures.of("read", error))
}

pub(crate) fn head_of(journal: &SqliteJournal, no: i64, run: RunId) -> Result<Head, JournalError> {
    let row = |row: &Row<'_>| {
        let seq = row.get::<_, i64>(0)? as u64 & u64::from(u32::MAX);
        Ok(Head { run, seq, chain: digest(row, 1)? })
    };
    journal
        .connection
        .prepare_cached("SELECT key, chain FROM record WHERE key > ?1 AND key <= ?2 ORDER BY key DESC LIMIT 1")
        .and_then(|mut statement| statement.query_row([key(no, 0), key(no, u64::from(u32::MAX))], row).optional())
        .map(|head| head.unwrap_or(Head::start(run)))
        .map_err(|error| journal.failures.of("read", error))
}

/// Chain value of record `seq`; `None` if there is no such record.
pub(crate) fn chain_at(journal: &SqliteJournal, no: i64, seq: u64) -> Result<Option<Digest>, JournalError> {
    journal
        .connection
        .prepare_cached("SELECT chain FROM record WHERE key = ?1")
        .and_then(|mut statement| statement.query_row([key(no, seq)], |row| digest(row, 0)).optional())
        .map_err(|error| journal.failures.of("read", error))
}

fn summary(row: &Row<'_>) -> rusqlite::Result<RunSummary> {
    Ok(RunSummary {
        run: run_id(row, 0)?,
        procedure: row.get(1)?,
        service: row.get(2)?,
        environment: row.get(3)?,
        actor: row.get(4)?,
        created: instant(row, 5)?,
        phase: row.get(6)?,
        ended: row.get(7)?,
        updated: instant(row, 8)?,
    })
}

pub(crate) fn lock(row: &Row<'_>) -> rusqlite::Result<ChangeLock> {
    Ok(ChangeLock {
        service: row.get(0)?,
        environment: row.get(1)?,
        run: run_id(row, 2)?,
        since: instant(row, 3)?,
        holder: row.get(4)?,
        observing: row.get(5)?,
    })
}

pub(crate) fn run_id(row: &Row<'_>, column: usize) -> rusqlite::Result<RunId> {
    row.get(column).map(RunId::from_bytes)
}

pub(crate) fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Digest> {
    row.get(column).map(Digest::from_bytes)
}

pub(crate) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let nanos: i64 = row.get(column)?;
    Timestamp::from_nanosecond(i128::from(nanos)).map_err(|_| FromSqlError::OutOfRange(nanos).into())
}

pub(crate) fn optional<T>(result: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
    result.optional()
}
