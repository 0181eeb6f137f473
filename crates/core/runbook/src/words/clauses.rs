//! Instructions after another clause: "if …, do", "label: do", "…, please do".

use std::sync::LazyLock;

use super::VerbClass::Policy;
use super::instruction::{Instruction, direct, direct_verb, word_at};
use super::nouns::is_noun_use;
use super::{Lowered, WordSet, english, phrases};

static SUBORDINATORS: LazyLock<WordSet> = LazyLock::new(|| english::SUBORDINATORS.iter().copied().collect());

/// "If …, do": the instruction after a subordinate clause.
pub(super) fn after_condition(text: &str, start: usize) -> Option<Instruction> {
    let first = Lowered::of(word_at(text, start));
    let first = first.as_str();
    if !SUBORDINATORS.contains(first) {
        return None;
    }
    let mut from = start + first.len().min(text.len() - start);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut rule = None;
    for _ in 0..MOST_CLAUSES {
        let Some(cut) = clause_end(text, from) else { break };
        let next = cut + text[cut..].chars().next().map_or(1, char::len_utf8);
        if let Some(mut found) = direct(text, next) {
            let conditional = matches!(
                first,
                "if" | "when"
                    | "unless"
                    | "whenever"
                    | "wenn"
                    | "falls"
                    | "si"
                    | "se"
                    | "ak"
                    | "pokud"
                    | "jeśli"
                    | "если"
                    | "caso"
                    | "quand"
                    | "cuando"
                    | "quando"
            );
            let after_time = matches!(first, "once" | "after" | "before" | "until" | "while" | "during" | "upon")
                && !is_noun_use(&text[found.end..]);
            if conditional || found.sure || after_time {
                found.condition = conditional.then(|| text[start..cut].trim().to_owned());
                found.sure |= !is_noun_use(&text[found.end..]);
                if found.class != Policy {
                    return Some(found);
                }
                rule = rule.or(Some(found));
            }
        }
        from = next;
    }
    rule.or_else(|| after_modal(text, start))
}

/// "If the disk is full you can extend it": no comma stands before the instruction.
fn after_modal(text: &str, start: usize) -> Option<Instruction> {
    if !text[start..].get(..3).is_some_and(|head| head.eq_ignore_ascii_case("if ")) {
        return None;
    }
    let mark = [" you can ", " you should ", " you must ", " you need to "];
    let at = mark.iter().filter_map(|mark| text[start..].find(mark)).min()?;
    let mut found = direct(text, start + at + 1)?;
    found.condition = Some(text[start..start + at].trim().to_owned());
    Some(found)
}

/// ", please check …", "if not, restart …" in the middle of a sentence.
pub(super) fn after_please(text: &str, start: usize) -> Option<Instruction> {
    let rest = &text[start..];
    let parted = memchr::memchr2(b',', b';', rest.as_bytes()).is_some();
    if !parted || !phrases!["not, ", "otherwise, ", ", please ", "; please "].stand_in(rest) {
        return None;
    }
    for (mark, conditional) in [("if not, ", true), ("otherwise, ", true), (", please ", false), ("; please ", false)] {
        if let Some(at) = rest.find(mark) {
            let mut found =
                direct(text, start + at + mark.len()).or_else(|| direct_verb(text, start + at + mark.len(), true))?;
            found.sure = true;
            found.condition = conditional.then(|| rest[at..at + mark.len()].trim_end_matches([',', ' ']).to_owned());
            return Some(found);
        }
    }
    None
}

/// The next comma, colon, arrow or "then" outside brackets and code.
pub(super) fn clause_end(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0i32;
    let mut in_code = false;
    for (at, c) in text[from..].char_indices() {
        match c {
            '`' => in_code = !in_code,
            '(' | '[' | '{' if !in_code => depth += 1,
            ')' | ']' | '}' if !in_code => depth -= 1,
            ',' | ';' | '→' | '—' | '–' if !in_code && depth <= 0 => return Some(from + at),
            ':' if !in_code && depth <= 0 && text[from + at + 1..].starts_with([' ', '*']) => return Some(from + at),
            '-' if !in_code
                && depth <= 0
                && text[from + at..].starts_with("- ")
                && text[..from + at].ends_with(' ') =>
            {
                return Some(from + at);
            }
            _ => {}
        }
    }
    None
}

/// "Label: do": the instruction after a short label.
pub(super) fn after_label(text: &str, start: usize) -> Option<Instruction> {
    let cut = find(&text[start..], ": ")
        .map(|at| start + at)
        .or_else(|| find(&text[start..], " → ").map(|at| start + at + 1))?;
    if super::words(&text[start..cut]).count() > 7 {
        return None;
    }
    let next = cut + text[cut..].chars().next().map_or(1, char::len_utf8);
    let found = direct(text, next).or_else(|| {
        let begin = next + text[next..].len() - text[next..].trim_start().len();
        after_condition(text, begin)
    })?;
    (found.sure || text[found.at..].len() > 12).then_some(found)
}

fn find(text: &str, mark: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), mark.as_bytes())
}

/// How many clauses of a sentence are tried.
pub(super) const MOST_CLAUSES: usize = 8;
