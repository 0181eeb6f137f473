//! How an act ended, and what its output showed.

use callsheet_base::{Digest, Duration};
use serde::{Deserialize, Serialize};

/// What is known of an act that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub exit: Exit,
    /// How long it took.
    pub took: Duration,
    /// Its output. `None`: it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Its error output, where that is kept apart. `None`: it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Evidence>,
    /// Files that it left as evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<EvidenceFile>,
    /// The keeper's name of the shell state that it left: where the next shell act begins. `None`: it left none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    /// What became of each of the act's expectations, by [`crate::expectations::judge`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
}

/// How an act ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// A process ended with this status.
    Status(u8),
    /// A process was ended by this signal.
    Signal(i32),
    /// The process group was ended after the step's timeout.
    TimedOut,
    /// The process group was ended because the run was cancelled.
    Cancelled,
    /// A message was taken by its channel.
    Sent,
    /// All traffic is on the release.
    Released,
    /// The release was turned back; why, in words for a person. Never tried again by itself.
    TurnedBack(String),
    /// It could not be done; why, in words for a person.
    Error(String),
}

/// An act's output as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Names the blob of redacted output.
    pub output: Digest,
    /// Bytes stored.
    pub bytes: u64,
    /// Bytes that did not fit the cap and were left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

/// A file that an act left as evidence: a screenshot, a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// Its path beneath the act's folder.
    pub name: String,
    /// Names the blob. `None`: it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<Digest>,
    /// Bytes stored.
    #[serde(default)]
    pub bytes: u64,
    /// Why it was not kept, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lost: String,
}

/// What became of one expectation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Index into the act's `expects`.
    pub expect: u16,
    /// Whether it holds.
    pub judged: Judged,
    /// What was seen instead, in words; empty when it holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub saw: String,
}

/// Whether an expectation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// It was seen.
    Holds,
    /// It was not.
    Fails,
    /// Only a person can tell.
    Person,
}

fn is_zero(bytes: &u64) -> bool {
    *bytes == 0
}

// === impl EvidenceFile ===

impl EvidenceFile {
    /// For the record: `file page.jpg 0123abcd (83214 bytes)`.
    pub fn words(&self) -> String {
        match self.blob {
            Some(digest) => format!("file {} {} ({} bytes)", self.name, digest.short(), self.bytes),
            None => format!("file {} not kept: {}", self.name, self.lost),
        }
    }
}

// === impl Exit ===

impl Exit {
    /// For people: `exit status 1`, `ended after its timeout`.
    pub fn words(&self) -> String {
        match self {
            Exit::Status(status) => format!("exit status {status}"),
            Exit::Signal(signal) => format!("ended by signal {signal}"),
            Exit::TimedOut => "ended after its timeout".to_owned(),
            Exit::Cancelled => "ended by the cancel".to_owned(),
            Exit::Sent => "sent".to_owned(),
            Exit::Released => "all traffic is on it".to_owned(),
            Exit::TurnedBack(why) => format!("turned back: {why}"),
            Exit::Error(why) => why.clone(),
        }
    }
}

// === impl Outcome ===

impl Outcome {
    /// An act that ended like this at once, without output.
    pub fn bare(exit: Exit) -> Outcome {
        Outcome {
            exit,
            took: Duration::ZERO,
            evidence: None,
            errors: None,
            files: Vec::new(),
            shell: None,
            verdicts: Vec::new(),
        }
    }
}
