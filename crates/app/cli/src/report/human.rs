//! Findings with the lines they are about, for a person.

use std::collections::BTreeMap;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use callsheet_diag::{Diagnostic, Severity, SourceText};

use crate::paint::Paint;
use crate::report::{CheckedFile, count, plural};

/// Lines of a finding that are shown before the rest is left out.
const MOST_LINES: u32 = 6;

/// All findings of all files, then one line that counts them.
pub fn render(files: &[CheckedFile], paint: Paint, width: usize) -> String {
    let mut text = String::new();
    for file in files {
        for diagnostic in &file.diagnostics {
            text.push_str(&finding(&file.source, diagnostic, paint, width));
            text.push('\n');
        }
    }
    text.push_str(&summary(files, paint));
    text.push_str(&not_told(files));
    text
}

/// What probes could not tell, by reason.
fn not_told(files: &[CheckedFile]) -> String {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for one in files.iter().flat_map(|file| &file.unchecked) {
        *reasons.entry(&one.why).or_default() += 1;
    }
    reasons.into_iter().map(|(why, count)| format!("{count} could not be checked: {why}\n")).collect()
}

/// One finding with its lines.
pub fn finding(source: &SourceText, diagnostic: &Diagnostic, paint: Paint, width: usize) -> String {
    let renderer = if paint.is_on() { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(width);
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let excerpt = Excerpt::of(source, diagnostic);
    let snippet = Snippet::source(excerpt.text)
        .line_start(excerpt.first_line as usize)
        .path(source.file.as_str())
        .annotation(AnnotationKind::Primary.span(excerpt.start..excerpt.end));
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.to_string());
    let mut group = title.element(snippet);
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    format!("{}\n", renderer.render(&[group]))
}

/// The lines of a finding, cut out so that a large file costs no more than a small one.
struct Excerpt<'a> {
    first_line: u32,
    text: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Excerpt<'a> {
    fn of(source: &'a SourceText, diagnostic: &Diagnostic) -> Excerpt<'a> {
        let length = source.text().len();
        let (start, end) = (diagnostic.span.start.min(length), diagnostic.span.end.min(length));
        let count = source.line_count().max(1);
        let first_line = source.line_of(start).min(count);
        let last_line = source.line_of(end.saturating_sub(1).max(start)).min(count);
        let last_line = last_line.clamp(first_line, first_line + MOST_LINES - 1);
        let lines = source.line_span(first_line).cover(source.line_span(last_line));
        let start = start.clamp(lines.start, lines.end);
        let end = end.clamp(start, lines.end);
        Excerpt { first_line, text: source.slice(lines), start: start - lines.start, end: end - lines.start }
    }
}

fn summary(files: &[CheckedFile], paint: Paint) -> String {
    let errors = count(files, Severity::Error);
    let warnings = count(files, Severity::Warning);
    let notes = count(files, Severity::Note);
    let counts: Vec<String> = [
        (errors > 0).then(|| paint.bold_red(plural(errors, "error"))),
        (warnings > 0).then(|| paint.bold_yellow(plural(warnings, "warning"))),
        (notes > 0).then(|| paint.bold_cyan(plural(notes, "note"))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let found = if counts.is_empty() { paint.green("nothing to mend") } else { counts.join(", ") };
    let procedures = plural(files.iter().map(|file| file.procedures).sum(), "procedure");
    let steps = plural(files.iter().map(|file| file.steps).sum(), "step");
    format!("{}: {procedures}, {steps}: {found}\n", plural(files.len(), "file"))
}

#[cfg(test)]
mod tests {
    use callsheet_diag::{Code, Span};

    use super::*;

    fn check(text: &str, span: Span, expected: &str) {
        let source = SourceText::new("ops/a.md", text);
        let diagnostic = Diagnostic {
            code: Code(3),
            severity: Severity::Warning,
            span,
            at: source.position(span.start),
            message: "no such file".to_owned(),
            hint: Some("mend the link".to_owned()),
        };
        assert_eq!(finding(&source, &diagnostic, Paint::plain(), 80), expected);
    }

    #[test]
    fn the_place_is_underlined() {
        check(
            "# A\n\nsee `b.md` first\n",
            Span::new(9, 15),
            "warning[CS0003]: no such file\n --> ops/a.md:3:5\n  |\n3 | see `b.md` first\n  |     ^^^^^^\n  |\n  = hint: mend the link\n",
        );
    }

    #[test]
    fn a_span_past_the_end_is_shown_on_the_last_line() {
        let source = SourceText::new("a.md", "one\ntwo\n");
        let end = source.text().len();
        let excerpt = Excerpt::of(
            &source,
            &Diagnostic {
                code: Code(1),
                severity: Severity::Error,
                span: Span::new(end, end),
                at: source.position(end),
                message: String::new(),
                hint: None,
            },
        );
        assert_eq!((excerpt.first_line, excerpt.text), (2, "two"));
    }
}
