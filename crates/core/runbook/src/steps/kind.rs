//! The kind of a step, from its words.

use super::draft::{Draft, Origin};
use crate::contexts::Context;
use crate::model::StepKind;
use crate::shell::looks_like_command;
use crate::waits;
use crate::words::{
    Said, VerbClass, bracket_states, instruction, is_state, phrases, sentences, states_behind_signs, strip_signs, words,
};

/// The kind that the words ask for, when nothing is run.
pub(super) fn of_words(draft: &Draft, whole: &Said<'_>, titles: &[&str]) -> StepKind {
    let (said, lower) = (whole.text(), whole.lower());
    let timed = waits::is_timed(lower);
    let instruction = draft.instruction.as_ref().filter(|found| !is_noun_after_all(draft, found, said, titles));
    if let Some(found) = instruction
        && found.class == VerbClass::Verify
        && words(said.get(found.end..).unwrap_or_default()).next().is_none()
    {
        return StepKind::Manual;
    }
    if draft.stated.is_some() && instruction.is_none_or(|found| !found.sure) {
        return StepKind::Check;
    }
    let keyed = draft.context == Context::Verify
        && instruction.is_some_and(|found| said.get(..found.at).is_some_and(|before| before.contains(": ")));
    if keyed
        && !matches!(
            instruction.map(|found| found.class),
            Some(VerbClass::Notify | VerbClass::Wait | VerbClass::Approve)
        )
    {
        return StepKind::Check;
    }
    match instruction.map(|found| found.class) {
        Some(VerbClass::Wait) if !timed && halts(instruction, said) => StepKind::Manual,
        Some(VerbClass::Wait) if timed || !whole.has(phrases!["wait until", "wait till", "warten bis"]) => {
            StepKind::Wait
        }
        Some(VerbClass::Wait) => StepKind::Check,
        Some(VerbClass::Verify | VerbClass::Check | VerbClass::Observe) if timed => StepKind::Wait,
        Some(VerbClass::Verify | VerbClass::Check | VerbClass::Observe) => StepKind::Check,
        Some(VerbClass::Notify) => StepKind::Notify,
        Some(VerbClass::Approve) => StepKind::Approve,
        Some(_) if is_approval(whole) && !needs_approval(whole) => StepKind::Approve,
        Some(_) if asks_for_approval(whole) => StepKind::Approve,
        Some(_)
            if draft.told || tells(whole) || instruction.is_some_and(|found| tells(&Said::of(acting(found, said)))) =>
        {
            StepKind::Notify
        }
        Some(_) if timed => StepKind::Wait,
        Some(class) => match draft.origin {
            Origin::Item { checkbox: true, .. } if class == VerbClass::Look && bracket_states(said) => StepKind::Check,
            _ if whole.has(phrases!["you should see", "you will see"])
                || class != VerbClass::Act && sees(whole)
                || sees(&Said::of(first_sentence(said))) =>
            {
                StepKind::Check
            }
            _ => StepKind::Manual,
        },
        None => without_instruction(draft, whole, titles, timed),
    }
}

/// The words from the verb on.
fn acting<'t>(found: &crate::words::Instruction, said: &'t str) -> &'t str {
    said.get(found.at..).unwrap_or_default()
}

/// "Pause the queue", "Hold the release": something is halted, nobody waits.
fn halts(instruction: Option<&crate::words::Instruction>, said: &str) -> bool {
    let Some(found) = instruction else { return false };
    let verb = said.get(found.at..found.end).unwrap_or_default().to_lowercase();
    let next = words(said.get(found.end..).unwrap_or_default()).next().unwrap_or_default().to_lowercase();
    matches!(verb.as_str(), "pause" | "hold") && !matches!(next.as_str(), "" | "for" | "here" | "until" | "and")
}

