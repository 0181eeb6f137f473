//! Turns a draft into a step: acts, expectations, placeholders, dangers, kind.

use std::borrow::Cow;
use std::collections::HashSet;

use callsheet_base::StepId;
use callsheet_diag::SourceText;

use super::blanks::params;
use super::choices::Choices;
use super::draft::{Draft, Origin};
use super::kind;
use super::outcomes::expects;
use super::ways::Ways;
use crate::document::{BlockKind, Document};
use crate::fences::{FenceActs, Language, Role, read_acts};
use crate::flows::{FILE, FlowCall};
use crate::interactive::reason_in;
use crate::model::{Act, ActKind, Attributes, Danger, Expect, Inferred, Placeholder, Runs, Step, StepKind};
use crate::shell::simple_commands;
use crate::words::{Said, VerbClass, trim};
use crate::{dangers, verbs, waits};

/// What all steps of a document share.
pub(crate) struct Shared<'a> {
    pub(crate) document: &'a Document,
    pub(crate) source: &'a SourceText,
    pub(crate) variables: HashSet<String>,
    pub(crate) ways: Ways,
}

/// The step of a draft. Its id is its wished name; the caller makes it unique.
pub(crate) fn assemble(draft: &Draft, shared: &Shared<'_>) -> Step {
    let document = shared.document;
    let said = match draft.words.as_slice() {
        [(words, _)] => Cow::Borrowed(words.as_str()),
        words => Cow::Owned(words.iter().map(|(words, _)| words.as_str()).collect::<Vec<_>>().join(" ")),
    };
    let said = said.as_ref();
    let whole = Said::of(said);
    let section = &document.sections[draft.section];
    let mut titles: Vec<&str> = vec![&section.title];
    let mut parent = section.parent;
    while let Some(at) = parent {
        titles.push(&document.sections[at].title);
        parent = document.sections[at].parent;
    }
    let mut parts = Parts::new(draft, document, &whole);
    let kind = parts.kind(draft, &whole, &titles);
    let intro = draft.intro.as_ref().map_or("", |(intro, _)| intro.as_str());
    let expects = expects(draft, &parts, kind, &whole, intro, &titles);
    let params = params(draft, &parts, said, shared);
    let (danger, wants_person) = judge(draft, &parts, kind, &whole);
    let interactive = parts.attributes.interactive.unwrap_or(wants_person || parts.sql_console);
    let title = title(draft, &parts, said, intro, section);
    let wait = (kind == StepKind::Wait).then(|| waits::span(said)).flatten().or_else(|| verbs::wait(&parts.acts));
    let choices = Choices::of(draft, shared, &whole, &parts.attributes);
    let mut inferred = inferred(&expects, &params, &danger, kind, draft);
    inferred.extend(choices.inferred(draft.line, &parts.attributes));
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
        optional: choices.optional,
        rollback: draft.rollback,
        condition: choices.condition,
        alternative: choices.alternative,
        wait,
        attributes: parts.attributes,
        inferred,
    }
}

/// Whether the words begin with an order to run something.
fn asks_to_run(said: &str) -> bool {
    let first = said.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    matches!(first.as_str(), "run" | "rerun" | "re-run" | "execute" | "replay")
}

/// The first byte of the step's line that is not white space.
fn first_word(source: &SourceText, draft: &Draft) -> usize {
    let line = source.line_span(draft.line);
    let text = source.slice(line);
    draft.span.start.max(line.start + text.len() - text.trim_start().len()).min(line.end)
}

/// What the fence and the inline code give.
pub(super) struct Parts {
    pub(super) acts: Vec<Act>,
    pub(super) fence: FenceActs,
    pub(super) language: Option<Language>,
    attributes: Attributes,
    sql_console: bool,
    pub(super) offered: bool,
}

