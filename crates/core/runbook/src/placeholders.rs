//! Values to be filled in: `<x>`, `$VAR` never set, `{x}`, `[x]`, `YOUR_X`, `v1.x.x`, `example.com`.

mod found;
mod guards;
mod used;

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::document::{BlockKind, Document};
use crate::fences::{Language, Role, role, split_info};
use crate::model::PlaceholderForm;
use crate::shell::{Quoting, lines_of};
use crate::words::phrases;
pub(crate) use found::Found;
use guards::{may_be_example, may_be_named, may_be_version, may_shout, may_shout_a_word};
use used::{Used, used_in};

/// Variables that a shell or a login always has.
const ALWAYS_SET: &[&str] = &[
    "HOME",
    "PATH",
    "USER",
    "PWD",
    "OLDPWD",
    "SHELL",
    "HOSTNAME",
    "LOGNAME",
    "RANDOM",
    "SECONDS",
    "LINENO",
    "UID",
    "EUID",
    "PPID",
    "IFS",
    "TERM",
    "LANG",
    "TMPDIR",
    "BASH_SOURCE",
    "FUNCNAME",
    "PIPESTATUS",
    "OSTYPE",
    "EDITOR",
    "PAGER",
    "DISPLAY",
    "KUBECONFIG",
    "REPLY",
    "BASH_VERSION",
    "VISUAL",
    // Set for each step by the run.
    "CALLSHEET_PROGRAM",
    "CALLSHEET_RUN",
    "CALLSHEET_STEP",
    "CALLSHEET_ENVIRONMENT",
    "CALLSHEET_ATTEMPT",
    "CALLSHEET_EVIDENCE",
];

static ASSIGNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m-u)(?:^|[\s;&|(`{])(?:export\s+|local\s+|declare\s+(?:-[!-~]+\s+)*|readonly\s+|set\s+|env\s+|\$env:)?([A-Za-z_][A-Za-z0-9_]*)\s?=|\bfor\s+([A-Za-z_]\w*)\s+in\b|\bread\s+(?:-[!-~]+\s+(?:(?:'(?u:[^'])*'|\x22(?u:[^\x22])*\x22)\s+)?)*([A-Za-z_]\w*)").ok()
});

/// A cheap look before [`ASSIGNED`]: `=`, "for " or "read " stands in it.
fn may_set(line: &[u8]) -> bool {
    memchr::memchr2_iter(b'=', b'r', line).any(|at| {
        line[at] == b'='
            || line[at..].starts_with(b"read ")
            || line[..at].ends_with(b"fo") && line.get(at + 1) == Some(&b' ')
    })
}

/// The names that some code block of the document sets.
pub fn variables_set(document: &Document) -> HashSet<String> {
    let mut names = HashSet::new();
    let Some(assigned) = ASSIGNED.as_ref() else { return names };
    for block in &document.blocks {
        let BlockKind::Fence(fence) = &block.kind else { continue };
        for line in fence.lines.iter().filter(|line| may_set(line.text.as_bytes())) {
            if line.text.trim_start().starts_with('#') {
                continue;
            }
            let text = clip(&line.text);
            for found in assigned.captures_iter(text) {
                let Some(name) = found.get(1).or(found.get(2)).or(found.get(3)) else { continue };
                let end = found.get(0).map_or(text.len(), |whole| whole.end());
                if found.get(1).is_none() || !is_itself(name.as_str(), &text[end..]) {
                    names.insert(name.as_str().to_owned());
                }
            }
        }
    }
    names
}

/// Whether what is assigned is the variable's own value (`name=$name command`): that hands it on and sets nothing.
fn is_itself(name: &str, value: &str) -> bool {
    let value = value.strip_prefix('"').unwrap_or(value);
    let used = used_in(value).next().filter(|used| used.at == 0 && used.name == name && !used.has_default);
    used.is_some_and(|used| value[used.whole.len()..].trim_start_matches('"').chars().next().is_none_or(ends_word))
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '&' | '|' | ')' | '`')
}

static SHOUT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)(?:\b|_)(?:YOUR[-_]?[A-Z0-9_-]*|[Yy]our[-_][A-Za-z0-9_-]+|your[A-Z][A-Za-z0-9]*|deine?[-_][a-z0-9_-]+|tu[-_](?:dominio|app|servidor)[a-z0-9-]*|votre[-_][a-z0-9_-]+|CHANGE[-_]?ME|changeme|REPLACE[-_][A-Z_-]+|replace[-_]me|x{3,}|X{3,}|YYYY[-/.]?MM[-/.]?DD|path/to|/path/to/|INSERT_[A-Z_]+)").ok()
});
static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)\bv?(?:\d+(?:\.\d+)*(?:\.[xX])+|[xX]{1,2}\.[yYxX]{1,2}(?:\.[zZxX]{1,2})?)\b").ok()
});
static EXAMPLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)(?:[A-Za-z0-9_.-]+@)?(?:[A-Za-z0-9-]+\.)*example\.(?:com|org|net|io)\b|\b(?:sha-)?(?:abc|def|xyz|ghi)\d{3,4}\b|\b(?:deadbeef|abcdef\d*|a1b2c3d4?)\b|\bsha-previous\b|\buser:pass(?:word)?@host\b|//(?:domain|host|hostname|server|yourdomain|mydomain|my-domain|deine-domain)(?:[/:\s\x22']|$)|\b(?:table|column|db|database|index|idx|user|bucket|host|cluster|service|app|pod)_name\b|\b(?:my|some)-(?:app|service|cluster|namespace|project|bucket|server|pod|release|instance|db|database)\b|\bx\.x\.x\.x\b|#{4,}|=(?:[a-z]+_)+(?:id|name)\b|[=:/]\.\.\.(?:\s|$|[\x22'])|\s\.\.\.$").ok()
});
static SHOUT_WORD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)(?:^|[\s/=@:])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|POD|NAMESPACE|NAME|HOST|HOSTNAME|PASSWORD|PASS|VERSION|TAG|URL|TOKEN|KEY|DATABASE|DBNAME|BUCKET|REGION|PROJECT|CLUSTER|NODE|NODENAME|SERVICE|INSTANCE|PORT|FILE|FILENAME|BRANCH|COMMIT|SHA|REVISION|IMAGE|CONTAINER|DOMAIN|USERNAME|DEPLOYMENT|RELEASE|ENVIRONMENT|PID|IP)(?:[\s/:@;,.]|$)").ok()
});

