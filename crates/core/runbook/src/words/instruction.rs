//! Finds the verb that makes a clause an instruction.

use std::sync::LazyLock;

use super::VerbClass::{self, *};
use super::clauses::{after_condition, after_label, after_please};
use super::nouns::{is_name_part, is_noun_phrase, is_noun_use, runs, takes_object};
use super::{Lowered, WordMap, WordSet, english, languages, strip_signs};
use crate::words::phrases;

/// An instruction found in a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What its verb asks for.
    pub class: VerbClass,
    /// Byte offset of the verb in the given text.
    pub at: usize,
    /// Byte offset just after the verb.
    pub end: usize,
    /// The condition's words before it ("If the queue grows").
    pub condition: Option<String>,
    /// Whether the verb cannot be a noun where it stands.
    pub sure: bool,
}

/// What is known of a verb.
#[derive(Clone, Copy)]
struct Verb {
    class: VerbClass,
    /// It is as often a noun.
    ambiguous: bool,
    english: bool,
}

static VERBS: LazyLock<WordMap<Verb>> = LazyLock::new(|| {
    let mut verbs = WordMap::default();
    let tables = [(false, languages::FIRST), (true, english::VERBS)];
    for (english, (class, list)) in
        tables.iter().flat_map(|(english, table)| table.iter().map(move |row| (*english, row)))
    {
        verbs.extend(list.split_whitespace().map(|word| (word, Verb { class: *class, ambiguous: false, english })));
    }
    for word in english::AMBIGUOUS.split_whitespace() {
        if let Some(verb) = verbs.get_mut(word) {
            verb.ambiguous = true;
        }
    }
    verbs
});

/// How far into a sentence an instruction is looked for, in bytes: what comes later explains.
const REACH: usize = 600;

/// The instruction that a sentence or item gives, if it gives one.
pub fn instruction(text: &str) -> Option<Instruction> {
    let text = clip(text);
    let base = text.len() - strip_signs(text).len();
    let start = base + numbering(&text[base..]);
    let start = start + remark(&text[start..]);
    let mut found = direct(text, start)
        .or_else(|| after_condition(text, start))
        .or_else(|| after_please(text, start))
        .or_else(|| after_label(text, start))
        .or_else(|| last_word(text, start))
        .or_else(|| unspaced(text, start))?;
    if is_proviso(&text[start..]) {
        found.class = Policy;
    }
    Some(found)
}

/// "Only reload if the check passes": a rule for an act that stands elsewhere.
fn is_proviso(text: &str) -> bool {
    lower_begins(text, "only ") && phrases![" if ", " when ", " after ", " once "].stand_in(text)
}

/// The first instruction of each sentence of the text, with the sentence's byte range.
pub fn instructions_in(text: &str) -> Vec<(std::ops::Range<usize>, Instruction)> {
    let mut found = Vec::new();
    for range in super::sentences(text) {
        if let Some(mut one) = instruction(&text[range.clone()]) {
            one.at += range.start;
            one.end += range.start;
            found.push((range, one));
        }
    }
    found
}

/// Length of a leading remark in brackets: "(by hand) Post …".
fn remark(text: &str) -> usize {
    let Some(inner) = text.strip_prefix('(') else { return 0 };
    match inner.find(')') {
        Some(len) if len < 60 && inner[len + 1..].starts_with(' ') && inner[len + 1..].trim().len() > 3 => {
            text.len() - strip_signs(&inner[len + 1..]).len()
        }
        _ => 0,
    }
}

