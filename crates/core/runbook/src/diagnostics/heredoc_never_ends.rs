//! CS0019: a heredoc that never ends.
//!
//! The word that ends a heredoc is indented or missing, so the shell reads the rest of the block as its text. Only `<<-` allows indentation, and only by tabs.

use callsheet_diag::{Code, Diagnostic, Severity};

use super::Subject;
use crate::document::CodeLine;
use crate::fences::{Language, split_info};

/// Finds CS0019.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, fence) in subject.fences() {
        let mut open: Option<(String, bool, &CodeLine)> = None;
        for line in &fence.lines {
            if let Some((word, tabs, _)) = &open {
                let candidate = if *tabs { line.text.trim_start_matches('\t') } else { line.text.as_str() };
                if candidate == word {
                    open = None;
                }
                continue;
            }
            open = opener(&line.text).map(|(word, tabs)| (word, tabs, line));
        }
        let shell = matches!(Language::named(split_info(&fence.info).0), Language::Shell);
        if let Some((word, _, line)) = open.filter(|_| shell) {
            found.push(subject.say(
                Code(19),
                Severity::Error,
                subject.on_line(line.line, line.text.trim()),
                format!("no line holds just `{word}`, so this heredoc never ends"),
                "write the word that ends it at the very start of its line",
            ));
        }
    }
}

/// The word that ends the heredoc which a line opens, and whether tabs may stand before it.
fn opener(text: &str) -> Option<(String, bool)> {
    memchr::memchr(b'<', text.as_bytes())?;
    let (_, rest) = text.split_once("<<")?;
    if rest.starts_with('<') || text.trim_start().starts_with('#') {
        return None;
    }
    let tabs = rest.starts_with('-');
    let rest = rest.trim_start_matches('-').trim_start().trim_start_matches(['"', '\'', '\\']);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let word = &rest[..end];
    (word.len() > 1 && word.starts_with(|c: char| c.is_ascii_alphabetic())).then(|| (word.to_owned(), tabs))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn it_speaks_where_it_should() {
        check("CS0019", "# T\n\n```bash\ncat <<EOF > x\n^^^^^^^^^^^^^\na=1\n  EOF\n```\n");
        check("CS0019", "# T\n\n```bash\ncat <<EOF > x\na=1\nEOF\n```\n");
    }
}
