//! What is known of an attempt that has ended: the record in the keeper's log and the message to Callsheet.

use callsheet_base::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;
use crate::claim::Claim;
use crate::protocol::SnapshotId;

/// How an attempt ended, with its evidence. All text in it is redacted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    /// The attempt.
    pub claim: Claim,
    /// How.
    pub end: End,
    /// When its shell was started.
    pub started: Timestamp,
    /// When its shell ended.
    pub ended: Timestamp,
    /// Standard output; for an interactive step the terminal.
    pub stdout: Captured,
    /// Standard error; empty for an interactive step.
    pub stderr: Captured,
    /// What became of the shell's state.
    pub state: StateOutcome,
    /// Files that it left in `$CALLSHEET_EVIDENCE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<LeftFile>,
    /// Processes that the step left running; only a step that ended by itself leaves any.
    pub leftovers: Vec<Leftover>,
    /// Processor time of the shell and the processes it waited for, in microseconds.
    pub cpu_micros: u64,
    /// Greatest memory of the shell or of one process it waited for, in bytes.
    pub max_rss_bytes: u64,
}

impl Ended {
    /// True if the script ran to its end with exit code 0.
    pub fn succeeded(&self) -> bool {
        self.end == End::Exited { code: 0 }
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// By itself, with an exit code.
    Exited {
        /// 0 to 255.
        code: i32,
    },
    /// By a signal that the keeper did not send.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// By the keeper, after the step's time.
    TimedOut,
    /// By the keeper, on request.
    Cancelled,
    /// By the keeper, which was itself told to end (SIGTERM, shutdown of the machine).
    KeeperStopped,
    /// The script is not valid shell; no command of it was executed. The shell's words are in `stderr`.
    SyntaxError,
    /// The shell could not be started; nothing was executed.
    NotSpawned {
        /// Why.
        cause: String,
    },
}

impl End {
    /// True if it is certain that nothing of the script was executed.
    pub fn nothing_executed(&self) -> bool {
        matches!(self, End::SyntaxError | End::NotSpawned { .. })
    }
}

/// One redacted stream of output.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Captured {
    /// Bytes of the redacted stream, also those not kept.
    pub size: u64,
    /// Bytes left out of the middle; the kept text then has a marker line there. 0 if everything was kept.
    pub dropped: u64,
    /// Values redacted.
    pub redactions: u64,
    /// Where the kept bytes are.
    pub kept: Kept,
}

/// Where kept output is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum Kept {
    /// There was none.
    #[default]
    Nothing,
    /// Here, because it is small (16 KiB at most).
    Inline {
        /// The output.
        bytes: Bytes,
    },
    /// In the blob store, synced to disk.
    Blob {
        /// Its name.
        digest: Digest,
        /// Beginning and end, for a first look.
        preview: Preview,
    },
    /// It could not be stored; the step itself went on.
    Lost {
        /// Why.
        cause: String,
        /// True if the disk (or quota) is full.
        disk_full: bool,
        /// What is left of it.
        preview: Preview,
    },
}

/// The beginning and the end of an output: at most 20 lines and 4 KiB each, whole lines where possible.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// First lines.
    pub first: Bytes,
    /// Last lines; empty if `first` is everything.
    pub last: Bytes,
}

/// What became of the shell's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StateOutcome {
    /// The caller did not want it.
    Discarded,
    /// Stored under this name: the next step begins with it. The name is that of the snapshot before if nothing changed.
    Saved {
        /// The name.
        snapshot: SnapshotId,
    },
    /// Not stored: the next step begins with the snapshot before.
    NotSaved {
        /// Why: `exec` replaced the shell, it was killed, it is not bash, the disk is full.
        cause: String,
    },
}

/// A file that a step left as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftFile {
    /// Its path beneath the step's folder, redacted.
    pub name: String,
    /// Where it is.
    pub kept: FileKept,
}

/// Where a file that was left is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum FileKept {
    /// In the blob store, redacted, synced to disk.
    Blob {
        /// Its name.
        digest: Digest,
        /// Bytes.
        size: u64,
    },
    /// It could not be stored.
    Lost {
        /// Why.
        cause: String,
    },
}

/// A process that outlives its step: a service started by it, deliberately or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// Its id.
    pub pid: u32,
    /// When it started, in clock ticks after boot, as in `/proc/PID/stat`: with the id it names one process.
    pub start_ticks: u64,
    /// Its name, redacted.
    pub name: String,
}
