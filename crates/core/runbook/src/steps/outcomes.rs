//! What must be seen for a step to have succeeded, from its words, comments and output.

use super::assemble::Parts;
use super::draft::Draft;
use crate::contexts::Context;
use crate::expectations;
use crate::fences::Language;
use crate::model::{Expect, StepKind};
use crate::words::{
    Phrases, Said, VerbClass, bracket_states, phrases, says_outcome, states_an_outcome, states_behind_signs,
    states_outcome, strip_signs,
};

pub(super) fn expects(
    draft: &Draft,
    parts: &Parts,
    kind: StepKind,
    whole: &Said<'_>,
    intro: &str,
    titles: &[&str],
) -> Vec<Expect> {
    let said = whole.text();
    let mut found = Vec::new();
    for (text, line) in &draft.expected {
        found.extend(expectations::of_words(text, *line, None));
    }
    for (block, line) in &draft.outputs {
        found.push(expectations::of_output(block, *line, None));
    }
    // What a flow's comments state, its asserts say.
    let outcomes = parts.fence.outcomes.iter().filter(|_| parts.language != Some(Language::Hurl));
    for (text, line, act) in outcomes {
        let read = if parts.language == Some(Language::Sql) { expectations::of_query } else { expectations::of_words };
        found.extend(read(text, *line, *act));
    }
    for (block, line, act) in &parts.fence.outputs {
        let above = parts.fence.outcomes.partition_point(|(_, at, _)| at < line);
        let expected =
            above > 0 && line - parts.fence.outcomes[above - 1].1 <= 2 || parts.language == Some(Language::Session);
        if expected {
            found.push(expectations::of_output(block, *line, *act));
        }
    }
    let class = draft.instruction.as_ref().map(|found| found.class);
    let rest = draft.instruction.as_ref().map_or(said, |one| said.get(one.end..).unwrap_or_default());
    let runs = draft.fence.is_some() || parts.offered;
    if kind == StepKind::Command && runs {
        if let Some((text, line)) = parts.fence.comments.iter().find(|(text, _)| asks_to_verify(text)) {
            found.push(expectations::exits_well(text, *line));
        }
        let stated = match class {
            Some(VerbClass::Verify) => true,
            Some(VerbClass::Check | VerbClass::Observe) => {
                states_outcome(rest)
                    || titles.first().is_some_and(|title| asks_to_verify(title) && states_outcome(title))
            }
            Some(_) => {
                says_outcome(whole) && states_outcome(rest)
                    || whole.has(phrases!["to verify", "to confirm", "to ensure"])
                    || asks_in(whole) && draft.fence.is_some()
            }
            None if draft.fence.is_some() => draft.context == Context::Verify,
            None => {
                !is_code(draft, said) && states_an_outcome(whole)
                    || draft.context == Context::Verify
                    || draft.stated.is_some()
            }
        };
        if !said.is_empty() && stated {
            found.push(expectations::exits_well(said, draft.line));
        }
        if said.is_empty()
            && (asks_to_verify(intro) && !intro.is_empty() || titles.first().is_some_and(|title| asks_to_verify(title)))
        {
            let (text, line) =
                draft.intro.as_ref().map_or((titles[0], draft.line), |(intro, line)| (intro.as_str(), *line));
            found.push(expectations::exits_well(text, line));
        }
    } else if !said.is_empty() {
        let rest = first_clause(rest);
        let states = match class {
            Some(VerbClass::Verify | VerbClass::Check | VerbClass::Observe) if asks_openly(rest) => false,
            Some(VerbClass::Verify) if ensures(draft, said) => true,
            Some(VerbClass::Verify | VerbClass::Check | VerbClass::Observe) => {
                states_outcome(rest.split('(').next().unwrap_or_default()) || bracket_states(rest)
            }
            _ if kind == StepKind::Check && draft.stated.is_some() => true,
            Some(class) if kind == StepKind::Check && !matches!(class, VerbClass::Look) => states_behind_signs(whole),
            Some(VerbClass::Wait) => false,
            Some(VerbClass::Look) => bracket_states(said) || says_outcome(whole),
            Some(_) => {
                bracket_states(said) && whole.lower().contains("verify")
                    || says_outcome(whole)
                    || said.trim_end().ends_with(':') && asks_in(whole)
                    || follows_check(rest)
            }
            None => matches!(kind, StepKind::Check) && (states_behind_signs(whole) || titles.is_empty()),
        };
        if states {
            found.extend(expectations::of_words(said, draft.line, None));
        }
    }
    found
}

