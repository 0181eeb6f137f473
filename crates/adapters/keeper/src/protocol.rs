//! What Callsheet and a keeper say to each other: typed requests and messages, sent as frames (see `frame`).
//!
//! Every message about an attempt names its claim, so one connection carries any number of attempts. `Output` is live view
//! only and may be skipped for a slow reader (offsets show the gap, `Tail` fetches it); `Ended` is never skipped.

use std::path::PathBuf;

use callsheet_base::{BootId, Duration, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use crate::bytes::Bytes;
use crate::claim::Claim;
use crate::outcome::Ended;

/// Asked of a keeper.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Claims and executes one attempt. Answered by `Refused`, or by `Started` and later `Ended`, or at once by `Ended` if
    /// its shell could not be started.
    Start(Box<StartStep>),
    /// Ends everything of a running attempt: TERM, grace, KILL. Answered by its `Ended`, or by `Refused` if it does not run.
    Cancel {
        /// The attempt.
        claim: Claim,
    },
    /// Makes a claim that was not taken impossible to take. Answered by `Claimed`, which tells what is true now.
    Burn {
        /// The attempt.
        claim: Claim,
    },
    /// What runs now? Answered by `Status`.
    Status,
    /// Redacted output of a running or just ended attempt. Answered by `Tail`.
    Tail {
        /// The attempt.
        claim: Claim,
        /// Which stream.
        stream: Stream,
        /// Offset in the redacted stream, in bytes.
        from: u64,
    },
    /// Connects this client to an interactive attempt's terminal. Answered by `Attached`, then `Output`.
    Attach {
        /// The attempt.
        claim: Claim,
        /// The size of the client's window.
        size: WindowSize,
    },
    /// Keys typed by an attached client.
    Input {
        /// The attempt.
        claim: Claim,
        /// What was typed.
        bytes: Bytes,
    },
    /// An attached client's window changed.
    Resize {
        /// The attempt.
        claim: Claim,
        /// The new size.
        size: WindowSize,
    },
    /// The client leaves the terminal; the attempt goes on.
    Detach {
        /// The attempt.
        claim: Claim,
    },
    /// The run has ended: running attempts are cancelled, then the keeper goes. Answered by `Released`.
    Release,
}

/// One attempt to execute. Travels over the socket only; never on a command line and never to a disk as a whole.
#[derive(Debug, Serialize, Deserialize)]
pub struct StartStep {
    /// What is executed at most once.
    pub claim: Claim,
    /// What the shell calls the script in its messages (`NAME: line 3: …`); usually the step's id.
    pub name: String,
    /// The script.
    pub script: String,
    /// The shell's program and options, without `-c`; see [`default_shell`].
    pub shell: Vec<String>,
    /// The whole environment (nothing is inherited from the keeper). Later steps see it as the shell left it; only names
    /// beginning with `CALLSHEET_` are taken from here each time.
    pub env: Vec<(String, String)>,
    /// Declared secrets: put into the environment under their names, redacted, never stored.
    pub secrets: Vec<NamedSecret>,
    /// More values to redact, shown as `[redacted:NAME]`; not given to the step.
    pub redact: Vec<NamedSecret>,
    /// Where the shell starts when there is no snapshot.
    pub directory: PathBuf,
    /// After this the attempt is ended as timed out.
    pub timeout: Option<Duration>,
    /// Between TERM and KILL.
    pub grace: Duration,
    /// Plain pipes or a terminal.
    pub mode: Mode,
    /// The shell's state to begin with; none at the beginning of a run.
    pub state_from: Option<SnapshotId>,
    /// What becomes of the shell's state at the end.
    pub state_to: SaveState,
    /// Bytes kept of each stream, head and tail half each; see [`DEFAULT_OUTPUT_LIMIT`].
    pub output_limit: u64,
}

/// 8 MiB per stream.
pub const DEFAULT_OUTPUT_LIMIT: u64 = 8 << 20;

/// `bash -eo pipefail`.
pub fn default_shell() -> Vec<String> {
    ["bash", "-eo", "pipefail"].map(String::from).to_vec()
}

/// A value that must not be seen, and the name shown in its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NamedSecret {
    /// The name.
    pub name: String,
    /// The value. Serialised only here, for the keeper's private socket.
    #[serde(with = "wire_secret")]
    pub value: Secret<String>,
}

impl NamedSecret {
    /// From a name and its value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> NamedSecret {
        NamedSecret { name: name.into(), value: Secret::new(value.into()) }
    }
}

mod wire_secret {
    //! The one way a secret is written: into a frame for the keeper's socket.
    use callsheet_base::Secret;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(secret: &Secret<String>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret<String>, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// How a step is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Mode {
    /// Standard input is empty; standard output and error are kept apart.
    Piped,
    /// A terminal of its own, for interactive steps; everything is in the stream `Terminal`.
    Terminal {
        /// Its size until a client attaches.
        size: WindowSize,
    },
}

/// A terminal's size in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowSize {
    /// Lines.
    pub rows: u16,
    /// Characters per line.
    pub columns: u16,
}

