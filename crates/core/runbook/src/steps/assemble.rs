//! Turns a draft into a step: acts, expectations, placeholders, dangers, kind.

use std::collections::HashSet;

use callsheet_base::StepId;
use callsheet_diag::SourceText;

use super::draft::{Draft, Origin};
use super::kind;
use crate::contexts::Context;
use crate::document::{BlockKind, Document};
use crate::fences::{FenceActs, Language, Role, read_acts, split_info};
use crate::interactive::reason;
use crate::model::{
    Act, ActKind, Alternative, Attributes, Danger, Expect, Inferred, Placeholder, Runs, Step, StepKind,
};
use crate::placeholders::{self, Searched};
use crate::words::{VerbClass, bracket_states, has_outcome, states_outcome, strip_signs};
use crate::{attributes, dangers, expectations, verbs, waits};

/// What all steps of a document share.
pub(crate) struct Shared<'a> {
    pub(crate) document: &'a Document,
    pub(crate) source: &'a SourceText,
    pub(crate) variables: HashSet<String>,
}

/// The step of a draft. Its id is its wished name; the caller makes it unique.
pub(crate) fn assemble(draft: &Draft, shared: &Shared<'_>) -> Step {
    let document = shared.document;
    let said = draft.words.iter().map(|(words, _)| words.as_str()).collect::<Vec<_>>().join(" ");
    let section = &document.sections[draft.section];
    let mut titles: Vec<&str> = vec![&section.title];
    let mut parent = section.parent;
    while let Some(at) = parent {
        titles.push(&document.sections[at].title);
        parent = document.sections[at].parent;
    }
    let mut parts = Parts::new(draft, document, &said);
    let kind = parts.kind(draft, &said, &titles);
    let intro = draft.intro.as_ref().map_or("", |(intro, _)| intro.as_str());
    let mut expects = expects(draft, &parts, kind, &said, intro, &titles);
    let written = &parts.attributes;
    if let Some(status) = written.expect_exit {
        let test = crate::model::ExpectTest::Exit { status };
        expects.push(Expect {
            test,
            text: format!("expect_exit={status}"),
            line: draft.line,
            act: None,
            inferred: false,
        });
    }
    let params = params(draft, &parts, &said, shared);
    let danger = danger(draft, &parts, kind, &said);
    let interactive = parts.attributes.interactive.unwrap_or_else(|| {
        parts.acts.iter().any(|act| act.kind != ActKind::Manual && reason(&act.command).is_some()) || parts.sql_console
    });
    let title = title(draft, &parts, &said, intro, section);
    let wait = (kind == StepKind::Wait).then(|| waits::span(&said)).flatten().or_else(|| verbs::wait(&parts.acts));
    let condition =
        draft.instruction.as_ref().and_then(|found| found.condition.clone()).or_else(|| draft.conditional.clone());
    let optional = condition.is_some()
        || draft.alternative.is_some()
        || draft.context == Context::Reference
        || crate::alternatives::is_conditional(&said);
    let inferred = inferred(&expects, &params, &danger, kind, draft);
    let runs = parts.runs(kind);
    let acts = std::mem::take(&mut parts.acts);
    Step {
        id: StepId::new(parts.attributes.name.clone().unwrap_or_else(|| crate::slug::slug(&title))),
        title,
        kind,
        runs,
        span: draft.span,
        at: shared.source.position(first_word(shared.source, draft)),
        acts,
        expects,
        params,
        danger,
        interactive,
        optional,
        rollback: draft.rollback,
        condition,
        alternative: draft.alternative.as_ref().map(|label| Alternative {
            group: format!("{}-{}", label.family, draft.section),
            label: label.name.clone(),
        }),
        wait,
        attributes: parts.attributes,
        inferred,
    }
}

/// The first byte of the step's line that is not white space.
fn first_word(source: &SourceText, draft: &Draft) -> usize {
    let line = source.line_span(draft.line);
    let text = source.slice(line);
    draft.span.start.max(line.start + text.len() - text.trim_start().len()).min(line.end)
}

/// What the fence and the inline code give.
struct Parts {
    acts: Vec<Act>,
    fence: FenceActs,
    language: Option<Language>,
    attributes: Attributes,
    sql_console: bool,
    offered: bool,
}

impl Parts {
    fn new(draft: &Draft, document: &Document, said: &str) -> Parts {
        let mut parts = Parts {
            acts: Vec::new(),
            fence: FenceActs::default(),
            language: None,
            attributes: Attributes::default(),
            sql_console: false,
            offered: false,
        };
        match draft.fence {
            Some((block, role)) => {
                let BlockKind::Fence(fence) = &document.blocks[block].kind else { return parts };
                let language = match role {
                    Role::Commands(language) => language,
                    _ => Language::Shell,
                };
                parts.fence = read_acts(fence, language);
                if role == Role::Comments {
                    for act in &mut parts.fence.acts {
                        act.kind = ActKind::Manual;
                    }
                }
                parts.acts = parts.fence.acts.clone();
                parts.language = Some(language);
                parts.attributes = attributes::read(&fence.info).0;
                let _ = split_info(&fence.info);
            }
            None => {
                for (command, line) in kind::offered(draft, said) {
                    parts.acts.push(Act { kind: ActKind::Run, line, command, choice: None });
                    parts.offered = true;
                }
                if parts.acts.is_empty() && !said.is_empty() {
                    parts.acts.push(Act {
                        kind: ActKind::Manual,
                        line: draft.line,
                        command: said.to_owned(),
                        choice: None,
                    });
                }
            }
        }
        parts
    }