/// The words up to a semicolon behind which something else is asked.
fn first_clause(rest: &str) -> &str {
    rest.split_once("; ").filter(|(_, next)| crate::words::instruction(next).is_some()).map_or(rest, |(first, _)| first)
}

/// Whether the words are one inline command and nothing else.
fn is_code(draft: &Draft, said: &str) -> bool {
    draft.codes.len() == 1 && strip_signs(said).trim() == draft.codes[0].0.trim()
}

/// "check which tables grow", "check what changed": a question, no outcome.
fn asks_openly(rest: &str) -> bool {
    let rest = rest.trim_start().trim_start_matches("out ");
    matches!(
        rest.split(' ').next().unwrap_or_default(),
        "which" | "what" | "who" | "where" | "when" | "why" | "how" | "how's"
    ) || phrases!["whether ", "if "].begin(rest)
}

/// "Ensure the jobs make it": what is to be ensured is an outcome, whatever its words.
fn ensures(draft: &Draft, said: &str) -> bool {
    let Some(found) = &draft.instruction else { return false };
    let verb = said.get(found.at..found.end).unwrap_or_default().to_lowercase();
    (verb == "ensure" || verb == "make" || verb.starts_with("make sure") || verb.starts_with("be sure"))
        && said.get(found.end..).unwrap_or_default().split_whitespace().nth(1).is_some()
}

/// "… and verify that X is Y" after another act.
fn follows_check(rest: &str) -> bool {
    if !phrases!["verify ", "confirm ", "ensure ", "validate"].stand_in_any_case(rest) {
        return false;
    }
    let lower = rest.to_lowercase();
    [" and verify ", " and confirm ", " and ensure ", " and validate", ", verify ", ", confirm "]
        .iter()
        .any(|word| lower.find(word).is_some_and(|at| !rest[(at + word.len()).min(rest.len())..].trim().is_empty()))
}

/// Words that ask that something be verified, or name its verification.
const VERIFY_WORDS: &[&str] = &[
    "verify",
    "verifies",
    "verifying",
    "verification",
    "verifikation",
    "validate",
    "validation",
    "validates",
    "ensure",
    "confirm",
    "confirmation",
    "überprüfen",
    "überprüfe",
    "überprüfung",
    "verifizieren",
    "sicherstellen",
    "vérifier",
    "vérifiez",
    "vérification",
    "verificar",
    "verifique",
    "verificación",
    "verificação",
    "validar",
    "verifica",
    "verificare",
    "overenie",
    "overiť",
    "overte",
    "ověření",
    "ověřit",
    "zweryfikuj",
    "weryfikacja",
    "проверить",
    "проверьте",
    "убедитесь",
    "проверка",
];

/// Whether words ask that something be verified; "after verification" does not.
fn asks_to_verify(text: &str) -> bool {
    asks_in(&Said::of(text))
}

fn asks_in(said: &Said<'_>) -> bool {
    static VERIFYING: Phrases = Phrases::of(VERIFY_WORDS);
    let lower = said.lower();
    let mut before = "";
    let named = said.may_have(&VERIFYING);
    for word in crate::words::words(lower).take_while(|_| named) {
        let word = word.rsplit('-').next().unwrap_or(word);
        if VERIFY_WORDS.contains(&word)
            && !matches!(before, "after" | "before" | "for" | "without" | "until" | "during" | "skip" | "to")
        {
            return true;
        }
        before = word;
    }
    said.has(phrases!["make sure", "to verify", "to ensure", "to confirm"])
        || !lower.is_ascii() && phrases!["确认", "验证", "検証", "確認", "확인"].stand_in(lower)
}
