//! What one step would have written down.

use callsheet_diag::SourceText;
use callsheet_runbook::document::Fence;
use callsheet_runbook::{Expect, ExpectTest, Step, StepKind};

use crate::curl::{self, Translation};
use crate::edit::Edit;
use crate::info::{self, Attribute};
use crate::places::Key;
use crate::summary::{Named, Part, Summary};
use crate::{ties, timeouts};

/// The edits of one step, as attributes alone and, where that is certain, as a flow.
pub(crate) struct Proposal {
    pub(crate) key: Key,
    line: u32,
    id: String,
    plain: Option<Version>,
    flow: Option<Version>,
    dropped: Option<&'static str>,
    notes: Vec<String>,
}

/// One way to write a step down.
struct Version {
    edits: Vec<Edit>,
    expectations: usize,
    counts: Counts,
}

/// The attributes that a step still needs.
struct Needed {
    attributes: Vec<Attribute>,
    counts: Counts,
}

/// How many of them are what.
#[derive(Clone, Copy, Default)]
struct Counts {
    named: bool,
    dangers: usize,
    timeouts: usize,
    choices: usize,
    rollbacks: usize,
}

impl Proposal {
    pub(crate) fn of(key: Key, step: &Step, fence: &Fence, source: &SourceText, leave: &[Part]) -> Proposal {
        let (line, id) = (step.at.line, step.id.to_string());
        let mut proposal = Proposal { key, line, id, plain: None, flow: None, dropped: None, notes: Vec::new() };
        let needed = needed(step, fence, source, leave);
        let expects = if leave.contains(&Part::Expectations) { Vec::new() } else { inferred(step) };
        if let Some(why) = info::refusal(fence) {
            if !needed.attributes.is_empty() || !expects.is_empty() {
                proposal.notes.push(why.to_owned());
            }
            return proposal;
        }
        let translated = if leave.contains(&Part::Flows) { Ok(None) } else { curl::translate(step, fence, source) };
        match translated {
            Ok(Some(translation)) => proposal.flow = Some(flow(&needed, &expects, fence, translation)),
            Ok(None) => {}
            Err(why) => proposal.notes.push(format!("`curl` stays: {why}")),
        }
        proposal.plain = plain(&needed, &expects, fence, &mut proposal.notes);
        proposal
    }

    /// Whether it would change anything.
    pub(crate) fn is_active(&self) -> bool {
        self.chosen().is_some()
    }

    pub(crate) fn is_flow(&self) -> bool {
        self.dropped.is_none() && self.flow.is_some()
    }

    pub(crate) fn edits(&self) -> impl Iterator<Item = &Edit> {
        self.chosen().into_iter().flat_map(|version| &version.edits)
    }

    /// Takes the flow back, or else everything.
    pub(crate) fn retreat(&mut self) {
        if self.flow.take().is_some() {
            self.notes.push("`curl` stays: as a flow this step would not be the same".to_owned());
        } else if self.plain.is_some() {
            self.dropped = Some("written down, this step or one near it would be read otherwise");
        }
    }

    fn chosen(&self) -> Option<&Version> {
        self.flow.as_ref().or(self.plain.as_ref()).filter(|_| self.dropped.is_none())
    }

    /// Tells what came of it.
    pub(crate) fn tell(&self, summary: &mut Summary) {
        if let Some(version) = self.chosen() {
            let counts = version.counts;
            if counts.named {
                summary.named.push(Named { line: self.line, name: self.id.clone() });
            }
            summary.expectations += version.expectations;
            summary.dangers += counts.dangers;
            summary.timeouts += counts.timeouts;
            summary.choices += counts.choices;
            summary.rollbacks += counts.rollbacks;
        }
        if self.is_flow() {
            summary.flows.push(self.line);
        }
        let notes = self.notes.iter().map(String::as_str).chain(self.dropped);
        notes.for_each(|why| summary.leave(self.line, self.id.clone(), why));
    }
}

