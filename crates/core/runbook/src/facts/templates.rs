//! Messages to be filled in and sent.

use super::Found;
use super::outline::{FenceAt, Outline, Statement};
use super::topics::Topics;
use crate::model::FactValue;
use crate::words::phrases;

/// The fields of a message, in order, each once.
fn fields(text: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(['[', '{', '<', 'v', 'X', '_']).map(|next| at + next) {
        let Some(end) = field_end(text, start) else {
            at = start + 1;
            continue;
        };
        let field = &text[start..end];
        let is_link = field.starts_with('[') && text[end..].starts_with('(');
        let is_box = matches!(field, "[ ]" | "[x]" | "[X]");
        if !is_link && !is_box && fields.len() < 64 && !fields.iter().any(|known| known == field) {
            fields.push(field.to_owned());
        }
        at = end;
    }
    fields
}

/// One past the field that begins at `start`: `[who]`, `{when}`, `{{ what }}`, `<where>`, `v1.x`, `X.Y.Z`, `____`.
fn field_end(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..];
    let begins_word = !text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let len = match rest.as_bytes().first()? {
        b'[' => {
            let len = rest[1..].find(['[', ']', '\n'])?;
            let short = len > 0 && (len <= 90 || rest[1..=len].chars().nth(90).is_none());
            (short && rest[1 + len..].starts_with(']')).then_some(len + 2)?
        }
        b'{' => {
            let open = 1 + usize::from(rest[1..].starts_with('{'));
            let open = open + usize::from(rest[open..].starts_with(' '));
            let len = open + words_len(&rest[open..])?;
            let close = rest[len..].strip_prefix('}')?;
            len + 1 + usize::from(close.starts_with('}'))
        }
        b'<' => {
            let len = 1 + words_len(&rest[1..])?;
            rest[len..].starts_with('>').then_some(len + 1)?
        }
        b'v' | b'X' if begins_word => version_len(rest)?,
        b'_' => Some(rest.len() - rest.trim_start_matches('_').len()).filter(|len| *len >= 4)?,
        _ => return None,
    };
    Some(start + len)
}

/// How many bytes a field's words take: a letter, then at most 61 letters, digits, spaces and signs.
fn words_len(text: &str) -> Option<usize> {
    text.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(())?;
    let within = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '.' | '/' | '-');
    let len = text.find(|c| !within(c)).unwrap_or(text.len());
    (len <= 62 || text[..len].chars().nth(62).is_none()).then_some(len)
}

/// `v1.x.x`, `v2.x-beta`, `vX.Y.Z`, `X.Y.Z`
fn version_len(text: &str) -> Option<usize> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let whole_word = |tail: &str| !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    if bare.strip_prefix("X.Y.Z").is_some_and(whole_word) {
        return Some(text.len() - bare.len() + 5);
    }
    let tail = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    if tail.len() == bare.len() || bare.len() == text.len() || !tail.starts_with(".x") {
        return None;
    }
    let tail = tail.trim_start_matches(".x");
    let suffix = tail.strip_prefix('-').filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    let tail = suffix.map_or(tail, |name| name.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '-'));
    Some(text.len() - tail.len())
}

/// Reads a code block that is a message. `true` if it is one.
pub(super) fn fence(outline: &Outline<'_>, at: &FenceAt<'_>, found: &mut Found<'_>) -> bool {
    let shell = is_shell(&at.fence.info);
    let lines = || at.fence.lines.iter().map(|line| line.text.as_str());
    let tells = |line: &&str| shell && line.trim_start().starts_with('#');
    let mut body = lines().filter(|line| !tells(line));
    let first = body.find(|line| !line.trim().is_empty()).map(str::trim).unwrap_or_default();
    if first.is_empty() || shell && !first.starts_with(['"', '\'', '“']) {
        return false;
    }
    let about = at.around.topics.has(Topics::TEMPLATE)
        || at.around.within.has(Topics::TEMPLATE)
        || lines().filter(tells).any(sends)
        || outline.lead(&at.around).is_some_and(|lead| sends(&lead.lower));
    let about = about || titles_message(outline.heading(&at.around));
    if !about || looks_like_code(first, &at.fence.info) {
        return false;
    }
    let text = lines().filter(|line| !tells(line)).collect::<Vec<_>>().join("\n");
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

/// "Partner message", "E-mail to schools": a heading that names a message.
fn titles_message(heading: &str) -> bool {
    let lower = heading.to_ascii_lowercase();
    phrases!["message to ", "e-mail to ", "email to ", "text for ", "notice to "].begin(&lower)
        || [" message", " e-mail", " email", " notice", " announcement"].iter().any(|end| lower.ends_with(end))
}

/// Reads "Status update template:" with its fields as entries below. `true` if it is one.
pub(super) fn list(outline: &Outline<'_>, at: &Statement<'_>, found: &mut Found<'_>) -> bool {
    if !at.text.ends_with(':') || !at.lower.contains("template") {
        return false;
    }
    let lines: Vec<&str> = outline.below(at.index).map(|line| line.text).take(40).collect();
    let body = lines.join("\n");
    let fields = fields(&body);
    if fields.is_empty() {
        return false;
    }
    let name = name(at.text, outline.heading(&at.around), lines.first().copied().unwrap_or_default(), false);
    found.push(at.line, FactValue::Template { name, fields, body });
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
    phrases!["notify", "announce", "post to", "post in", "send ", "communicat", "message", "template", "tell ", "email"]
        .stand_in(&lower)
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
