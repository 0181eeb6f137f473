//! Shell prompts in a session: which lines are typed, which are answers.

/// One line of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompted {
    /// Typed: byte offset in the line where the command begins.
    Typed(usize),
    /// Typed into a database's or program's own prompt.
    TypedInto(usize),
    /// Goes on from the line above.
    Continued(usize),
    /// Printed.
    Output,
    /// Nothing, or a comment.
    Aside,
}

/// Reads the prompts; `None` when no line has one. `session` accepts `#` as a prompt too.
pub fn unprompt(lines: &[&str], session: bool) -> Option<Vec<Prompted>> {
    let first = |line: &&str| prompt(line).is_some();
    let has_dollar = lines.iter().any(first);
    let root = session && !has_dollar && lines.iter().any(|line| root_prompt(line).is_some());
    if !has_dollar && !root {
        return None;
    }
    let mut found = Vec::with_capacity(lines.len());
    let mut continues = false;
    let mut heredoc: Option<String> = None;
    for line in lines {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some(word) = &heredoc {
            let done = trimmed.trim_end() == word || trimmed.trim_start_matches("> ").trim() == word;
            found.push(Prompted::Continued(if trimmed.starts_with("> ") { indent + 2 } else { 0 }));
            if done {
                heredoc = None;
            }
            continue;
        }
        let kind = if continues {
            Prompted::Continued(if trimmed.starts_with("> ") { indent + 2 } else { 0 })
        } else if let Some((at, into)) = prompt(line).or_else(|| root.then(|| root_prompt(line)).flatten()) {
            if into { Prompted::TypedInto(at) } else { Prompted::Typed(at) }
        } else if trimmed.is_empty() || trimmed.starts_with('#') {
            Prompted::Aside
        } else {
            Prompted::Output
        };
        let typed = matches!(kind, Prompted::Typed(_) | Prompted::TypedInto(_) | Prompted::Continued(_));
        let text = line.trim_end();
        continues = typed && (text.ends_with('\\') || text.ends_with('|') || text.ends_with("&&"));
        if typed && let Some((_, rest)) = text.split_once("<<") {
            let word = rest.trim_start_matches(['-', ' ', '"', '\'']);
            let end = word.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(word.len());
            if end > 0 && !rest.starts_with('<') && word[..end].chars().all(|c| c.is_ascii_uppercase() || c == '_') {
                heredoc = Some(word[..end].to_owned());
            }
        }
        found.push(kind);
    }
    Some(found)
}

const CONSOLES: &[&str] = &[
    "mysql> ",
    "mariadb> ",
    "MariaDB [",
    "postgres=# ",
    "postgres=> ",
    "sqlite> ",
    "redis> ",
    ">>> ",
    "mongo> ",
    "mongosh> ",
    "irb> ",
    "cqlsh> ",
    "iex> ",
];

/// Where the typed text begins and whether it goes into another program's console.
fn prompt(line: &str) -> Option<(usize, bool)> {
    // Every prompt ends with one of these signs and a space: most lines have none.
    let signed = |at: usize| line.as_bytes().get(at + 1).is_some_and(|&next| next == b' ');
    if !memchr::memchr3_iter(b'$', b'#', b'>', line.as_bytes()).any(signed) {
        return None;
    }
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    if let Some(rest) = trimmed.strip_prefix("$ ") {
        let skip = rest.len() - rest.trim_start().len();
        return Some((indent + 2 + skip, false));
    }
    if trimmed.starts_with("PS ") && trimmed.contains("> ") {
        return trimmed.find("> ").map(|at| (indent + at + 2, false));
    }
    for console in CONSOLES {
        if trimmed.starts_with(console) {
            let at = if console.ends_with('[') { trimmed.find("> ")? + 2 } else { console.len() };
            return Some((indent + at, true));
        }
    }
    // user@host:~$ and [user@host dir]#
    let head = &trimmed[..trimmed.floor_char_boundary(80)];
    let sign = head.find("$ ").or_else(|| head.find("# "))?;
    let before = &head[..sign];
    let shaped = before.contains('@')
        && !before.contains("://")
        && before.split_whitespace().count() <= 2
        && (before.starts_with('[') && before.ends_with(']') || before.contains(':') || before.ends_with('~'));
    if shaped {
        return Some((indent + sign + 2, false));
    }
    let (database, _) = head.split_once("=# ").or_else(|| head.split_once("=> "))?;
    (crate::shell::is_name(database)).then_some((indent + database.len() + 3, true))
}

fn root_prompt(line: &str) -> Option<(usize, bool)> {
    let trimmed = line.trim_start();
    let rest = trimmed.strip_prefix("# ")?;
    crate::shell::looks_like_command(rest, true).then_some((line.len() - rest.len(), false))
}
