//! What is wrong with a runbook, one file per diagnostic; each file's comment says when it speaks.

mod bad_attribute_value;
mod bad_flow;
mod bad_flow_file;
mod bad_front_matter;
mod broken_encoding;
mod dangerous_without_approval;
mod duplicate_heading;
mod duplicate_step_name;
mod expectation_without_step;
mod flow_file_missing;
mod foreign_flow;
mod gap_in_numbers;
mod heredoc_never_ends;
mod lonely_option;
mod missing_rollback_target;
mod missing_section;
mod missing_step;
mod missing_undo_step;
mod never_ends;
mod no_procedures;
mod schedule_without_procedure;
mod secret_in_clear;
mod space_after_backslash;
mod sql_in_shell;
mod typographic_signs;
mod unclosed_fence;
mod undeclared_placeholder;
mod unknown_attribute;
mod unknown_language;
mod unused_parameter;
mod wants_terminal;

#[cfg(test)]
mod tests;

use callsheet_diag::{Code, Diagnostic, Severity, SourceText, Span};

use crate::document::{Block, BlockKind, CodeLine, Document, Fence};
use crate::front_matter::FrontMatterFault;
use crate::model::{Procedure, Runbook, Step};

/// What diagnostics look at.
pub(crate) struct Subject<'a> {
    pub(crate) source: &'a SourceText,
    pub(crate) document: &'a Document,
    pub(crate) runbook: &'a Runbook,
    pub(crate) front_matter_fault: Option<&'a FrontMatterFault>,
}

/// All findings, in order of place.
pub(crate) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for one in ALL {
        one(subject, &mut found);
    }
    found.sort_by_key(|one| (one.span.start, one.code));
    found
}

type Find = fn(&Subject<'_>, &mut Vec<Diagnostic>);

const ALL: [Find; 31] = [
    no_procedures::find,
    undeclared_placeholder::find,
    never_ends::find,
    wants_terminal::find,
    dangerous_without_approval::find,
    unclosed_fence::find,
    duplicate_heading::find,
    missing_rollback_target::find,
    missing_section::find,
    missing_step::find,
    unknown_attribute::find,
    bad_attribute_value::find,
    bad_front_matter::find,
    unknown_language::find,
    unused_parameter::find,
    duplicate_step_name::find,
    expectation_without_step::find,
    broken_encoding::find,
    heredoc_never_ends::find,
    lonely_option::find,
    secret_in_clear::find,
    gap_in_numbers::find,
    sql_in_shell::find,
    typographic_signs::find,
    missing_undo_step::find,
    space_after_backslash::find,
    schedule_without_procedure::find,
    bad_flow::find,
    flow_file_missing::find,
    bad_flow_file::find,
    foreign_flow::find,
];

impl<'a> Subject<'a> {
    fn steps(&self) -> impl Iterator<Item = (&'a Procedure, &'a Step)> {
        self.runbook.procedures.iter().flat_map(|procedure| procedure.steps.iter().map(move |step| (procedure, step)))
    }

    fn fences(&self) -> impl Iterator<Item = (&'a Block, &'a Fence)> {
        self.document.blocks.iter().filter_map(|block| match &block.kind {
            BlockKind::Fence(fence) => Some((block, fence)),
            _ => None,
        })
    }

    /// Lines of fences that are shell commands.
    fn shell_lines(&self) -> impl Iterator<Item = &'a CodeLine> {
        let document = self.document;
        (0..document.blocks.len())
            .filter(move |&block| crate::placeholders::is_shell(document, block))
            .filter_map(move |block| match &document.blocks[block].kind {
                BlockKind::Fence(fence) => Some(fence.lines.iter()),
                _ => None,
            })
            .flatten()
    }

    fn say(&self, code: Code, severity: Severity, span: Span, message: String, hint: &str) -> Diagnostic {
        let hint = Some(hint.to_owned());
        Diagnostic { code, severity, span, at: self.source.position(span.start), message, hint }
    }

    /// Where `text` stands on a line; the whole line if it does not.
    fn on_line(&self, line: u32, text: &str) -> Span {
        let whole = self.source.line_span(line);
        let content = self.source.slice(whole);
        match content.find(text.split('\n').next().unwrap_or_default()).filter(|_| !text.is_empty()) {
            Some(at) => Span::new(whole.start + at, whole.start + at + text.split('\n').next().map_or(0, str::len)),
            None => Span::new(
                whole.start + content.len() - content.trim_start().len(),
                whole.start + content.trim_end().len().max(content.len() - content.trim_start().len()),
            ),
        }
    }
}
