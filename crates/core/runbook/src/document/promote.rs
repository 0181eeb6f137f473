//! Headings written as numbered lines: "2) Deploy" with an unindented list or a rule right below.
//!
//! Markdown reads each as a list of one item. When a file has a run of them, numbered through, they are its headings.

use callsheet_diag::SourceText;

use super::{Block, BlockKind, Document, Text};

/// How many numbered lines make it a habit.
const FEWEST: usize = 3;
const LONGEST_TITLE: usize = 80;

/// Turns such items into headings of level 2.
pub(super) fn promote(document: &mut Document, source: &SourceText) {
    let candidates: Vec<(usize, u64)> = (0..document.blocks.len())
        .filter_map(|block| candidate(document, source, block).map(|number| (block, number)))
        .collect();
    let first = candidates.first().map_or(0, |(_, number)| *number);
    let counted = candidates.iter().enumerate().all(|(index, (_, number))| *number == first + index as u64);
    if candidates.len() < FEWEST || first > 1 || !counted {
        return;
    }
    let chosen: Vec<usize> = candidates.into_iter().map(|(block, _)| block).collect();
    rebuild(document, source, &chosen);
}

fn candidate(document: &Document, source: &SourceText, index: usize) -> Option<u64> {
    let block = &document.blocks[index];
    let item = document.item(index)?;
    let number = item.number?;
    if block.parent.is_some() || item.checkbox.is_some() || block.end != index + 2 {
        return None;
    }
    let text = document.text(index + 1)?;
    let [line] = text.lines.as_slice() else { return None };
    let alone = |at: Option<usize>| at.and_then(|at| document.item(at)).is_none_or(|other| other.list != item.list);
    let next = document.blocks.get(block.end)?;
    let follows = matches!(next.kind, BlockKind::Item(_) | BlockKind::Rule) && next.line == block.line + 1;
    let spaced = block.line == 1 || source.line(block.line - 1).trim().is_empty();
    let titled = line.text.len() <= LONGEST_TITLE && !line.text.trim_end().ends_with([':', '.', ';', ',']);
    let ruled = matches!(next.kind, BlockKind::Rule);
    (alone(Some(block.end)) && follows && titled && (spaced || ruled)).then_some(number)
}

fn rebuild(document: &mut Document, source: &SourceText, chosen: &[usize]) {
    let old = std::mem::take(&mut document.blocks);
    let count = old.len();
    // Each chosen item loses its paragraph: what came after it moves up by the number of chosen ones before it.
    let moved = |index: usize| index - chosen.partition_point(|&item| item + 1 < index);
    let mut blocks: Vec<Block> = Vec::with_capacity(count);
    let mut next = 0;
    let mut title: Option<Block> = None;
    for (index, mut block) in old.into_iter().enumerate() {
        if next < chosen.len() && index == chosen[next] {
            title = Some(block);
            continue;
        }
        if let Some(mut heading) = title.take() {
            if let BlockKind::Paragraph(text) = block.kind {
                heading.kind = BlockKind::Heading { level: 2, text: numbered(text, source) };
            }
            heading.end = moved(heading.end);
            blocks.push(heading);
            next += 1;
            continue;
        }
        block.end = moved(block.end);
        block.parent = block.parent.map(moved);
        blocks.push(block);
    }
    document.blocks = blocks;
}

/// The title with its number, as "## 2) Deploy" has it.
fn numbered(mut text: Text, source: &SourceText) -> Text {
    if let Some(line) = text.lines.first_mut() {
        let raw = source.line(line.line);
        let start = source.line_span(line.line).start;
        let number = raw.find([')', '.']).map_or("", |at| raw[..=at].trim_start());
        let shift = number.len() + 1;
        line.text = format!("{number} {}", line.text);
        line.span.start = start + (raw.len() - raw.trim_start().len());
        for mark in &mut line.marks {
            mark.range = mark.range.start + shift..mark.range.end + shift;
        }
    }
    text
}
