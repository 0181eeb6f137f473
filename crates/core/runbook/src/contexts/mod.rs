//! What a heading, a bold label or an introducing sentence says about the list or text below it.

mod cues;
mod subject;
mod titles;

use crate::words::{Instruction, Lowered, Said, VerbClass, instruction, phrases, strip_signs};

pub(crate) use cues::{is_automatic, is_expected, is_output, is_rollback, is_troubles};
use cues::{is_reference, titles_expected};
use subject::words_of;
use titles::{ACT, explains, explains_all};

/// What stands below a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Acts: steps, procedure, fix, resolution.
    Act,
    /// Things to be verified, one per item.
    Verify,
    /// What is expected of the step above.
    Expected,
    /// What the step above prints.
    Output,
    /// Approvals.
    Approval,
    /// Commands for reference.
    Reference,
    /// Text that explains: symptoms, causes, notes, rules.
    Explain,
    /// Text that explains and rules everything below it.
    ExplainAll,
    /// Nothing in particular.
    Neutral,
}

impl Context {
    /// Whether what stands below is explanation.
    pub fn explains(self) -> bool {
        matches!(self, Context::Explain | Context::ExplainAll)
    }
}

/// What a title says; `Neutral` when it says nothing we know.
pub fn of_title(title: &str) -> Context {
    of_said(&Said::of(title))
}

/// The same of a text that others look at too.
pub(crate) fn of_said(said: &Said<'_>) -> Context {
    let text = strip_signs(said.text()).trim();
    let lower = strip_signs(said.lower()).trim().trim_end_matches([':', ' ', '?']);
    if lower.is_empty() {
        return Context::Neutral;
    }
    if titles_expected(said, lower) {
        return Context::Expected;
    }
    if is_output(said, lower) {
        return Context::Output;
    }
    if said.has(phrases!["approval required", "approvals", "approval", "sign-off", "signoff", "sign off"]) {
        return Context::Approval;
    }
    if said.has(phrases!["to verify", "to check", "to confirm", "to validate", "to test"])
        || asks_only_to_verify(lower)
        || lower.ends_with("are true")
    {
        return Context::Verify;
    }
    if is_automatic(said) {
        return Context::Explain;
    }
    let mut asked = Asked { text, found: None };
    if asks_what(lower) {
        return Context::Explain;
    }
    if lists_conditions(lower) {
        return Context::ExplainAll;
    }
    if explains_all(said, lower) && !asked.starts_with_verb() && !(is_gerund(text) && words_of(lower) > 2) {
        return Context::ExplainAll;
    }
    if is_reference(said, lower) {
        return Context::Reference;
    }
    let verifies = said.has_stem(phrases![
        "verif",
        "validat",
        "überprüf",
        "vérif",
        "valida",
        "overen",
        "ověřen",
        "kontrol",
        "проверк"
    ]) || said.has(phrases![
        "smoke test",
        "smoke tests",
        "smoke-test",
        "smoke-tests",
        "確認",
        "検証",
        "验证",
        "acceptance",
        "end state",
        "definition of done",
        "success criteria",
        "sanity checks",
        "health checks after",
    ]);
    if verifies {
        return Context::Verify;
    }
    if said.has(&ACT) && !said.has(phrases!["notes", "best practices", "overview", "metrics"]) {
        return Context::Act;
    }
    if explains(said, lower) && !asked.starts_with_verb() && !is_gerund(text) {
        return Context::Explain;
    }
    if asked.instruction().is_some_and(|found| !matches!(found.class, VerbClass::Policy | VerbClass::Refer)) {
        return Context::Act;
    }
    if is_gerund(text) { Context::Act } else { Context::Neutral }
}

/// "Ensure:", "Verify that": what must be so stands below, without a verb of its own.
fn asks_only_to_verify(lower: &str) -> bool {
    let verb = ["that", "the following"].iter().fold(lower, |words, end| words.trim_end_matches(end).trim_end());
    matches!(verb, "ensure" | "verify" | "confirm" | "check" | "validate" | "make sure")
}

/// "What is a leader?": a title that asks for an explanation.
fn asks_what(lower: &str) -> bool {
    phrases!["what is ", "what are ", "what does ", "why is ", "why are ", "why does ", "why do we "].begin(lower)
}

/// "Roll back when", "Go back as soon as one of these holds": conditions follow, no acts.
fn lists_conditions(lower: &str) -> bool {
    lower.ends_with(" when")
        || lower.ends_with(" if")
        || lower.ends_with(" as soon as")
        || phrases![
            " if any of ",
            " when any of ",
            " if one of ",
            " when one of ",
            " as soon as any",
            " as soon as one"
        ]
        .stand_in(lower)
}

/// "Restarting the service": a title that names an act by its gerund.
fn is_gerund(text: &str) -> bool {
    let first = Lowered::of(crate::words::words(text).next().unwrap_or_default());
    let Some(stem) = first.as_str().strip_suffix("ing").filter(|stem| stem.len() > 2) else { return false };
    let doubled = stem.len() > 3 && stem.as_bytes()[stem.len() - 1] == stem.as_bytes()[stem.len() - 2];
    let bases = [
        stem.to_owned(),
        format!("{stem}e"),
        if doubled { stem[..stem.len() - 1].to_owned() } else { stem.to_owned() },
    ];
    words_of(text) > 1
        && bases.iter().any(|base| {
            instruction(&format!("{base} the"))
                .is_some_and(|found| !matches!(found.class, VerbClass::Policy | VerbClass::Refer))
        })
}

/// The instruction that a title gives, looked for once and only when asked.
struct Asked<'a> {
    text: &'a str,
    found: Option<Option<Instruction>>,
}

impl Asked<'_> {
    fn instruction(&mut self) -> Option<&Instruction> {
        self.found.get_or_insert_with(|| instruction(self.text)).as_ref()
    }

    fn starts_with_verb(&mut self) -> bool {
        self.instruction()
            .is_some_and(|found| found.sure && !matches!(found.class, VerbClass::Policy | VerbClass::Refer))
    }
}
