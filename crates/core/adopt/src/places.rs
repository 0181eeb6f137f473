//! Which code block a step stands in.

use callsheet_runbook::document::{BlockKind, Document, Fence};
use callsheet_runbook::{Runbook, Step};

/// A step by its place in the runbook: indices of its procedure and of itself.
pub(crate) type Key = (usize, usize);

/// The code blocks of a document by their lines.
pub(crate) struct Places<'d> {
    fences: Vec<(u32, u32, &'d Fence)>,
}

impl<'d> Places<'d> {
    pub(crate) fn of(document: &'d Document) -> Places<'d> {
        let fences = document.blocks.iter().filter_map(|block| match &block.kind {
            BlockKind::Fence(fence) => Some((fence.lines.first()?.line, fence.lines.last()?.line, fence)),
            _ => None,
        });
        let mut fences: Vec<_> = fences.collect();
        fences.sort_by_key(|fence| fence.0);
        Places { fences }
    }

    /// The block that holds the step's first act.
    pub(crate) fn fence(&self, step: &Step) -> Option<&'d Fence> {
        let line = step.acts.first()?.line;
        let at = self.fences.partition_point(|(first, _, _)| *first <= line).checked_sub(1)?;
        let (_, last, fence) = self.fences[at];
        (line <= last).then_some(fence)
    }
}

/// Every step with its place.
pub(crate) fn steps(runbook: &Runbook) -> impl Iterator<Item = (Key, &Step)> {
    runbook
        .procedures
        .iter()
        .enumerate()
        .flat_map(|(at, procedure)| procedure.steps.iter().enumerate().map(move |(index, step)| ((at, index), step)))
}