fn clip(text: &str) -> &str {
    let mut end = text.len().min(REACH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Length of a leading "Step 3:", "2c.", "3)" or "Step 1 —".
fn numbering(text: &str) -> usize {
    let at = step_word(text);
    let rest = &text[at..];
    let trimmed = rest.trim_start_matches([' ', '#', '-']);
    let digits = trimmed.len() - trimmed.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    if digits == 0 {
        return 0;
    }
    let after = &trimmed[digits..];
    let letter = after.len() - after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let after = &after[letter..];
    if letter > 1 || !(after.starts_with([')', ':', ' ', '.', '—', '–', '-']) || after.is_empty()) {
        return 0;
    }
    if letter == 0 && after.starts_with(' ') && at == 0 && !trimmed[..digits].contains('.') {
        // "3 replicas run" is no numbering.
        return 0;
    }
    let tail = after.trim_start_matches([')', ':', '.', '—', '–', '-', ' ']);
    text.len() - tail.len()
}

/// Length of a leading "Step", before a space or sign.
fn step_word(text: &str) -> usize {
    let follows = |rest: &[u8]| matches!(rest.first(), Some(b' ' | b'-' | b'#'));
    if text.is_ascii() {
        let bytes = text.as_bytes();
        // With these letters the ASCII ones begin.
        if !bytes.first().is_some_and(|byte| matches!(byte | 0x20, b'e' | b'f' | b'k' | b'p' | b's' | b't')) {
            return 0;
        }
        let said = |word: &&&str| {
            bytes.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
                && follows(&bytes[word.len()..])
        };
        return STEP_WORDS.iter().find(said).map_or(0, |word| word.len());
    }
    let lower = text.to_lowercase();
    let said = |word: &&&str| lower.starts_with(**word) && follows(&lower.as_bytes()[word.len()..]);
    STEP_WORDS.iter().find(said).filter(|_| lower.len() == text.len()).map_or(0, |word| word.len())
}

/// "Step" in the languages that runbooks are written in.
pub const STEP_WORDS: &[&str] = &[
    "step",
    "phase",
    "stage",
    "part",
    "task",
    "schritt",
    "étape",
    "etape",
    "paso",
    "passo",
    "passaggio",
    "stap",
    "krok",
    "steg",
    "trin",
    "adım",
    "шаг",
    "крок",
    "этап",
    "ステップ",
    "手順",
    "步骤",
    "步驟",
    "第",
    "단계",
    "fase",
];

pub(super) fn word_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '’'))).unwrap_or(rest.len());
    &rest[..end]
}

/// An instruction that begins at `start`, after fillers and openings.
pub(super) fn direct(text: &str, start: usize) -> Option<Instruction> {
    let mut at = start;
    let mut asked = false;
    for _ in 0..4 {
        at += text[at..].len() - strip_signs(&text[at..]).len();
        let word = word_at(text, at);
        if word.is_empty() {
            return None;
        }
        if let Some(opening) = opening(&text[at..]) {
            let promises = lower_begins(&text[at..], "you should") || lower_begins(&text[at..], "you will");
            let assures = text[at..at + opening].to_lowercase().ends_with("sure to ");
            if assures && matches!(word_at(text, at + opening), "have" | "be") {
                return Some(Instruction {
                    class: VerbClass::Verify,
                    at,
                    end: at + opening,
                    condition: None,
                    sure: true,
                });
            }
            at += opening;
            if promises
                && matches!(
                    word_at(text, at),
                    "see" | "land" | "get" | "be" | "have" | "notice" | "find" | "receive" | "expect" | "observe"
                )
            {
                return None;
            }
            if let Some(found) = direct_verb(text, at, true) {
                return Some(found);
            }
            continue;
        }
        if let Some(found) = direct_verb(text, at, asked) {
            return Some(found);
        }
        let lower = Lowered::of(word);
        let lower = lower.as_str();
        asked |= matches!(lower, "please" | "then" | "let's");
        let adverb = lower.len() > 4 && lower.ends_with("ly");
        if !(adverb || FILLERS.contains(lower)) {
            return None;
        }
        at += word.len();
        at += text[at..].len() - text[at..].trim_start_matches([' ', ',', ':', '-', '–', '—', ';']).len();
    }
    None
}

/// Per first letter: the openings that begin with it, in their order.
static OPENINGS: LazyLock<[Vec<&str>; 26]> = LazyLock::new(|| {
    let mut by_letter = [const { Vec::new() }; 26];
    for opening in english::OPENINGS {
        by_letter[usize::from(opening.as_bytes()[0] - b'a')].push(*opening);
    }
    by_letter
});

static FILLERS: LazyLock<WordSet> = LazyLock::new(|| english::FILLERS.iter().copied().collect());

fn opening(text: &str) -> Option<usize> {
    let first = text.as_bytes().first()?.to_ascii_lowercase();
    OPENINGS
        .get(usize::from(first.wrapping_sub(b'a')))?
        .iter()
        .find(|opening| text.get(..opening.len()).is_some_and(|head| head.eq_ignore_ascii_case(opening)))
        .map(|opening| opening.len())
}

