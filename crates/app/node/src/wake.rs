//! Everything that can wake the loop: one closed list.

use callsheet_access::Actor;
use callsheet_base::{Digest, Duration, RunId};
use callsheet_engine::{Claim, Command, EvidenceFile, Exit};
use callsheet_rollout::{Event as RolloutEvent, RolloutPlan};
use callsheet_traffic::Slice;

use crate::perform::Fate;
use crate::request::{Answer, Request};

/// What can wake the loop. Timers wake it too; those it keeps itself.
pub enum Wake {
    /// A person tells a run something.
    Told(Told),
    /// Somebody asks the node something: over its socket, or from another thread.
    Asked(Box<Request>, Actor, Reply),
    /// An act ended.
    Ended {
        /// The run.
        run: RunId,
        /// The attempt.
        claim: Claim,
        /// How.
        end: Box<ActEnd>,
    },
    /// An intended act did not start, and never will under this claim.
    NotStarted {
        /// The run.
        run: RunId,
        /// The attempt.
        claim: Claim,
        /// Why.
        why: String,
    },
    /// The run's keeper is gone or silent: what became of its running acts must be found out.
    KeeperLost {
        /// The run.
        run: RunId,
    },
    /// What became of acts that were asked after, or why it cannot be found out now.
    FatesFound {
        /// The run.
        run: RunId,
        /// Each act's fate.
        answer: Result<Vec<(Claim, Fate)>, String>,
    },
    /// The target guard looked.
    TargetLooked {
        /// The run.
        run: RunId,
        /// What it found, or what differs.
        found: Result<Vec<String>, String>,
    },
    /// A deploy act begins a rollout.
    RolloutBegins {
        /// The run.
        run: RunId,
        /// The attempt.
        claim: Claim,
        /// What it is to do.
        plan: Box<RolloutPlan>,
    },
    /// A conductor looked.
    Rollout {
        /// The run.
        run: RunId,
        /// The attempt that began the rollout.
        claim: Claim,
        /// What it saw.
        report: Box<RolloutReport>,
    },
    /// Something that the outside itself waited for is there: it goes on with that by itself.
    Fetched,
    /// Output of a running act, for who watches. Not journaled: the act's end brings all of it.
    Output(LiveOutput),
    /// Stop deciding: leave everything as it is recorded.
    Shutdown,
}

/// What a conductor saw.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutReport {
    /// How many events the rollout had when it was looked at: if it has more by now, what happened is looked for again.
    pub after: u64,
    /// What happened.
    pub happened: Option<RolloutEvent>,
    /// Slices that were counted since the last report.
    pub slices: Vec<Slice>,
}

/// A person's command to a run.
pub struct Told {
    /// The run.
    pub run: RunId,
    /// What.
    pub command: Command,
    /// Who.
    pub actor: Actor,
    /// Their words.
    pub note: String,
    /// Called once it is durable, or refused.
    pub reply: Reply,
}

/// How an answer goes back. Called once.
pub type Reply = Box<dyn FnOnce(Answer) + Send>;

/// How an act ended, as the world tells it: not judged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActEnd {
    /// How.
    pub exit: Exit,
    /// How long it took.
    pub took: Duration,
    /// What it put out.
    pub output: Captured,
    /// What it put out as errors, where that is kept apart.
    pub errors: Captured,
    /// Files that it left.
    pub files: Vec<EvidenceFile>,
    /// Name of the shell state it left.
    pub shell: Option<String>,
}

/// One stream of an act's output, redacted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Captured {
    /// There was none.
    #[default]
    Nothing,
    /// Here; becomes a blob in the journal.
    Inline {
        /// The text.
        bytes: Vec<u8>,
        /// Bytes that did not fit the cap.
        left_out: u64,
    },
    /// Stored and synced already.
    Stored {
        /// The blob.
        digest: Digest,
        /// Its size in bytes.
        bytes: u64,
        /// Bytes that did not fit the cap.
        left_out: u64,
        /// The same, for judging.
        text: Vec<u8>,
    },
}

/// Output of a running act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveOutput {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub claim: Claim,
    /// Whether it is error output.
    pub is_error: bool,
    /// Redacted.
    pub bytes: Vec<u8>,
}

// === impl ActEnd ===

impl ActEnd {
    /// An act that ended at once, without output.
    pub fn bare(exit: Exit) -> ActEnd {
        let nothing = Captured::Nothing;
        ActEnd { exit, took: Duration::ZERO, output: nothing.clone(), errors: nothing, files: Vec::new(), shell: None }
    }
}

// === impl Captured ===

impl Captured {
    /// The bytes, as far as kept.
    pub fn text(&self) -> &[u8] {
        match self {
            Captured::Nothing => &[],
            Captured::Inline { bytes, .. } | Captured::Stored { text: bytes, .. } => bytes,
        }
    }
}