    fn has_commands(&self) -> bool {
        self.offered
            || self.acts.iter().any(|act| act.kind != ActKind::Manual || crate::fences::is_sql(act.command.trim()))
            || matches!(
                self.language,
                Some(Language::Sql | Language::Promql | Language::Query | Language::Repl | Language::Hurl)
            )
    }

    fn kind(&self, draft: &Draft, said: &str, titles: &[&str]) -> StepKind {
        if let Some(kind) = verbs::kind(&self.acts) {
            return kind;
        }
        if self.has_commands() {
            return StepKind::Command;
        }
        match draft.fence {
            Some(_) => kind::of_comments(draft, &self.fence.comments, titles),
            None => kind::of_words(draft, said, titles),
        }
    }

    fn runs(&self, kind: StepKind) -> Option<Runs> {
        if verbs::all(&self.acts) {
            return Some(Runs::Verb);
        }
        if kind != StepKind::Command {
            return None;
        }
        match self.language {
            None | Some(Language::Shell | Language::Session | Language::None | Language::Unknown) => {
                self.acts.iter().any(|act| act.kind == ActKind::Run).then_some(Runs::Shell)
            }
            Some(Language::Sql) => Some(Runs::Sql),
            Some(Language::Promql) => Some(Runs::Promql),
            Some(Language::Hurl) => Some(Runs::Hurl),
            Some(_) => None,
        }
    }
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
    let lower = text.to_lowercase();
    let mut before = "";
    for word in crate::words::words(&lower) {
        let word = word.rsplit('-').next().unwrap_or(word);
        if VERIFY_WORDS.contains(&word)
            && !matches!(before, "after" | "before" | "for" | "without" | "until" | "during" | "skip" | "to")
        {
            return true;
        }
        before = word;
    }
    crate::words::has_phrase(&lower, &["make sure", "to verify", "to ensure", "to confirm"])
        || ["确认", "验证", "検証", "確認", "확인"].iter().any(|word| lower.contains(word))
}

fn expects(draft: &Draft, parts: &Parts, kind: StepKind, said: &str, intro: &str, titles: &[&str]) -> Vec<Expect> {
    let mut found = Vec::new();
    for (text, line) in &draft.expected {
        found.extend(expectations::of_words(text, *line, None));
    }
    for (block, line) in &draft.outputs {
        found.push(expectations::of_output(block, *line, None));
    }
    for (text, line, act) in &parts.fence.outcomes {
        found.extend(expectations::of_words(text, *line, *act));
    }
    for (block, line, act) in &parts.fence.outputs {
        let expected = parts.fence.outcomes.iter().any(|(_, at, _)| at < line && line - at <= 2)
            || parts.language == Some(Language::Session);
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
            Some(_) => has_outcome(said) && states_outcome(rest) || asks_to_verify(said) && draft.fence.is_some(),
            None if draft.fence.is_some() => draft.context == Context::Verify,
            None => states_outcome(said) || draft.context == Context::Verify || draft.stated.is_some(),
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
        let states = match class {
            Some(VerbClass::Verify | VerbClass::Check | VerbClass::Observe) => {
                states_outcome(rest.split('(').next().unwrap_or_default()) || bracket_states(rest)
            }
            _ if kind == StepKind::Check && draft.stated.is_some() => true,
            Some(class) if kind == StepKind::Check && !matches!(class, VerbClass::Look) => {
                states_outcome(strip_signs(said))
            }
            Some(VerbClass::Wait) => false,
            Some(VerbClass::Look) => bracket_states(said) || has_outcome(said),
            Some(_) => {
                bracket_states(said) && said.to_lowercase().contains("verify")
                    || has_outcome(said)
                    || said.trim_end().ends_with(':') && asks_to_verify(said)
                    || follows_check(rest)
            }
            None => matches!(kind, StepKind::Check) && (states_outcome(strip_signs(said)) || titles.is_empty()),
        };
        if states {
            found.extend(expectations::of_words(said, draft.line, None));
        }
    }
    found
}

/// "… and verify that X is Y" after another act.
fn follows_check(rest: &str) -> bool {
    let lower = rest.to_lowercase();
    [" and verify ", " and confirm ", " and ensure ", " and validate", ", verify ", ", confirm "].iter().any(|word| {
        lower
            .find(word)
            .is_some_and(|at| states_outcome(&rest[(at + word.len()).min(rest.len())..]) || lower.ends_with(':'))
    })
}