/// A snapshot of the shell's state, named by the caller; unique in the run, safe as a file name (letters, digits, `.-_`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(pub String);

/// What becomes of the shell's state when an attempt ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "save", rename_all = "snake_case")]
pub enum SaveState {
    /// Forgotten: parallel steps.
    Discard,
    /// Stored, encrypted, under this name.
    As {
        /// The name.
        id: SnapshotId,
    },
}

/// Which output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// An interactive attempt's terminal. Recorded as its stdout.
    Terminal,
}

/// Said by a keeper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub enum Message {
    /// First on every connection.
    Hello(Status),
    /// The attempt is executing.
    Started {
        /// The attempt.
        claim: Claim,
        /// Its shell's process id, which is also its process group.
        pid: u32,
        /// When.
        at: Timestamp,
    },
    /// The request was not done; nothing happened.
    Refused {
        /// The attempt.
        claim: Claim,
        /// Why.
        reason: Refusal,
    },
    /// Redacted output, as it comes.
    Output {
        /// The attempt.
        claim: Claim,
        /// Which stream.
        stream: Stream,
        /// Where `bytes` begin in the redacted stream.
        offset: u64,
        /// The output.
        bytes: Bytes,
    },
    /// The attempt has ended and its record is in the keeper's log.
    Ended(Box<Ended>),
    /// The attempt has ended, but its record cannot be written yet; it is tried again every second, then `Ended` follows.
    RecordDelayed {
        /// The attempt.
        claim: Claim,
        /// The operating system's words.
        cause: String,
        /// True if the disk (or quota) is full.
        disk_full: bool,
    },
    /// Answer to `Burn`.
    Claimed {
        /// The attempt.
        claim: Claim,
        /// What is true of it now.
        state: ClaimState,
    },
    /// Answer to `Status`.
    Status(Status),
    /// Answer to `Tail`.
    Tail {
        /// The attempt.
        claim: Claim,
        /// Which stream.
        stream: Stream,
        /// Where `bytes` begin; later than asked if the middle was not kept.
        offset: u64,
        /// The output.
        bytes: Bytes,
        /// Size of the redacted stream so far: there is more to ask for if `offset + bytes.len()` is less.
        size: u64,
    },
    /// The client is connected to the terminal; the last output follows as `Output`.
    Attached {
        /// The attempt.
        claim: Claim,
    },
    /// The keeper goes; the connection closes.
    Released,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum Refusal {
    /// This attempt was claimed before: it runs, or has ended.
    #[error("this attempt was started before")]
    Claimed,
    /// A recovery burned this claim.
    #[error("this attempt was given up by a recovery and can no longer start")]
    Burned,
    /// The claim could not be written.
    #[error("the claim could not be recorded, so the step was not started: {cause}")]
    NotRecorded {
        /// The operating system's words.
        cause: String,
        /// True if the disk (or quota) is full.
        disk_full: bool,
    },
    /// The snapshot to begin with is missing, damaged, or was made with another key.
    #[error("the shell's state `{snapshot}` cannot be restored: {cause}")]
    Snapshot {
        /// Its name.
        snapshot: String,
        /// What is wrong.
        cause: String,
    },
    /// Nothing runs under this claim.
    #[error("this attempt is not running")]
    NotRunning,
    /// The attempt has no terminal.
    #[error("this step is not interactive: it has no terminal")]
    NotInteractive,
    /// The request itself makes no sense.
    #[error("{cause}")]
    Invalid {
        /// What is wrong.
        cause: String,
    },
    /// The keeper is ending.
    #[error("the keeper is ending")]
    Ending,
}

/// What a live keeper knows of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "claim_is", rename_all = "snake_case")]
pub enum ClaimState {
    /// It was never executed and never will be.
    Burned,
    /// It executes.
    Running {
        /// Its shell.
        pid: u32,
    },
    /// It has ended.
    Ended(Box<Ended>),
    /// An earlier keeper of this run executed it, or may have, and left no record of its end.
    InDoubt {
        /// Its shell, if that is still running.
        still_running: Option<u32>,
    },
}

/// A keeper and what it is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Protocol version, [`PROTOCOL`].
    pub protocol: u32,
    /// The keeper's process id.
    pub pid: u32,
    /// The boot it lives in.
    pub boot: BootId,
    /// How attempts are contained.
    pub containment: Containment,
    /// Executing attempts.
    pub running: Vec<Running>,
}

/// The version of this protocol. A client and a keeper of different versions do not work together.
pub const PROTOCOL: u32 = 1;

/// An executing attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// The attempt.
    pub claim: Claim,
    /// Its shell.
    pub pid: u32,
    /// Since when.
    pub started: Timestamp,
    /// Whether it has a terminal to attach to.
    pub interactive: bool,
}

/// What holds a keeper and its steps together, beside the keeper being their subreaper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "containment", rename_all = "snake_case")]
pub enum Containment {
    /// A control group of the run's own: ending the one Callsheet was started in does not end the keeper.
    Cgroup {
        /// Its folder.
        path: PathBuf,
    },
    /// None could be made.
    SessionOnly {
        /// Why.
        reason: String,
    },
}
