//! Sentences that run over several lines of the source, read as one, with the line of each of their parts.

use std::borrow::Cow;

use super::key_lines::key_value;
use crate::document::{Block, BlockKind, Document, Mark, TextLine};

/// Shorter lines end where their writer wanted them to end.
const WRAPPED_WIDTH: usize = 50;

/// Longer sentences are not joined further.
const LONGEST_SENTENCE: usize = 2048;

/// One line of words, or several that are one sentence.
pub(crate) struct Sentence<'d> {
    /// The words; joined ones are parted by a space.
    pub words: Cow<'d, TextLine>,
    /// Where each further line begins in the words, with its 1-based number; empty when there is but one line.
    pub breaks: Vec<(usize, u32)>,
}

/// Per paragraph block, in order: its sentences.
pub(crate) struct Sentences<'d>(Vec<Vec<Sentence<'d>>>);

impl<'d> Sentences<'d> {
    /// Of all paragraphs; linear in their length.
    pub fn of(document: &'d Document) -> Sentences<'d> {
        Sentences(document.blocks.iter().map(sentences).collect())
    }

    /// The sentences of a block; none unless it is a paragraph.
    pub fn of_block(&self, block: usize) -> &[Sentence<'d>] {
        self.0.get(block).map_or(&[], Vec::as_slice)
    }
}

fn sentences(block: &Block) -> Vec<Sentence<'_>> {
    let BlockKind::Paragraph(text) = &block.kind else { return Vec::new() };
    let mut found: Vec<Sentence<'_>> = Vec::with_capacity(text.lines.len());
    let mut above: Option<&TextLine> = None;
    for line in &text.lines {
        match found.last_mut() {
            Some(last) if above.is_some_and(|above| goes_on(above, line, last.words.text.len())) => last.join(line),
            _ => found.push(Sentence { words: Cow::Borrowed(line), breaks: Vec::new() }),
        }
        above = Some(line);
    }
    found
}

impl Sentence<'_> {
    fn join(&mut self, line: &TextLine) {
        let words = self.words.to_mut();
        words.text.truncate(words.text.trim_end().len());
        words.text.push(' ');
        let start = words.text.len();
        let indent = line.text.len() - line.text.trim_start().len();
        words.text.push_str(&line.text[indent..]);
        words.span = words.span.cover(line.span);
        for mark in &line.marks {
            let moved = |at: usize| at.saturating_sub(indent) + start;
            let range = moved(mark.range.start)..moved(mark.range.end);
            words.marks.push(Mark { kind: mark.kind.clone(), range, span: mark.span });
        }
        self.breaks.push((start, line.line));
    }
}

/// Whether `below` goes on with the sentence of the line above it.
fn goes_on(above: &TextLine, below: &TextLine, length: usize) -> bool {
    let (head, tail) = (above.text.trim_end(), below.text.trim_start());
    let ends = head.ends_with(['.', '!', '?', ':', ';', '。', '|', '\\']);
    if ends || length > LONGEST_SENTENCE || key_value(tail).is_some() || below.lead().is_some() {
        return false;
    }
    let Some(first) = tail.chars().next() else { return false };
    let last = head.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let wide = above.span.end.saturating_sub(above.span.start) >= WRAPPED_WIDTH;
    let keyed = key_value(head).is_some();
    if head.ends_with(',') || JOINS.contains(&last) && !last.is_empty() && head.ends_with(last) {
        return first.is_alphanumeric() || matches!(first, '<' | '>' | '~' | '≥' | '≤' | '$' | '`' | '"' | '(');
    }
    match first {
        _ if first.is_lowercase() => wide || !keyed,
        '(' | '<' | '>' | '~' | '≥' | '≤' | '$' | '`' | '"' | '\'' => wide,
        _ => wide && first.is_alphanumeric(),
    }
}

/// Words that no sentence ends with.
const JOINS: [&str; 44] = [
    "a", "an", "the", "of", "to", "than", "above", "below", "over", "under", "exceeds", "exceed", "reaches", "for",
    "within", "after", "before", "at", "least", "most", "every", "each", "and", "or", "if", "when", "is", "are",
    "with", "from", "by", "per", "in", "on", "until", "unless", "drops", "stays", "rises", "falls", "more", "less",
    "fewer", "about",
];
