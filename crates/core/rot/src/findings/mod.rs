//! From answers to diagnostics: one file per code; each file's comment says when it speaks.

mod dead_anchor;
mod dead_link;
mod missing_file;
mod missing_table;
mod never_rehearsed;
mod not_executable;
mod old_rehearsal;
mod overdue_review;
mod page_gone;
mod refused_port;
mod unknown_host;
mod unknown_program;
mod unknown_ref;
mod unknown_service;
mod unknown_task;
mod unknown_unit;
mod unknown_word;
mod variable_set_nowhere;

#[cfg(test)]
mod tests;

use callsheet_diag::{Code, Diagnostic, Severity, SourceText, Span};

use crate::claim::{Answer, Claim, Claimed};
use crate::nearest::nearest;

/// What is gone, with all that a message needs.
pub(crate) struct Gone<'a> {
    source: &'a SourceText,
    span: Span,
    pub(crate) what: &'a Claimed,
    pub(crate) seen: Option<&'a str>,
    candidates: &'a [String],
}

type Find = fn(&Gone<'_>) -> Option<Diagnostic>;

const ALL: [Find; 18] = [
    unknown_program::find,
    missing_file::find,
    not_executable::find,
    unknown_task::find,
    dead_link::find,
    dead_anchor::find,
    variable_set_nowhere::find,
    unknown_host::find,
    refused_port::find,
    page_gone::find,
    unknown_service::find,
    unknown_unit::find,
    missing_table::find,
    unknown_ref::find,
    unknown_word::find,
    overdue_review::find,
    never_rehearsed::find,
    old_rehearsal::find,
];

/// What is wrong, if the answer says that something is. What could not be told is never wrong.
pub fn judge(source: &SourceText, claim: &Claim, answer: &Answer) -> Option<Diagnostic> {
    let empty = Vec::new();
    let (what, candidates, seen) = match answer {
        Answer::There | Answer::Unknown(_) => return None,
        Answer::Gone { candidates, seen } => (&claim.what, candidates, seen.as_deref()),
        Answer::GoneBelow(what, candidates) => (&**what, candidates, None),
    };
    let known = if let Claimed::OwnWord { known, .. } = what { known } else { &empty };
    let candidates = if known.is_empty() { candidates } else { known };
    let gone = Gone { source, span: claim.span, what, seen, candidates };
    ALL.iter().find_map(|find| find(&gone))
}

impl Gone<'_> {
    /// The diagnostic; the nearest candidate is a better hint than `otherwise`.
    fn say(&self, code: Code, severity: Severity, message: String, otherwise: &str) -> Option<Diagnostic> {
        let meant = nearest(&self.wanted(), self.candidates.iter().map(String::as_str));
        let hint = meant.map_or_else(|| otherwise.to_owned(), |meant| format!("did you mean `{meant}`?"));
        let at = self.source.position(self.span.start);
        Some(Diagnostic { code, severity, span: self.span, at, message, hint: Some(hint) })
    }

    /// The name that candidates are compared with.
    fn wanted(&self) -> String {
        match self.what {
            Claimed::File { path, .. } | Claimed::Link { path, anchor: None } => path.clone(),
            Claimed::Link { anchor: Some(anchor), .. } => anchor.clone(),
            Claimed::Procedure { slug, .. } => slug.clone(),
            Claimed::Program { name }
            | Claimed::Task { name, .. }
            | Claimed::ComposeService { name, .. }
            | Claimed::Container { name }
            | Claimed::Unit { name }
            | Claimed::KubeObject { name, .. }
            | Claimed::Variable { name }
            | Claimed::Host { name }
            | Claimed::GitRef { name } => name.clone(),
            Claimed::ScriptOption { option, .. } => option.clone(),
            Claimed::ScriptWord { word, .. } | Claimed::OwnWord { word, .. } => word.clone(),
            Claimed::Table { table, .. } => table.clone(),
            Claimed::Column { column, .. } => column.clone(),
            Claimed::Page { .. } | Claimed::Port { .. } | Claimed::Review { .. } | Claimed::Rehearsal { .. } => {
                String::new()
            }
        }
    }
}