/// Text that may hold placeholders.
pub(crate) struct Searched<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// 1-based line of its first line.
    pub(crate) line: u32,
    /// It is shell code: quoting and variables count.
    pub(crate) shell: bool,
    /// It is code of any kind, not words.
    pub(crate) code: bool,
}

/// All placeholders of a text that stands alone, each once. `set` are the variables that the document sets itself.
pub(crate) fn find(searched: &Searched<'_>, set: &HashSet<String>, found: &mut Found) {
    find_in(searched, &mut Quoting::default(), set, found);
}

/// All placeholders of a text that goes on from lines above: `quoting` says which quotes are open.
pub(crate) fn find_in(searched: &Searched<'_>, quoting: &mut Quoting, set: &HashSet<String>, found: &mut Found) {
    for (index, raw) in lines_of(searched.text).enumerate() {
        let text = clip(raw);
        let line = searched.line + index as u32;
        let mut add = |name: &str, text: &str, form| found.push(name, text, form, line);
        if searched.shell || searched.code {
            variables(text, &quoting.line(text), set, &mut add);
        }
        angles(text, &mut add);
        if !searched.code && !searched.shell || text.trim_start().starts_with('#') {
            continue;
        }
        if !searched.shell {
            continue;
        }
        braces(text, &mut add);
        brackets(text, &mut add);
        shouts(text, searched.shell, &mut add);
    }
    if !searched.code && !searched.shell {
        return;
    }
    for (index, raw) in lines_of(searched.text).enumerate() {
        let text = clip(raw);
        if searched.shell && text.trim_start().starts_with('#') {
            continue;
        }
        let named = may_be_named(text);
        let patterns = [
            (&SHOUT, PlaceholderForm::Shout, named && may_shout(text)),
            (&VERSION, PlaceholderForm::Version, may_be_version(text)),
            (&EXAMPLE, PlaceholderForm::Example, named && may_be_example(text)),
        ];
        for (pattern, form, _) in patterns.into_iter().filter(|(_, _, may)| *may) {
            let Some(pattern) = pattern.as_ref() else { continue };
            for one in pattern.find_iter(text) {
                let whole = one.as_str().trim_matches(['/', '=', ':', '"', '\'', ' ', '_']);
                found.push(whole, one.as_str().trim(), form, searched.line + index as u32);
            }
        }
    }
}

/// Whether a name says that its value is secret.
pub fn is_secret_name(name: &str) -> bool {
    let upper = name.to_uppercase().replace('-', "_");
    phrases!["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "CREDENTIAL"].stand_in(&upper)
        || upper.ends_with("_KEY")
        || upper.ends_with("_PASS")
        || upper == "KEY"
        || upper.ends_with("DATABASE_URL")
        || upper.ends_with("REDIS_URL")
        || upper.ends_with("_DSN")
}

fn variables(
    text: &str,
    quoted: &[std::ops::Range<usize>],
    set: &HashSet<String>,
    add: &mut impl FnMut(&str, &str, PlaceholderForm),
) {
    if !text.contains('$') || text.trim_start().starts_with('#') {
        return;
    }
    for Used { at, whole, name, has_default } in used_in(text) {
        let escaped = text[..at].ends_with(['\\', '$']);
        if has_default
            || escaped
            || quoted.iter().any(|range| range.contains(&at))
            || set.contains(name)
            || ALWAYS_SET.contains(&name)
        {
            continue;
        }
        add(name, whole, PlaceholderForm::Variable);
    }
}

fn angles(text: &str, add: &mut impl FnMut(&str, &str, PlaceholderForm)) {
    for (at, name) in enclosed(text, b'<', b'>', 1..=61, is_angle_char) {
        if !is_tag(name) && !text[..at].ends_with('<') {
            add(name, &text[at..at + name.len() + 2], PlaceholderForm::Angle);
        }
    }
}

fn is_angle_char(c: char) -> bool {
    c.is_alphanumeric() || " _./@:'|-".contains(c)
}

fn is_brace_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_bracket_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '\'' | ' ' | '-')
}

