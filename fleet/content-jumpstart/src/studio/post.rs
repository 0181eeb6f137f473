//! Posts, and what the quality check says of them.

use serde::{Deserialize, Serialize};

use super::ids::{PostId, ProjectId, RunId};
use super::platform::Platform;

/// One post of a project.
#[derive(Clone, Debug, Serialize)]
pub struct Post {
    pub id: PostId,
    pub project_id: ProjectId,
    pub run_id: RunId,
    /// 1 to 30.
    pub number: u32,
    pub platform: Platform,
    pub template: String,
    /// `pending`, `written`, `failed`, `approved` or `rejected`.
    pub status: String,
    pub body: String,
    pub flags: Vec<Flag>,
    /// 0 to 100.
    pub score: u32,
    /// How often it was written.
    pub attempt: u32,
    /// Who wrote it.
    pub provider: String,
    /// Used for it by the provider.
    pub tokens: i64,
    /// The reviewer's words.
    pub note: String,
    /// Grows by one with each change.
    pub version: i64,
    pub written_at: Option<String>,
}

/// What the check found wrong with a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    pub kind: FlagKind,
    pub severity: Severity,
    /// A sentence for the reviewer.
    pub detail: String,
}

/// How much a flag takes from the score of 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Must not go out like this.
    Error,
    /// Should be looked at.
    Warning,
}

impl Severity {
    /// Points.
    pub fn cost(self) -> u32 {
        match self {
            Severity::Error => 40,
            Severity::Warning => 12,
        }
    }
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Nearly the same words as another post.
    Duplicate,
    TooShort,
    TooLong,
    /// Opens like another post.
    RepeatedHook,
    /// Opens with words that make nobody stop.
    WeakHook,
    MissingCallToAction,
    /// Ends like too many others.
    RepeatedCallToAction,
    HardToRead,
    MissingKeyword,
    KeywordStuffing,
    /// Holds text that was to be replaced.
    Placeholder,
}

/// What a reviewer changes; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct PostChange {
    pub body: Option<String>,
    /// `approved`, `rejected` or `written`.
    pub status: Option<&'static str>,
    pub note: Option<String>,
}
