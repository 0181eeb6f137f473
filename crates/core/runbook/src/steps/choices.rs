//! Whether a step is done at all: one of several ways, on a condition, or only where somebody wants it. Written, or in its words.

use std::borrow::Cow;

use super::assemble::Shared;
use super::draft::Draft;
use crate::alternatives::{self, Label};
use crate::attributes::is_false;
use crate::contexts::Context;
use crate::document::Document;
use crate::model::{Alternative, Attributes, Inferred};
use crate::words::Said;

/// What was settled.
pub(super) struct Choices {
    pub(super) alternative: Option<Alternative>,
    pub(super) condition: Option<String>,
    pub(super) optional: bool,
}

impl Choices {
    pub(super) fn of(draft: &Draft, shared: &Shared<'_>, whole: &Said<'_>, written: &Attributes) -> Choices {
        let alternative = alternative(draft, shared, written.choose.as_deref());
        if written.optional == Some(false) {
            let optional = alternative.is_some();
            return Choices { alternative, condition: None, optional };
        }
        let condition = || draft.instruction.as_ref().and_then(|found| found.condition.clone());
        let condition = written.condition.clone().or_else(condition).or_else(|| draft.conditional.clone());
        let optional = written.optional == Some(true)
            || condition.is_some()
            || alternative.is_some()
            || draft.context == Context::Reference
            || alternatives::is_conditional(whole);
        Choices { alternative, condition, optional }
    }

    /// What of it nobody wrote as an attribute.
    pub(super) fn inferred(&self, line: u32, written: &Attributes) -> impl Iterator<Item = Inferred> {
        let one = |field, value| Inferred { field: Cow::Borrowed(field), value, line };
        let label = self.alternative.as_ref().filter(|_| written.choose.is_none());
        let words = self.condition.as_ref().filter(|_| written.condition.is_none());
        let bare =
            self.optional && self.alternative.is_none() && self.condition.is_none() && written.optional.is_none();
        let found = [
            label.map(|way| one("alternative", Cow::Owned(way.label.clone()))),
            words.map(|words| one("condition", Cow::Owned(words.clone()))),
            bare.then(|| one("optional", Cow::Borrowed("true"))),
        ];
        found.into_iter().flatten()
    }
}

/// `choose=…`, else the label of its words.
fn alternative(draft: &Draft, shared: &Shared<'_>, written: Option<&str>) -> Option<Alternative> {
    if written.is_some_and(is_false) {
        return None;
    }
    let (family, label) = match (written, &draft.alternative) {
        (Some(written), _) => (alternatives::label(written).map_or("choice", |label| label.family), written.to_owned()),
        (None, Some(label)) => (label.family, label.name.clone()),
        (None, None) => return None,
    };
    let home = match &draft.alternative {
        Some(said) => home(shared.document, draft.section, said),
        None => shared.ways.home(shared.document, draft.section, &label),
    };
    Some(Alternative { group: format!("{family}-{home}"), label })
}

/// The section whose ways these are: the one above the heading that bears the label, else the step's own.
fn home(document: &Document, section: usize, label: &Label) -> usize {
    let mut at = section;
    loop {
        let one = &document.sections[at];
        if alternatives::label(&one.title).is_some_and(|own| own == *label) {
            return one.parent.unwrap_or(at);
        }
        match one.parent {
            Some(parent) => at = parent,
            None => return section,
        }
    }
}
