//! "If …, do …" and "do … if …": the condition and the act.

use crate::words::phrases;

use std::sync::LazyLock;

use regex::Regex;

static UNDO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)\b(?:roll(?:ing|ed)?[ -]?back|rollback|revert(?:ing)?|restore (?:from|the (?:latest|last|previous|database|backup)|latest|last|previous|a |backup|database|db|snapshot)|abort|undo|(?:fail|switch|cut|flip|fall|shift)(?:ing)? (?:\w+ ){0,3}back|redeploy (?:the )?(?:previous|prior|last))").ok()
});

static CLAIM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)^(?:[->*\s]|–)*(?:then |immediately |automatically |manually |consider |initiate |trigger |start |begin |perform |please )*(?:an? |the )?(?:immediate |automatic |full )?(?:roll ?back|rollback|revert|abort)\b").ok()
});

/// A condition with what is done then.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Conditional<'t> {
    /// Without "if".
    pub condition: &'t str,
    /// What is done.
    pub action: &'t str,
}

/// Whether the words speak of undoing a change.
pub(crate) fn undoes(lower: &str) -> bool {
    phrases!["back", "revert", "restor", "abort", "undo", "redeploy"].stand_in(lower)
        && UNDO.as_ref().is_some_and(|undo| undo.is_match(lower))
}

/// The sentences and clauses of a text.
pub(crate) fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = memchr::memchr3_iter(b'.', b';', b'!', all.as_bytes())
            .find(|&at| all[at + 1..].starts_with(' ') && !abbreviated(&all[..at]));
        match end {
            Some(at) => {
                rest = Some(&all[at + 1..]);
                Some(all[..at].trim())
            }
            None => {
                rest = None;
                Some(all.trim())
            }
        }
    })
    .filter(|clause| !clause.is_empty())
}

fn abbreviated(before: &str) -> bool {
    ["e.g", "i.e", "etc", "vs", "approx", "min", "max", "no"].iter().any(|short| {
        before.len() >= short.len()
            && before.get(before.len() - short.len()..).is_some_and(|end| end.eq_ignore_ascii_case(short))
            && (short.contains('.') || before[..before.len() - short.len()].ends_with([' ', '(']))
    })
}

/// "If COND, ACT" at the clause's start or after its first words; `None` without "if".
pub(crate) fn if_then(clause: &str) -> Option<Conditional<'_>> {
    let lower = clause.to_ascii_lowercase();
    let (start, skip) = ["if ", "in case of ", "in case ", "should ", "whenever ", "on failure"]
        .iter()
        .filter_map(|word| Some((word_at(&lower, word)?, if *word == "on failure" { 3 } else { word.len() })))
        .min()?;
    if clause[..start].contains('(') && !clause[..start].contains(')') {
        return None;
    }
    let rest = &clause[start + skip..];
    let end = outside_brackets(rest, &[", ", ": ", " then ", " – ", " — ", " -> ", " → ", " - "])?;
    let (condition, action) = rest.split_at(end.0);
    Some(Conditional { condition: condition.trim(), action: action[end.1..].trim() })
}

/// "Roll back if COND": the condition of a clause that begins by undoing.
pub(crate) fn undo_if(clause: &str) -> Option<Conditional<'_>> {
    let lower = clause.to_ascii_lowercase();
    let begin = lower.rfind(": ").map_or(0, |at| at + 2);
    if !CLAIM.as_ref()?.is_match(&lower[begin..]) {
        return None;
    }
    let (start, skip) = [" if ", " when ", " on ", " in case of ", " whenever "]
        .iter()
        .filter_map(|word| Some((lower[begin..].find(word)? + begin, word.len())))
        .min()?;
    let (action, condition) = (&clause[begin..start], &clause[start + skip..]);
    let by_event = lower[start..].starts_with(" on ");
    let event = phrases!["fail", "error", "any ", "regress", "breach", "alert"].stand_in(&lower[start..]);
    (!action.contains('(') && (!by_event || event))
        .then_some(Conditional { condition: condition.trim(), action: action.trim() })
}

/// Whether the condition says nothing ("needed", "possible").
pub(crate) fn is_idle(condition: &str) -> bool {
    const IDLE: [&str; 10] = [
        "needed",
        "necessary",
        "required",
        "possible",
        "applicable",
        "available",
        "desired",
        "appropriate",
        "unsure",
        "so",
    ];
    let first = condition.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    IDLE.iter().any(|word| first.eq_ignore_ascii_case(word)) || condition.is_empty()
}

/// Whether the words begin by asking for an act.
pub(crate) fn is_imperative(lower: &str) -> bool {
    const ACTS: [&str; 26] = [
        "set",
        "configure",
        "check",
        "acknowledge",
        "investigate",
        "verify",
        "create",
        "review",
        "open",
        "silence",
        "use",
        "add",
        "enable",
        "ensure",
        "confirm",
        "see",
        "run",
        "route",
        "send",
        "go",
        "look",
        "make",
        "update",
        "page",
        "notify",
        "monitor",
    ];
    lower.split(|c: char| !c.is_alphanumeric()).next().is_some_and(|word| ACTS.contains(&word))
}

fn word_at(lower: &str, word: &str) -> Option<usize> {
    lower
        .match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !lower[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_'))
}

fn outside_brackets(text: &str, marks: &[&str]) -> Option<(usize, usize)> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ' ' | ',' | ':' if depth == 0 => {
                if let Some(mark) = marks.iter().find(|mark| text[at..].starts_with(**mark)) {
                    return Some((at, mark.len()));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_and_acts() {
        assert_eq!(
            if_then("Checks: if the queue (main, side) grows, revert the release"),
            Some(Conditional { condition: "the queue (main, side) grows", action: "revert the release" })
        );
        assert_eq!(
            undo_if("Roll back when p99 doubles"),
            Some(Conditional { condition: "p99 doubles", action: "Roll back" })
        );
        assert_eq!(undo_if("Rollback (if migrations ran)"), None);
        assert_eq!(if_then("Rollback (if migrations ran, which is rare)"), None);
        assert!(undoes("cut traffic back to blue") && !undoes("restore traffic") && !undoes("go back to the page"));
        assert!(is_idle("needed") && !is_idle("errors rise"));
    }

    #[test]
    fn clauses_end_at_full_stops() {
        assert_eq!(
            clauses("One, e.g. this. Two v1.2; three.").collect::<Vec<_>>(),
            ["One, e.g. this", "Two v1.2", "three."]
        );
    }
}