pub(super) fn direct_verb(text: &str, at: usize, forced: bool) -> Option<Instruction> {
    let word = word_at(text, at);
    let straight;
    let lower = match !word.is_ascii() && word.contains('’') {
        false => Lowered::of(word),
        true => {
            straight = word.replace('’', "'");
            Lowered::of(&straight)
        }
    };
    let lower = lower.as_str();
    let rest = &text[at + word.len()..];
    if is_name_part(word, rest) {
        return None;
    }
    let found = |class, sure| Some(Instruction { class, at, end: at + word.len(), condition: None, sure });
    let goes_on = |words: &str| lower_begins(rest.trim_start(), words);
    if lower == "make" && goes_on("sure") {
        return found(Verify, true);
    }
    if lower == "sign" && rest.trim_start().starts_with("off") {
        return found(Approve, true);
    }
    if (lower == "do" && goes_on("not ")) || lower == "don't" || lower == "never" {
        return found(Policy, true);
    }
    if matches!(lower, "do" | "use" | "follow") && says_when(rest) {
        return found(Policy, true);
    }
    let Verb { class, ambiguous, .. } = *VERBS.get(lower)?;
    // "Release/update the package": two verbs for one act.
    let rest = match rest.strip_prefix('/').map(|after| (after, word_at(after, 0))) {
        Some((after, second)) if VERBS.contains_key(second) => &after[second.len()..],
        _ => rest,
    };
    if forced || !ambiguous {
        return (!is_noun_phrase(rest)).then_some(()).and_then(|()| found(class, true));
    }
    if lower == "access" && rest.starts_with(" to ") {
        return None;
    }
    let sure = takes_object(rest)
        || matches!(lower, "run" | "rerun" | "execute") && runs(rest)
        || matches!(lower, "log" | "sign") && (rest.starts_with(" in ") || rest.starts_with(" into "));
    if !sure && is_noun_use(rest) {
        return None;
    }
    found(class, sure)
}

/// Whether the text in lower case begins with the ASCII words.
fn lower_begins(text: &str, words: &str) -> bool {
    match text.get(..words.len()) {
        Some(head) if head.is_ascii() => head.eq_ignore_ascii_case(words),
        // A letter may become another in lower case: the Kelvin sign is a `k`.
        _ => text.to_lowercase().starts_with(words),
    }
}

/// "Do this when …", "Use this procedure if …": what a section is for, not an act of it.
fn says_when(rest: &str) -> bool {
    let mut words = rest.split_whitespace().map(|word| word.trim_end_matches(','));
    let own = words.next().is_some_and(|word| ["it", "this", "these"].iter().any(|own| word.eq_ignore_ascii_case(own)));
    let next = words.find(|word| !["procedure", "runbook", "section", "page", "guide", "steps", "only"].contains(word));
    own && next.is_some_and(|word| matches!(word, "when" | "whenever" | "if"))
}

/// German and Dutch: the infinitive ends the clause.
fn last_word(text: &str, start: usize) -> Option<Instruction> {
    let clause = &text[start..];
    let stops = |at: usize, c: char| match c {
        '(' | ';' | '→' => true,
        '.' | ':' => clause[at + 1..].trim().is_empty() || c == '.' && clause[at + 1..].starts_with(' '),
        _ => false,
    };
    let end = clause.char_indices().find(|(at, c)| *at > 0 && stops(*at, *c)).map_or(clause.len(), |(at, _)| at);
    let clause = clause[..end].trim_end();
    let begin = clause.rfind(' ').map_or(0, |at| at + 1);
    let word = &clause[begin..];
    if begin == 0
        || !word.starts_with(char::is_lowercase)
        || !languages::ENDINGS.iter().any(|ending| word.ends_with(ending))
    {
        return None;
    }
    if phrases![" ist ", " sind ", " wird ", " werden"].stand_in(clause) {
        return None;
    }
    // "is open", "the hatch must tighten": English verbs do not come last.
    let class = VERBS.get(word).filter(|verb| !verb.english)?.class;
    let at = start + begin;
    Some(Instruction { class, at, end: at + word.len(), condition: None, sure: true })
}

/// Chinese, Japanese, Korean: an instruction holds one of the known verbs.
fn unspaced(text: &str, start: usize) -> Option<Instruction> {
    let clause = &text[start..];
    if clause.is_ascii()
        || !clause
            .chars()
            .take(40)
            .any(|c| ('\u{3040}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7a3}').contains(&c))
    {
        return None;
    }
    let mut best: Option<Instruction> = None;
    for (class, list) in languages::UNSPACED {
        for word in list.split_whitespace() {
            if let Some(found) = clause.find(word)
                && best.as_ref().is_none_or(|best| start + found < best.at)
            {
                let at = start + found;
                best = Some(Instruction { class: *class, at, end: at + word.len(), condition: None, sure: true });
            }
        }
    }
    best
}