/// "Email delivery working", "Build completed": in a checklist a word that may be a noun is one when a state follows.
fn is_noun_after_all(draft: &Draft, found: &crate::words::Instruction, said: &str, titles: &[&str]) -> bool {
    let asks_to_see =
        matches!(found.class, VerbClass::Verify | VerbClass::Check | VerbClass::Observe | VerbClass::Wait);
    let listed = matches!(draft.origin, Origin::Item { .. }) && found.condition.is_none();
    listed
        && !found.sure
        && !asks_to_see
        && (is_state(said.get(found.end..).unwrap_or_default())
            || titles.first().is_some_and(|title| is_testing(title))
            || titles.get(1).is_some_and(|title| is_testing(title)))
}

fn without_instruction(draft: &Draft, whole: &Said<'_>, titles: &[&str], timed: bool) -> StepKind {
    let said = whole.text();
    if is_approval(whole) && !needs_approval(whole) {
        return StepKind::Approve;
    }
    if draft.told || whole.has(phrases!["notified", "announced", "informed", "communicated"]) {
        return StepKind::Notify;
    }
    if timed {
        return StepKind::Wait;
    }
    if draft.context == Context::Verify || sees(whole) || whole.has(phrases!["should"]) {
        return StepKind::Check;
    }
    let ordered_plain = matches!(draft.origin, Origin::Item { ordered: true, checkbox: false });
    let marked = said.contains(['✅', '✓', '☐', '□']);
    if (!ordered_plain || marked) && states_behind_signs(whole) {
        return StepKind::Check;
    }
    if is_request(said) || titles.iter().any(|title| is_testing(title)) {
        return StepKind::Check;
    }
    StepKind::Manual
}

fn is_request(said: &str) -> bool {
    let first = words(said).next().unwrap_or_default();
    matches!(first, "GET" | "HEAD")
}

/// Whether a title says that what stands below is tested.
fn is_testing(title: &str) -> bool {
    let said = Said::of(title);
    said.has_stem(phrases![
        "test",
        "verif",
        "validat",
        "überprüf",
        "prüfung",
        "kontrol",
        "acceptance",
        "smoke",
        "check"
    ]) && !said.has(phrases![
        "checklist",
        "check list",
        // A drill: what is done in it, not what is looked at.
        "weekly",
        "monthly",
        "quarterly",
        "annual",
        "annually",
        "yearly",
        "drill",
        "drills",
        "exercise"
    ])
}

fn sees(said: &Said<'_>) -> bool {
    said.has(phrases!["you should see", "should see", "should land", "should be", "you will see", "there should"])
}

fn first_sentence(text: &str) -> &str {
    sentences(text).first().map_or(text, |range| &text[range.clone()])
}

fn is_approval(said: &Said<'_>) -> bool {
    said.has(phrases![
        "approval",
        "approvals",
        "sign-off",
        "signoff",
        "sign off",
        "signed off",
        "peer review",
        "code review",
        "review by",
        "fast-track review",
        "changes reviewed",
        "reviewed by",
        "approved by",
        "and approved",
        "get a yes",
        "get a go",
        "get the go-ahead",
        "get agreement",
        "get permission",
        "obtain permission",
        "peer-reviewed",
        "genehmigung",
        "freigabe",
        "aprobación",
        "approbation",
    ])
}

/// "Clear the queue (requires approval)": an act that somebody must allow, no request for it.
fn needs_approval(said: &Said<'_>) -> bool {
    let Some((act, rest)) = said.text().split_once('(') else { return false };
    let remark = rest.split(')').next().unwrap_or_default();
    phrases!["require", "need", "only with", "prior"].stand_in_any_case(remark) && !is_approval(&Said::of(act))
}

/// "Let a colleague approve it", "have the change approved".
fn asks_for_approval(said: &Said<'_>) -> bool {
    let lower = strip_signs(said.lower());
    phrases!["let ", "have ", "get ", "ask "].begin(lower)
        && said.has(phrases!["approve", "approved", "sign off", "signed off"])
}

/// Acts that tell people, whatever their verb.
fn tells(said: &Said<'_>) -> bool {
    let lower = said.lower();
    let verbs = ["post", "send", "update", "share", "open", "write", "publish", "raise", "issue", "set"];
    let first = words(strip_signs(lower)).next().unwrap_or_default();
    let says = || {
        said.has(phrases![
            "status page",
            "stakeholder",
            "stakeholders",
            "slack",
            "channel",
            "reminder",
            "reminders",
            "customers",
            "announcement",
            "notification",
            "notifications",
            "status update",
            "status updates",
            "e-mail",
            "email",
            "mailing list",
            "page the",
            "partner",
            "partners",
            "subscribers",
            "users",
            "colleagues",
            "everyone",
        ])
    };
    verbs.contains(&first) && says() && !said.has(phrases!["email settings", "create"])
}

