//! The acts of a fence in order: commands, comment-only acts, standby commands, choices, stated outcomes.

use super::role::has_no_prompt;
use super::{Language, Prompted, unprompt};
use crate::document::{CodeLine, Fence};
use crate::model::{Act, ActKind};
use crate::shell::{PieceKind, looks_like_command, pieces};
use crate::words::{Said, VerbClass, instruction, phrases, states_outcome};

/// What a fence of commands holds.
#[derive(Clone, Debug, Default)]
pub struct FenceActs {
    /// In order.
    pub acts: Vec<Act>,
    /// Words that state an outcome: text, line, the act they judge.
    pub outcomes: Vec<(String, u32, Option<usize>)>,
    /// Output shown under a command: text, line, the act.
    pub outputs: Vec<(String, u32, Option<usize>)>,
    /// All comments with their lines.
    pub comments: Vec<(String, u32)>,
    /// A comment that says the commands are done only under a condition or as one of several.
    pub choices: Vec<String>,
}

/// Reads the acts of a fence that holds commands or comments.
pub fn read_acts(fence: &Fence, language: Language) -> FenceActs {
    let texts: Vec<&str> = fence.lines.iter().map(|line| line.text.as_str()).collect();
    if matches!(language, Language::Session | Language::Shell | Language::None | Language::Unknown)
        && !has_no_prompt(fence)
        && let Some(prompted) = unprompt(&texts, language == Language::Session)
    {
        return session(&fence.lines, &prompted);
    }
    match language {
        Language::Shell | Language::Session | Language::None | Language::Unknown | Language::Windows => {
            script(&fence.lines, &texts)
        }
        _ => whole(fence),
    }
}

fn whole(fence: &Fence) -> FenceActs {
    let mut acts = FenceActs::default();
    for line in &fence.lines {
        let text = line.text.trim();
        if let Some(comment) =
            text.strip_prefix("--").or_else(|| text.strip_prefix('#')).or_else(|| text.strip_prefix("//"))
        {
            acts.comments.push((comment.trim().to_owned(), line.line));
            if outcome(comment.trim()) || counts_rows(comment.trim()) {
                acts.outcomes.push((comment.trim().to_owned(), line.line, None));
            }
        }
    }
    let line = fence.lines.iter().find(|line| !line.text.trim().is_empty()).map_or(0, |line| line.line);
    acts.acts.push(Act { kind: ActKind::Run, line, command: dedent(&fence.lines), choice: None });
    acts
}

/// "3 rows", "no rows": all that a query's comment says.
fn counts_rows(comment: &str) -> bool {
    let mut words = comment.trim_end_matches('.').split_whitespace();
    let count = words.next().is_some_and(|word| word == "no" || word.bytes().all(|byte| byte.is_ascii_digit()));
    count && matches!(words.next(), Some("row" | "rows")) && words.next().is_none_or(|word| word == "expected")
}

fn session(lines: &[CodeLine], prompted: &[Prompted]) -> FenceActs {
    let mut found = FenceActs::default();
    let mut output: Vec<&str> = Vec::new();
    let mut output_line = 0;
    for (line, kind) in lines.iter().zip(prompted) {
        match kind {
            Prompted::Typed(at) | Prompted::TypedInto(at) => {
                end_output(&mut found, &mut output, output_line);
                let text = line.text[*at..].trim_end();
                let kind = if matches!(kind, Prompted::TypedInto(_)) { ActKind::Manual } else { ActKind::Run };
                found.acts.push(Act { kind, line: line.line, command: text.to_owned(), choice: None });
            }
            Prompted::Continued(at) => {
                if let Some(act) = found.acts.last_mut() {
                    act.command.push('\n');
                    act.command.push_str(line.text[*at..].trim_end());
                }
            }
            Prompted::Output => {
                if output.is_empty() {
                    output_line = line.line;
                }
                output.push(&line.text);
            }
            Prompted::Aside => {
                if let Some(comment) = line.text.trim().strip_prefix('#') {
                    found.comment(comment.trim_start_matches('#').trim(), line.line);
                }
            }
        }
    }
    end_output(&mut found, &mut output, output_line);
    found
}

