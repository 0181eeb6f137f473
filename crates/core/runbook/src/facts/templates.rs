//! Messages to be filled in and sent.

use std::sync::LazyLock;

use regex::Regex;

use super::Found;
use super::outline::{FenceAt, Outline};
use super::topics::Topics;
use crate::model::FactValue;

static FIELD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\[[^\[\]\n]{1,90}\]|\{\{? ?[A-Za-z][\w ./-]{0,60} ?\}?\}|<[A-Za-z][\w ./-]{0,60}>|\bv\d+(?:\.x)+(?:-[a-z][a-z-]*)?|\bv?X\.Y\.Z\b|_{4,}").ok()
});

/// The fields of a message, in order, each once.
fn fields(text: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    let Some(pattern) = FIELD.as_ref() else { return fields };
    for found in pattern.find_iter(text) {
        let is_link = found.as_str().starts_with('[') && text[found.end()..].starts_with('(');
        let is_box = matches!(found.as_str(), "[ ]" | "[x]" | "[X]");
        if !is_link && !is_box && fields.len() < 64 && !fields.iter().any(|field| field == found.as_str()) {
            fields.push(found.as_str().to_owned());
        }
    }
    fields
}

/// Reads a code block that is a message. `true` if it is one.
pub(super) fn fence(outline: &Outline<'_>, at: &FenceAt<'_>, found: &mut Found<'_>) -> bool {
    let shell = is_shell(&at.fence.info);
    let lines: Vec<&str> = at.fence.lines.iter().map(|line| line.text.as_str()).collect();
    let (told, body): (Vec<&str>, Vec<&str>) =
        if shell { lines.iter().partition(|line| line.trim_start().starts_with('#')) } else { (Vec::new(), lines) };
    let first = body.iter().find(|line| !line.trim().is_empty()).map(|line| line.trim()).unwrap_or_default();
    if first.is_empty() || shell && !first.starts_with(['"', '\'', '“']) {
        return false;
    }
    let text = body.join("\n");
    let about = at.around.topics.has(Topics::TEMPLATE)
        || at.around.within.has(Topics::TEMPLATE)
        || told.iter().any(|line| sends(line))
        || outline.lead(&at.around).is_some_and(|lead| sends(&lead.lower));
    if !about || looks_like_code(first, &at.fence.info) {
        return false;
    }
    let fields = fields(&text);
    let label = outline.lead(&at.around).map_or("", |lead| lead.text);
    let titled =
        |words: &str| words.to_ascii_lowercase().contains("template") || words.to_ascii_lowercase().contains("message");
    if fields.is_empty() && !titled(label) && !titled(outline.heading(&at.around)) {
        return false;
    }
    let body = text.trim().trim_matches(['"', '“', '”']).to_owned();
    found.push(
        at.line,
        FactValue::Template { name: name(label, outline.heading(&at.around), first, shell), fields, body },
    );
    true
}

fn is_shell(info: &str) -> bool {
    let language = info.split([' ', '{', ',']).next().unwrap_or_default();
    ["bash", "sh", "shell", "console", "zsh", "terminal", "shell-session"]
        .iter()
        .any(|name| language.eq_ignore_ascii_case(name))
}

fn sends(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["notify", "announce", "post to", "post in", "send ", "communicat", "message", "template", "tell ", "email"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Commands, markup and structured data are no messages.
fn looks_like_code(first: &str, info: &str) -> bool {
    let language = info.split([' ', '{']).next().unwrap_or_default().to_ascii_lowercase();
    let prose = [
        "",
        "text",
        "txt",
        "markdown",
        "md",
        "plaintext",
        "plain",
        "email",
        "eml",
        "slack",
        "bash",
        "sh",
        "shell",
        "console",
    ]
    .contains(&language.as_str());
    let word = first.split_whitespace().next().unwrap_or_default();
    let command = [
        "$",
        "curl",
        "kubectl",
        "docker",
        "sudo",
        "git",
        "aws",
        "npm",
        "./",
        "cd",
        "echo",
        "ssh",
        "SELECT",
        "helm",
        "systemctl",
    ]
    .iter()
    .any(|start| word == *start || *start == "./" && word.starts_with("./"));
    !prose || command || first.starts_with(['{', '<']) && first.len() < 3
}

/// The label without "template", else the heading, else the message's first words.
fn name(label: &str, heading: &str, first: &str, shell: bool) -> String {
    let stripped = |text: &str| {
        let words: Vec<&str> = text
            .trim_end_matches([':', ' '])
            .split_whitespace()
            .filter(|word| {
                !["template", "template:", "message", "(template)", "the"].contains(&word.to_ascii_lowercase().as_str())
            })
            .collect();
        words.join(" ")
    };
    if shell {
        let opening = first.trim_matches(|c: char| !c.is_alphanumeric());
        let words = opening.split([':', '.']).next().unwrap_or(opening);
        return format!("{} notice", words.trim().to_lowercase());
    }
    let own = stripped(label);
    if own.is_empty() || own.split_whitespace().count() > 8 { stripped(heading) } else { own }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_in_every_spelling() {
        assert_eq!(
            fields("[who] and {when} of v2.x.x, <what> [docs](u) [who]"),
            ["[who]", "{when}", "v2.x.x", "<what>"]
        );
    }
}
