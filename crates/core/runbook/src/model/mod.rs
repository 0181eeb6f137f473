//! What a runbook says, as typed values: the reader's result and the plan's input.

mod attributes;
mod fact;

use std::borrow::Cow;
use std::collections::BTreeMap;

use callsheet_base::{Duration, StepId};
use callsheet_diag::{Diagnostic, Position, Span};
use serde::{Deserialize, Serialize};

use crate::flows::{FlowSurroundings, FlowWants};

pub use attributes::Attributes;
pub use fact::{Fact, FactValue, Threshold};

/// A runbook and what was noticed while reading it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What the file says.
    pub runbook: Runbook,
    /// What is wrong with it, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// What its HTTP flows want to know of its surroundings, for [`crate::read_with`].
    pub wants: FlowWants,
}

/// One Markdown file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Runbook {
    /// First heading, or the front matter's `title`, or empty.
    pub title: String,
    /// What the front matter declares.
    pub front_matter: FrontMatter,
    /// In document order. Empty when the file holds nothing to do.
    pub procedures: Vec<Procedure>,
    /// In document order.
    pub facts: Vec<Fact>,
    /// What it was read with.
    #[serde(skip)]
    pub flows: FlowSurroundings,
}

/// Front matter (YAML between `---` lines at the top). Unknown keys are kept in the text and ignored here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FrontMatter {
    /// Title, overruling the first heading.
    pub title: Option<String>,
    /// The service that the procedures act on; names the change lock.
    pub service: Option<String>,
    /// Who keeps the runbook true.
    pub owner: Option<String>,
    /// Declared parameters by name.
    pub parameters: BTreeMap<String, ParameterDeclaration>,
    /// Names of environment variables that must never be shown.
    pub secrets: Vec<String>,
    /// When procedures run by themselves: procedure slug → cron line or phrase.
    pub schedule: BTreeMap<String, String>,
    /// What the runbook states beside its steps, by type: `severity: [{name: SEV1, respond_within: 15m}]`. Anything else is another tool's.
    pub facts: serde_json::Value,
}

/// A declared parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParameterDeclaration {
    /// `string`, `int`, `bool`, `url`, `duration`, `secret` or `choice`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Used when none is given.
    pub default: Option<String>,
    /// For `choice`: what may be given.
    pub choices: Vec<String>,
    /// A regular expression that the whole value must match.
    pub pattern: Option<String>,
    /// Asked of the person.
    pub description: Option<String>,
}

/// A section that can be run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Procedure {
    /// What comes after `#`: lower-case words joined by `-`, as GitHub makes heading anchors; unique in the file.
    pub slug: String,
    /// The heading's text.
    pub title: String,
    /// The heading.
    pub span: Span,
    /// Where the heading is.
    pub at: Position,
    /// The heading's level, 1–6; 0 for steps before any heading.
    pub level: u8,
    /// The slug of the procedure whose section holds this one.
    pub parent: Option<String>,
    /// Whether it undoes another ("Rollback", "Restore previous version").
    pub rollback: bool,
    /// How long its heading says it takes, longest figure ("(15–30 minutes)").
    pub duration: Option<Duration>,
    /// In order.
    pub steps: Vec<Step>,
}

/// One act or check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Unique within the procedure.
    pub id: StepId,
    /// The words that introduce it, without markup, at most 120 characters.
    pub title: String,
    /// What kind of act it is.
    pub kind: StepKind,
    /// What carries it out; `None` is a person.
    pub runs: Option<Runs>,
    /// Where it begins and ends.
    pub span: Span,
    /// Where it begins.
    pub at: Position,
    /// What it does, in order. A manual step has one act of kind `manual` or none.
    pub acts: Vec<Act>,
    /// What must be seen for it to have succeeded.
    pub expects: Vec<Expect>,
    /// What must be filled in before it runs.
    pub params: Vec<Placeholder>,
    /// Why it needs an explicit approval. Empty: it needs none.
    pub danger: Vec<Danger>,
    /// It needs a terminal or never ends by itself.
    pub interactive: bool,
    /// Done only if a condition holds or a person chooses it.
    pub optional: bool,
    /// Part of undoing.
    pub rollback: bool,
    /// The condition's words ("if the smoke test fails").
    pub condition: Option<String>,
    /// Steps that share a group name are alternatives: one is chosen.
    pub alternative: Option<Alternative>,
    /// How long a `wait` step waits: shortest and longest figure given.
    pub wait: Option<WaitSpan>,
    /// Attributes written in the info string; they overrule inference.
    pub attributes: Attributes,
    /// What was inferred rather than written, each with the line that says so.
    pub inferred: Vec<Inferred>,
}