fn needed(step: &Step, fence: &Fence, source: &SourceText, leave: &[Part]) -> Needed {
    let written = &step.attributes;
    let mut attributes = Vec::new();
    let named = written.name.is_none();
    if named {
        attributes.push(Attribute::new("name", step.id.as_str()));
    }
    let concluded = |field: &str| step.inferred.iter().any(|one| one.field == field);
    if written.kind.is_none() && step.kind != StepKind::Command && concluded("kind") {
        attributes.push(Attribute::new("kind", word(step.kind)));
    }
    if step.interactive && written.interactive.is_none() && step.runs.is_some() {
        attributes.push(Attribute::new("interactive", "true"));
    }
    let mut dangers: Vec<&str> = Vec::new();
    for danger in &step.danger {
        let kind = &*danger.kind;
        if !written.danger.iter().any(|one| one == kind) && !dangers.contains(&kind) && !leave.contains(&Part::Dangers)
        {
            dangers.push(kind);
        }
    }
    attributes.extend(dangers.iter().map(|kind| Attribute::new("danger", *kind)));
    let limit = written.timeout.is_none() && step.runs.is_some() && !leave.contains(&Part::Timeouts);
    let limit = limit.then(|| timeouts::stated(&words(step, fence, source))).flatten();
    attributes.extend(limit.map(|limit| Attribute::new("timeout", limit.to_string())));
    let choices = if leave.contains(&Part::Choices) { Vec::new() } else { ties::choices(step) };
    let rollbacks = if leave.contains(&Part::Rollbacks) { Vec::new() } else { ties::rollbacks(step) };
    let (dangers, timeouts) = (dangers.len(), usize::from(limit.is_some()));
    let counts = Counts { named, dangers, timeouts, choices: choices.len(), rollbacks: rollbacks.len() };
    attributes.extend(choices.into_iter().chain(rollbacks));
    Needed { attributes, counts }
}

/// The words that belong to the step: those before its commands, and the comments among these.
fn words(step: &Step, fence: &Fence, source: &SourceText) -> String {
    let own = callsheet_diag::Span::new(step.span.start, step.span.start.max(fence.info_span.start));
    let comments = fence.lines.iter().map(|line| line.text.trim()).filter(|line| line.starts_with('#'));
    let lines: Vec<&str> = [step.title.as_str(), source.slice(own)].into_iter().chain(comments).collect();
    lines.join("\n")
}

fn word(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Command => "command",
        StepKind::Check => "check",
        StepKind::Wait => "wait",
        StepKind::Approve => "approve",
        StepKind::Notify => "notify",
        StepKind::Manual => "manual",
    }
}

fn inferred(step: &Step) -> Vec<&Expect> {
    step.expects.iter().filter(|one| one.inferred).collect()
}

fn attribute(test: &ExpectTest) -> Attribute {
    match test {
        ExpectTest::Exit { status } => Attribute::new("expect_exit", status.to_string()),
        ExpectTest::HttpStatus { status } => Attribute::new("expect_status", status.to_string()),
        ExpectTest::Contains { needle } => Attribute::new("expect", needle),
        ExpectTest::Lacks { needle } => Attribute::new("expect_not", needle),
        ExpectTest::Matches { pattern } => Attribute::new("expect_match", pattern),
        ExpectTest::Resembles { .. } => Attribute::flag("expect_output"),
        ExpectTest::Empty => Attribute::flag("expect_empty"),
        ExpectTest::Person => Attribute::flag("expect_person"),
    }
}

/// Texts of the attributes, each once; a value that cannot stand there is noted.
fn texts(needed: &Needed, expects: &[&Expect], notes: &mut Vec<String>) -> (Vec<String>, usize) {
    let mut texts: Vec<String> = needed.attributes.iter().filter_map(Attribute::text).collect();
    let mut count = 0;
    for one in expects {
        match attribute(&one.test).text() {
            Some(text) => {
                count += 1;
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
            None => notes.push(format!("`{}` cannot stand in an attribute, so its failure only pauses", one.text)),
        }
    }
    (texts, count)
}

fn plain(needed: &Needed, expects: &[&Expect], fence: &Fence, notes: &mut Vec<String>) -> Option<Version> {
    let (texts, expectations) = texts(needed, expects, notes);
    let edits = (!texts.is_empty()).then(|| vec![info::add(fence, &texts)])?;
    Some(Version { edits, expectations, counts: needed.counts })
}

/// The attributes without the expectations that the flow asserts, the language, and the flow itself.
fn flow(needed: &Needed, expects: &[&Expect], fence: &Fence, translation: Translation) -> Version {
    let beside: Vec<&Expect> =
        expects.iter().copied().filter(|one| !translation.asserted.contains(&one.line)).collect();
    // What cannot stand in an attribute is noted by the plain version.
    let (texts, _) = texts(needed, &beside, &mut Vec::new());
    let mut edits = translation.edits;
    if !texts.is_empty() {
        edits.push(info::add(fence, &texts));
    }
    let expectations = expects.len();
    Version { edits, expectations, counts: needed.counts }
}
