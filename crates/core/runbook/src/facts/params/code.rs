//! Variables and placeholders in code blocks.

use std::collections::HashSet;

use super::super::Found;
use super::super::cues::cues_of;
use super::super::outline::{FenceAt, human};
use super::{is_shout, samples, state};

/// Variables that every shell, or the run itself, sets.
const OF_THE_SHELL: [&str; 36] = [
    "HOME",
    "PATH",
    "PWD",
    "USER",
    "SHELL",
    "HOSTNAME",
    "RANDOM",
    "SECONDS",
    "UID",
    "EUID",
    "LINENO",
    "IFS",
    "OLDPWD",
    "EDITOR",
    "TMPDIR",
    "LANG",
    "PPID",
    "TERM",
    "PIPESTATUS",
    "BASH_SOURCE",
    "BASH",
    "REPLY",
    "OPTARG",
    "OPTIND",
    "LOGNAME",
    "GROUPS",
    "VISUAL",
    "PAGER",
    "DISPLAY",
    "BASHPID",
    "CALLSHEET_PROGRAM",
    "CALLSHEET_RUN",
    "CALLSHEET_STEP",
    "CALLSHEET_ENVIRONMENT",
    "CALLSHEET_ATTEMPT",
    "CALLSHEET_EVIDENCE",
];

/// Adds the variables that a line assigns for use in the document's own code.
pub(super) fn assigned(line: &str, set: &mut HashSet<String>) {
    if memchr::memchr2(b'=', b'r', line.as_bytes()).is_none() {
        return;
    }
    let line = if line.starts_with(['$', 'r', 'l']) {
        ["$ ", "readonly ", "local "].iter().fold(line, |line, lead| without(line, lead))
    } else {
        line
    };
    if let Some(rest) =
        line.strip_prefix("for ").or_else(|| line.strip_prefix("read -r ")).or_else(|| line.strip_prefix("read "))
    {
        set.extend(rest.split_whitespace().next().map(str::to_owned));
        return;
    }
    if let Some((name, value)) = assignment(line).filter(|(_, value)| command_after(value).is_none()) {
        let _ = value;
        set.insert(name.to_owned());
    }
}

/// The line without a lead, however often it stands there.
fn without<'t>(mut line: &'t str, lead: &str) -> &'t str {
    while let Some(rest) = line.strip_prefix(lead) {
        line = rest;
    }
    line
}

/// `NAME=value…` at a line's start.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    is_shout(name).then_some((name, value))
}

/// The command that follows an assignment's value on the same line (`PORT=1 npm start`).
fn command_after(value: &str) -> Option<&str> {
    let end = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].find(quote).map_or(value.len(), |at| at + 2),
        Some('$') if value.starts_with("$(") => return None,
        _ => value.find(char::is_whitespace).unwrap_or(value.len()),
    };
    let rest = value.get(end..)?.trim();
    (rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '.' | '/'))).then_some(rest)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Shell,
    Settings,
    Sql,
    Other,
}

fn language(at: &FenceAt<'_>) -> Language {
    let name = at.fence.info.split([' ', '{', ',']).next().unwrap_or_default().to_ascii_lowercase();
    match name.as_str() {
        "bash" | "sh" | "shell" if only_assigns(at) => Language::Settings,
        "bash" | "sh" | "shell" | "console" | "zsh" | "terminal" | "shell-session" | "shellsession" | "powershell"
        | "ps1" | "http" | "hurl" => Language::Shell,
        "env" | "dotenv" | "ini" | "properties" => Language::Settings,
        "sql" | "mysql" | "psql" | "pgsql" => Language::Sql,
        "" | "text" | "txt" => unlabelled(at),
        _ => Language::Other,
    }
}

/// Whether every line assigns a value as it stands.
fn only_assigns(at: &FenceAt<'_>) -> bool {
    let mut lines = at
        .fence
        .lines
        .iter()
        .map(|line| human(&line.text).trim())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            assignment(line).is_some_and(|(_, value)| command_after(value).is_none() && !value.contains("$("))
        })
}

