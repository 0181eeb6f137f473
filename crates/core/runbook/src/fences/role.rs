//! Decides what a code block is for.

use super::{Language, split_info, unprompt};
use crate::document::Fence;
use crate::shell::{is_name, looks_like_command};
use crate::words::Lowered;

/// What a code block is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Something to run; the language says by what.
    Commands(Language),
    /// Shell comments only: a person does what they say.
    Comments,
    /// What is printed.
    Output,
    /// Configuration or program text to put somewhere.
    Config,
    /// Words: a message, a tree, a diagram.
    Text,
    /// Nothing at all.
    Empty,
}

/// How many lines decide.
const SAMPLE: usize = 400;

/// What a code block is for, as far as it tells by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    role: Role,
    /// It holds nothing but assignments: configuration, when the text above speaks of that.
    assigns: bool,
    /// All its lines were looked at, and none has a prompt.
    no_prompt: bool,
}

/// Whether it is known that no line of a fence has a prompt.
pub(crate) fn has_no_prompt(fence: &Fence) -> bool {
    fence.judged.get().is_some_and(|judged| judged.no_prompt)
}

/// The role, from the language and the lines; `intro` is the text just above, in lower case.
pub fn role(fence: &Fence, intro: &str) -> Role {
    let judged = fence.judged.get_or_init(|| judge(fence));
    if judged.assigns && (intro.contains(".env") || intro.contains("config")) { Role::Config } else { judged.role }
}

fn judge(fence: &Fence) -> Judged {
    let (name, _) = split_info(&fence.info);
    let language = Language::named(name);
    let lines: Vec<&str> = fence.lines.iter().take(SAMPLE).map(|line| line.text.as_str()).collect();
    let said: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    if said.is_empty() && names_flow(fence, language) {
        return Judged { role: Role::Commands(language), assigns: false, no_prompt: false };
    }
    if said.is_empty() {
        return Judged { role: Role::Empty, assigns: false, no_prompt: false };
    }
    let role = match language {
        Language::Code => Role::Config,
        Language::Text => session(&lines).unwrap_or(Role::Text),
        Language::Sql | Language::Promql | Language::Query | Language::Hurl | Language::Windows | Language::Repl => {
            commands(language, &said)
        }
        Language::Http => Role::Text,
        Language::Shell | Language::Session => {
            let judged = shell(language, &lines, &said);
            let no_prompt = language == Language::Shell && judged.role != Role::Commands(Language::Session);
            return Judged { no_prompt: no_prompt && fence.lines.len() <= SAMPLE, ..judged };
        }
        Language::None | Language::Unknown => guess(&lines, &said, fence.indented),
    };
    Judged { role, assigns: false, no_prompt: false }
}

/// An empty fence that names the file of a flow.
fn names_flow(fence: &Fence, language: Language) -> bool {
    language == Language::Hurl && crate::attributes::read(&fence.info).0.other.contains_key(crate::flows::FILE)
}

fn commands(language: Language, said: &[&str]) -> Role {
    let comment = |line: &&str| line.starts_with('#') || line.starts_with("--") || line.starts_with("//");
    if matches!(language, Language::Repl | Language::Windows) && said.iter().all(comment) {
        Role::Comments
    } else {
        Role::Commands(language)
    }
}

fn session(lines: &[&str]) -> Option<Role> {
    unprompt(lines, false).map(|_| Role::Commands(Language::Session))
}

fn shell(language: Language, lines: &[&str], said: &[&str]) -> Judged {
    let alone = |role| Judged { role, assigns: false, no_prompt: false };
    if unprompt(lines, language == Language::Session).is_some() {
        return alone(Role::Commands(Language::Session));
    }
    let code: Vec<&str> = said.iter().copied().filter(|line| !line.starts_with('#')).collect();
    if code.is_empty() {
        return alone(Role::Comments);
    }
    let assigns = code.iter().all(|line| is_assignment(line));
    let role = match () {
        () if assigns && code.len() > 3 => Role::Config,
        () if language == Language::Session && !code.iter().any(|line| looks_like_command(line, true)) => Role::Output,
        () if code.iter().all(|line| line.starts_with(['"', '{', '}', '[', ']', '<', '│', '├', '└', '+', '|'])) => {
            if code[0].starts_with('"') {
                Role::Comments
            } else {
                Role::Output
            }
        }
        () => Role::Commands(Language::Shell),
    };
    Judged { role, assigns, no_prompt: false }
}

/// `NAME=value` without a command behind it.
fn is_assignment(line: &str) -> bool {
    let Some((name, value)) = line.split_once('=') else { return false };
    is_name(name.trim()) && name == name.trim_end() && !value.contains("$(") && !looks_like_command_after(value)
}

fn looks_like_command_after(value: &str) -> bool {
    let mut words = value.split_whitespace();
    words.next();
    words
        .next()
        .is_some_and(|word| !word.starts_with('#') && !value.starts_with(['"', '\'']) && crate::shell::is_program(word))
}

fn guess(lines: &[&str], said: &[&str], indented: bool) -> Role {
    if unprompt(lines, false).is_some() {
        return Role::Commands(Language::Session);
    }
    let code: Vec<&str> = said.iter().copied().filter(|line| !line.starts_with('#')).collect();
    if code.is_empty() {
        return if indented { Role::Text } else { Role::Comments };
    }
    if code.iter().all(|line| is_assignment(line)) {
        return Role::Config;
    }
    if is_sql(code[0]) {
        return Role::Commands(Language::Sql);
    }
    let pieces = crate::shell::pieces(lines);
    let starts: Vec<&str> = pieces
        .iter()
        .filter(|piece| piece.kind == crate::shell::PieceKind::Command)
        .map(|piece| lines[piece.first].trim())
        .collect();
    let commands = starts.iter().filter(|line| looks_like_command(line, true)).count();
    if looks_like_command(starts[0], true) && commands * 2 >= starts.len() {
        Role::Commands(Language::Shell)
    } else {
        Role::Text
    }
}

/// Whether a line begins an SQL statement.
pub(crate) fn is_sql(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let written = words.next().unwrap_or_default();
    if !written.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    let first = Lowered::of(written);
    match first.as_str() {
        "select" | "insert" | "delete" | "alter" | "truncate" | "explain" | "vacuum" | "analyze" | "grant"
        | "revoke" | "reindex" => {
            line.starts_with(written) && written.bytes().all(|byte| byte.is_ascii_uppercase())
                || line.trim_end().ends_with(';') && line.contains(' ')
        }
        "update" => line.to_ascii_uppercase().contains(" SET "),
        "create" | "drop" => {
            let second = Lowered::of(words.next().unwrap_or_default());
            matches!(
                second.as_str().trim_end_matches(';'),
                "table"
                    | "index"
                    | "unique"
                    | "database"
                    | "user"
                    | "role"
                    | "view"
                    | "schema"
                    | "extension"
                    | "function"
                    | "trigger"
                    | "materialized"
            ) || second.as_str() == "or" && words.next().is_some_and(|third| third.eq_ignore_ascii_case("replace"))
        }
        "show" | "kill" | "set" | "use" | "begin" | "commit" | "rollback" | "flush" | "start" | "stop" | "change"
        | "lock" | "unlock" | "call" | "purge" | "reset" | "optimize" | "checkpoint" => line.trim_end().ends_with(';'),
        _ => false,
    }
}