fn end_output(found: &mut FenceActs, output: &mut Vec<&str>, line: u32) {
    if !output.is_empty() && !found.acts.is_empty() {
        found.outputs.push((output.join("\n"), line, Some(found.acts.len() - 1)));
    }
    output.clear();
}

impl FenceActs {
    fn comment(&mut self, text: &str, line: u32) {
        if text.is_empty() {
            return;
        }
        self.comments.push((text.to_owned(), line));
        if outcome(text) {
            self.outcomes.push((text.to_owned(), line, self.acts.len().checked_sub(1)));
        }
    }
}

/// Where the reading of a script stands.
#[derive(Default)]
struct Script {
    found: FenceActs,
    /// Comments since the last command: numbered or titled ones that nothing has carried out yet.
    pending: Vec<(String, u32)>,
    choice: Option<String>,
    standby: bool,
    /// After "Expected:" or "Output:", lines that are no commands are output.
    expecting: Option<bool>,
    output: Vec<String>,
    output_line: u32,
}

fn script(lines: &[CodeLine], texts: &[&str]) -> FenceActs {
    let mut state = Script::default();
    for piece in pieces(texts) {
        let line = &lines[piece.first];
        match piece.kind {
            PieceKind::Blank => {
                state.end_output();
                state.expecting = None;
            }
            PieceKind::Comment => state.comment(line.text.trim().trim_start_matches(['#', '!']).trim(), line.line),
            PieceKind::Command => state.command(&lines[piece.first..piece.end]),
        }
    }
    state.end_output();
    state.end_pending();
    state.found
}

impl Script {
    fn comment(&mut self, text: &str, line: u32) {
        self.end_output();
        if text.is_empty() || text.chars().all(|c| !c.is_alphanumeric()) {
            return;
        }
        let said = Said::of(text);
        let lower = said.lower();
        if let Some(label) = crate::alternatives::of_said(&said).map(|label| label.name) {
            self.end_pending();
            self.standby = false;
            self.choice = Some(label.clone());
            self.found.choices.push(label);
        } else if is_numbered(text) {
            self.end_pending();
            self.standby = false;
        }
        if said.has(phrases![
            "have rollback ready",
            "keep ready",
            "on standby",
            "standby",
            "rollback ready",
            "have the rollback ready",
            "keep this ready",
            "in case of failure",
            "if this fails",
            "bereithalten",
        ]) && !said.has(phrases!["team on standby"])
        {
            self.standby = true;
        }
        let is_output = lower.trim_end_matches(':') == "output"
            || lower.starts_with("output:")
            || lower.starts_with("example output")
            || lower.starts_with("sample output");
        let is_outcome = says_outcome(&said);
        self.expecting = (is_output || is_outcome).then_some(is_outcome);
        self.found.comments.push((text.to_owned(), line));
        if is_outcome {
            self.found.outcomes.push((text.to_owned(), line, self.found.acts.len().checked_sub(1)));
            return;
        }
        if !is_output {
            self.pending.push((text.to_owned(), line));
        }
    }

    fn command(&mut self, lines: &[CodeLine]) {
        let first = lines[0].text.trim();
        if self.expecting.is_some() && !looks_like_command(first, true) {
            if self.output.is_empty() {
                self.output_line = lines[0].line;
            }
            self.output.extend(lines.iter().map(|line| line.text.clone()));
            return;
        }
        self.end_output();
        self.expecting = None;
        let text = dedent(lines);
        let is_words = first.starts_with(['"', '“', '<']) && !first.starts_with("<(") || super::role::is_sql(first);
        let kind = match () {
            () if self.standby => ActKind::Standby,
            () if is_words => ActKind::Manual,
            () => ActKind::Run,
        };
        if let Some((_, comment)) = trailing_comment(&text)
            && !comment.is_empty()
        {
            self.found.comments.push((comment.to_owned(), lines[0].line));
            if outcome(comment) || is_result(comment) {
                self.found.outcomes.push((comment.to_owned(), lines[0].line, Some(self.found.acts.len())));
            }
        }
        self.found.acts.push(Act { kind, line: lines[0].line, command: text, choice: self.choice.clone() });
        self.pending.clear();
    }

