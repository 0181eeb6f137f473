//! Numbered headings under which nothing else is a step.

use super::draft::{Draft, Origin};
use crate::contexts::{self, Context};
use crate::document::Document;
use crate::words::{Said, VerbClass, instruction, strip_signs};

/// Adds a step for each numbered heading that names an act and holds no step.
pub(super) fn add(document: &Document, section_contexts: &[Context], drafts: &mut Vec<Draft>) {
    let mut holds = vec![false; document.sections.len()];
    for draft in drafts.iter() {
        let mut section = Some(draft.section);
        while let Some(at) = section {
            if holds[at] {
                break;
            }
            holds[at] = true;
            section = document.sections[at].parent;
        }
    }
    let mut added = Vec::new();
    for index in (1..document.sections.len()).rev() {
        let section = &document.sections[index];
        let Some(heading) = section.heading else { continue };
        if holds[index] || !is_numbered(&section.title) || section_contexts[index].explains() {
            continue;
        }
        let Some(found) = instruction(&section.title) else { continue };
        if matches!(found.class, VerbClass::Policy | VerbClass::Refer)
            || !found.sure && !names_step(&section.title)
            || says_automatic(document, index)
        {
            continue;
        }
        let block = &document.blocks[heading];
        added.push(Draft {
            origin: Origin::Heading,
            section: index,
            span: block.span,
            line: block.line,
            words: vec![(section.title.clone(), block.line)],
            codes: Vec::new(),
            flow: None,
            fence: None,
            intro: None,
            configs: Vec::new(),
            instruction: Some(found),
            context: section_contexts[index],
            expected: Vec::new(),
            outputs: Vec::new(),
            alternative: None,
            conditional: crate::alternatives::is_conditional(&Said::of(&section.title)).then(|| section.title.clone()),
            rollback: contexts::is_rollback(&Said::of(&section.title)),
            stated: None,
            told: false,
            dropped: false,
        });
        let mut at = Some(index);
        while let Some(section) = at {
            holds[section] = true;
            at = document.sections[section].parent;
        }
    }
    drafts.extend(added);
}

fn says_automatic(document: &Document, section: usize) -> bool {
    document
        .section_blocks(section)
        .filter_map(|block| document.text(block))
        .any(|text| text.plain().to_lowercase().contains("automatic"))
}

/// "Step 3", "2c.", "1.2 …", "4)".
pub(crate) fn is_numbered(title: &str) -> bool {
    names_step(title) || {
        let text = strip_signs(title);
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let rest = &text[digits..];
        let rest = rest.strip_prefix(|c: char| c.is_ascii_lowercase()).unwrap_or(rest);
        digits > 0
            && (text[..digits].contains('.') || rest.starts_with([')', '.', ':', '-']))
            && rest.trim_start_matches([')', '.', ':', '-']).starts_with(' ')
    }
}

/// "Step 3" in any of the languages that we know.
pub(crate) fn names_step(title: &str) -> bool {
    let lower = strip_signs(title).to_lowercase();
    crate::words::STEP_WORDS.iter().any(|word| {
        lower.strip_prefix(word).is_some_and(|rest| {
            rest.trim_start_matches([' ', '#', '-'])
                .starts_with(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c))
        })
    }) || lower.chars().next().is_some_and(|c| c == '第')
}
