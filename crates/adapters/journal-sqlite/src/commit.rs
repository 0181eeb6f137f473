//! One transaction, one durable commit, as few statements as it can be.

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_journal::{ChangeLock, Draft, Head, JournalError, Record, RunSummary, Transaction, seal};
use rusqlite::{ErrorCode, OptionalExtension, params};

use crate::read;
use crate::store::SqliteJournal;

const INSERT_RECORD: &str = "INSERT INTO record (key, at, chain, body) VALUES (?1, ?2, ?3, ?4)";

pub(crate) fn commit(
    journal: &mut SqliteJournal,
    transaction: Transaction,
) -> Result<Result<Vec<Head>, ChangeLock>, JournalError> {
    if let Some((no, head)) = lone_record(journal, &transaction) {
        // A single insert is a transaction by itself: no BEGIN and COMMIT needed.
        let heads = append(journal, no, head, transaction.appends.into_iter().flat_map(|(_, drafts)| drafts))?;
        journal.known.insert(heads.run, (no, heads));
        return Ok(Ok(vec![heads]));
    }
    execute(journal, "BEGIN IMMEDIATE")?;
    let written = write(journal, transaction);
    match written {
        Ok(Ok(written)) => {
            if let Err(error) = execute(journal, "COMMIT") {
                undo(journal);
                return Err(error);
            }
            Ok(Ok(remember(journal, written)))
        }
        Ok(Err(lock)) => {
            undo(journal);
            Ok(Err(lock))
        }
        Err(error) => {
            undo(journal);
            Err(error)
        }
    }
}

/// What a transaction has written, before it is known to be durable.
struct Written {
    heads: Vec<(i64, Head)>,
    ended: Vec<RunId>,
}

fn remember(journal: &mut SqliteJournal, written: Written) -> Vec<Head> {
    for (no, head) in &written.heads {
        journal.known.insert(head.run, (*no, *head));
    }
    for run in &written.ended {
        journal.known.remove(run);
    }
    written.heads.into_iter().map(|(_, head)| head).collect()
}

fn undo(journal: &SqliteJournal) {
    if !journal.connection.is_autocommit() {
        // If this fails too, the connection stays in the transaction and every later commit fails: nothing half is kept.
        let _ = journal.connection.execute_batch("ROLLBACK");
    }
}

fn execute(journal: &SqliteJournal, sql: &'static str) -> Result<(), JournalError> {
    journal
        .connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute([]))
        .map(drop)
        .map_err(|error| journal.failures.of("append to", error))
}

/// The run's number and head if the transaction is one record of a run whose head we left ourselves.
fn lone_record(journal: &SqliteJournal, transaction: &Transaction) -> Option<(i64, Head)> {
    let Transaction { appends, summaries, take_locks, free_locks, blobs } = transaction;
    let rest_is_empty = summaries.is_empty() && take_locks.is_empty() && free_locks.is_empty() && blobs.is_empty();
    let [(head, drafts)] = appends.as_slice() else { return None };
    let (no, known) = journal.known.get(&head.run)?;
    (rest_is_empty && drafts.len() == 1 && known == head).then_some((*no, *head))
}

fn write(journal: &mut SqliteJournal, transaction: Transaction) -> Result<Result<Written, ChangeLock>, JournalError> {
    let failed = journal.failures.clone();
    let appending = |error| failed.of("append to", error);
    for run in &transaction.free_locks {
        free_locks(journal, *run).map_err(appending)?;
    }
    for lock in &transaction.take_locks {
        if let Some(held) = take_lock(journal, lock)? {
            return Ok(Err(held));
        }
    }
    for (digest, bytes) in &transaction.blobs {
        put_blob(journal, *digest, bytes).map_err(appending)?;
    }
    let mut heads = Vec::with_capacity(transaction.appends.len());
    for (head, drafts) in transaction.appends {
        let created = drafts.first().map_or(Timestamp::UNIX_EPOCH, |draft| draft.at);
        let no = number_of(journal, head.run, created)?;
        check_head(journal, no, head)?;
        heads.push((no, append(journal, no, head, drafts)?));
    }
    let mut ended = Vec::new();
    for summary in &transaction.summaries {
        number_of(journal, summary.run, summary.created)?;
        put_summary(journal, summary)?;
        if summary.ended {
            ended.push(summary.run);
        }
    }
    Ok(Ok(Written { heads, ended }))
}

