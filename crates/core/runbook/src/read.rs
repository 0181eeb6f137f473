//! From text to reading: the stations that a runbook passes.

use callsheet_diag::SourceText;

use crate::diagnostics::{self, Subject};
use crate::document::Document;
use crate::flows::{FlowSurroundings, FlowWants};
use crate::model::{FrontMatter, Procedure, Reading, Runbook};
use crate::pace::{InTurn, Pace};
use crate::steps::{self, Shared, Ways};
use crate::{adopted, facts, flows, front_matter, placeholders, procedures, ties};

/// Reads a runbook by itself. Never fails; linear in the text's length.
pub fn read(source: &SourceText) -> Reading {
    read_with(source, &FlowSurroundings::default())
}

/// Reads a runbook, with what an earlier reading wanted of its surroundings.
pub fn read_with(source: &SourceText, around: &FlowSurroundings) -> Reading {
    read_at(source, around, &InTurn)
}

/// Reads a runbook as [`read_with`] does: its facts beside its steps, if `pace` has the hands for it.
pub fn read_at(source: &SourceText, around: &FlowSurroundings, pace: &impl Pace) -> Reading {
    let document = Document::read(source);
    let (front_matter, fault) = front_matter::read(&document, source);
    let facts = || facts::extract(&document, source);
    let (facts, steps) = pace.both(facts, || Steps::of(&document, source, &front_matter, around));
    let facts = facts::written::merge(facts, &front_matter, &document, source);
    let title = front_matter
        .title
        .clone()
        .unwrap_or_else(|| document.sections.get(1).map(|section| section.title.clone()).unwrap_or_default());
    let runbook = Runbook { title, front_matter, procedures: steps.procedures, facts, flows: around.clone() };
    let subject = Subject { source, document: &document, runbook: &runbook, front_matter_fault: fault.as_ref() };
    let diagnostics = diagnostics::find(&subject);
    Reading { runbook, diagnostics, wants: steps.wants }
}

/// What is done in a runbook, and what its flows want of their surroundings.
struct Steps {
    procedures: Vec<Procedure>,
    wants: FlowWants,
}

impl Steps {
    fn of(document: &Document, source: &SourceText, front_matter: &FrontMatter, around: &FlowSurroundings) -> Steps {
        let drafts = steps::drafts(document);
        let mut variables = placeholders::variables_set(document);
        variables.extend(flows::captured(document, around));
        let shared = Shared { document, source, variables, ways: Ways::of(document, &drafts) };
        let settled = |draft| {
            let mut step = steps::assemble(draft, &shared);
            adopted::settle(&mut step, front_matter);
            step
        };
        let mut procedures = procedures::group(document, source, &drafts, drafts.iter().map(settled));
        ties::conclude(document, source, &mut procedures);
        let wants = flows::settle(&mut procedures, around, &shared.variables);
        Steps { procedures, wants }
    }
}