/// Names between two signs, with the byte of the opening one: a letter, then characters that `fits`, `length` in all.
fn enclosed(
    text: &str,
    open: u8,
    close: u8,
    length: std::ops::RangeInclusive<usize>,
    fits: fn(char) -> bool,
) -> impl Iterator<Item = (usize, &str)> {
    memchr::memchr_iter(open, text.as_bytes()).filter_map(move |at| {
        let rest = &text[at + 1..];
        for (count, (end, c)) in rest.char_indices().enumerate() {
            if end > 0 && c == char::from(close) {
                return length.contains(&count).then(|| (at, &rest[..end]));
            }
            if !fits(c) || end == 0 && !c.is_alphabetic() || count == *length.end() {
                return None;
            }
        }
        None
    })
}

fn braces(text: &str, add: &mut impl FnMut(&str, &str, PlaceholderForm)) {
    if !text.contains('{') {
        return;
    }
    let templated = phrases!["jsonpath", "template", "awk", "--format", "custom-columns", "{{", "jq "].stand_in(text);
    if templated {
        return;
    }
    for (at, name) in enclosed(text, b'{', b'}', 2..=41, is_brace_char) {
        let end = at + name.len() + 2;
        let before = text[..at].chars().next_back();
        let after = text[end..].chars().next();
        if matches!(before, Some('$' | '%' | '{' | '@' | '\\' | '#')) || after == Some('}') {
            continue;
        }
        add(name, &text[at..end], PlaceholderForm::Brace);
    }
}

fn brackets(text: &str, add: &mut impl FnMut(&str, &str, PlaceholderForm)) {
    for (at, name) in enclosed(text, b'[', b']', 3..=51, is_bracket_char) {
        let end = at + name.len() + 2;
        let before = text[..at].chars().next_back();
        let after = text[end..].chars().next();
        let regex_like =
            name.contains("a-z") || name.contains("A-Z") || matches!(after, Some('*' | '+' | ']' | '{' | '?' | '('));
        let indexed =
            before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '[' | '$' | ')' | '_' | '\\' | '!' | ']'));
        let message = text.contains(" -m ") && text[..at].ends_with(['"', '\'']);
        if regex_like
            || indexed
            || message
            || text.trim_start().starts_with("grep ")
            || text.trim_start().starts_with('[') && text.ends_with(']') && text.contains(" = ")
            || after == Some('.') && name.chars().all(|c| c.is_ascii_uppercase())
        {
            continue;
        }
        add(name, &text[at..end], PlaceholderForm::Bracket);
    }
}

fn shouts(text: &str, shell: bool, add: &mut impl FnMut(&str, &str, PlaceholderForm)) {
    if !may_shout_a_word(text) {
        return;
    }
    let Some(pattern) = SHOUT_WORD.as_ref() else { return };
    let trimmed = text.trim_start();
    if !shell
        || trimmed.starts_with('#')
        || text.contains("callsheet secrets ") // their names
        || phrases!["grep", "env ", "env|", "echo ", "printenv", "export ", "unset ", "rg ", "awk", "sed "]
            .stand_in(text)
    {
        return;
    }
    for one in pattern.captures_iter(text) {
        let Some(name) = one.get(1) else { continue };
        let before = &text[..name.start()];
        let quoted = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
        let after = text[name.end()..].chars().next();
        if quoted || after == Some('=') || before.ends_with('$') || before.trim_end().ends_with("--from-literal") {
            continue;
        }
        add(name.as_str(), name.as_str(), PlaceholderForm::Shout);
    }
}

fn is_tag(name: &str) -> bool {
    let first = name.split([' ', '/']).next().unwrap_or_default();
    matches!(
        first,
        "a" | "b"
            | "i"
            | "p"
            | "br"
            | "div"
            | "span"
            | "html"
            | "body"
            | "head"
            | "title"
            | "script"
            | "img"
            | "table"
            | "tr"
            | "td"
            | "th"
            | "ul"
            | "ol"
            | "li"
            | "pre"
            | "code"
            | "none"
            | "https:"
            | "http:"
            | "mailto:"
            | "unset"
            | "pending"
            | "unknown"
            | "nil"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "footer"
            | "nav"
            | "svg"
            | "strong"
            | "em"
            | "meta"
            | "style"
            | "button"
            | "blockquote"
    ) || name.contains("://")
}

fn clip(text: &str) -> &str {
    let mut end = text.len().min(4000);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether a code block counts as shell for its placeholders.
pub fn is_shell(document: &Document, block: usize) -> bool {
    match &document.blocks[block].kind {
        BlockKind::Fence(fence) => {
            matches!(
                role(fence, ""),
                Role::Commands(
                    Language::Shell | Language::Session | Language::None | Language::Unknown | Language::Windows
                )
            ) || Language::named(split_info(&fence.info).0) == Language::Shell
        }
        _ => false,
    }
}