impl Parts {
    fn new(draft: &Draft, document: &Document, whole: &Said<'_>) -> Parts {
        let said = whole.text();
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
                parts.acts = std::mem::take(&mut parts.fence.acts);
                parts.language = Some(language);
                parts.attributes = fence.attributes().0.clone();
                if let Some(path) = parts.attributes.other.get(FILE).filter(|_| language == Language::Hurl) {
                    let path = path.clone();
                    parts.name_flow(&path, draft.line);
                }
            }
            None => {
                for (command, line) in kind::offered(draft, whole) {
                    parts.acts.push(Act { kind: ActKind::Run, line, command, choice: None });
                    parts.offered = true;
                }
                if let Some((path, line)) = draft.flow.as_ref().filter(|_| parts.acts.is_empty() && asks_to_run(said)) {
                    parts.language = Some(Language::Hurl);
                    parts.attributes.other.insert(FILE.to_owned(), path.clone());
                    parts.name_flow(path, *line);
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

    /// The flow is in a file. A fence that holds a text, too, is left with it: nobody can tell which is meant.
    fn name_flow(&mut self, path: &str, line: u32) {
        if self.acts.iter().all(|act| act.command.trim().is_empty()) {
            self.acts = vec![Act { kind: ActKind::Run, line, command: FlowCall::command(path), choice: None }];
        }
    }

    fn has_commands(&self) -> bool {
        self.offered
            || self.acts.iter().any(|act| act.kind != ActKind::Manual || crate::fences::is_sql(act.command.trim()))
            || matches!(
                self.language,
                Some(Language::Sql | Language::Promql | Language::Query | Language::Repl | Language::Hurl)
            )
    }

    fn kind(&self, draft: &Draft, said: &Said<'_>, titles: &[&str]) -> StepKind {
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

/// Its dangers, and whether one of its commands wants a person at a terminal or never ends.
fn judge(draft: &Draft, parts: &Parts, kind: StepKind, said: &Said<'_>) -> (Vec<Danger>, bool) {
    let mut found = Vec::new();
    let mut wants_person = false;
    for act in parts.acts.iter().filter(|act| act.kind != ActKind::Manual || crate::fences::is_sql(act.command.trim()))
    {
        let commands = simple_commands(&act.command);
        dangers::of_command(&act.command, &commands, act.line, &mut found);
        wants_person |= act.kind != ActKind::Manual && !wants_person && reason_in(&act.command, &commands).is_some();
    }
    let found_verb = draft.instruction.as_ref();
    let looks = matches!(kind, StepKind::Check | StepKind::Wait | StepKind::Notify | StepKind::Approve)
        || found_verb.is_some_and(|verb| verb.class == VerbClass::Look);
    if !said.text().is_empty() && !looks && (draft.fence.is_none() && !parts.offered || said.lower().contains("force "))
    {
        dangers::of_said(said, draft.line, &mut found);
        // "If it fails, drop the volume": the act stands behind its condition.
        let act = found_verb.filter(|verb| verb.condition.is_some()).and_then(|verb| said.text().get(verb.at..));
        if let Some(act) = act.filter(|_| found.is_empty()) {
            dangers::of_title(act, draft.line, &mut found);
        }
    }
    (found, wants_person)
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
    let text = fold(text);
    let text = text.trim_end_matches(':');
    if text.len() <= 120 || text.chars().count() <= 120 {
        return text.to_owned();
    }
    let cut: String = text.chars().take(119).collect();
    format!("{}…", cut.trim_end())
}

/// Words with one space between them.
fn fold(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let twice = || bytes.windows(2).fold(false, |found, pair| found | (pair == b"  "));
    let controls = || bytes.iter().fold(false, |found, byte| found | byte.is_ascii_control());
    if bytes.len() > 1 && trim(text).len() == text.len() && text.is_ascii() && !controls() && !twice() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn inferred(
    expects: &[Expect],
    params: &[Placeholder],
    danger: &[Danger],
    kind: StepKind,
    draft: &Draft,
) -> Vec<Inferred> {
    let mut found = Vec::new();
    let mut add = |field, value, line| found.push(Inferred { field: Cow::Borrowed(field), value, line });
    if draft.origin != Origin::Fence || kind != StepKind::Command {
        add("kind", Cow::Borrowed(kind_name(kind)), draft.line);
    }
    for one in expects.iter().filter(|one| one.inferred) {
        add("expects", Cow::Owned(one.text.clone()), one.line);
    }
    for one in params {
        add("params", Cow::Owned(one.name.clone()), one.line);
    }
    for one in danger {
        add("danger", one.kind.clone(), one.line);
    }
    found
}

fn kind_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Command => "command",
        StepKind::Check => "check",
        StepKind::Wait => "wait",
        StepKind::Approve => "approve",
        StepKind::Notify => "notify",
        StepKind::Manual => "manual",
    }
}