/// An unlabelled block is settings if every line assigns, shell if a line begins like a command.
fn unlabelled(at: &FenceAt<'_>) -> Language {
    let mut lines = at
        .fence
        .lines
        .iter()
        .map(|line| human(&line.text).trim())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .peekable();
    if lines.peek().is_none() {
        return Language::Other;
    }
    let mut command = false;
    for line in lines {
        command |= line.starts_with(['$', '.'])
            || [
                "curl",
                "kubectl",
                "docker",
                "export",
                "sudo",
                "git",
                "aws",
                "gcloud",
                "helm",
                "ssh",
                "psql",
                "mysql",
                "npm",
                "make",
                "systemctl",
                "terraform",
                "oc",
                "az",
            ]
            .contains(&line.split_whitespace().next().unwrap_or_default());
    }
    if only_assigns(at) {
        Language::Settings
    } else if command {
        Language::Shell
    } else {
        Language::Other
    }
}

/// Reads one code block.
pub(in super::super) fn fence(at: &FenceAt<'_>, found: &mut Found<'_>) {
    let language = language(at);
    if language == Language::Other {
        return;
    }
    for line in &at.fence.lines {
        let text = human(&line.text).trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if language == Language::Settings {
            settings(line.line, text, found);
            continue;
        }
        if language == Language::Shell {
            shell(line.line, text, found);
            samples::request_body(line.line, text, found);
        }
        let cues = cues_of(text);
        samples::placeholders_in(line.line, text, cues, found);
        samples::databases(line.line, text, cues, found);
    }
}

fn settings(line: u32, text: &str, found: &mut Found<'_>) {
    let text = text.strip_prefix("export ").unwrap_or(text);
    if let Some((name, value)) = assignment(text) {
        let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
        state(line, name, Some(value), Some("environment variable"), false, true, found);
    }
}

fn shell(line: u32, text: &str, found: &mut Found<'_>) {
    let text = without(text, "$ ");
    if let Some(rest) = text.strip_prefix("export ") {
        if let Some((name, value)) = assignment(rest.trim_start()) {
            state(
                line,
                name,
                Some(value.trim().trim_matches(['"', '\''])),
                Some("environment variable"),
                false,
                false,
                found,
            );
        }
    } else {
        prefixes(line, text, found);
    }
    options(line, text, found);
    used(line, text, found);
    if memchr::memchr_iter(b'v', text.as_bytes()).any(|at| text.as_bytes()[..at].ends_with(b"en")) {
        looked_up(line, text, found);
    }
}

/// `NAME=value command`
fn prefixes(line: u32, text: &str, found: &mut Found<'_>) {
    let mut rest = text;
    while let Some((name, value)) = assignment(rest) {
        let Some(command) = command_after(value) else { return };
        let value = value[..value.len() - command.len()].trim().trim_matches(['"', '\'']);
        state(line, name, Some(value), Some("environment variable"), false, false, found);
        rest = command;
    }
}

/// `docker run -e NAME=value`
fn options(line: u32, text: &str, found: &mut Found<'_>) {
    // Few words begin with a hyphen.
    let begins = |at: usize| {
        at > 0 && text.as_bytes()[at - 1] == b' ' && (text[at..].starts_with("-e ") || text[at..].starts_with("--env "))
    };
    if !memchr::memchr_iter(b'-', text.as_bytes()).any(begins) {
        return;
    }
    for option in [" -e ", " --env "] {
        for (at, _) in text.match_indices(option) {
            let word =
                text[at + option.len()..].split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            if is_shout(name) && name.len() >= 3 {
                state(line, name, Some(value), Some("environment variable"), false, false, found);
            }
        }
    }
}

/// `$NAME` and `${NAME}` that nothing in the document sets.
fn used(line: u32, text: &str, found: &mut Found<'_>) {
    for at in memchr::memchr_iter(b'$', text.as_bytes()) {
        let rest = text[at + 1..].trim_start_matches('{');
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let name = &rest[..end];
        let defaulted = rest[end..].starts_with(":-");
        if is_shout(name)
            && !found.names.set.contains(name)
            && !OF_THE_SHELL.contains(&name)
            && !text[..at].ends_with('\\')
        {
            let value = if defaulted { rest[end + 2..].split('}').next() } else { None };
            state(line, name, value, Some("shell variable"), false, false, found);
        }
    }
}

/// `env | grep -E "A_URL|B_SECRET"`, `printenv A_URL`
fn looked_up(line: u32, text: &str, found: &mut Found<'_>) {
    let Some(start) =
        ["env | grep", "env|grep", "printenv"].iter().filter_map(|words| Some(text.find(words)? + words.len())).min()
    else {
        return;
    };
    for word in text[start..].split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        if is_shout(word) && word.contains('_') && !word.ends_with('_') {
            state(line, word, None, Some("environment variable"), false, false, found);
        }
    }
}
