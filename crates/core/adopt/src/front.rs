//! Front matter added to, or begun.

use callsheet_diag::{SourceText, Span};
use callsheet_runbook::Document;

use crate::edit::Edit;

/// The place where declarations go.
pub(crate) struct Front<'a> {
    text: &'a str,
    /// The YAML, if there is any.
    yaml: Option<Span>,
    /// Where a file without front matter begins.
    begin: usize,
    /// The line end that the file uses.
    line_end: &'static str,
}

/// Lines for the front matter: below a key, in order.
pub(crate) struct Section {
    pub(crate) key: &'static str,
    /// Given the indentation of what stands below the key already.
    pub(crate) lines: Vec<String>,
}

impl<'a> Front<'a> {
    pub(crate) fn of(source: &'a SourceText, document: &Document) -> Front<'a> {
        let text = source.text();
        let line_end = match text.find(['\r', '\n']) {
            Some(at) if text[at..].starts_with("\r\n") => "\r\n",
            Some(at) if text[at..].starts_with('\r') => "\r",
            _ => "\n",
        };
        let begin = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Front { text, yaml: document.front_matter.as_ref().map(|front| front.span), begin, line_end }
    }

    /// The indentation of what stands below a key, if its value is a block.
    /// `Ok(None)`: the key is not there. `Err`: it is written on one line.
    pub(crate) fn indent_below(&self, key: &str) -> Result<Option<String>, &'static str> {
        Ok(self.below(key)?.map(|(indent, _)| indent))
    }

    /// Whether the key stands in the front matter.
    pub(crate) fn has(&self, key: &str) -> bool {
        !matches!(self.below(key), Ok(None))
    }

    /// The indentation below a key and where its block ends.
    fn below(&self, key: &str) -> Result<Option<(String, usize)>, &'static str> {
        let Some(yaml) = self.yaml else { return Ok(None) };
        let mut at = yaml.start;
        let mut found: Option<(Option<String>, usize)> = None;
        for line in self.text[yaml.start..yaml.end].split_inclusive('\n') {
            let end = at + line.len();
            at = end;
            let content = line.trim_end();
            let indent = content.len() - content.trim_start_matches([' ', '\t']).len();
            if content.trim_start().is_empty() || content.trim_start().starts_with('#') {
                continue;
            }
            match &mut found {
                Some((below, last)) if indent > 0 => {
                    below.get_or_insert_with(|| content[..indent].to_owned());
                    *last = end;
                }
                Some(_) => break,
                None => {
                    let Some(rest) = content.strip_prefix(key).and_then(|rest| rest.strip_prefix(':')) else {
                        continue;
                    };
                    let value = rest.split(" #").next().unwrap_or_default().trim();
                    if !value.is_empty() {
                        return Err("it is written on one line; write it as a block");
                    }
                    found = Some((None, end));
                }
            }
        }
        Ok(found.map(|(indent, end)| (indent.unwrap_or_else(|| "  ".to_owned()), end)))
    }

    /// The edits that put the sections into the front matter, beginning one if there is none.
    pub(crate) fn add(&self, sections: &[&Section]) -> Vec<Edit> {
        let end = self.line_end;
        let Some(yaml) = self.yaml else {
            let lines: Vec<String> =
                sections.iter().flat_map(|section| whole(section)).map(|line| line + end).collect();
            return vec![Edit::insert(self.begin, format!("---{end}{}---{end}{end}", lines.concat()))];
        };
        let mut edits = Vec::new();
        for section in sections {
            let (at, lines) = match self.below(section.key) {
                Ok(Some((_, at))) => (at, section.lines.clone()),
                Ok(None) | Err(_) => (yaml.end, whole(section)),
            };
            let text: String = lines.into_iter().map(|line| line + end).collect();
            let gap = if self.text[..at].ends_with(['\n', '\r']) { "" } else { end };
            edits.push(Edit::insert(at, format!("{gap}{text}")));
        }
        edits
    }
}

fn whole(section: &Section) -> Vec<String> {
    std::iter::once(format!("{}:", section.key)).chain(section.lines.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::apply;

    fn check(text: &str, expected: &str) {
        let source = SourceText::new("a.md", text);
        let document = Document::read(&source);
        let front = Front::of(&source, &document);
        let section = Section { key: "parameters", lines: vec!["  b:".to_owned(), "    type: string".to_owned()] };
        let edits = front.add(&[&section]);
        assert_eq!(apply(text, edits.iter().collect()), expected);
    }

    #[test]
    fn front_matter_is_begun_or_added_to() {
        check("# T\n", "---\nparameters:\n  b:\n    type: string\n---\n\n# T\n");
        check("\u{feff}# T\r\n", "\u{feff}---\r\nparameters:\r\n  b:\r\n    type: string\r\n---\r\n\r\n# T\r\n");
        check("---\ntitle: T\n---\n", "---\ntitle: T\nparameters:\n  b:\n    type: string\n---\n");
        check(
            "---\nparameters:\n  a: {}\n\nowner: x\n---\n",
            "---\nparameters:\n  a: {}\n  b:\n    type: string\n\nowner: x\n---\n",
        );
    }

    #[test]
    fn a_value_on_one_line_is_left() {
        let source = SourceText::new("a.md", "---\nparameters: {a: {}}\n---\n");
        let document = Document::read(&source);
        let front = Front::of(&source, &document);
        assert!(front.indent_below("parameters").is_err());
        assert!(front.has("parameters") && !front.has("facts"));
    }
}