/// The kind of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// Something that can be run as it stands or once its placeholders are filled.
    Command,
    /// Verify, confirm, ensure, monitor.
    Check,
    /// A timed wait or soak.
    Wait,
    /// Somebody's approval or sign-off.
    Approve,
    /// Tell people.
    Notify,
    /// Any other act of a person.
    Manual,
}

/// What carries a step out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Runs {
    /// `bash -eo pipefail`, or what the attribute `shell=` says.
    Shell,
    /// HTTP flow in the Hurl format.
    Hurl,
    /// SQL on a database.
    Sql,
    /// A condition on metrics.
    Promql,
    /// Lines of `callsheet …`, run natively.
    Verb,
}

/// One act of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// What kind of act.
    pub kind: ActKind,
    /// 1-based line in the raw file.
    pub line: u32,
    /// The text as written; for a comment-only act the comment's words.
    pub command: String,
    /// Acts with a choice label ("Option 1") exclude those with another.
    pub choice: Option<String>,
}

/// What an act within a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActKind {
    /// Runs.
    Run,
    /// A person does it.
    Manual,
    /// Kept ready; never runs by itself.
    Standby,
}

/// What must be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// How it is judged.
    #[serde(flatten)]
    pub test: ExpectTest,
    /// The words of the source that state it.
    pub text: String,
    /// 1-based line of those words.
    pub line: u32,
    /// Which act's output it judges (index into `acts`); `None`: the whole step's.
    pub act: Option<usize>,
    /// Inferred expectations that fail pause the run; written ones fail the step.
    pub inferred: bool,
}

/// How an expectation is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "test", rename_all = "snake_case")]
pub enum ExpectTest {
    /// The exit status is this.
    Exit {
        /// 0–255.
        status: u8,
    },
    /// The output shows this HTTP status.
    HttpStatus {
        /// 100–599.
        status: u16,
    },
    /// The output holds this text, after white space is folded.
    Contains {
        /// What to look for.
        needle: String,
    },
    /// The output does not hold this text.
    Lacks {
        /// What must be absent.
        needle: String,
    },
    /// The output matches this regular expression (multi-line mode).
    Matches {
        /// Rust `regex` syntax.
        pattern: String,
    },
    /// The output looks like this block; digits, ages, times, ids and addresses may differ.
    Resembles {
        /// The block as shown.
        block: String,
    },
    /// The output is empty.
    Empty,
    /// A person judges the words.
    Person,
}

/// An expectation that an attribute writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenExpect {
    /// `expect_status=200`
    Status(u16),
    /// `expect="ready"`
    Contains(String),
    /// `expect_not="ERROR"`
    Lacks(String),
    /// `expect_match="^ok"`
    Matches(String),
    /// `expect_empty`
    Empty,
    /// `expect_output`: the output that the runbook shows for the step.
    Output,
    /// `expect_person`: a person judges the words of the runbook.
    Person,
}

/// A value to be filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placeholder {
    /// The parameter's name: `service-id` for `<service-id>`, `DATABASE_URL` for `$DATABASE_URL`.
    pub name: String,
    /// As it stands in the text, to be replaced.
    pub text: String,
    /// How it is written.
    pub form: PlaceholderForm,
    /// 1-based line.
    pub line: u32,
    /// Its name or place says that it is secret.
    pub secret: bool,
}

/// How a placeholder is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlaceholderForm {
    /// `<x>`
    Angle,
    /// `$VAR`, `${VAR}` never set in the document: given as an environment variable, never pasted into the text.
    Variable,
    /// `{x}`
    Brace,
    /// `[x]`
    Bracket,
    /// `YOUR_X`, `your-…`, `xxx`
    Shout,
    /// `v1.x.x`
    Version,
    /// `example.com` and other values that stand for the reader's own
    Example,
}

/// Why a step is dangerous.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Danger {
    /// A short stable name: `recursive-delete`, `drop-database`, `flush-cache`, `kill`, `force`, `stop-service`, …
    pub kind: Cow<'static, str>,
    /// The words that show it.
    pub text: String,
    /// 1-based line.
    pub line: u32,
}

/// One of several ways, of which one is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Same for all members of the set, unique in the procedure.
    pub group: String,
    /// This member's label ("Option A").
    pub label: String,
}

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitSpan {
    /// Shortest figure; the wait lasts this long unless told otherwise.
    pub least: Duration,
    /// Longest figure; equal to `least` when one is given.
    pub most: Duration,
    /// Counted from the start of the run ("T+15m") rather than from the step before.
    pub from_run_start: bool,
}

/// Something the reader concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inferred {
    /// Which field: `expects`, `params`, `danger`, `kind`, `alternative`, `condition`, `optional`, `undo`, `rollback_to`, ….
    pub field: Cow<'static, str>,
    /// What was concluded.
    pub value: Cow<'static, str>,
    /// 1-based line that says so.
    pub line: u32,
}