fn params(draft: &Draft, parts: &Parts, said: &str, shared: &Shared<'_>) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let set = &shared.variables;
    if let Some((block, _)) = draft.fence
        && let BlockKind::Fence(fence) = &shared.document.blocks[block].kind
    {
        let shell = matches!(
            parts.language,
            Some(Language::Shell | Language::Session | Language::Windows | Language::None | Language::Unknown)
        );
        for line in &fence.lines {
            placeholders::find(&Searched { text: &line.text, line: line.line, shell, code: true }, set, &mut found);
        }
    }
    for &block in &draft.configs {
        if let BlockKind::Fence(fence) = &shared.document.blocks[block].kind {
            for line in &fence.lines {
                placeholders::find(
                    &Searched { text: &line.text, line: line.line, shell: false, code: true },
                    &HashSet::new(),
                    &mut found,
                );
            }
            found.retain(|one| {
                one.form != crate::model::PlaceholderForm::Variable && one.form != crate::model::PlaceholderForm::Brace
            });
            if fence.lines.iter().any(|line| is_stand_in(&line.text)) && found.is_empty() {
                let line = fence.lines.iter().find(|line| is_stand_in(&line.text)).map_or(0, |line| line.line);
                found.push(Placeholder {
                    name: "value".to_owned(),
                    text: String::new(),
                    form: crate::model::PlaceholderForm::Shout,
                    line,
                    secret: false,
                });
            }
        }
    }
    if draft.fence.is_none() || !draft.codes.is_empty() {
        for (code, line) in &draft.codes {
            let shell = parts.offered && crate::shell::looks_like_command(code, true);
            let before = found.len();
            placeholders::find(&Searched { text: code, line: *line, shell, code: true }, set, &mut found);
            if !shell {
                let kept: Vec<Placeholder> = found
                    .drain(before..)
                    .filter(|one| {
                        !matches!(
                            one.form,
                            crate::model::PlaceholderForm::Variable | crate::model::PlaceholderForm::Brace
                        )
                    })
                    .collect();
                found.extend(kept);
            }
        }
        let plain = said.to_owned();
        if draft.fence.is_none() {
            placeholders::find(
                &Searched { text: &plain, line: draft.line, shell: false, code: false },
                set,
                &mut found,
            );
        }
    }
    found
}

/// `'DB_USER'` in a configuration: a value in capitals that stands for the reader's own.
fn is_stand_in(line: &str) -> bool {
    let Some((_, value)) = line.split_once(['=', ':']) else { return false };
    let value = value.trim().trim_end_matches([';', ',']).trim_matches(['"', '\'']);
    value.len() > 3 && value.contains('_') && value.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

fn danger(draft: &Draft, parts: &Parts, kind: StepKind, said: &str) -> Vec<Danger> {
    let mut found = Vec::new();
    for act in parts.acts.iter().filter(|act| act.kind != ActKind::Manual || crate::fences::is_sql(act.command.trim()))
    {
        dangers::of_command(&act.command, act.line, &mut found);
    }
    let looks = matches!(kind, StepKind::Check | StepKind::Wait | StepKind::Notify | StepKind::Approve);
    if !said.is_empty() && !looks && (draft.fence.is_none() && !parts.offered || said.to_lowercase().contains("force "))
    {
        dangers::of_title(said, draft.line, &mut found);
    }
    found
}

fn title(draft: &Draft, parts: &Parts, said: &str, intro: &str, section: &crate::document::Section) -> String {
    let text = match () {
        () if !said.trim().is_empty() => said,
        () if !intro.trim().is_empty() => intro,
        () if draft.section > 0 && !section.title.is_empty() => &section.title,
        () => parts
            .fence
            .comments
            .first()
            .map(|(text, _)| text.as_str())
            .or(parts.acts.first().map(|act| act.command.as_str()))
            .unwrap_or("Step"),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_end_matches(':');
    if text.chars().count() <= 120 {
        return text.to_owned();
    }
    let cut: String = text.chars().take(119).collect();
    format!("{}…", cut.trim_end())
}

fn inferred(
    expects: &[Expect],
    params: &[Placeholder],
    danger: &[Danger],
    kind: StepKind,
    draft: &Draft,
) -> Vec<Inferred> {
    let mut found = Vec::new();
    let mut add = |field: &str, value: String, line| found.push(Inferred { field: field.to_owned(), value, line });
    if draft.origin != Origin::Fence || kind != StepKind::Command {
        add("kind", format!("{kind:?}").to_lowercase(), draft.line);
    }
    for one in expects.iter().filter(|one| one.inferred) {
        add("expects", one.text.clone(), one.line);
    }
    for one in params {
        add("params", one.name.clone(), one.line);
    }
    for one in danger {
        add("danger", one.kind.clone(), one.line);
    }
    found
}
