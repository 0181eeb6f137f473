//! Where front matter ends and Markdown begins.

use callsheet_diag::{SourceText, Span};

/// The YAML text at the top of a file.
#[derive(Clone, Debug)]
pub struct FrontMatterText {
    /// The YAML, without the `---` lines.
    pub span: Span,
    /// The 1-based line of its first line.
    pub line: u32,
}

/// The front matter, if there is one, and the byte where the Markdown begins.
pub(super) fn split(source: &SourceText) -> (Option<FrontMatterText>, usize) {
    let text = source.text();
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    if source.line(1).trim_start_matches('\u{feff}').trim_end() != "---" {
        return (None, bom);
    }
    for line in 2..=source.line_count() {
        let content = source.line(line).trim_end();
        if content == "---" || content == "..." {
            let end = source.line_span(line);
            let start = source.line_span(2).start;
            let yaml = Span::new(start, end.start);
            return match looks_like_yaml(source.slice(yaml)) {
                true => (Some(FrontMatterText { span: yaml, line: 2 }), end.end),
                false => (None, bom),
            };
        }
    }
    (None, bom)
}

/// A document may also begin with a thematic break: front matter has a `key:` on its first line that says anything.
fn looks_like_yaml(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_none_or(|line| {
        line.starts_with('{')
            || line.split_once(':').is_some_and(|(key, rest)| {
                !key.is_empty() && !key.contains(['`', '*', '|', '<']) && (rest.is_empty() || rest.starts_with(' '))
            })
    })
}