fn append(
    journal: &SqliteJournal,
    no: i64,
    from: Head,
    drafts: impl IntoIterator<Item = Draft>,
) -> Result<Head, JournalError> {
    let failed = |error| journal.failures.of("append to", error);
    let mut insert = journal.connection.prepare_cached(INSERT_RECORD).map_err(failed)?;
    let mut head = from;
    for draft in drafts {
        let record = seal(head, draft);
        let row = params![key(no, record.seq), nanos(journal, record.at)?, record.chain.as_bytes(), record.body];
        match insert.execute(row) {
            Ok(_) => head = Head { run: record.run, seq: record.seq, chain: record.chain },
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                return Err(head_moved(journal, no, from, &record)?);
            }
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(head)
}

fn head_moved(journal: &SqliteJournal, no: i64, from: Head, record: &Record) -> Result<JournalError, JournalError> {
    let actual = read::head_of(journal, no, record.run)?;
    Ok(JournalError::HeadMoved { run: record.run, expected: from.seq, actual: actual.seq })
}

/// Refuses a head that is not the store's. A head we left ourselves needs no look: if it lags, the insert collides.
fn check_head(journal: &SqliteJournal, no: i64, head: Head) -> Result<(), JournalError> {
    if journal.known.get(&head.run).is_some_and(|(_, known)| *known == head) {
        return Ok(());
    }
    let actual = read::head_of(journal, no, head.run)?;
    if actual == head {
        return Ok(());
    }
    Err(JournalError::HeadMoved { run: head.run, expected: head.seq, actual: actual.seq })
}

/// The run's row number; makes the row if it is new.
fn number_of(journal: &SqliteJournal, run: RunId, created: Timestamp) -> Result<i64, JournalError> {
    if let Some((no, _)) = journal.known.get(&run) {
        return Ok(*no);
    }
    if let Some(no) = read::number(journal, run)? {
        return Ok(no);
    }
    let created = nanos(journal, created)?;
    journal
        .connection
        .prepare_cached("INSERT INTO run (id, created) VALUES (?1, ?2)")
        .and_then(|mut statement| statement.insert(params![run.as_bytes(), created]))
        .map_err(|error| journal.failures.of("append to", error))
}

fn put_summary(journal: &SqliteJournal, summary: &RunSummary) -> Result<(), JournalError> {
    let created = nanos(journal, summary.created)?;
    journal
        .connection
        .prepare_cached(
            "UPDATE run SET procedure = ?2, service = ?3, environment = ?4, actor = ?5, created = ?6, phase = ?7, ended = ?8
             WHERE id = ?1",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                summary.run.as_bytes(),
                summary.procedure,
                summary.service,
                summary.environment,
                summary.actor,
                created,
                summary.phase,
                summary.ended,
            ])
        })
        .map(drop)
        .map_err(|error| journal.failures.of("append to", error))
}

fn free_locks(journal: &SqliteJournal, run: RunId) -> rusqlite::Result<()> {
    let mut statement = journal.connection.prepare_cached("DELETE FROM change_lock WHERE run = ?1")?;
    statement.execute([run.as_bytes()]).map(drop)
}

/// Takes `lock`, or returns the one that stands in its way: held by another run that has not ended and is not observing.
fn take_lock(journal: &SqliteJournal, lock: &ChangeLock) -> Result<Option<ChangeLock>, JournalError> {
    let failed = |error| journal.failures.of("append to", error);
    let held = journal
        .connection
        .prepare_cached(
            "SELECT service, environment, run, since, holder, observing,
                    coalesce((SELECT ended FROM run WHERE run.id = change_lock.run), 0)
             FROM change_lock WHERE service = ?1 AND environment = ?2",
        )
        .and_then(|mut statement| {
            let row = |row: &rusqlite::Row<'_>| Ok((read::lock(row)?, row.get::<_, bool>(6)?));
            statement.query_row([&lock.service, &lock.environment], row).optional()
        })
        .map_err(failed)?;
    if let Some((held, ended)) = held
        && held.run != lock.run
        && !held.observing
        && !ended
    {
        return Ok(Some(held));
    }
    let since = nanos(journal, lock.since)?;
    let row = params![lock.service, lock.environment, lock.run.as_bytes(), since, lock.holder, lock.observing];
    journal
        .connection
        .prepare_cached(
            "INSERT OR REPLACE INTO change_lock (service, environment, run, since, holder, observing)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut statement| statement.execute(row))
        .map_err(failed)?;
    Ok(None)
}

fn put_blob(journal: &SqliteJournal, digest: Digest, bytes: &[u8]) -> rusqlite::Result<()> {
    let mut statement = journal.connection.prepare_cached(
        "INSERT INTO blob (digest, bytes) VALUES (?1, ?2)
         ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes, purged = NULL WHERE bytes IS NULL",
    )?;
    statement.execute(params![digest.as_bytes(), bytes]).map(drop)
}

pub(crate) fn key(no: i64, seq: u64) -> i64 {
    (no << 32) | seq as i64
}

/// Instants are stored as nanoseconds since 1970; those of other centuries do not fit and are refused.
pub(crate) fn nanos(journal: &SqliteJournal, at: Timestamp) -> Result<i64, JournalError> {
    i64::try_from(at.as_nanosecond()).map_err(|error| JournalError::Failed {
        operation: "write that instant into",
        place: journal.failures.place(),
        source: Box::new(error),
    })
}
