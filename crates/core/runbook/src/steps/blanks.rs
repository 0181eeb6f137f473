//! The values that a step leaves to be filled in.

use std::collections::HashSet;

use super::assemble::{Parts, Shared};
use super::draft::Draft;
use crate::document::BlockKind;
use crate::fences::Language;
use crate::model::{Placeholder, PlaceholderForm};
use crate::placeholders::{self, Found, Searched};
use crate::shell::Quoting;

pub(super) fn params(draft: &Draft, parts: &Parts, said: &str, shared: &Shared<'_>) -> Vec<Placeholder> {
    let mut found = Found::default();
    let set = &shared.variables;
    if let Some((block, _)) = draft.fence
        && let BlockKind::Fence(fence) = &shared.document.blocks[block].kind
    {
        let shell = matches!(
            parts.language,
            Some(Language::Shell | Language::Session | Language::Windows | Language::None | Language::Unknown)
        );
        let mut quoting = Quoting::default();
        for line in &fence.lines {
            let searched = Searched { text: &line.text, line: line.line, shell, code: true };
            placeholders::find_in(&searched, &mut quoting, set, &mut found);
        }
    }
    for &block in &draft.configs {
        if let BlockKind::Fence(fence) = &shared.document.blocks[block].kind {
            for line in &fence.lines {
                placeholders::find(
                    &Searched { text: &line.text, line: line.line, shell: false, code: true },
                    &HashSet::new(),
                    &mut found,
                );
            }
            found.keep(0, |one| one.form != PlaceholderForm::Variable && one.form != PlaceholderForm::Brace);
            if fence.lines.iter().any(|line| is_stand_in(&line.text)) && found.len() == 0 {
                let line = fence.lines.iter().find(|line| is_stand_in(&line.text)).map_or(0, |line| line.line);
                found.add(Placeholder {
                    name: "value".to_owned(),
                    text: String::new(),
                    form: PlaceholderForm::Shout,
                    line,
                    secret: false,
                });
            }
        }
    }
    if draft.fence.is_none() || !draft.codes.is_empty() {
        for (code, line) in &draft.codes {
            let shell = parts.offered && crate::shell::looks_like_command(code, true);
            let before = found.len();
            placeholders::find(&Searched { text: code, line: *line, shell, code: true }, set, &mut found);
            if !shell {
                found.keep(before, |one| !matches!(one.form, PlaceholderForm::Variable | PlaceholderForm::Brace));
            }
        }
        if draft.fence.is_none() {
            placeholders::find(&Searched { text: said, line: draft.line, shell: false, code: false }, set, &mut found);
        }
    }
    found.into_list()
}

/// `'DB_USER'` in a configuration: a value in capitals that stands for the reader's own.
fn is_stand_in(line: &str) -> bool {
    let Some((_, value)) = line.split_once(['=', ':']) else { return false };
    let value = value.trim().trim_end_matches([';', ',']).trim_matches(['"', '\'']);
    value.len() > 3 && value.contains('_') && value.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}
