//! Groups steps into procedures.
//!
//! Every heading whose own section (up to the next heading) holds steps is a procedure. When the subsections of a heading
//! are parts in sequence, the heading is one procedure that holds all their steps, and they are none: `#deploy` then runs
//! every phase in order, and each step belongs to exactly one procedure. Subsections are in sequence when each that holds
//! steps is named "Step 3", "Phase 2", "Krok 1" …, is numbered (below a heading that is not the file's title and does not
//! list troubles), or begins with "Pre-", "During", "Post-". Options, methods, issues, scenarios and rollbacks stay on their
//! own. A list before the first heading makes a procedure of level 0.

use callsheet_diag::{SourceText, Span};

use crate::contexts;
use crate::document::Document;
use crate::model::{Procedure, Step};
use crate::slug::Slugs;
use crate::steps::{Draft, is_numbered, names_step};
use crate::waits;
use crate::words::{Said, phrases};

/// Groups steps, given with their drafts in order of place.
pub(crate) fn group(
    document: &Document,
    source: &SourceText,
    drafts: &[Draft],
    steps: impl Iterator<Item = Step>,
) -> Vec<Procedure> {
    let homes = homes(document, drafts);
    let mut procedures: Vec<Procedure> = Vec::new();
    let mut index_of = vec![usize::MAX; document.sections.len()];
    let mut file_slugs = Slugs::default();
    for section in &document.sections[1..] {
        file_slugs.unique(&section.slug);
    }
    let mut ids: Vec<Slugs> = Vec::new();
    let mut counts = vec![0; document.sections.len()];
    drafts.iter().for_each(|draft| counts[homes[draft.section]] += 1);
    for (draft, mut step) in drafts.iter().zip(steps) {
        let home = homes[draft.section];
        if index_of[home] == usize::MAX {
            index_of[home] = procedures.len();
            let mut new = procedure(document, source, home, &mut file_slugs);
            new.steps.reserve_exact(counts[home]);
            procedures.push(new);
            ids.push(Slugs::default());
        }
        let at = index_of[home];
        step.id = callsheet_base::StepId::new(ids[at].unique(&crate::slug::slugged(step.id.as_str())));
        procedures[at].steps.push(step);
    }
    for section in 1..document.sections.len() {
        if index_of[section] == usize::MAX {
            continue;
        }
        let mut parent = document.sections[section].parent;
        while let Some(at) = parent {
            if index_of[at] != usize::MAX {
                procedures[index_of[section]].parent = Some(procedures[index_of[at]].slug.clone());
                break;
            }
            parent = document.sections[at].parent;
        }
    }
    procedures.sort_by_key(|procedure| procedure.span.start);
    procedures
}

fn procedure(document: &Document, source: &SourceText, section: usize, slugs: &mut Slugs) -> Procedure {
    let section = &document.sections[section];
    let heading = section.heading.map_or(Span::new(0, 0), |heading| document.blocks[heading].span);
    let slug = if section.slug.is_empty() { slugs.unique("runbook") } else { section.slug.clone() };
    Procedure {
        slug,
        title: section.title.clone(),
        span: heading,
        at: source.position(heading.start),
        level: section.level,
        parent: None,
        rollback: contexts::is_rollback(&Said::of(&section.title)),
        duration: waits::longest(&section.title),
        steps: Vec::new(),
    }
}

/// For each section the section whose procedure holds its steps.
fn homes(document: &Document, drafts: &[Draft]) -> Vec<usize> {
    let count = document.sections.len();
    let mut holds = vec![false; count];
    for draft in drafts {
        let mut at = Some(draft.section);
        while let Some(section) = at {
            if std::mem::replace(&mut holds[section], true) {
                break;
            }
            at = document.sections[section].parent;
        }
    }
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (section, held) in holds.iter().enumerate() {
        if let Some(parent) = document.sections[section].parent
            && *held
        {
            children[parent].push(section);
        }
    }
    let mut homes: Vec<usize> = (0..count).collect();
    // Asked once per parent: there may be many children.
    let mut sequences: Vec<Option<bool>> = vec![None; count];
    for section in 1..count {
        let Some(parent) = document.sections[section].parent else { continue };
        let absorbed = homes[parent] != parent
            || *sequences[parent].get_or_insert_with(|| in_sequence(document, parent, &children[parent]));
        let stays = || {
            homes[parent] == parent
                && contexts::is_rollback(&Said::of(&document.sections[section].title))
                && !names_step(&document.sections[section].title)
        };
        if absorbed && !stays() {
            homes[section] = homes[parent];
        }
    }
    homes
}

fn in_sequence(document: &Document, parent: usize, children: &[usize]) -> bool {
    let titles = || children.iter().map(|&child| document.sections[child].title.as_str());
    if children.len() < 2 || contexts::is_troubles(&document.sections[parent].title) && !titles().all(names_step) {
        return false;
    }
    let timely = |title: &str| {
        let lower = crate::words::strip_signs(title).to_lowercase();
        phrases!["pre-", "post-", "during", "before", "after"].begin(&lower)
    };
    titles().all(names_step)
        || document.sections[parent].level > 1
            && titles().all(|title| is_numbered(title) && !contexts::is_troubles(title))
        || document.sections[parent].level > 1 && titles().all(timely)
}
