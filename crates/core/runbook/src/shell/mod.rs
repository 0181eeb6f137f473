//! What shell text is: logical commands, known programs, and words of a simple command.

use std::borrow::Cow;

mod logical;
mod one_command;
mod programs;
mod quoting;

pub use logical::{Piece, PieceKind, pieces};
pub use one_command::{CommandWord, one_command};
pub use programs::{is_known_program, is_program, looks_like_command};
pub use quoting::Quoting;

/// The simple commands of a shell text, cut at pipes, `;`, `&&`, `||`, `$(` and line ends; each as its words, quotes removed.
/// Leading assignments, `sudo`, `time`, `env` and the like are dropped.
pub fn simple_commands(text: &str) -> Vec<Vec<Cow<'_, str>>> {
    let mut found = Vec::new();
    let mut words: Vec<Cow<'_, str>> = Vec::new();
    let mut word = Cow::Borrowed("");
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    let mut started = false;
    fn end_word<'t>(word: &mut Cow<'t, str>, words: &mut Vec<Cow<'t, str>>, started: &mut bool) {
        if *started {
            words.push(std::mem::take(word));
            *started = false;
        }
    }
    loop {
        let rest = chars.as_str();
        let Some(c) = chars.next() else { break };
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') => {
                if let Some(next) = chars.next() {
                    word.to_mut().push(next);
                }
            }
            (Some(open), _) => {
                let end = rest.find([open, '\\']).filter(|end| *end > 0).unwrap_or(c.len_utf8());
                add(&mut word, &rest[..end]);
                chars = rest[end..].chars();
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                started = true;
            }
            (None, '\\') => match chars.next() {
                Some('\n') | None => end_word(&mut word, &mut words, &mut started),
                Some(next) => {
                    word.to_mut().push(next);
                    started = true;
                }
            },
            (None, '#') if !started => {
                end_word(&mut word, &mut words, &mut started);
                let line = chars.as_str();
                chars = line[line.find('\n').unwrap_or(line.len())..].chars();
            }
            (None, ' ' | '\t' | '\r') => end_word(&mut word, &mut words, &mut started),
            (None, '\n' | ';' | '|' | '&' | '(' | ')') => {
                if c == '(' && word.ends_with('$') {
                    word.to_mut().pop();
                    started = !word.is_empty();
                }
                // `2>&1` and `&>` are no separators.
                if c == '&' && (word.ends_with('>') || chars.as_str().starts_with('>')) {
                    add(&mut word, &rest[..1]);
                    started = true;
                    continue;
                }
                end_word(&mut word, &mut words, &mut started);
                if !words.is_empty() {
                    found.push(std::mem::take(&mut words));
                }
            }
            (None, c) => {
                started = true;
                let (run, rest) = rest.split_at(c.len_utf8() + plain_len(chars.as_str()));
                add(&mut word, run);
                chars = rest.chars();
            }
        }
    }
    end_word(&mut word, &mut words, &mut started);
    if !words.is_empty() {
        found.push(words);
    }
    let mut all = Vec::with_capacity(found.len());
    for words in found.into_iter().map(bare).filter(|words| !words.is_empty()) {
        let inner = inner(&words);
        all.push(words);
        all.extend(inner);
    }
    all
}

/// The lines of a text, parted by `\n`.
pub(crate) fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = memchr::memchr(b'\n', all.as_bytes());
        rest = end.map(|at| &all[at + 1..]);
        Some(&all[..end.unwrap_or(all.len())])
    })
}

/// A word that is one piece of the text is not copied.
fn add<'t>(word: &mut Cow<'t, str>, run: &'t str) {
    match word.is_empty() {
        true => *word = Cow::Borrowed(run),
        false => word.to_mut().push_str(run),
    }
}

/// How many bytes at the start only lengthen a word that has begun.
fn plain_len(text: &str) -> usize {
    let ends = |byte: &u8| {
        matches!(byte, b'\'' | b'"' | b'\\' | b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b'(' | b')')
    };
    text.as_bytes().iter().position(ends).unwrap_or(text.len())
}

/// The command that runs inside a container, a pod or on another host.
fn inner<'t>(words: &[Cow<'t, str>]) -> Option<Vec<Cow<'t, str>>> {
    let name = words[0].rsplit('/').next().unwrap_or_default();
    let is = |word: &str| words.iter().position(|one| one == word);
    let start = match name {
        "kubectl" | "oc" if is("exec").is_some() || is("run").is_some() => is("--")? + 1,
        "docker" | "podman" | "nerdctl" | "docker-compose" => {
            let exec = is("exec")?;
            // The first word after the options is the container.
            let mut at = exec + 1;
            while at < words.len() && words[at].starts_with('-') {
                at += 1 + usize::from(matches!(&*words[at], "-e" | "-u" | "-w" | "--env" | "--user" | "--workdir"));
            }
            at + 1
        }
        "ssh" => {
            let mut at = 1;
            while at < words.len() && words[at].starts_with('-') {
                at += 1 + usize::from(matches!(&*words[at], "-i" | "-p" | "-l" | "-o" | "-J" | "-F"));
            }
            at + 1
        }
        "bash" | "sh" | "zsh" => {
            let script = words.get(is("-c")? + 1)?;
            return first_command(script);
        }
        _ => return None,
    };
    let rest = bare(words.get(start..)?.to_vec());
    match rest.as_slice() {
        [] => None,
        [one] if one.contains(' ') => first_command(one),
        _ => Some(rest),
    }
}

/// The first simple command of a script that is itself a word.
fn first_command(script: &str) -> Option<Vec<Cow<'static, str>>> {
    let first = simple_commands(script).into_iter().next()?;
    Some(first.into_iter().map(|word| Cow::Owned(word.into_owned())).collect())
}

const PREFIXES: &[&str] = &[
    "sudo", "time", "env", "nohup", "nice", "ionice", "command", "exec", "doas", "then", "do", "else", "if", "while",
    "until", "!", "{", "xargs", "timeout", "stdbuf", "setsid",
];

fn bare(mut words: Vec<Cow<'_, str>>) -> Vec<Cow<'_, str>> {
    loop {
        let Some(first) = words.first() else { return words };
        let assignment = first.split_once('=').is_some_and(|(name, _)| is_name(name));
        if assignment && words.len() > 1 {
            words.remove(0);
        } else if PREFIXES.contains(&&**first) && words.len() > 1 {
            words.remove(0);
            while words.len() > 1 && (words[0].starts_with('-') || words[0].parse::<f64>().is_ok()) {
                let takes_value = matches!(&*words[0], "-u" | "-g" | "-n" | "-I" | "-P" | "-k" | "-s");
                words.remove(0);
                if takes_value && words.len() > 1 {
                    words.remove(0);
                }
            }
        } else {
            return words;
        }
    }
}

/// Whether the text is a variable's name.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