    fn end_output(&mut self) {
        if self.output.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.output).join("\n");
        self.found.outputs.push((text, self.output_line, self.found.acts.len().checked_sub(1)));
    }

    /// Comments that no command carried out are a person's acts, when they ask for something.
    fn end_pending(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let Some((first, line)) = pending.first() else { return };
        let asks = pending.iter().any(|(text, _)| {
            is_numbered(text)
                || instruction(text).is_some_and(|found| found.class != VerbClass::Policy)
                || text.contains('→')
        });
        if asks {
            let words: Vec<&str> = pending.iter().map(|(text, _)| text.as_str()).collect();
            let command = if words.is_empty() { first.clone() } else { words.join("\n") };
            self.found.acts.push(Act { kind: ActKind::Manual, line: *line, command, choice: self.choice.clone() });
        }
    }
}

/// `1.`, `2)`, `Step 3:` at the start of a comment.
fn is_numbered(text: &str) -> bool {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    digits > 0 && digits < 4 && text[digits..].starts_with(['.', ')', ':'])
        || crate::words::words(text).next().is_some_and(|word| word.eq_ignore_ascii_case("step"))
}

/// Whether a comment states what is to be seen.
pub(crate) fn outcome(text: &str) -> bool {
    says_outcome(&Said::of(text))
}

fn says_outcome(said: &Said<'_>) -> bool {
    let (text, lower) = (said.text(), said.lower());
    let lead = lower.trim_start_matches(['-', '=', '>', '→', '✅', '✓', ' ']);
    text.starts_with('→')
        || text.starts_with("=>")
        || text.starts_with("->")
        || text.starts_with('✅')
        || phrases![
            "expect",
            "should",
            "look for",
            "ok if",
            "must ",
            "you should",
            "you will see",
            "you'll see",
            "returns",
            "erwart",
            "očakáva",
            "attendu",
            "esperado",
            "期待",
            "期望",
            "预期",
        ]
        .begin(lead)
        || said.has(phrases![
            "should be",
            "has to be",
            "should show",
            "should return",
            "should see",
            "should have",
            "should not",
            "should say",
            "should contain",
            "must be",
            "must show",
            "must return",
            "is expected",
            "expected:",
            "expected to",
            "should list",
            "should match",
            "should appear",
            "should print",
            "should output",
            "should report",
            "should respond",
            "should succeed",
            "should exist",
            "should equal",
            "should read",
            "should display",
            "should pass",
            "should now",
            "should still",
            "should all",
            "should no longer",
            "must appear",
            "must exist",
            "must match",
            "must report",
            "must all",
            "must not",
            "no restarts",
        ])
}

/// "# 200", "# both healthy" behind a command: what it prints, in few words.
fn is_result(comment: &str) -> bool {
    let figure = !comment.is_empty() && comment.len() <= 4 && comment.bytes().all(|byte| byte.is_ascii_digit());
    let lower = comment.to_lowercase();
    let all = phrases!["all ", "both ", "each ", "every ", "no ", "none "].begin(&lower);
    figure
        || all && comment.split_whitespace().count() <= 5 && instruction(comment).is_none() && states_outcome(comment)
}

/// Splits off a `# comment` at the end of a one-line command.
fn trailing_comment(command: &str) -> Option<(&str, &str)> {
    if command.contains('\n') {
        return None;
    }
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in command.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if before.is_whitespace() => return Some((command[..at].trim_end(), command[at + 1..].trim())),
            _ => {}
        }
        before = c;
    }
    None
}

/// Lines joined, without their common indentation.
fn dedent(lines: &[CodeLine]) -> String {
    let indent = lines
        .iter()
        .filter(|line| !line.text.trim().is_empty())
        .map(|line| line.text.len() - line.text.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or_default();
    let cut: Vec<&str> = lines.iter().map(|line| line.text.get(indent..).unwrap_or_default().trim_end()).collect();
    cut.join("\n").trim_end().to_owned()
}
