//! Checkpoints over run heads: made here, kept elsewhere, compared later.

use callsheet_base::{Digest, RunId, Timestamp};
use callsheet_journal::{ChainFault, Head, Journal, JournalError, prove_chain};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::commit::nanos;
use crate::read;
use crate::store::SqliteJournal;

/// The heads of all runs at an instant, chained to the checkpoint before. Its JSON is what an auditor keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// 1, 2, 3, …
    pub number: u64,
    /// When it was made.
    pub at: Timestamp,
    /// Every run's head, in the order of their making.
    pub heads: Vec<Head>,
    /// Over the heads, the instant and the checkpoint before.
    pub chain: Digest,
}

/// What is wrong with a run, measured against a head that was kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadFault {
    /// The run has fewer records than the head says: some were removed.
    #[error("run {run}: record {expected} was here when the head was exported, now the last one is {found}")]
    Shortened {
        /// The run.
        run: RunId,
        /// The exported head's number.
        expected: u64,
        /// The last number now.
        found: u64,
    },
    /// The record at the head's number is another one.
    #[error("run {run}: record {seq} is not the one whose head was exported")]
    Replaced {
        /// The run.
        run: RunId,
        /// The head's number.
        seq: u64,
    },
    /// The run's own chain does not hold.
    #[error("run {run}: {fault}")]
    Broken {
        /// The run.
        run: RunId,
        /// Where.
        fault: ChainFault,
    },
}

const PAGE: usize = 4096;

impl SqliteJournal {
    /// Heads of all runs, in the order of their making.
    pub fn heads(&self) -> Result<Vec<Head>, JournalError> {
        let sql = "SELECT run.id, record.key & 4294967295, record.chain FROM run JOIN record ON record.key =
            (SELECT max(key) FROM record WHERE key > run.no << 32 AND key < (run.no + 1) << 32) ORDER BY run.no";
        let row = |row: &Row<'_>| {
            Ok(Head { run: read::run_id(row, 0)?, seq: row.get::<_, i64>(1)? as u64, chain: read::digest(row, 2)? })
        };
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map([], row)?.collect())
            .map_err(|error| self.failures.of("read", error))
    }

    /// Records a checkpoint over all heads and returns it for export.
    pub fn checkpoint(&mut self, at: Timestamp) -> Result<Checkpoint, JournalError> {
        let heads = self.heads()?;
        let before = self.last_checkpoint()?;
        let (number, prev) = before.map_or((1, Digest::ZERO), |(number, chain)| (number + 1, chain));
        let text = serde_json::to_string(&heads).map_err(|error| self.failures.damaged(&error.to_string()))?;
        let at_nanos = nanos(self, at)?;
        let chain =
            Digest::of_parts(&[&number.to_le_bytes(), &at_nanos.to_le_bytes(), prev.as_bytes(), text.as_bytes()]);
        self.connection
            .execute(
                "INSERT INTO checkpoint (no, at, chain, heads) VALUES (?1, ?2, ?3, ?4)",
                params![number as i64, at_nanos, chain.as_bytes(), text],
            )
            .map_err(|error| self.failures.of("append to", error))?;
        Ok(Checkpoint { number, at, heads, chain })
    }

    fn last_checkpoint(&self) -> Result<Option<(u64, Digest)>, JournalError> {
        let row = |row: &Row<'_>| Ok((row.get::<_, i64>(0)? as u64, read::digest(row, 1)?));
        self.connection
            .query_row("SELECT no, chain FROM checkpoint ORDER BY no DESC LIMIT 1", [], row)
            .optional()
            .map_err(|error| self.failures.of("read", error))
    }

    /// Proves the whole chain of `run` from its first record; returns its head.
    pub fn prove(&self, run: RunId) -> Result<Result<Head, HeadFault>, JournalError> {
        let mut head = Head::start(run);
        loop {
            let records = self.read(run, head.seq, PAGE)?;
            match prove_chain(head, &records) {
                Ok(next) => head = next,
                Err(fault) => return Ok(Err(HeadFault::Broken { run, fault })),
            }
            if records.len() < PAGE {
                return Ok(Ok(head));
            }
        }
    }

    /// Compares `exported` with what is here now: the run's chain holds, and its record of that number is that very one.
    pub fn prove_against(&self, exported: Head) -> Result<Result<Head, HeadFault>, JournalError> {
        let run = exported.run;
        let now = match self.prove(run)? {
            Ok(head) => head,
            Err(fault) => return Ok(Err(fault)),
        };
        if now.seq < exported.seq {
            return Ok(Err(HeadFault::Shortened { run, expected: exported.seq, found: now.seq }));
        }
        let there = match read::number(self, run)? {
            Some(no) if exported.seq > 0 => read::chain_at(self, no, exported.seq)?,
            _ => Some(Digest::ZERO),
        };
        if there != Some(exported.chain) {
            return Ok(Err(HeadFault::Replaced { run, seq: exported.seq }));
        }
        Ok(Ok(now))
    }
}
