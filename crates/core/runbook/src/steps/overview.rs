//! Lists that only tell what the sections below carry out.

use super::draft::Draft;
use crate::document::Document;

/// A list in the introduction that only tells what the sections below carry out is no procedure.
pub(super) fn drop_overview(document: &Document, drafts: &mut Vec<Draft>) {
    let Some(first) = drafts.first().map(|draft| draft.section) else { return };
    if document.sections[first].level > 1 {
        return;
    }
    let plain = |draft: &&Draft| draft.section == first && draft.fence.is_none() && draft.codes.is_empty();
    let introduced = drafts.iter().take_while(|draft| draft.section == first).count();
    if introduced == 0 || drafts.iter().filter(plain).count() < introduced {
        return;
    }
    let mut sections: Vec<usize> =
        drafts.iter().map(|draft| draft.section).filter(|&section| section != first).collect();
    sections.dedup();
    if sections.len() >= 2 && sections.len() * 2 >= introduced {
        drafts.drain(..introduced);
    }
}