/// The inline commands that the words offer to run, with their lines.
pub(super) fn offered(draft: &Draft, whole: &Said<'_>) -> Vec<(String, u32)> {
    if draft.codes.is_empty() {
        return Vec::new();
    }
    let (said, lower) = (whole.text(), whole.lower());
    let runs = whole.has(phrases![
        "run",
        "rerun",
        "re-run",
        "running",
        "execute",
        "executing",
        "via",
        "with",
        "using",
        "use",
        "type",
        "issue",
        "invoke",
        "spusti",
        "spustiť",
        "ausführen",
        "führe",
        "exécuter",
        "lancer",
        "ejecutar",
        "ejecuta",
        "executar",
        "eseguire",
        "выполнить",
        "запустить",
    ]);
    let whole = draft.codes.len() == 1 && strip_signs(said).trim().len() <= draft.codes[0].0.len() + 2;
    let mut found: Vec<(String, u32)> = Vec::new();
    for (code, line) in &draft.codes {
        let code = code.trim().trim_start_matches("$ ").trim();
        let bracketed = lower.contains(&format!("(run {}", code.to_lowercase()))
            || lower.contains(&format!("({}", code.to_lowercase()));
        let several = code.split_whitespace().count() > 1;
        if !several && code.contains('=') {
            continue;
        }
        let subject = code_is_subject(said, code);
        if !subject
            && looks_like_command(
                code,
                !several && (runs && mentions_run_of(lower, &code.to_lowercase()) || whole || bracketed),
            )
        {
            found.push((code.to_owned(), *line));
        }
    }
    found
}

/// "If `kubectl` points at …": the code is what the sentence is about.
fn code_is_subject(said: &str, code: &str) -> bool {
    let Some(at) = said.find(code) else { return false };
    let before = said[..at].trim_end_matches(['`', ' ']).to_lowercase();
    let condition = before.rsplit([',', ';', ':']).next().unwrap_or_default().trim().to_owned();
    let next = words(&said[at + code.len()..]).next().unwrap_or_default();
    let named = matches!(next, "plan" | "output" | "result" | "results" | "job" | "jobs" | "log" | "logs" | "errors");
    let described = before.ends_with("failed") || before.ends_with("last") || before.ends_with("previous");
    named && described
        || matches!(
            condition.as_str(),
            "if" | "when" | "after" | "once" | "use this runbook after" | "before" | "that" | "until"
        )
}

fn mentions_run_of(lower: &str, code: &str) -> bool {
    lower.find(code).is_some_and(|at| {
        let before = lower[..at].trim_end_matches(['`', ' ', ',']);
        [
            "run",
            "rerun",
            "re-run",
            "execute",
            "via",
            "using",
            "use",
            "type",
            "invoke",
            "with",
            "spusti",
            "ausführen",
            ")",
            "or",
            "and",
        ]
        .iter()
        .any(|word| before.ends_with(word))
    })
}

/// Whether a fence of comments asks for a message, a check, or another act.
pub(super) fn of_comments(draft: &Draft, comments: &[(String, u32)], titles: &[&str]) -> StepKind {
    let mut asked: Vec<StepKind> = Vec::new();
    for text in draft
        .intro
        .iter()
        .map(|(text, _)| text)
        .chain(draft.words.iter().map(|(text, _)| text))
        .chain(comments.iter().map(|(text, _)| text))
    {
        let mut one = draft.clone();
        one.instruction = instruction(text);
        if one.instruction.is_some() {
            asked.push(of_words(&one, &Said::of(text), &[]));
        }
    }
    let _ = titles;
    if asked.contains(&StepKind::Notify) {
        return StepKind::Notify;
    }
    asked.first().copied().unwrap_or(StepKind::Manual)
}
