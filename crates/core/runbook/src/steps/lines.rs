//! What the lines of a paragraph are: keys, labels, units that begin anew.

use crate::document::{MarkKind, Text, TextLine};
use crate::words::{instruction, strip_signs};

/// Lines joined by spaces, with the byte where each begins.
pub(super) fn join(lines: &[TextLine]) -> (String, Vec<usize>) {
    let mut joined = String::new();
    let mut starts = Vec::new();
    for line in lines {
        if !joined.is_empty() {
            joined.push(' ');
        }
        starts.push(joined.len());
        joined.push_str(line.text.trim());
    }
    (joined, starts)
}

/// Cuts a paragraph where a line begins anew: with a bold key, an arrow, a bullet.
pub(super) fn units(text: &Text) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for index in 1..text.lines.len() {
        let line = &text.lines[index];
        let trimmed = line.text.trim_start();
        let key = line.lead().is_some_and(|(lead, _)| is_key(line, lead));
        if key || trimmed.starts_with(['→', '➜', '•', '✅', '❌']) || is_whole_bold(&text.lines[index - 1]) {
            found.push(start..index);
            start = index;
        }
    }
    if !text.lines.is_empty() {
        found.push(start..text.lines.len());
    }
    found
}

/// Whether the bold words at the start of a line are its key ("**Fix:** …").
pub(super) fn is_key(line: &TextLine, lead: &str) -> bool {
    let after = line.text.find(lead).map_or("", |at| &line.text[at + lead.len()..]);
    after.trim_start().starts_with([':', '：'])
        || after.starts_with(" -")
        || after.starts_with(" –")
        || after.starts_with(" —")
}

pub(super) fn is_whole_bold(line: &TextLine) -> bool {
    let text = line.text.trim();
    line.marks
        .iter()
        .any(|mark| mark.kind == MarkKind::Strong && line.marked(mark).trim().len() >= text.trim_end_matches(':').len())
}

/// A line that is bold from end to end, perhaps with a bracket after it, or short and ends with a colon.
pub(super) fn is_label(words: &str, first: &TextLine, lines: usize) -> bool {
    if lines != 1 {
        return false;
    }
    let trimmed = words.trim();
    let bold = first.lead().is_some_and(|(lead, rest)| {
        let tail = first.text[rest.min(first.text.len())..].trim();
        let marked = strip_signs(trimmed).starts_with(lead.split_whitespace().next().unwrap_or_default());
        marked && (tail.is_empty() || tail.starts_with('(') && tail.trim_end_matches(':').ends_with(')'))
    });
    let strong = first.marks.iter().any(|mark| mark.kind == MarkKind::Strong);
    let short =
        trimmed.ends_with([':', '：']) && trimmed.split_whitespace().count() <= 4 && instruction(trimmed).is_none();
    bold && strong && !is_sentence(trimmed) || short
}

/// A long bold line that asks for something: a sentence, no title.
fn is_sentence(words: &str) -> bool {
    words.split_whitespace().count() > 12
        && !words.ends_with([':', '：'])
        && instruction(words).is_some_and(|found| found.sure)
}
