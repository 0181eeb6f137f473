//! What was adopted, and what was left as it is.

use serde::Serialize;

/// What may be left out of an adoption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// What must be seen.
    Expectations,
    /// Why a step is dangerous.
    Dangers,
    /// How long a step may take, where the words say so.
    Timeouts,
    /// `curl` with an expectation as an HTTP flow.
    Flows,
    /// What is done only on a condition, if somebody wants it, or as one of several ways.
    Choices,
    /// What undoes a step, and where its failure leads.
    Rollbacks,
    /// Declarations of what must be filled in.
    Parameters,
    /// Objectives, alerts, severities, escalation, triggers, schedules, document control.
    Facts,
}

/// Counts and names for people and programs. Lines are of the text before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Steps that got a name.
    pub named: Vec<Named>,
    /// Parameters that were declared.
    pub parameters: Vec<String>,
    /// Expectations that count as written now.
    pub expectations: usize,
    /// Dangers that are written now.
    pub dangers: usize,
    /// Timeouts taken from the words.
    pub timeouts: usize,
    /// Conditions, alternatives and optional steps that are written now.
    pub choices: usize,
    /// Ties to what undoes a step or what its failure leads to.
    pub rollbacks: usize,
    /// 1-based lines of `curl` blocks that became HTTP flows.
    pub flows: Vec<u32>,
    /// Facts that stand in the front matter now.
    pub facts: usize,
    /// Steps without a block of their own: a person does them, or their command stands in a sentence.
    pub prose: usize,
    /// What was not adopted, and why.
    pub left: Vec<Left>,
}

/// A step that got a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// 1-based line.
    pub line: u32,
    /// The name.
    pub name: String,
}

/// Something that was not adopted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// 1-based line.
    pub line: u32,
    /// What it is: a step's id, a parameter's name, `facts`.
    pub what: String,
    /// Why it was left, to follow "because".
    pub why: String,
}

impl Summary {
    pub(crate) fn leave(&mut self, line: u32, what: impl Into<String>, why: impl Into<String>) {
        self.left.push(Left { line, what: what.into(), why: why.into() });
    }

    /// Adds what another round did; what that round named is no longer left.
    pub(crate) fn then(&mut self, later: Summary) {
        self.left.retain(|left| !later.named.iter().any(|named| named.name == left.what));
        self.named.extend(later.named);
        self.parameters.extend(later.parameters);
        self.expectations += later.expectations;
        self.dangers += later.dangers;
        self.timeouts += later.timeouts;
        self.choices += later.choices;
        self.rollbacks += later.rollbacks;
        self.flows.extend(later.flows);
        self.facts += later.facts;
    }
}
