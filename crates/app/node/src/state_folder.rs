//! A state folder to read from, to look after, and to tell its runs something.

use std::path::{Path, PathBuf};

use callsheet_access::{Actor, People};
use callsheet_base::{BootId, Digest, Duration, RunId, Timestamp};
use callsheet_engine::{Command, Event, Run};
use callsheet_journal::{ChangeLock, Head, Journal, JournalError, LeaseHolder, Record, RunSummary};
use callsheet_journal_sqlite::{
    BackupError, BackupReport, Checkpoint, FileLeases, HeadFault, Pruned, RetentionError, Settings, SqliteJournal,
};
use callsheet_keeper::RunDir;
use callsheet_traffic::Slice;

use crate::error::NodeError;
use crate::replay::{Replayed, replay};
use crate::request::Answer;
use crate::tell::{self, TellError};

/// A state folder, opened for reading and upkeep. Executing runs needs a [`crate::Foreground`].
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    pub(crate) journal: SqliteJournal,
}

/// Why an ending names no run.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// No run's id ends so.
    #[error("no run's id ends in `{0}`")]
    None(String),
    /// Several do.
    #[error("{} runs' ids end in `{ending}`", runs.len())]
    Several {
        /// As given.
        ending: String,
        /// Which.
        runs: Vec<RunId>,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl StateFolder {
    /// Opens it, and makes it if it is not there.
    pub fn open(path: &Path) -> Result<StateFolder, JournalError> {
        Ok(StateFolder { path: path.to_owned(), journal: SqliteJournal::open(path, Settings::default())? })
    }

    /// Opens one whose disk is full, to look at it and to make room. Nobody else can open it meanwhile.
    pub fn open_on_full_disk(path: &Path) -> Result<StateFolder, JournalError> {
        let journal = SqliteJournal::open_on_full_disk(path, Settings::default())?;
        Ok(StateFolder { path: path.to_owned(), journal })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What a rollout's judge was fed with, as recorded; without what was purged.
    pub fn slices(&self, blobs: &[Digest]) -> Vec<Slice> {
        crate::rollouts::read_slices(&self.journal, blobs)
    }

    /// Runs, newest first.
    pub fn runs(&self, open_only: bool, limit: usize) -> Result<Vec<RunSummary>, JournalError> {
        self.journal.runs(open_only, limit)
    }

    /// The run whose id ends so; also a whole id.
    pub fn find(&self, ending: &str) -> Result<RunSummary, FindError> {
        let wanted = ending.to_ascii_lowercase().replace('-', "");
        let mut found: Vec<RunSummary> = self.journal.runs(false, usize::MAX)?;
        found.retain(|summary| !wanted.is_empty() && summary.run.to_string().ends_with(&wanted));
        match found.len() {
            0 => Err(FindError::None(ending.to_owned())),
            1 => Ok(found.remove(0)),
            _ => Err(FindError::Several {
                ending: ending.to_owned(),
                runs: found.into_iter().map(|summary| summary.run).collect(),
            }),
        }
    }

    /// A run read back from its journal. `each` sees every record with its event, after it was applied.
    pub fn replay(&self, run: RunId, each: impl FnMut(&Run, &Record, &Event)) -> Result<Option<Replayed>, NodeError> {
        replay(&self.journal, run, each)
    }

    /// Records of a run after number `after`.
    pub fn records(&self, run: RunId, after: u64, limit: usize) -> Result<Vec<Record>, JournalError> {
        self.journal.read(run, after, limit)
    }

    /// An output, a plan, a runbook's text. `None`: not here; [`StateFolder::purged`] tells whether it was.
    pub fn blob(&self, digest: Digest) -> Result<Option<Vec<u8>>, JournalError> {
        self.journal.blob(digest)
    }

    /// When a blob was purged.
    pub fn purged(&self, digest: Digest) -> Result<Option<Timestamp>, JournalError> {
        self.journal.purged(digest)
    }

    /// All change locks.
    pub fn locks(&self) -> Result<Vec<ChangeLock>, JournalError> {
        self.journal.locks()
    }

    /// The process that executes the run now.
    pub fn holder(&self, run: RunId) -> Result<Option<LeaseHolder>, JournalError> {
        let nobody = LeaseHolder { pid: std::process::id(), boot: BootId(String::new()), role: String::new() };
        FileLeases::new(&self.path, nobody).holder_of(run)
    }

    /// The folder that the run shares with its keeper: for attaching to a step's terminal.
    pub fn keeper_dir(&self, run: RunId) -> RunDir {
        RunDir::new(self.path.join("runs").join(run.to_string()))
    }

    /// Tells a run something, wherever it is executed: by this machine's server, by another process, or by nobody; then it is
    /// recorded here and whoever resumes the run acts on it.
    pub fn tell(
        &mut self,
        run: RunId,
        command: Command,
        actor: &Actor,
        note: &str,
        people: &People,
    ) -> Result<Answer, TellError> {
        tell::tell(self, run, command, actor, note, people)
    }

    /// Proves a run's chain.
    pub fn verify(&self, run: RunId) -> Result<Result<Head, HeadFault>, JournalError> {
        self.journal.prove(run)
    }

    /// Proves a run's chain against a head that was kept elsewhere.
    pub fn verify_against(&self, exported: Head) -> Result<Result<Head, HeadFault>, JournalError> {
        self.journal.prove_against(exported)
    }

    /// Records a checkpoint over all heads, for export.
    pub fn checkpoint(&mut self) -> Result<Checkpoint, JournalError> {
        self.journal.checkpoint(Timestamp::now())
    }

    /// Copies the folder while it is in use.
    pub fn backup(&self, target: &Path) -> Result<BackupReport, BackupError> {
        self.journal.backup(target)
    }

    /// Purges the outputs of runs that ended longer than `older_than` ago. Plans and runbooks stay, so the runs stay readable.
    pub fn prune(&mut self, older_than: Duration) -> Result<Pruned, RetentionError> {
        let now = Timestamp::now();
        let before = now.saturating_sub(older_than.to_std()).unwrap_or(Timestamp::MIN);
        self.journal.prune(before, now, &|record| match Event::from_json(&record.body) {
            Ok(Event::Created(created)) => vec![created.plan, created.runbook],
            _ => Vec::new(),
        })
    }
}
